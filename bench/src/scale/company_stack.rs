//! A separate stack for a company of one size, its admins, and their requests.

use std::cell::Cell;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use readmit::Clock;
use readmit_local::{Database, Detours, Employees, Options, Stack};
use readmit_tests::{Cost, Proxy};
use reqwest::Method;
use serde_json::{Value, json};

use super::founding::{create_company, enrol};
use super::population::{Group, Population};
use super::requests::{PAGE, Request};
use crate::api::{Api, Ask, Person, invocation, redemption, text};
use crate::process::taken_by;
use crate::{Failure, progress};

/// Codes that one admin issues before the next takes over; the service allows 60 an hour.
const CODES_AN_ADMIN: usize = 50;
/// One of this number of people is in another group than those with an active code.
const OTHERS: usize = 16;

/// The stack.
pub struct Site {
    /// The number of people with an active code.
    pub size: usize,
    stack: Stack,
    store: Proxy,
    api: Api,
    company: Value,
    population: Population,
    admins: Vec<Person>,
    /// The cursor of the middle page.
    middle: String,
    issued: Cell<usize>,
    rounds: Cell<usize>,
}

/// The times of a request.
#[derive(Clone, Copy)]
pub struct Took {
    wall: Duration,
    /// The CPU time of the whole process.
    cpu: Duration,
}

impl Took {
    pub fn wall(&self) -> Duration {
        self.wall
    }

    pub fn cpu(&self) -> Duration {
        self.cpu
    }
}

impl Site {
    /// Creates the company through the API, loads the rest of its people into the tables, and enrols its admins.
    pub async fn found(size: usize, issues: usize, data_dir: Option<PathBuf>) -> Result<Self, Failure> {
        let database = Database::start(data_dir.as_deref()).await?;
        let store = Proxy::start().await;
        store.leads_to(database.address());
        let detours = Detours { dynamodb: Some(store.url().to_owned()), ..Detours::default() };
        let options = Options {
            port: 0,
            data_dir: None,
            employees: Employees::Nobody,
            clock_control: false,
            portal: false,
            dock: false,
            follow_stream: false,
            delivers_mail: false,
        };
        let stack = Stack::start_on(options, database, detours).await?;
        let api = Api::new(stack.api())?;
        let admins = (0..=issues / CODES_AN_ADMIN).map(|n| format!("zoe{n:02}@scale.example")).collect::<Vec<_>>();
        let company = create_company(&api, &admins).await?;
        let population = Population::of_models(stack.database(), Clock::system().now())?;
        population.put_members(stack.database(), size)?;
        for group in [Group::Client, Group::Bounced] {
            population.put_others(stack.database(), group, size / OTHERS)?;
        }
        let mut site = Self {
            size,
            stack,
            store,
            api,
            company,
            population,
            admins: Vec::new(),
            middle: String::new(),
            issued: Cell::new(0),
            rounds: Cell::new(0),
        };
        // The first admin was enrolled before the people were loaded, and the session may have expired since.
        for email in &admins {
            site.admins.push(enrol(&site.api, &site.company, email).await?);
        }
        site.check().await?;
        site.middle = site.cursor_at(size / 2).await?;
        Ok(site)
    }

    /// Checks that loaded people are like those that the functions created.
    async fn check(&self) -> Result<(), Failure> {
        let wanted: Vec<String> = (0..PAGE).map(|n| Group::Member.email(&Group::number(n))).collect();
        for request in [Request::List, Request::Search] {
            let page = self.api.ask(self.prepare(request).await?).await?;
            let found: Vec<&str> = employees(&page).filter_map(|employee| employee["email"].as_str()).collect();
            if found != wanted {
                return Err(format!("{}: {found:?} are found", request.name()).into());
            }
        }
        for filter in Request::ALL.into_iter().filter(|request| request.is_filter()) {
            let page = self.api.ask(self.prepare(filter).await?).await?;
            if employees(&page).count() != PAGE {
                return Err(format!("{}: the page is not full", filter.name()).into());
            }
        }
        let one = self.api.ask(self.prepare(Request::OneEmployee).await?).await?;
        let found = self.api.ask(self.prepare(Request::SearchOne).await?).await?;
        if one["passcode"]["status"].is_null() || employees(&found).map(|e| &e["employee_id"]).ne([&one["employee_id"]])
        {
            return Err(format!("one employee: {one} and {found}").into());
        }
        let email = self.issue().await?;
        self.api.complete(self.api.recover(&email).await?).await.map(drop)
    }

    /// The cursor of the page after number `n` of the list.
    async fn cursor_at(&self, n: usize) -> Result<String, Failure> {
        let bar = progress::bar("people passed on the way to the middle", n);
        let mut cursor = None;
        for _ in 0..n / PAGE {
            let from = cursor.map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
            let ask = self.get(&format!("/v1/employees?limit={PAGE}{from}"))?;
            cursor = Some(text(&self.api.ask(ask).await?, "next_cursor")?);
            bar.inc(PAGE as u64);
        }
        bar.finish_and_clear();
        Ok(cursor.ok_or("the company has no middle")?)
    }

    fn get(&self, path: &str) -> Result<Ask, Failure> {
        Ok(Ask::new(Method::GET, path).by(&self.admins.first().ok_or("the company has no admin")?.token))
    }

