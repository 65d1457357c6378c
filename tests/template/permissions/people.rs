//! What Security Admins do with people and the company, and the approvals of sensitive acts.

use std::time::Duration;

use readmit_tests::World;
use reqwest::Method;
use serde_json::{Value, json};

use super::{ADA, GRACE, LOGO, SAM};

/// A Security Admin adds, changes and erases people, ends sessions and changes the company.
pub(super) async fn changes_of_people(world: &World) {
    let ada = world.enrolled(ADA).await;
    let nora =
        json!({"email": "nora@northwind.example", "name": "Nora Berg", "external_id": "NW-7", "issue_passcode": true});
    let path = ada.calls(Method::POST, "/v1/employees", Some(nora)).await.is(201).header("location").to_owned();
    for change in [
        json!({"email": "nora.b@northwind.example", "external_id": "NW-8"}),
        json!({"status": "disabled"}),
        json!({"status": "active"}),
    ] {
        ada.calls(Method::PATCH, &path, Some(change)).await.is(200);
    }
    ada.calls(Method::DELETE, &format!("{path}/sessions"), None).await.is(204);
    ada.calls(Method::DELETE, &path, None).await.is(204);
    for (logo, name) in [(json!(LOGO), "Northwind & Partners"), (Value::Null, "Northwind Partners")] {
        let change = json!({"name": name, "brand": {"logo": logo}});
        ada.calls(Method::PATCH, "/v1/company", Some(change)).await.is(200);
    }
    ada.calls(Method::GET, "/v1/company", None).await.is(200);
    // An address change of a person without a passcode, and one with an operator's other Security Admin who stays.
    world.change(ADA, json!({"role": "member"})).await;
    world.change(ADA, json!({"role": "security_admin"})).await;
}

/// Sensitive acts wait, are approved, cancelled and expire.
pub(super) async fn approvals(world: &World) {
    let (ada, grace) = (world.enrolled(ADA).await, world.enrolled(GRACE).await);
    let company = json!({"company_id": world.companies["Northwind Partners"], "approvals": "sensitive"});
    world.import(json!({"company": company, "employees": []})).await;
    let path = |reply: &readmit_tests::Reply| format!("/v1/approvals/{}", reply.text_at("/approval/approval_id"));
    let sam = format!("/v1/employees/{}", world.id(SAM));
    let role = ada.calls(Method::PATCH, &sam, Some(json!({"role": "security_admin"}))).await.is(202);
    ada.calls(Method::DELETE, &path(&role), None).await.is(204);
    let otto =
        json!({"email": "otto@northwind.example", "name": "Otto", "role": "security_admin", "issue_passcode": true});
    let otto = ada.calls(Method::POST, "/v1/employees", Some(otto)).await.is(202);
    grace.calls(Method::GET, "/v1/approvals", None).await.is(200);
    grace.calls(Method::POST, &path(&otto), None).await.is(204);
    ada.issues(GRACE, Some(json!({"reason": "lost"}))).await.is(202);
    world.advance(Duration::from_secs(72 * 60 * 60)).await;
    assert_eq!(world.clean_up().await["approvals"], 1);
    let company = json!({"company_id": world.companies["Northwind Partners"], "approvals": "none"});
    world.import(json!({"company": company, "employees": []})).await;
    // A repeated addition reads the person who was added.
    let ada = world.enrolled(ADA).await;
    for _ in 0..2 {
        let request =
            world.request(Method::POST, "/v1/employees").bearer_auth(&ada.token).header("idempotency-key", "add");
        world.send(request.json(&json!({"email": "olga@northwind.example", "name": "Olga"}))).await.is(201);
    }
}
