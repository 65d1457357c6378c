//! Creates the measured company through the API.

use reqwest::Method;
use serde_json::{Value, json};

use super::population::Group;
use crate::Failure;
use crate::api::{Api, Ask, Person, text};

/// The company's name.
const COMPANY: &str = "Scale";
/// A day, the longest lifetime of a code.
const LIFETIME_MINUTES: u32 = 1_440;

/// Creates the company with its admins and the model of each group, in the state of the group.
pub async fn create_company(api: &Api, admins: &[String]) -> Result<Value, Failure> {
    let admin = |email: &String| json!({"email": email, "name": "Zoe Admin", "role": "security_admin"});
    let rows: Vec<Value> = Group::ALL.into_iter().map(Group::model_row).chain(admins.iter().map(admin)).collect();
    let told = api.invoke("import-employees", json!({"company": {"name": COMPANY}, "employees": rows})).await?;
    let company = json!({"name": COMPANY, "company_id": told["company_id"]});
    let issuer = enrol(api, &company, admins.first().ok_or("the company has no admin")?).await?;
    for (group, row) in Group::ALL.into_iter().zip(told["results"].as_array().into_iter().flatten()) {
        if group == Group::Client {
            continue;
        }
        let path = format!("/v1/employees/{}/passcode", text(row, "employee_id")?);
        let wish = json!({"lifetime_minutes": LIFETIME_MINUTES});
        api.ask(Ask::new(Method::POST, path).by(&issuer.token).with(wish)).await?;
        let mail = api.newest_mail(&group.email(&group.model())).await?;
        let event = if group == Group::Bounced { "bounce" } else { "delivery" };
        let report = json!({"message_id": mail["message_id"], "event": event});
        api.ask(Ask::new(Method::POST, "/_local/delivery").with(report)).await?;
    }
    Ok(company)
}

/// Enrols a person with an operator's code.
pub async fn enrol(api: &Api, company: &Value, email: &str) -> Result<Person, Failure> {
    let event = json!({"company": company, "employees": [], "issue_passcodes": [email]});
    api.invoke("import-employees", event).await?;
    api.complete(api.recover(email).await?).await
}