    /// A request for the next member's code, by an admin whose hourly limit is not reached.
    fn next_issue(&self) -> Result<(String, Ask), Failure> {
        let issued = self.issued.replace(self.issued.get() + 1);
        let admin = self.admins.get(issued / CODES_AN_ADMIN).ok_or("the company has not enough admins")?;
        // No measured page has people of the second quarter. One in ten members is an admin.
        let member = self.size / 4 + issued / 9 * 10 + issued % 9;
        if member >= self.size / 2 {
            return Err("the company has not enough members for so many rounds".into());
        }
        let path = format!("/v1/employees/{}/passcode", self.population.member_id(member));
        Ok((Group::Member.email(&Group::number(member)), Ask::new(Method::POST, path).by(&admin.token)))
    }

    async fn issue(&self) -> Result<String, Failure> {
        let (email, ask) = self.next_issue()?;
        self.api.ask(ask).await?;
        Ok(email)
    }

    /// Prepares a request, so that only sending it is measured.
    pub async fn prepare(&self, request: Request) -> Result<Ask, Failure> {
        let middle = self.size / 2;
        match request {
            Request::List => self.get(&format!("/v1/employees?limit={PAGE}")),
            Request::ListMiddle => self.get(&format!("/v1/employees?limit={PAGE}&cursor={}", self.middle)),
            Request::Search => self.get(&format!("/v1/employees?limit={PAGE}&query=member")),
            Request::SearchOne => self.get(&format!("/v1/employees?limit={PAGE}&query={}", Group::number(middle))),
            Request::Filter(filter) => self.get(&format!("/v1/employees?limit={PAGE}&filter={}", filter.name())),
            Request::OneEmployee => self.get(&format!("/v1/employees/{}", self.population.member_id(middle))),
            Request::Issue => Ok(self.next_issue()?.1),
            Request::Redeem => {
                let email = self.issue().await?;
                Ok(redemption(&email, &self.api.code_to(&email).await?))
            }
        }
    }

    /// The times of a request.
    pub async fn time(&self, request: Request) -> Result<Took, Failure> {
        self.timed(self.prepare(request).await?).await.map(|(took, _)| took)
    }

    /// The cost of a request.
    pub async fn cost(&self, request: Request) -> Result<Cost, Failure> {
        let ask = self.prepare(request).await?;
        self.store.record();
        self.api.ask(ask).await?;
        // The scheduled cleanup may run in between.
        Ok(self.store.sum_of(|request| !request.body.contains("by_due")))
    }

    /// Loads `count` codes that are overdue. Returns the times of their cleanup.
    pub async fn time_cleanup(&self, count: usize) -> Result<Took, Failure> {
        loop {
            let ask = self.prepare_cleanup(count)?;
            let (took, told) = self.timed(ask).await?;
            if told["expired"] == count {
                return Ok(took);
            }
        }
    }

    /// The cost of that cleanup.
    pub async fn cost_of_cleanup(&self, count: usize) -> Result<Cost, Failure> {
        loop {
            let ask = self.prepare_cleanup(count)?;
            self.store.record();
            let told = self.api.ask(ask).await?;
            let cost = self.store.sum();
            // The scheduled run may have ended some codes in between. A run queries each of 16 shards, and each code needs two
            // requests.
            if told["expired"] == count && cost.requests < 2 * count + 2 * 16 {
                return Ok(cost);
            }
        }
    }

    fn prepare_cleanup(&self, count: usize) -> Result<Ask, Failure> {
        self.population.put_due(self.stack.database(), count, self.next_round())?;
        Ok(Ask::new(Method::POST, "/_local/schedule/cleanup-passcodes"))
    }

    /// Loads `count` people. Returns the times of the import that erases them.
    pub async fn time_erasing(&self, count: usize) -> Result<Took, Failure> {
        let (took, told) = self.timed(self.prepare_erasing(count)?).await?;
        all_erased(&told, count)?;
        Ok(took)
    }

    /// The cost of that import.
    pub async fn cost_of_erasing(&self, count: usize) -> Result<Cost, Failure> {
        let ask = self.prepare_erasing(count)?;
        self.store.record();
        all_erased(&self.api.ask(ask).await?, count)?;
        Ok(self.store.sum_of(|request| !request.body.contains("by_due")))
    }

    fn prepare_erasing(&self, count: usize) -> Result<Ask, Failure> {
        self.population.put_leavers(self.stack.database(), count, self.next_round())?;
        let row = |n| json!({"email": Group::Leaver.email(&Group::number(n)), "erase": true});
        let rows: Vec<Value> = (0..count).map(row).collect();
        Ok(invocation("import-employees", json!({"company": self.company, "employees": rows})))
    }

    fn next_round(&self) -> usize {
        self.rounds.replace(self.rounds.get() + 1)
    }

    async fn timed(&self, ask: Ask) -> Result<(Took, Value), Failure> {
        let id = std::process::id();
        let (before, sent) = (taken_by(id)?.cpu, Instant::now());
        let told = self.api.ask(ask).await?;
        let wall = sent.elapsed();
        Ok((Took { wall, cpu: taken_by(id)?.cpu.saturating_sub(before) }, told))
    }
}

fn all_erased(told: &Value, count: usize) -> Result<(), Failure> {
    let rows = told["results"].as_array().into_iter().flatten();
    match rows.filter(|row| row["outcome"] == "erased").count() {
        erased if erased == count => Ok(()),
        erased => Err(format!("of {count} people {erased} are erased: {}", told["results"][0]).into()),
    }
}

fn employees(page: &Value) -> impl Iterator<Item = &Value> {
    page["employees"].as_array().into_iter().flatten()
}
