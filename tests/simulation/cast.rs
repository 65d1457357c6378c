//! The people of a run, and the codes and passwords that they know.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use totp_rs::Totp;

use crate::asking::{Asker, World};
use crate::aws::{Aws, Mail};

/// The number of companies. Each has Security Admins, members, and one client.
const COMPANIES: usize = 3;
/// The company where sensitive acts wait for a second Security Admin.
pub const SENSITIVE: usize = 2;
const ADMINS: usize = 4;
const MEMBERS: usize = 8;
/// The first network of guests.
const GUESTS: usize = 1_000;

/// A person.
pub struct Person {
    pub number: usize,
    pub company: usize,
    pub company_id: String,
    pub id: String,
    pub name: String,
    pub is_admin: bool,
    pub is_client: bool,
    pub email: Mutex<String>,
    /// Credentials that may be valid, the newest last. A completion without an answer may have succeeded.
    pub credentials: Mutex<Vec<usize>>,
    pub session: Mutex<Option<Session>>,
}

/// A session.
#[derive(Clone)]
pub struct Session {
    pub token: String,
    /// The time of the answer, in milliseconds since 1970.
    pub since: i64,
    /// Whether it began with a sign-in.
    pub signed_in: bool,
}

/// A password, an authenticator and backup codes.
#[derive(Clone)]
pub struct Credentials {
    pub password: String,
    pub authenticator: Totp,
    pub backup_codes: Vec<String>,
}

/// All people.
pub struct Cast {
    pub world: Arc<World>,
    pub aws: Aws,
    pub people: Vec<Arc<Person>>,
    credentials: Mutex<Vec<Credentials>>,
    passwords: Mutex<BTreeMap<String, String>>,
    clicks: Mutex<usize>,
    /// The addresses of the people of imported files.
    pub files: Mutex<Vec<String>>,
}

impl Cast {
    /// Creates the companies. Nobody is enrolled yet.
    pub async fn assembled(world: &Arc<World>, aws: &Aws, operator: &Asker) -> Self {
        let mut people = Vec::new();
        for company in 0..COMPANIES {
            let row = |n: usize| {
                let (role, account_type) = match n {
                    n if n < ADMINS => ("security_admin", "employee"),
                    n if n < ADMINS + MEMBERS => ("member", "employee"),
                    _ => ("member", "client"),
                };
                json!({"email": email(company, n), "name": name(n), "role": role, "account_type": account_type})
            };
            let rows: Vec<Value> = (0..=ADMINS + MEMBERS).map(row).collect();
            let approvals = if company == SENSITIVE { "sensitive" } else { "none" };
            let (name_of_company, id) = (format!("Company {company}"), format!("C-{company}"));
            let company_part = json!({"name": name_of_company, "external_id": id, "approvals": approvals});
            let event = json!({"mode": "create", "company": company_part, "employees": rows});
            let told = operator.completes("import", "import-employees", event).await.unwrap();
            if company == SENSITIVE {
                world.oracle.lets_sensitive_acts_wait(told["company_id"].as_str().unwrap());
            }
            for (n, row) in told["results"].as_array().unwrap().iter().enumerate() {
                assert_eq!(row["outcome"], "created", "{row}");
                people.push(Arc::new(Person {
                    number: people.len(),
                    company,
                    company_id: told["company_id"].as_str().unwrap().to_owned(),
                    id: row["employee_id"].as_str().unwrap().to_owned(),
                    name: name(n),
                    is_admin: n < ADMINS,
                    is_client: n == ADMINS + MEMBERS,
                    email: Mutex::new(email(company, n)),
                    credentials: Mutex::default(),
                    session: Mutex::default(),
                }));
            }
        }
        let (credentials, passwords, clicks) = (Mutex::default(), Mutex::default(), Mutex::default());
        let files = Mutex::default();
        Self { world: Arc::clone(world), aws: aws.clone(), people, credentials, passwords, clicks, files }
    }

    pub fn companies(&self) -> usize {
        COMPANIES
    }

    /// The Security Admins of a company.
    pub fn admins(&self, company: usize) -> Vec<&Arc<Person>> {
        self.people.iter().filter(|person| person.company == company && person.is_admin).collect()
    }

    /// The password that is chosen in a recovery. Two tabs with the same token choose the same one.
    pub fn password_for(&self, recovery_token: &str) -> String {
        let new = format!("plum harbour {} ladder quartz", self.click());
        let password = self.passwords.lock().unwrap().entry(recovery_token.to_owned()).or_insert(new).clone();
        self.world.oracle.keeps_secret(&password);
        password
    }

