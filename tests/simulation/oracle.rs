//! Checks the guarantees after every write, with its own rules: it reads each transaction and the tables after it, and uses nothing of the code
//! under test.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};

use crate::aws::{Aws, Mail};
use crate::invocation::Invocation;
use crate::time::Time;

mod account;
mod approvals;
mod authority;
mod directory;
mod notices;
mod passcode;
mod promises;
mod secrets;
mod whole;

use account::Account;
use approvals::Approvals;
use directory::Directory;
use notices::Notices;
use passcode::{Passcode, Stage};
use secrets::Secrets;

/// The largest number of wrong secrets that are compared with a code, and for an account between two successes.
const MOST_TRIES: [(&str, u64); 2] = [("try_count", 5), ("tries_without_success", 100)];

/// The shortest lease of an idempotency key in milliseconds, if two clocks differ.
const LEASE_AT_LEAST: i64 = 200_000 - 180_000;

#[derive(Default)]
struct Facts {
    passcodes: BTreeMap<String, Passcode>,
    accounts: BTreeMap<String, Account>,
    directory: Directory,
    notices: Notices,
    approvals: Approvals,
    clicks: BTreeMap<usize, Vec<MailOfClick>>,
    secrets: Secrets,
    broken: Vec<String>,
    transcript: Vec<String>,
}

/// A mail with a code, sent because of a request with an idempotency key.
struct MailOfClick {
    by: Arc<Invocation>,
    at: i64,
    /// The mail service's answer did not arrive in time.
    is_lost: bool,
}

impl MailOfClick {
    /// Whether the same key may mail another code now: only if the sender could not store that this one was mailed.
    fn allows_another(&self, now: i64) -> bool {
        self.is_lost || self.by.is_hurt() && now - self.at >= LEASE_AT_LEAST
    }
}

/// The oracle.
pub struct Oracle {
    time: Time,
    facts: Mutex<Facts>,
}

impl Oracle {
    pub fn new(time: Time) -> Arc<Self> {
        Arc::new(Self { time, facts: Mutex::default() })
    }

    /// Adds a line to the transcript.
    pub fn notes(&self, line: impl FnOnce() -> String) {
        let line = format!("{} {}", self.time.now(), line());
        self.facts.lock().unwrap().transcript.push(line);
    }

    /// Records a broken guarantee.
    pub fn finds(&self, what: String) {
        let what = format!("{} {what}", self.time.now());
        let mut facts = self.facts.lock().unwrap();
        facts.transcript.push(format!("BROKEN: {what}"));
        facts.broken.push(what);
    }

    /// The broken guarantees and the transcript.
    pub fn told(&self) -> (Vec<String>, Vec<String>) {
        let facts = self.facts.lock().unwrap();
        (facts.broken.clone(), facts.transcript.clone())
    }

    /// Adds a secret that must not appear in logs or tables.
    pub fn keeps_secret(&self, secret: &str) {
        self.facts.lock().unwrap().secrets.keep(secret);
    }

    /// The number of a person's valid credentials.
    pub fn credentials_of(&self, employee_id: &str) -> Option<usize> {
        self.facts.lock().unwrap().accounts.get(employee_id)?.credentials
    }

