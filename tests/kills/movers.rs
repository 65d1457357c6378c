//! People that imports create, rename, disable, enable, move to other addresses, make Security Admins, and erase, many in one import. After a
//! kill each row of the import is done completely or not at all.

use std::collections::HashMap;

use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value, json};

use crate::expected_state::Passcode;
use crate::figures::Figures;
use crate::site::{Events, Site, Unanswered};
use crate::walker::{Walker, code_in};

const MOVERS: usize = 6;
/// A network that no other client uses.
const NETWORK: usize = 300;

/// The directory data of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Person {
    email: String,
    name: String,
    is_active: bool,
    is_admin: bool,
}

/// A person whom imports change again and again.
#[derive(Clone)]
struct Mover {
    /// None before the first import and after an erasure.
    there: Option<(String, Person)>,
    /// The number of audit events about the person's row.
    events: Events,
}

/// The state of a person after an import. None if the import erases the person.
type Wanted = Option<Person>;

pub(crate) struct Movers {
    all: Vec<Mover>,
    /// The erased people, by id.
    erased: Vec<String>,
    in_flight: Option<Vec<Wanted>>,
    pub(crate) answered: usize,
    random: StdRng,
    /// The number of addresses used so far.
    given: usize,
}

impl Movers {
    pub(crate) fn new(random: StdRng) -> Self {
        let nobody = Mover { there: None, events: Events::new() };
        Self { all: vec![nobody; MOVERS], erased: Vec::new(), in_flight: None, answered: 0, random, given: 0 }
    }

    /// Imports changes of all people repeatedly until the process dies.
    pub(crate) async fn work(&mut self, site: &Site) {
        loop {
            let wanted: Vec<Wanted> = (0..MOVERS).map(|index| self.wishes(index)).collect();
            let rows = self.rows(&wanted);
            let mut active =
                wanted.iter().flatten().filter(|person| person.is_active).map(|person| person.email.clone());
            let passcodes: Vec<String> = active.by_ref().take(self.random.random_range(0..3)).collect();
            match site.import(json!(rows), json!(passcodes)).await {
                Ok(reply) => {
                    self.takes(&wanted, &reply.body["results"], |_| true);
                    self.answered += 1;
                }
                Err(Unanswered::InFlight) => return self.in_flight = Some(wanted),
                Err(Unanswered::NotSent) => return,
            }
        }
    }

    fn wishes(&mut self, index: usize) -> Wanted {
        self.given += 1;
        let number = self.given;
        let Some((_, person)) = &self.all[index].there else {
            let (email, name) = (format!("mover{number}@harbour.example"), format!("Mover Number {number}"));
            return Some(Person { email, name, is_active: true, is_admin: false });
        };
        let mut person = person.clone();
        match self.random.random_range(0..6) {
            0 => person.name = format!("Mover Renamed {number}"),
            1 | 2 => person.is_active = !person.is_active,
            3 => person.email = format!("moved{number}@harbour.example"),
            4 => person.is_admin = !person.is_admin,
            _ => return None,
        }
        Some(person)
    }

    fn rows(&self, wanted: &[Wanted]) -> Vec<Value> {
        let row = |(mover, wanted): (&Mover, &Wanted)| match (&mover.there, wanted) {
            (Some((_, person)), None) => json!({"email": person.email, "erase": true}),
            (there, Some(person)) => {
                let mut row = json!({"email": person.email, "name": person.name});
                row["status"] = json!(if person.is_active { "active" } else { "disabled" });
                row["role"] = json!(if person.is_admin { "security_admin" } else { "member" });
                if let Some((id, _)) = there {
                    row["employee_id"] = json!(id);
                }
                row
            }
            (None, None) => panic!("nobody is wanted, and there is nobody"),
        };
        self.all.iter().zip(wanted).map(row).collect()
    }

    /// Applies the results of an import. `was_new` shows for each row whether this import has done it, and no earlier one.
    fn takes(&mut self, wanted: &[Wanted], results: &Value, was_new: impl Fn(usize) -> bool) {
        for (index, wanted) in wanted.iter().enumerate() {
            let (mover, result) = (&mut self.all[index], &results[index]);
            let (done, event) = match (&mover.there, wanted) {
                (_, None) => ("erased", "employee.erased"),
                (None, Some(_)) => ("created", "employee.imported"),
                (Some(_), Some(_)) => ("updated", "employee.changed"),
            };
            assert_eq!(result["outcome"], if was_new(index) { done } else { "unchanged" }, "{result} for {wanted:?}");
            *mover.events.entry(event.to_owned()).or_default() += 1;
            let id = result["employee_id"].as_str().map(str::to_owned);
            let before = mover.there.take().map(|(id, _)| id);
            match wanted {
                Some(person) => mover.there = Some((id.unwrap(), person.clone())),
                None => {
                    self.erased.extend(before);
                    mover.events = Events::new();
                }
            }
        }
    }

