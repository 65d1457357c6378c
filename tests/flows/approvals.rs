//! Approvals: sensitive acts wait for a second Security Admin, if the company says so.

use std::time::Duration;

use readmit_tests::{Person, Reply, World};
use reqwest::Method;
use serde_json::{Value, json};

const ADA: &str = "ada@northwind.example";
const GRACE: &str = "grace@northwind.example";
const MIKE: &str = "mike@northwind.example";
const HOUR: Duration = Duration::from_secs(60 * 60);

/// Lets sensitive acts wait at Northwind.
async fn lets_acts_wait(world: &World) {
    let company = json!({"company_id": world.companies["Northwind Partners"], "approvals": "sensitive"});
    world.import(json!({"company": company, "employees": []})).await;
}

/// Northwind with two enrolled Security Admins, where sensitive acts wait.
async fn two_admins(world: &World) -> (Person<'_>, Person<'_>) {
    let (ada, grace) = (world.enrolled(ADA).await, world.enrolled(GRACE).await);
    lets_acts_wait(world).await;
    (ada, grace)
}

async fn changes(world: &World, admin: &Person<'_>, email: &str, change: Value) -> Reply {
    admin.calls(Method::PATCH, &format!("/v1/employees/{}", world.id(email)), Some(change)).await
}

/// Asks for a role for Mike, and returns the path of the request.
async fn asks_for_a_role(world: &World, admin: &Person<'_>) -> String {
    let waits = changes(world, admin, MIKE, json!({"role": "security_admin"})).await.is(202);
    format!("/v1/approvals/{}", waits.text_at("/approval/approval_id"))
}

async fn approves(admin: &Person<'_>, path: &str) -> Reply {
    admin.calls(Method::POST, path, None).await
}

async fn cancels(admin: &Person<'_>, path: &str) -> Reply {
    admin.calls(Method::DELETE, path, None).await
}