    /// The mail service accepted a mail. If its answer is lost (`is_lost`), the sender does not know this. It ends the code, and the
    /// same idempotency key may mail another.
    pub fn mailed(&self, invocation: &Arc<Invocation>, mail: &Mail, is_lost: bool) {
        self.notes(|| format!("{} mails {} to {}", invocation.act, mail.tags, mail.to));
        let mut broken = Vec::new();
        let facts = &mut *self.facts.lock().unwrap();
        if let Some(event) = mail.tags["event_id"].as_str() {
            facts.notices.mailed(event, &mail.to);
        }
        if let Some(id) = mail.tags["passcode_id"].as_str() {
            match facts.passcodes.get_mut(id) {
                Some(passcode) => passcode.mails += 1,
                None => broken.push(format!("the passcode {id} is mailed before it is stored")),
            }
            if facts.passcodes.get(id).is_some_and(|passcode| passcode.mails > 1) {
                broken.push(format!("the passcode {id} is mailed again"));
            }
        }
        if let Some(click) = invocation.claim.click {
            let (mails, at) = (facts.clicks.entry(click).or_default(), self.time.now().millis());
            // A process that paused before it sent, for longer than its lease, mails a code that the same key has replaced since.
            let passcode = mail.tags["passcode_id"].as_str().and_then(|id| facts.passcodes.get(id));
            let is_replaced = |other: &MailOfClick| {
                passcode.is_some_and(|passcode| passcode.ended_and_is_older(LEASE_AT_LEAST, other.at))
            };
            let allowed = |other: &MailOfClick| other.allows_another(at) || invocation.is_hurt() && is_replaced(other);
            if !mails.iter().all(allowed) {
                broken.push(format!("the click {click} mails {} codes", mails.len() + 1));
            }
            mails.push(MailOfClick { by: Arc::clone(invocation), at, is_lost });
        }
        self.break_promises(facts, broken);
    }

    fn break_promises(&self, facts: &mut Facts, broken: Vec<String>) {
        for what in broken {
            let what = format!("{} {what}", self.time.now());
            facts.transcript.push(format!("BROKEN: {what}"));
            facts.broken.push(what);
        }
    }

    /// The tables were written.
    pub fn wrote(&self, aws: &Aws, invocation: &Invocation, written: &Value) {
        let items = written["TransactItems"].as_array().cloned().unwrap_or_else(|| vec![json!({"Any": written})]);
        let changes: Vec<&Value> = items
            .iter()
            .filter(|item| item.get("ConditionCheck").is_none())
            .flat_map(|item| item.as_object().into_iter().flat_map(|item| item.values()))
            .collect();
        let of = |table: &str| {
            let table = format!("readmit-{table}");
            changes.iter().filter(move |change| change["TableName"] == *table).copied()
        };
        let mut events: Vec<&Value> = of("audit").map(|change| &change["Item"]).collect();
        // The end of the replaced code comes before the issue of the new one.
        events.sort_by_key(|event| event["event_type"]["S"] == "passcode.issued");
        let mut broken = whole::missing(events.iter().map(|event| text(event, "/event_type/S")), &changes);
        for change in of("employees") {
            let event = events.iter().copied().find(|event| directory::is_about(event, change));
            let row = aws.item("employees", directory::key_of(change));
            broken.extend(self.facts.lock().unwrap().directory.goes_on(change, row.as_ref(), event));
        }
        broken.extend(self.approvals(aws, &events));
        let ends: Vec<&Value> = events.iter().copied().filter(|event| whole::ends_access(event)).collect();
        for event in events {
            self.notes(|| format!("{} {}", invocation.act, words(event)));
            broken.extend(self.may_happen(aws, &invocation.claim, event));
            broken.extend(self.happens(invocation, event));
        }
        for event in ends {
            broken.extend(self.ends_access(event, &changes));
        }
        for change in of("passcodes") {
            let login =
                [&change["Item"]["login"], &change["Key"]["login"]].into_iter().find_map(|login| login["S"].as_str());
            broken.extend(self.agrees(aws, login.unwrap_or_default()));
            broken.extend(whole::unspent_proof(aws, &invocation.claim, change, &changes));
        }
        broken.into_iter().for_each(|what| self.finds(format!("{}: {what}", invocation.act)));
    }

    fn happens(&self, invocation: &Invocation, event: &Value) -> Vec<String> {
        let claim = &invocation.claim;
        let (kind, about) = (text(event, "/event_type/S"), text(event, "/employee_id/S"));
        let id = text(event, "/detail/M/passcode_id/S");
        let now = self.time.now().millis();
        let facts = &mut *self.facts.lock().unwrap();
        facts.notices.happens(event);
        let mut broken = Vec::new();
        if kind == "passcode.issued" {
            let live = facts.passcodes.iter().find(|(_, one)| one.holder == about && one.stage != Stage::Over);
            broken.extend(live.map(|(live, _)| format!("{about} has the code {id} beside {live}")));
            facts.passcodes.insert(id.to_owned(), Passcode::issued(about, claim, now));
            invocation.issues(id);
        } else if kind.starts_with("passcode.") && kind != "passcode.throttled" || kind.starts_with("recovery.") {
            let wrong = facts.passcodes.get_mut(id).map(|passcode| passcode.goes_on(kind, claim, id, now));
            let wrong = wrong.unwrap_or_else(|| Some(format!("{kind} of a passcode that nobody has issued")));
            broken.extend(wrong.map(|wrong| format!("{id} of {about}: {wrong}")));
        }
        let wrong = facts.accounts.entry(about.to_owned()).or_default().goes_on(kind, claim, now);
        broken.extend(wrong.map(|wrong| format!("{about}: {wrong}")));
        broken
    }