    /// Credentials by their number, before they are set.
    pub fn add_credentials(&self, password: &str, authenticator: Totp) -> usize {
        let mut all = self.credentials.lock().unwrap();
        all.push(Credentials { password: password.to_owned(), authenticator, backup_codes: Vec::new() });
        all.len() - 1
    }

    pub fn credentials(&self, number: usize) -> Credentials {
        self.credentials.lock().unwrap()[number].clone()
    }

    pub fn set_backup_codes(&self, number: usize, codes: Vec<String>) {
        codes.iter().for_each(|code| self.world.oracle.keeps_secret(code));
        self.credentials.lock().unwrap()[number].backup_codes = codes;
    }

    /// Takes a backup code, so that it is used only once.
    pub fn take_backup_code(&self, number: usize) -> Option<String> {
        self.credentials.lock().unwrap()[number].backup_codes.pop()
    }

    /// A new idempotency number.
    pub fn click(&self) -> usize {
        let mut clicks = self.clicks.lock().unwrap();
        *clicks += 1;
        *clicks
    }

    /// The newest mail with a code to an address.
    pub fn newest_code(&self, email: &str) -> Option<Code> {
        let code = Code::read(&self.aws.newest_mail_with_code(email)?);
        [&code.code, &code.disown_token].into_iter().for_each(|secret| self.world.oracle.keeps_secret(secret));
        Some(code)
    }
}

/// A mailed code.
#[derive(Clone)]
pub struct Code {
    pub passcode_id: String,
    pub code: String,
    pub disown_token: String,
}

impl Code {
    fn read(mail: &Mail) -> Self {
        let is_code = |line: &&str| line.len() == 14 && line.chars().filter(|c| *c == '-').count() == 2;
        let code = mail.text.lines().map(str::trim).find(is_code).unwrap().to_owned();
        let (_, token) = mail.text.split_once("/#/disown/").unwrap();
        let disown_token = token.split_whitespace().next().unwrap().to_owned();
        Self { passcode_id: mail.tags["passcode_id"].as_str().unwrap().to_owned(), code, disown_token }
    }

    /// The code with the right selector and a wrong secret.
    pub fn wrong(&self) -> String {
        let last = if self.code.ends_with('0') { '1' } else { '0' };
        format!("{}{last}", &self.code[..13])
    }
}

fn email(company: usize, n: usize) -> String {
    format!("person{n:02}@company{company}.example")
}

fn name(n: usize) -> String {
    format!("Person Number {n:02}")
}

impl Person {
    pub fn email(&self) -> String {
        self.email.lock().unwrap().clone()
    }

    /// Whether the person is enrolled when the journeys begin.
    pub fn is_enrolled_first(&self) -> bool {
        self.number.is_multiple_of(2) && !self.is_client
    }

    /// Forgets a session that has ended, but not a newer one.
    pub fn forgets(&self, ended: &Session) {
        let mut held = self.session.lock().unwrap();
        if held.as_ref().is_some_and(|session| session.token == ended.token) {
            *held = None;
        }
    }

    pub fn path(&self) -> String {
        format!("/v1/employees/{}/passcode", self.id)
    }

    /// A new person of the same company.
    pub fn guest(&self, id: &str, email: &str) -> Self {
        Self {
            number: GUESTS + self.number,
            company: self.company,
            company_id: self.company_id.clone(),
            id: id.to_owned(),
            name: "Guest".to_owned(),
            is_admin: false,
            is_client: false,
            email: Mutex::new(email.to_owned()),
            credentials: Mutex::default(),
            session: Mutex::default(),
        }
    }

    /// The person's row, if any.
    pub fn row(&self, aws: &Aws) -> Option<Value> {
        aws.item("employees", json!({"company_id": {"S": self.company_id}, "employee_id": {"S": self.id}}))
    }

    /// Reads the person's address without faults.
    pub fn looks_up_its_address(&self, aws: &Aws) {
        let row = self.row(aws).unwrap();
        row["login"]["S"].as_str().unwrap().clone_into(&mut self.email.lock().unwrap());
    }

    /// An import that changes this person.
    pub fn change(&self, mut row: Value) -> Value {
        row["employee_id"] = json!(self.id);
        if row.get("email").is_none() {
            row["email"] = json!(self.email());
        }
        json!({"mode": "update", "company": {"company_id": self.company_id}, "employees": [row]})
    }

    /// An import that mails an operator's code to this person.
    pub fn code_of_the_operator(&self) -> Value {
        let company = json!({"company_id": self.company_id});
        json!({"mode": "update", "company": company, "employees": [], "issue_passcodes": [self.email()]})
    }
}
