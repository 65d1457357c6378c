//! The second proof in addition to the mailed code; stolen devices; new backup codes.

use readmit_tests::{PASSWORD, Person, Reply, World};
use reqwest::Method;
use serde_json::{Value, json};

const ADA: &str = "ada@northwind.example";
const GRACE: &str = "grace@northwind.example";
const MIKE: &str = "mike@northwind.example";

async fn redeems(world: &World, email: &str, code: &str, proof: &str) -> Reply {
    let body = json!({"email": email, "code": code, "proof": proof});
    world.call(Method::POST, "/v1/passcodes/redeem", None, Some(body)).await
}

async fn policy(world: &World, second_proof: &str) {
    let company = json!({"company_id": world.companies["Northwind Partners"], "name": "Northwind Partners",
        "second_proof": second_proof});
    world.import(json!({"company": company, "employees": []})).await;
}

/// The status and the body of a refusal, without the fields that differ between requests.
fn words(reply: &Reply) -> (u16, Value) {
    let mut body = reply.body.clone();
    body["request_id"] = Value::Null;
    (reply.status, body)
}

#[tokio::test]
async fn a_security_admins_code_alone_is_refused_in_the_same_words_as_a_wrong_one() {
    let world = World::start().await;
    let (ada, grace) = (world.enrolled(ADA).await, world.enrolled(GRACE).await);
    let code = ada.issues_a_code_to(GRACE).await;
    let alone = world.redeem(GRACE, &code).await;
    let wrong = world.redeem(GRACE, &world.wrong_secret(&code)).await;
    let unproven = redeems(&world, GRACE, &code, "not her password").await;
    assert_eq!((words(&alone), words(&unproven)), (words(&wrong), words(&wrong)));
    assert!(grace.has_a_session().await);
    redeems(&world, GRACE, &code, PASSWORD).await.is(200);
    world.reconcile().await;
}

#[tokio::test]
async fn wrong_proofs_spend_tries() {
    let world = World::start().await;
    let (ada, _) = (world.enrolled(ADA).await, world.enrolled(GRACE).await);
    let code = ada.issues_a_code_to(GRACE).await;
    for _ in 0..5 {
        redeems(&world, GRACE, &code, "guess after guess").await.is_problem(401, "passcode_rejected");
    }
    redeems(&world, GRACE, &code, PASSWORD).await.is_problem(401, "passcode_rejected");
    assert_eq!(ada.sees(GRACE).await["passcode"]["status"], "exhausted");
    world.reconcile().await;
}

#[tokio::test]
async fn a_backup_code_proves_once() {
    let world = World::start().await;
    let (ada, grace) = (world.enrolled(ADA).await, world.enrolled(GRACE).await);
    let backup = grace.backup_codes[3].clone();
    redeems(&world, GRACE, &ada.issues_a_code_to(GRACE).await, &backup).await.is(200);
    redeems(&world, GRACE, &ada.issues_a_code_to(GRACE).await, &backup).await.is_problem(401, "passcode_rejected");
    world.sign_in(GRACE, PASSWORD, &backup).await.is_problem(401, "sign_in_rejected");
}

#[tokio::test]
async fn the_policy_says_who_shows_more_than_a_code() {
    let world = World::start().await;
    let (ada, _, _) = (world.enrolled(ADA).await, world.enrolled(GRACE).await, world.enrolled(MIKE).await);
    world.redeem(MIKE, &ada.issues_a_code_to(MIKE).await).await.is(200);
    policy(&world, "everyone").await;
    world.redeem(MIKE, &ada.issues_a_code_to(MIKE).await).await.is_problem(401, "passcode_rejected");
    policy(&world, "none").await;
    world.redeem(GRACE, &ada.issues_a_code_to(GRACE).await).await.is(200);
    policy(&world, "security_admins").await;
    world.redeem(GRACE, &ada.issues_a_code_to(GRACE).await).await.is_problem(401, "passcode_rejected");
    // A person without credentials has no second proof, and an operator's code needs none.
    world.redeem("sam@northwind.example", &ada.issues_a_code_to("sam@northwind.example").await).await.is(200);
    world.redeem(GRACE, &world.operator_mails_a_code_to(GRACE).await).await.is(200);
}