    /// Checks that a passcode's row agrees with its events.
    fn agrees(&self, aws: &Aws, login: &str) -> Vec<String> {
        let Some(row) = aws.item("passcodes", json!({"login": {"S": login}})) else { return Vec::new() };
        let id = text(&row, "/passcode_id/S");
        let shown = match (text(&row, "/passcode_status/S"), text(&row, "/recovery_state/S")) {
            ("sending" | "sent" | "delayed" | "delivered", "") => Stage::Code,
            ("redeemed", "open") => Stage::Recovery,
            _ => Stage::Over,
        };
        let facts = self.facts.lock().unwrap();
        let told = facts.passcodes.get(id).map(|passcode| passcode.stage);
        let mut broken = Vec::new();
        if shown == Stage::Code && text(&row, "/passcode_status/S") != "sending" && facts.passcodes[id].mails == 0 {
            broken.push(format!("the passcode {id} lives, and was never mailed"));
        }
        if told != Some(shown) {
            broken.push(format!("the passcode {id} is {shown:?} in its row, and {told:?} by its events"));
        }
        for (name, most) in MOST_TRIES {
            let tries = row[name]["N"].as_str().map_or(0, |tries| tries.parse().unwrap());
            if tries > most {
                broken.push(format!("{tries} wrong secrets were compared ({name}) of {id}"));
            }
        }
        broken
    }

    /// Checks that everything that expires has ended.
    pub fn all_is_over(&self) {
        let facts = &mut *self.facts.lock().unwrap();
        let open = facts.passcodes.iter().filter(|(_, passcode)| passcode.stage != Stage::Over);
        let broken = open.map(|(id, passcode)| format!("the passcode {id} is {:?} for ever", passcode.stage)).collect();
        self.break_promises(facts, broken);
    }

    /// Checks that the notices were mailed and that no secret is in the log or in a table.
    pub fn looks_back(&self, aws: &Aws, log: &str) {
        let tables = aws.tables().map(|(name, items)| (name, Value::from(items).to_string()));
        let places: Vec<(String, String)> = tables.chain([("log".to_owned(), log.to_owned())]).collect();
        let people = &places.iter().find(|(name, _)| name == "readmit-employees").unwrap().1;
        let facts = &mut *self.facts.lock().unwrap();
        let mut broken = facts.notices.wrong(|about| people.contains(about), log);
        for (place, text) in &places {
            let found = facts.secrets.found_in(text).into_iter();
            broken.extend(found.map(|secret| format!("the secret {secret} is in {place}")));
        }
        self.break_promises(facts, broken);
    }
}

impl Drop for Oracle {
    /// Prints the transcript of a run that panicked.
    fn drop(&mut self) {
        if std::thread::panicking() {
            let facts = self.facts.get_mut().unwrap_or_else(PoisonError::into_inner);
            println!("{}", facts.transcript.join("\n"));
        }
    }
}

/// A text attribute of an item, or an empty text.
fn text<'a>(item: &'a Value, pointer: &str) -> &'a str {
    item.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// An event in one line, without random ids.
fn words(event: &Value) -> String {
    let (kind, about) = (text(event, "/event_type/S"), text(event, "/employee_id/S"));
    let (actor, passcode) = (text(event, "/actor/M/kind/S"), text(event, "/detail/M/passcode_id/S"));
    format!("{kind} of {about} by {actor} ({passcode})")
}
