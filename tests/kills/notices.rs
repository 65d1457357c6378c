//! Every recipient of an event is notified at least once and at most twice, even after kills.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::Value;

use crate::figures::Figures;
use crate::movers::Movers;
use crate::site::Site;

/// The longest time for reading the stream to its end.
const PATIENCE: Duration = Duration::from_secs(60);

/// The notice of an event. Without an address, there must be a recipient, who depends on the time.
type Notice = (String, &'static str, Option<String>);

/// All mails of a stack, which are taken out of its mailbox in each round.
#[derive(Default)]
pub(crate) struct Notices {
    /// The number of mails by event, kind and address.
    mailed: BTreeMap<(String, String, String), usize>,
    /// The events with notices.
    told: BTreeSet<String>,
}

impl Notices {
    /// Waits until all notices are mailed, counts them, and empties the mailbox. `was_killed_twice` is true if the process was
    /// killed again while it started: only then can both attempts of a notice have failed.
    pub(crate) async fn catch_up(
        &mut self,
        site: &Site,
        emails: &HashMap<String, String>,
        movers: &Movers,
        was_killed_twice: bool,
        figures: &mut Figures,
    ) {
        let mut owed: BTreeSet<Notice> = BTreeSet::new();
        let mut events = BTreeSet::new();
        for event in site.items("audit").await {
            let id = event["event_id"]["S"].as_str().unwrap().to_owned();
            if !self.told.contains(&id) {
                owed.extend(owed_for(&event, &id, emails, movers));
                events.insert(id);
            }
        }
        figures.notices += owed.len();
        let begun = Instant::now();
        let mails = loop {
            let mails = site.mails(None).await.unwrap();
            let mut counts = self.mailed.clone();
            for mail in mails.iter().filter(|mail| mail["tags"]["kind"] != "passcode") {
                let text = |value: &Value| value.as_str().unwrap().to_owned();
                let key = (text(&mail["tags"]["event_id"]), text(&mail["tags"]["kind"]), text(&mail["to"][0]));
                *counts.entry(key).or_default() += 1;
            }
            let is_mailed = |(event, kind, to): &&Notice| {
                counts.keys().any(|(id, name, address)| {
                    id == event && name == kind && to.as_ref().is_none_or(|to| to == address)
                })
            };
            let missing: Vec<Notice> = owed.iter().filter(|notice| !is_mailed(notice)).cloned().collect();
            if missing.is_empty() {
                break counts;
            }
            if was_killed_twice && begun.elapsed() > PATIENCE / 6 && gave_up(site, &missing).await {
                figures.notices_given_up += missing.len();
                break counts;
            }
            assert!(begun.elapsed() < PATIENCE, "nobody was told: {missing:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        };
        for (notice, count) in &mails {
            assert!(*count <= 2, "{notice:?} was mailed {count} times");
            let is_news = *count == 2 && self.mailed.get(notice) != Some(&2);
            figures.notices_twice += usize::from(is_news);
        }
        self.mailed = mails;
        self.told.extend(events);
        assert_eq!(site.sure(site.local(Method::DELETE, "/_local/mail", None)).await.status, 204);
    }
}

/// Whether each of these notices had two attempts with an unknown result, so that there is no third attempt.
async fn gave_up(site: &Site, missing: &[Notice]) -> bool {
    let marks = site.items("limits").await;
    missing.iter().all(|(event, kind, _)| {
        let subject = format!("notice {event} {kind} ");
        let of_it = |row: &&Value| row["subject"]["S"].as_str().unwrap_or_default().starts_with(&subject);
        let is_over = |row: &Value| row["turns"]["SS"].as_array().is_some_and(|turns| turns.len() == 2);
        marks.iter().filter(of_it).any(|row| is_over(row) && row["sent_at"].is_null())
    })
}

/// The recipient of an event's notice, if it does not depend on the time: the person, if no import changes the person.
fn owed_for(event: &Value, id: &str, emails: &HashMap<String, String>, movers: &Movers) -> Vec<Notice> {
    let of = event["employee_id"]["S"].as_str().unwrap_or_default();
    let to_person = |kind: &'static str| (id.to_owned(), kind, emails.get(of).cloned());
    let to_somebody = |kind: &'static str| (id.to_owned(), kind, None);
    match event["event_type"]["S"].as_str().unwrap_or_default() {
        _ if movers.is_erased(of) => Vec::new(),
        "passcode.redeemed" => vec![to_person("passcode_redeemed")],
        "recovery.completed" => vec![to_person("recovery_completed")],
        "account.suspended" => vec![to_person("account_suspended"), to_somebody("admin_account_suspended")],
        "backup_codes.renewed" => vec![to_person("backup_codes_renewed")],
        "passcode.disowned" => vec![to_somebody("passcode_disowned")],
        "passcode.bounced" => vec![to_somebody("passcode_bounced")],
        "employee.changed" => {
            let detail = &event["detail"]["M"];
            let to = |field: &str| detail[field]["M"]["to"]["S"].as_str().unwrap_or_default();
            let mut owed = Vec::new();
            match to("role") {
                "security_admin" => owed.extend([to_somebody("role_given"), to_somebody("admin_role_given")]),
                "member" => owed.extend([to_somebody("role_taken"), to_somebody("admin_role_taken")]),
                _ => {}
            }
            if to("status") == "active" {
                owed.extend([to_somebody("account_enabled"), to_somebody("admin_account_enabled")]);
            }
            if detail["fields"]["S"].as_str().unwrap_or_default().split(',').any(|field| field == "email") {
                owed.push(to_somebody("address_changed"));
            }
            owed
        }
        _ => Vec::new(),
    }
}