async fn suspends(ada: &Person<'_>, email: &str) -> Reply {
    ada.issues(email, Some(json!({"suspend": true, "reason": "stolen"}))).await
}

#[tokio::test]
async fn a_stolen_device_opens_nothing_until_the_recovery_is_completed() {
    let world = World::start().await;
    let (mut ada, mike) = (world.enrolled(ADA).await, world.enrolled(MIKE).await);
    ada.signs_in().await;
    suspends(&ada, MIKE).await.is(201);
    assert!(!mike.has_a_session().await);
    mike.tries_to_sign_in().await.is_problem(401, "sign_in_rejected");
    world.sign_in(MIKE, PASSWORD, &mike.backup_codes[0]).await.is_problem(401, "sign_in_rejected");
    let code = world.mailed_code(MIKE).await;
    let mut mike = world.recovers(MIKE, &code).await.completes("velvet compass orchard nine").await;
    assert!(mike.has_a_session().await);
    world.advance(std::time::Duration::from_secs(60)).await;
    mike.signs_in().await;
    assert_eq!(world.trail_of(MIKE).await.iter().filter(|kind| *kind == "account.suspended").count(), 1);
    world.reconcile().await;
}

#[tokio::test]
async fn a_suspended_accounts_backup_code_proves_nothing_and_its_password_does() {
    let world = World::start().await;
    policy(&world, "everyone").await;
    let (mut ada, mike) = (world.enrolled(ADA).await, world.enrolled(MIKE).await);
    ada.signs_in().await;
    suspends(&ada, MIKE).await.is(201);
    let code = world.mailed_code(MIKE).await;
    redeems(&world, MIKE, &code, &mike.backup_codes[0]).await.is_problem(401, "passcode_rejected");
    redeems(&world, MIKE, &code, PASSWORD).await.is(200);
    world.reconcile().await;
}

#[tokio::test]
async fn a_suspension_stands_though_the_mail_fails() {
    let world = World::start().await;
    let (mut ada, mike) = (world.enrolled(ADA).await, world.enrolled(MIKE).await);
    ada.signs_in().await;
    world.ses.inject(readmit_tests::InjectedFault::Broken, 0, 1);
    suspends(&ada, MIKE).await.is_problem(502, "email_not_sent");
    assert!(!mike.has_a_session().await);
    mike.tries_to_sign_in().await.is_problem(401, "sign_in_rejected");
    world.reconcile().await;
}

#[tokio::test]
async fn new_backup_codes_end_the_old_ones() {
    let world = World::start().await;
    let mike = world.enrolled(MIKE).await;
    let renewal = |code: String| json!({"password": PASSWORD, "code": code});
    let body = Some(renewal(mike.backup_codes[0].clone()));
    let renewed = mike.calls(Method::POST, "/v1/backup-codes", body).await.is(200);
    let codes = renewed.body["backup_codes"].as_array().unwrap();
    assert_eq!(codes.len(), 10);
    world.sign_in(MIKE, PASSWORD, &mike.backup_codes[1]).await.is_problem(401, "sign_in_rejected");
    world.sign_in(MIKE, PASSWORD, codes[0].as_str().unwrap()).await.is(200);
    let digits = mike.digits().await;
    mike.calls(Method::POST, "/v1/backup-codes", Some(renewal(digits.clone()))).await.is(200);
    mike.calls(Method::POST, "/v1/backup-codes", Some(renewal(digits))).await.is_problem(401, "sign_in_rejected");
    let wrong = Some(json!({"password": "not his password", "code": "000000"}));
    mike.calls(Method::POST, "/v1/backup-codes", wrong).await.is_problem(401, "sign_in_rejected");
    assert!(mike.has_a_session().await);
    assert_eq!(world.trail_of(MIKE).await.iter().filter(|kind| *kind == "backup_codes.renewed").count(), 2);
}
