//! A company with the number of people that a measurement needs, and their requests.

use std::cell::Cell;

use reqwest::Method;
use serde_json::{Value, json};

use crate::Failure;
use crate::api::{Api, Ask, Person, invocation, new_authenticator, new_password, redemption, text};

/// Codes that one admin issues before the next takes over; the service allows 60 an hour.
const CODES_AN_ADMIN: usize = 50;
/// The rows of one import.
const ROWS: usize = 1_000;

/// A kind of request: one route, or one function without a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    ListEmployees,
    SearchEmployees,
    FilterEmployees,
    OneEmployee,
    ListAuditEvents,
    Issue,
    Revoke,
    Redeem,
    Disown,
    SetPassword,
    SetUpTotp,
    Complete,
    SignIn,
    SignOut,
    RenewBackupCodes,
    Keys,
    TrackDelivery,
    CleanUp,
    Import,
    RotateRootSecret,
    AddEmployee,
    ChangeEmployee,
    EraseEmployee,
    CompanySettings,
}

impl Kind {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 24] = [
        Self::ListEmployees,
        Self::FilterEmployees,
        Self::SearchEmployees,
        Self::OneEmployee,
        Self::ListAuditEvents,
        Self::Issue,
        Self::Revoke,
        Self::Redeem,
        Self::Disown,
        Self::SetPassword,
        Self::SetUpTotp,
        Self::Complete,
        Self::SignIn,
        Self::SignOut,
        Self::RenewBackupCodes,
        Self::Keys,
        Self::TrackDelivery,
        Self::CleanUp,
        Self::Import,
        Self::RotateRootSecret,
        Self::AddEmployee,
        Self::ChangeEmployee,
        Self::EraseEmployee,
        Self::CompanySettings,
    ];

    /// Its name in tables, and the function that answers.
    pub fn name_and_function(self) -> (&'static str, &'static str) {
        match self {
            Self::ListEmployees => ("list employees", "list-employees"),
            Self::FilterEmployees => ("list, by a filter", "list-employees"),
            Self::SearchEmployees => ("search employees", "list-employees"),
            Self::OneEmployee => ("one employee", "list-employees"),
            Self::ListAuditEvents => ("read the audit", "list-audit-events"),
            Self::Issue => ("issue", "issue-passcode"),
            Self::Revoke => ("revoke", "revoke-passcode"),
            Self::Redeem => ("redeem", "redeem-passcode"),
            Self::Disown => ("disown", "revoke-passcode"),
            Self::SetPassword => ("set the password", "reset-2fa"),
            Self::SetUpTotp => ("set up TOTP", "reset-2fa"),
            Self::Complete => ("complete", "reset-2fa"),
            Self::SignIn => ("sign in", "sign-in"),
            Self::SignOut => ("sign out", "sign-in"),
            Self::RenewBackupCodes => ("new backup codes", "reset-2fa"),
            Self::Keys => ("the public keys", "sign-in"),
            Self::TrackDelivery => ("a delivery report", "track-delivery"),
            Self::CleanUp => ("clean up nothing", "cleanup-passcodes"),
            Self::Import => ("import 100 people", "import-employees"),
            Self::RotateRootSecret => ("a step of rotation", "rotate-root-secret"),
            Self::AddEmployee => ("add a person", "manage-employees"),
            Self::ChangeEmployee => ("rename a person", "manage-employees"),
            Self::EraseEmployee => ("erase a person", "manage-employees"),
            Self::CompanySettings => ("the company's settings", "manage-employees"),
        }
    }

    /// Whether it computes an Argon2id hash.
    pub fn hashes(self) -> bool {
        matches!(self, Self::SetPassword | Self::SignIn | Self::RenewBackupCodes)
    }
}

/// The company.
pub struct Company<'a> {
    api: &'a Api,
    id: String,
    people: Vec<(String, String)>,
    admins: Vec<Person>,
    met: Cell<usize>,
    issued: Cell<usize>,
    imported: Cell<usize>,
    added: Cell<usize>,
    secret_arn: String,
}

impl<'a> Company<'a> {
    /// Creates a company of `members` people, none of them enrolled, with enough admins to issue a code to each.
    pub async fn found(api: &'a Api, members: usize, secret_arn: &str) -> Result<Self, Failure> {
        let admins = members / CODES_AN_ADMIN + 1;
        let admin_rows = (0..admins).map(|n| {
            json!({"email": format!("admin{n}@bench.example"), "name": format!("Admin {n}"), "role": "security_admin"})
        });
        let rows: Vec<Value> = admin_rows.chain((0..members).map(member)).collect();
        let mut company = json!({"name": "Bench"});
        let mut ids = Vec::new();
        for rows in rows.chunks(ROWS) {
            let told = api.invoke("import-employees", json!({"company": company, "employees": rows})).await?;
            company["company_id"] = told["company_id"].clone();
            for row in told["results"].as_array().into_iter().flatten() {
                ids.push((text(row, "email")?, text(row, "employee_id")?));
            }
        }
        let id = text(&company, "company_id")?;
        let people = ids.split_off(admins);
        let mut company = Self {
            api,
            id,
            people,
            admins: Vec::new(),
            met: Cell::new(0),
            issued: Cell::new(0),
            imported: Cell::new(0),
            added: Cell::new(0),
            secret_arn: secret_arn.to_owned(),
        };
        for (email, _) in &ids {
            company.mail_by_the_operator(email).await?;
            let admin = api.complete(api.recover(email).await?).await?;
            company.admins.push(admin);
        }
        Ok(company)
    }