    /// Checks that each row is as before the interrupted import or as after it. Then repeats the import.
    pub(crate) async fn recall(&mut self, site: &Site, trails: &HashMap<String, Events>, figures: &mut Figures) {
        let found = directory(site).await;
        for gone in &self.erased {
            assert!(!found.contains_key(gone) && trails[gone]["employee.erased"] == 1, "{gone} is not erased");
        }
        let wanted = self.in_flight.take();
        let mut is_done = Vec::new();
        for (index, mover) in self.all.iter().enumerate() {
            let wanted = wanted.as_ref().map(|wanted| &wanted[index]);
            is_done.push(mover.is_done(wanted, &found, trails));
        }
        if let Some(wanted) = wanted {
            figures.found_of("import of six", is_done.iter().filter(|done| **done).count(), MOVERS);
            let again = site.sure(site.import(json!(self.rows(&wanted)), json!([]))).await;
            self.takes(&wanted, &again.body["results"], |index| !is_done[index]);
        }
    }

    fn people(&self) -> Vec<Person> {
        self.all.iter().flat_map(|mover| &mover.there).map(|(_, person)| person.clone()).collect()
    }

    fn walker(&mut self, person: &Person) -> Walker {
        Walker::new(person.email.clone(), NETWORK, StdRng::from_rng(&mut self.random))
    }

    /// Checks that a code works only for the account of its row.
    pub(crate) async fn codes_open_as_the_rows_say(&mut self, site: &Site) {
        for person in self.people() {
            self.walker(&person).code_opens_as_the_row_says(site).await;
        }
    }

    /// Checks that active people recover and that disabled people get no code.
    pub(crate) async fn come_back(&mut self, site: &Site) {
        let people = self.people();
        let active: Vec<&Person> = people.iter().filter(|person| person.is_active).collect();
        if let Some(person) = active.choose(&mut self.random) {
            self.walker(person).comes_back_by_the_operator(site).await;
        }
        for person in people.iter().filter(|person| !person.is_active) {
            let rows = site.sure(site.import(json!([]), json!([person.email]))).await;
            assert_eq!(rows.body["results"][0]["problem"]["code"], "employee_disabled", "{}", rows.text);
        }
    }

    /// The ids of erased people, who get no notices.
    pub(crate) fn is_erased(&self, id: &str) -> bool {
        self.erased.iter().any(|erased| erased == id)
    }
}

impl Mover {
    /// Whether the row is as `wanted`. It must be that or unchanged, and agree with the audit events.
    fn is_done(
        &self,
        wanted: Option<&Wanted>,
        found: &HashMap<String, Person>,
        trails: &HashMap<String, Events>,
    ) -> bool {
        let (id, before) = match &self.there {
            Some((id, person)) => (Some(id), Some(person)),
            None => (None, None),
        };
        let now = match (id, wanted) {
            (Some(id), _) => found.get_key_value(id),
            (None, Some(Some(person))) => found.iter().find(|(_, found)| found.email == person.email),
            (None, _) => None,
        };
        let is_done = wanted.is_some_and(|wanted| now.map(|(_, person)| person) == wanted.as_ref());
        assert!(is_done || now.map(|(_, person)| person) == before, "neither {before:?} nor {wanted:?}: {now:?}");
        let mut events = self.events.clone();
        if is_done {
            let event = match (before, now) {
                (_, None) => "employee.erased",
                (None, _) => "employee.imported",
                _ => "employee.changed",
            };
            *events.entry(event.to_owned()).or_default() += 1;
        }
        if let Some(id) = id.or(now.map(|(id, _)| id)) {
            let mut told = trails.get(id).cloned().unwrap_or_default();
            told.retain(|kind, _| kind.starts_with("employee."));
            assert_eq!(told, events, "the trail of {id}");
        }
        is_done
    }
}

impl Walker {
    /// Checks that the code of the newest mail works if the row has it as a usable passcode, and is refused otherwise.
    pub(crate) async fn code_opens_as_the_row_says(&self, site: &Site) {
        let row = site.passcode_row(&self.email).await;
        let mails = site.sure_mails(&self.email).await;
        let Some(mail) = mails.iter().rfind(|mail| mail["tags"]["kind"] == "passcode") else { return };
        let is_of_it = mail["tags"]["passcode_id"] == row["passcode_id"]["S"];
        let is_live = matches!(row["passcode_status"]["S"].as_str(), Some("sent" | "delivered"));
        let reply = self.redeems(site, &code_in(mail)).await;
        assert_eq!(reply.status, if is_of_it && is_live { 200 } else { 401 }, "{}: {row}", self.email);
    }

    /// The person recovers with an operator's code.
    pub(crate) async fn comes_back_by_the_operator(&mut self, site: &Site) {
        self.expected.passcode = Passcode::Over;
        self.surely_does(site, "", crate::act::Act::OperatorIssues).await;
        assert!(self.comes_back(site, "").await, "{} is locked out", self.email);
    }
}

async fn directory(site: &Site) -> HashMap<String, Person> {
    let person = |row: &Value| {
        let text = |name: &str| row[name]["S"].as_str().unwrap_or_default().to_owned();
        let (id, email, name) = (text("employee_id"), text("login"), text("full_name"));
        let (is_active, is_admin) = (text("account_status") == "active", text("granted_role") == "security_admin");
        id.starts_with("emp_").then_some((id, Person { email, name, is_active, is_admin }))
    };
    site.items("employees").await.iter().filter_map(person).collect()
}