async fn open(admin: &Person<'_>) -> Vec<Value> {
    admin.calls(Method::GET, "/v1/approvals", None).await.is(200).body["approvals"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_new_security_admin_waits_for_a_second_one() {
    let world = World::start().await;
    let (ada, grace) = two_admins(&world).await;
    let path = asks_for_a_role(&world, &ada).await;
    assert_eq!(ada.sees(MIKE).await["role"], "member");
    let waiting = open(&grace).await;
    assert_eq!((waiting.len(), &waiting[0]["act"]), (1, &json!("new_security_admin")));
    assert_eq!(
        (&waiting[0]["employee_id"], &waiting[0]["requested_by"]),
        (&json!(world.id(MIKE)), &json!(world.id(ADA)))
    );
    assert_eq!(
        (&waiting[0]["request"], &waiting[0]["requester_may_approve_at"]),
        (&json!({"role": "security_admin"}), &json!(null))
    );
    // The same request again is the same request.
    assert_eq!(asks_for_a_role(&world, &ada).await, path);

    approves(&ada, &path).await.is_problem(403, "own_account");
    approves(&grace, &path).await.is(204);
    approves(&grace, &path).await.is(204);
    cancels(&grace, &path).await.is_problem(404, "approval_not_found");
    assert_eq!(ada.sees(MIKE).await["role"], "security_admin");
    assert_eq!(open(&grace).await, Vec::<Value>::new());
    let events = ["approval.requested", "approval.approved", "employee.changed"];
    assert_eq!(world.counts_in_trail(MIKE, events).await, [1, 1, 1]);
    // What was asked for has names and addresses, and is gone.
    assert!(world.items("approvals").await.iter().all(|row| row.get("body").or(row.get("address")).is_none()));
}

#[tokio::test]
async fn the_other_sensitive_acts_wait_too() {
    let world = World::start().await;
    let (ada, grace) = two_admins(&world).await;
    let weaker = ada.calls(Method::PATCH, "/v1/company", Some(json!({"second_proof": "none"}))).await.is(202);
    let moved = changes(&world, &ada, GRACE, json!({"email": "g@northwind.example"})).await.is(202);
    let code = ada.issues(GRACE, Some(json!({"reason": "Lost phone"}))).await.is(202);
    let added =
        json!({"email": "nora@northwind.example", "name": "Nora", "role": "security_admin", "issue_passcode": true});
    let added = ada.calls(Method::POST, "/v1/employees", Some(added)).await.is(202);
    let acts: Vec<Value> = open(&grace).await.iter().map(|approval| approval["act"].clone()).collect();
    let all = ["weaker_policy", "security_admin_address", "security_admin_passcode", "new_security_admin"];
    assert_eq!(acts, all.map(Value::from));
    assert_eq!(world.mail_counts(["nora@northwind.example"]).await, [0]);

    let path = |reply: &Reply| format!("/v1/approvals/{}", reply.text_at("/approval/approval_id"));
    // Nobody decides about their own access.
    approves(&grace, &path(&moved)).await.is_problem(403, "own_account");
    approves(&grace, &path(&code)).await.is_problem(403, "own_account");
    approves(&grace, &path(&weaker)).await.is(204);
    approves(&grace, &path(&added)).await.is(204);
    let settings = ada.calls(Method::GET, "/v1/company", None).await.is(200);
    assert_eq!(settings.body["second_proof"], "none");
    let nora = world.mailed_code("nora@northwind.example").await;
    let nora = world.recovers("nora@northwind.example", &nora).await.completes("plum harbour ladder quartz").await;
    approves(&nora, &path(&code)).await.is(204);
    assert_eq!(ada.sees(GRACE).await["passcode"]["issued_by"]["name"], "Ada Lindqvist");
    approves(&nora, &path(&moved)).await.is(204);
    assert_eq!(ada.sees(GRACE).await["email"], "g@northwind.example");
    // What is not sensitive is done at once, and a stronger policy too.
    changes(&world, &ada, MIKE, json!({"email": "m@northwind.example"})).await.is(200);
    ada.calls(Method::PATCH, "/v1/company", Some(json!({"second_proof": "everyone"}))).await.is(200);
    let several = json!({"employee_ids": [world.id(GRACE), world.id(MIKE)]});
    let several = ada.calls(Method::POST, "/v1/passcodes", Some(several)).await.is(200);
    assert_eq!(several.body["results"][0]["approval"]["act"], "security_admin_passcode");
    assert_eq!(several.body["results"][1]["passcode"]["status"], "sent");
}

#[tokio::test]
async fn a_request_is_cancelled_or_expires_and_nothing_changes() {
    let world = World::start().await;
    let (mut ada, mut grace) = two_admins(&world).await;
    let cancelled = asks_for_a_role(&world, &ada).await;
    cancels(&ada, &cancelled).await.is(204);
    cancels(&grace, &cancelled).await.is(204);
    approves(&grace, &cancelled).await.is_problem(404, "approval_not_found");

    let expired = asks_for_a_role(&world, &ada).await;
    world.advance(72 * HOUR).await;
    grace.signs_in().await;
    ada.signs_in().await;
    approves(&grace, &expired).await.is_problem(404, "approval_not_found");
    assert_eq!(open(&grace).await, Vec::<Value>::new());
    assert_eq!(world.clean_up().await["approvals"], 1);
    assert_eq!(world.clean_up().await["approvals"], 0);
    assert_eq!(ada.sees(MIKE).await["role"], "member");
    let events = ["approval.requested", "approval.cancelled", "approval.expired", "approval.approved"];
    assert_eq!(world.counts_in_trail(MIKE, events).await, [2, 1, 1, 0]);
}

#[tokio::test]
async fn who_is_alone_approves_after_a_day() {
    let world = World::start().await;
    // Grace has never enrolled.
    let mut ada = world.enrolled(ADA).await;
    lets_acts_wait(&world).await;
    let path = asks_for_a_role(&world, &ada).await;
    assert!(open(&ada).await[0]["requester_may_approve_at"].is_string());
    world.advance(23 * HOUR).await;
    ada.signs_in().await;
    approves(&ada, &path).await.is_problem(403, "own_account");
    world.advance(HOUR).await;
    ada.signs_in().await;
    // If somebody else can approve it meanwhile, that is required.
    let grace = world.enrolled(GRACE).await;
    approves(&ada, &path).await.is_problem(403, "own_account");
    world.change(GRACE, json!({"status": "disabled"})).await;
    drop(grace);
    approves(&ada, &path).await.is(204);
    assert_eq!(ada.sees(MIKE).await["role"], "security_admin");
}

#[tokio::test]
async fn requester_and_approver_must_be_security_admins_at_that_moment() {
    let world = World::start().await;
    let (ada, grace) = two_admins(&world).await;
    let path = asks_for_a_role(&world, &ada).await;
    world.change(ADA, json!({"role": "member"})).await;
    approves(&grace, &path).await.is_problem(409, "requester_not_security_admin");
    world.change(ADA, json!({"role": "security_admin"})).await;
    world.change(GRACE, json!({"role": "member"})).await;
    approves(&grace, &path).await.is_problem(403, "not_security_admin");
    // Another company's admin does not see the request.
    let carl = world.enrolled("carl@contoso.example").await;
    approves(&carl, &path).await.is_problem(404, "approval_not_found");
    cancels(&carl, &path).await.is_problem(404, "approval_not_found");
    assert_eq!(open(&carl).await, Vec::<Value>::new());
}

#[tokio::test]
async fn an_act_is_decided_anew_when_it_is_approved() {
    let world = World::start().await;
    let (ada, grace) = two_admins(&world).await;
    let added = json!({"email": "nora@northwind.example", "name": "Nora", "role": "security_admin"});
    let added = ada.calls(Method::POST, "/v1/employees", Some(added)).await.is(202);
    let path = format!("/v1/approvals/{}", added.text_at("/approval/approval_id"));
    let member = json!({"email": "nora@northwind.example", "name": "Nora"});
    grace.calls(Method::POST, "/v1/employees", Some(member)).await.is(201);
    approves(&grace, &path).await.is_problem(409, "address_unavailable");
    assert_eq!(open(&grace).await.len(), 1, "it can still be cancelled");

    let path = asks_for_a_role(&world, &ada).await;
    world.change(MIKE, json!({"role": "security_admin"})).await;
    approves(&grace, &path).await.is(204);
    world.change(MIKE, json!({"erase": true})).await;
    let weaker = ada.calls(Method::PATCH, "/v1/company", Some(json!({"second_proof": "none"}))).await.is(202);
    world.change(GRACE, json!({"name": "Grace O."})).await;
    approves(&grace, &format!("/v1/approvals/{}", weaker.text_at("/approval/approval_id"))).await.is(204);
}

/// Who asks for a role and then moves the account to another mailbox would get the role for that mailbox.
#[tokio::test]
async fn a_request_is_void_if_the_person_has_another_address() {
    let world = World::start().await;
    let (ada, grace) = two_admins(&world).await;
    let path = asks_for_a_role(&world, &ada).await;
    changes(&world, &ada, MIKE, json!({"email": "not.mike@northwind.example"})).await.is(200);
    approves(&grace, &path).await.is_problem(412, "changed_meanwhile");
    assert_ne!(asks_for_a_role(&world, &ada).await, path);
    cancels(&grace, &path).await.is(204);
    assert_eq!(world.counts_in_trail(MIKE, ["approval.requested", "approval.approved"]).await, [2, 0]);
}

#[tokio::test]
async fn a_repeated_request_gets_the_answer_that_it_had_before_acts_waited() {
    let world = World::start().await;
    let (ada, _grace) = (world.enrolled(ADA).await, world.enrolled(GRACE).await);
    let path = format!("/v1/employees/{}/passcode", world.id(GRACE));
    let issues = || {
        let request = world.request(Method::POST, &path).bearer_auth(&ada.token).header("idempotency-key", "click");
        world.send(request.json(&json!({})))
    };
    let first = issues().await.is(201);
    lets_acts_wait(&world).await;
    assert_eq!(issues().await.is(201).body, first.body);
    assert_eq!(open(&ada).await, Vec::<Value>::new());
}

/// The first try added a client, who gets no passcode. Now the same person is a Security Admin, whose passcode must be approved.
#[tokio::test]
async fn a_repeated_addition_mails_nothing_to_somebody_who_has_become_a_security_admin() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    let nora =
        json!({"email": "nora@northwind.example", "name": "Nora", "account_type": "client", "issue_passcode": true});
    let adds = || {
        let request = world.request(Method::POST, "/v1/employees").bearer_auth(&ada.token);
        world.send(request.header("idempotency-key", "click").json(&nora))
    };
    let added = adds().await.is(201);
    assert_eq!(added.body["refusal"]["code"], "client_account");
    let change = json!({"account_type": "employee", "role": "security_admin"});
    ada.calls(Method::PATCH, added.header("location"), Some(change)).await.is(200);
    lets_acts_wait(&world).await;
    let again = adds().await.is(201);
    assert_eq!((&again.body["passcode"], &again.body["refusal"]["code"]), (&json!(null), &json!("changed_meanwhile")));
    assert_eq!(world.mail_counts(["nora@northwind.example"]).await, [0]);
}

#[tokio::test]
async fn every_security_admin_is_told_of_each_request_and_of_its_end() {
    let world = World::start().await;
    let (ada, grace) = two_admins(&world).await;
    world.stack.catch_up_with_the_stream().await;
    let before = (world.notices_to(ADA).await.len(), world.notices_to(GRACE).await.len());
    let path = asks_for_a_role(&world, &ada).await;
    cancels(&grace, &path).await.is(204);
    world.stack.catch_up_with_the_stream().await;
    let kinds = |notices: Vec<String>, before: usize| notices[before..].to_vec();
    let expected = ["approval_requested", "approval_cancelled"];
    assert_eq!(kinds(world.notices_to(ADA).await, before.0), expected);
    assert_eq!(kinds(world.notices_to(GRACE).await, before.1), expected);
}