    /// The address and the id of a person whom no earlier call returned.
    pub fn next_person(&self) -> Result<(&str, &str), Failure> {
        let index = self.met.replace(self.met.get() + 1);
        let (email, id) = self.people.get(index).ok_or("the company has no more people")?;
        Ok((email, id))
    }

    /// Prepares a request, so that only sending it is measured.
    pub async fn prepare(&self, kind: Kind) -> Result<Ask, Failure> {
        let api = self.api;
        let admin = self.admins.first().ok_or("the company has no admin")?;
        let get = |path: &str| Ask::new(Method::GET, path).by(&admin.token);
        Ok(match kind {
            Kind::ListEmployees => get("/v1/employees"),
            Kind::FilterEmployees => get("/v1/employees?filter=clients"),
            Kind::SearchEmployees => get("/v1/employees?query=member"),
            Kind::OneEmployee => get(&format!("/v1/employees/{}", self.next_person()?.1)),
            Kind::ListAuditEvents => get("/v1/audit-events"),
            Kind::Issue => self.issue(self.next_person()?.1)?,
            Kind::Revoke => {
                let (email, id) = self.next_person()?;
                self.mail_by_the_operator(email).await?;
                Ask::new(Method::DELETE, format!("/v1/employees/{id}/passcode")).by(&admin.token)
            }
            Kind::Redeem => {
                let email = self.mailed().await?;
                redemption(email, &api.code_to(email).await?)
            }
            Kind::Disown => {
                let mail = api.newest_mail(self.mailed().await?).await?;
                let (_, rest) =
                    mail["text"].as_str().and_then(|text| text.split_once("/#/disown/")).unwrap_or_default();
                let token = rest.split_whitespace().next().ok_or("the mail lacks its second link")?;
                Ask::new(Method::POST, "/v1/passcodes/disown").with(json!({"token": token}))
            }
            Kind::SetPassword => new_password(&api.redeem(self.mailed().await?).await?),
            Kind::SetUpTotp => new_authenticator(&api.redeem(self.mailed().await?).await?),
            Kind::Complete => api.recover(self.mailed().await?).await?.completion(),
            Kind::SignIn => self.enrolled().await?.sign_in(),
            Kind::SignOut => Ask::new(Method::DELETE, "/v1/sessions").by(&self.enrolled().await?.token),
            Kind::RenewBackupCodes => {
                let person = self.enrolled().await?;
                Ask::new(Method::POST, "/v1/backup-codes").by(&person.token).with(person.proof())
            }
            Kind::Keys => Ask::new(Method::GET, "/.well-known/jwks.json"),
            Kind::TrackDelivery => {
                let mail = api.newest_mail(self.mailed().await?).await?;
                let report = json!({"message_id": mail["message_id"], "event": "delivery"});
                Ask::new(Method::POST, "/_local/delivery").with(report)
            }
            Kind::CleanUp => Ask::new(Method::POST, "/_local/schedule/cleanup-passcodes"),
            Kind::Import => {
                let first = 1_000_000 + self.imported.replace(self.imported.get() + 100);
                let rows: Vec<Value> = (first..first + 100).map(member).collect();
                let company = json!({"company_id": self.id, "name": "Bench"});
                invocation("import-employees", json!({"company": company, "employees": rows}))
            }
            Kind::RotateRootSecret => invocation(
                "rotate-root-secret",
                json!({
                    "Step": "createSecret",
                    "SecretId": self.secret_arn,
                    "ClientRequestToken": "4c9b1f0e-8d23-4b57-a1f6-7e0c5d92b8a3",
                }),
            ),
            Kind::AddEmployee => {
                let added = self.added.replace(self.added.get() + 1);
                Ask::new(Method::POST, "/v1/employees").by(&admin.token).with(member(2_000_000 + added))
            }
            Kind::ChangeEmployee => {
                let path = format!("/v1/employees/{}", self.next_person()?.1);
                Ask::new(Method::PATCH, path).by(&admin.token).with(json!({"name": "Member Renamed"}))
            }
            Kind::EraseEmployee => {
                let path = format!("/v1/employees/{}", self.next_person()?.1);
                Ask::new(Method::DELETE, path).by(&admin.token)
            }
            Kind::CompanySettings => get("/v1/company"),
        })
    }

    /// An admin issues a passcode.
    pub fn issue(&self, employee_id: &str) -> Result<Ask, Failure> {
        let issued = self.issued.replace(self.issued.get() + 1);
        let admin = self.admins.get(issued / CODES_AN_ADMIN).ok_or("the company has not enough admins")?;
        Ok(Ask::new(Method::POST, format!("/v1/employees/{employee_id}/passcode")).by(&admin.token))
    }

    /// A new person who was mailed a code.
    async fn mailed(&self) -> Result<&str, Failure> {
        let (email, _) = self.next_person()?;
        self.mail_by_the_operator(email).await?;
        Ok(email)
    }

    /// A new person who is enrolled.
    async fn enrolled(&self) -> Result<Person, Failure> {
        let email = self.mailed().await?;
        self.api.complete(self.api.recover(email).await?).await
    }

    async fn mail_by_the_operator(&self, email: &str) -> Result<(), Failure> {
        let company = json!({"company_id": self.id, "name": "Bench"});
        let event = json!({"company": company, "employees": [], "issue_passcodes": [email]});
        self.api.invoke("import-employees", event).await.map(drop)
    }
}

/// The row of member number `n`.
pub fn member(n: usize) -> Value {
    json!({"email": format!("member{n}@bench.example"), "name": format!("Member Number {n}")})
}
