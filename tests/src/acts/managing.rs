//! The acts of Security Admins about people and the company, and the approvals of sensitive ones.

use reqwest::Method;
use serde_json::{Value, json};

use super::{ADA, Done, GRACE, Ledger, MIKE};
use crate::{Reply, World};

/// What a Security Admin does with people and the company.
pub(super) async fn of_people() -> Vec<Done> {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    let mut ledger = Ledger::of(&world);
    let nora = |fields: Value| {
        let mut person = json!({"email": "nora@northwind.example", "name": "Nora Berg"});
        person.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        ada.calls(Method::POST, "/v1/employees", Some(person))
    };
    let path = ledger.add("add a person", nora(json!({}))).await.is(201).header("location").to_owned();
    let otto = nora(json!({"email": "otto@northwind.example", "external_id": "NW-8", "issue_passcode": true}));
    ledger.add("add a person who gets a passcode", otto).await.is(201);
    for (name, change) in [
        ("rename a person", json!({"name": "Nora Holm"})),
        ("change nothing", json!({"name": "Nora Holm"})),
        ("move a person", json!({"email": "nora.holm@northwind.example"})),
        ("switch an account off", json!({"status": "disabled"})),
    ] {
        ledger.add(name, ada.calls(Method::PATCH, &path, Some(change))).await.is(200);
    }
    let sessions = format!("{path}/sessions");
    ledger.add("end a person's sessions", ada.calls(Method::DELETE, &sessions, None)).await.is(204);
    ledger.add("erase a person from the portal", ada.calls(Method::DELETE, &path, None)).await.is(204);
    ledger.add("the company's settings", ada.calls(Method::GET, "/v1/company", None)).await.is(200);
    let policy = json!({"second_proof": "everyone"});
    ledger.add("change the settings", ada.calls(Method::PATCH, "/v1/company", Some(policy))).await.is(200);
    ledger.acts
}

/// Ada asks for each sensitive act, and Grace approves it.
pub(super) async fn approvals() -> Vec<Done> {
    let world = World::start().await;
    let (ada, grace) = (world.enrolled(ADA).await, world.enrolled(GRACE).await);
    let hana = json!([{"email": "hana@northwind.example", "name": "Hana Sato", "role": "security_admin"}]);
    let hana = world.import(world.northwind(hana)).await.text_at("/results/0/employee_id");
    for policy in [json!({"second_proof": "everyone"}), json!({"approvals": "sensitive"})] {
        ada.calls(Method::PATCH, "/v1/company", Some(policy)).await.is(200);
    }
    let mut ledger = Ledger::of(&world);
    let [mike, hana] = [world.id(MIKE), &hana].map(|id| format!("/v1/employees/{id}"));
    let added = json!({"email": "nora@northwind.example", "name": "Nora Berg", "role": "security_admin"});
    let path = |waits: &Reply| format!("/v1/approvals/{}", waits.text_at("/approval/approval_id"));
    let asked = ledger
        .add("ask for an approval", ada.calls(Method::PATCH, &mike, Some(json!({"role": "security_admin"}))))
        .await;
    ledger.add("list the requests", grace.calls(Method::GET, "/v1/approvals", None)).await.is(200);
    ledger.add("approve a role", grace.calls(Method::POST, &path(&asked.is(202)), None)).await.is(204);
    for (name, method, path_of_act, body) in [
        ("approve an address", Method::PATCH, hana.clone(), json!({"email": "hana.sato@northwind.example"})),
        ("approve a passcode", Method::POST, format!("{hana}/passcode"), json!({"reason": "lost phone"})),
        ("approve a new Security Admin", Method::POST, "/v1/employees".to_owned(), added),
        ("approve a weaker policy", Method::PATCH, "/v1/company".to_owned(), json!({"second_proof": "none"})),
    ] {
        let asked = ada.calls(method, &path_of_act, Some(body)).await.is(202);
        ledger.add(name, grace.calls(Method::POST, &path(&asked), None)).await.is(204);
    }
    let asked = ada.calls(Method::PATCH, "/v1/company", Some(json!({"approvals": "none"}))).await.is(202);
    ledger.add("cancel a request", grace.calls(Method::DELETE, &path(&asked), None)).await.is(204);
    ledger.acts
}
