//! The functions' permissions: the world's proxies refuse everything that the template does not allow, here and in every other test; and a test
//! here uses every permission.

use std::collections::BTreeSet;
use std::time::Duration;

use readmit::keyring::RootSecret;
use readmit_tests::policy::{Need, Permission, fits, permissions};
use readmit_tests::{InjectedFault, PASSWORD, World};
use reqwest::Method;
use serde_json::{Value, json};

mod people;

use people::{approvals, changes_of_people};

const ADA: &str = "ada@northwind.example";
const GRACE: &str = "grace@northwind.example";
const MIKE: &str = "mike@northwind.example";
const SAM: &str = "sam@northwind.example";
const LOGO: &str = "data:image/png;base64,iVBORw0KGgo=";
const FILTERS: [&str; 6] =
    ["no_two_factor", "passcode_pending", "passcode_bounced", "security_admins", "disabled", "clients"];

/// A code is redeemed, and wrong digits end the recovery.
async fn codes_and_recoveries(world: &World) {
    let mut ada = world.enrolled(ADA).await;
    ada.signs_in().await;
    let code = ada.issues_a_code_to(SAM).await;
    for _ in 0..5 {
        world.redeem(SAM, &world.wrong_secret(&code)).await.is_problem(401, "passcode_rejected");
    }
    let code = ada.issues_a_code_to(SAM).await;
    let recovery = world.recovers(SAM, &code).await;
    recovery.calls(Method::PUT, "/v1/recovery/password", Some(json!({}))).await.is_problem(422, "invalid_request");
    recovery.sets_password(PASSWORD).await.is(204);
    let digits = recovery.digits_of(&recovery.asks_for_totp().await.is(200));
    for _ in 0..5 {
        recovery.confirms(if digits == "000000" { "000001" } else { "000000" }).await;
    }
    recovery.confirms(&digits).await.is_problem(401, "unauthenticated");
    ada.issues(SAM, None).await.is(201);
    ada.issues(SAM, None).await.is_problem(429, "too_many_requests");
    // The code is ended while its mail is being sent.
    world.ses.record();
    let replaced = async {
        tokio::time::sleep(Duration::from_millis(75)).await;
        world.operator_mails_a_code_to(GRACE).await
    };
    let (issued, _) = tokio::join!(ada.issues(GRACE, None), replaced);
    assert_eq!(issued.is(201).text_at("/passcode/status"), "superseded");
    world.ses.recorded();
    world.ses.inject(InjectedFault::Broken, 0, 1);
    let path = format!("/v1/employees/{}/passcode", world.id(GRACE));
    let with_key = || world.request(Method::POST, &path).bearer_auth(&ada.token).header("idempotency-key", "click");
    world.send(with_key().json(&json!({"suspend": true}))).await.is_problem(502, "email_not_sent");
    world.ses.heal();
    let several = json!({"employee_ids": [world.id(GRACE)]});
    ada.calls(Method::POST, "/v1/passcodes", Some(several)).await.is(200);

    for _ in 0..20 {
        let code = world.operator_mails_a_code_to(MIKE).await;
        for _ in 0..5 {
            world.redeem(MIKE, &world.wrong_secret(&code)).await.is_problem(401, "passcode_rejected");
        }
    }
    ada.issues(MIKE, None).await.is_problem(429, "too_many_requests");
    world.import(world.northwind(json!([{"email": MIKE, "name": "Mike Brandt"}]))).await;
}

/// Codes are revoked, disowned, and get delivery reports.
async fn codes_that_come_to_nothing(world: &World) {
    let ada = world.enrolled(ADA).await;
    let path = format!("/v1/employees/{}/passcode", world.id(GRACE));
    world.recovers(GRACE, &world.operator_mails_a_code_to(GRACE).await).await;
    ada.calls(Method::DELETE, &path, None).await.is(204);
    world.operator_mails_a_code_to(GRACE).await;
    ada.calls(Method::DELETE, &path, None).await.is(204);
    world.operator_mails_a_code_to(GRACE).await;
    let token = json!({"token": world.disown_token(GRACE).await});
    world.call(Method::POST, "/v1/passcodes/disown", None, Some(token)).await.is(204);
    for event in ["delivery", "bounce"] {
        world.operator_mails_a_code_to(GRACE).await;
        let body = json!({"message_id": world.mails_to(GRACE).await.last().unwrap()["message_id"], "event": event});
        assert_eq!(world.call(Method::POST, "/_local/delivery", None, Some(body)).await.body, "moved");
    }
}

/// People sign in and out, and read the directory and the audit events in every way.
async fn sessions_and_lists(world: &World) {
    let mut grace = world.enrolled(GRACE).await;
    grace.signs_in().await;
    world.sign_in(GRACE, PASSWORD, &grace.backup_codes[0]).await.is(200);
    let renewal = json!({"password": PASSWORD, "code": grace.backup_codes[1]});
    let codes = grace.calls(Method::POST, "/v1/backup-codes", Some(renewal)).await.is(200);
    let proof = codes.body["backup_codes"][0].clone();
    world.advance(Duration::from_secs(20 * 60)).await;
    let code = world.enrolled(ADA).await.issues_a_code_to(GRACE).await;
    let redemption = json!({"email": GRACE, "code": code, "proof": proof});
    world.call(Method::POST, "/v1/passcodes/redeem", None, Some(redemption)).await.is(200);
    for path in
        ["/v1/session", "/v1/employees", "/v1/employees?query=bra", &format!("/v1/employees/{}", world.id(MIKE))]
    {
        grace.calls(Method::GET, path, None).await.is(200);
    }
    for asked in ["", "?type=employee.changed", &format!("?employee_id={}", world.id(MIKE))] {
        grace.calls(Method::GET, &format!("/v1/audit-events{asked}"), None).await.is(200);
    }
    for filter in FILTERS {
        grace.calls(Method::GET, &format!("/v1/employees?filter={filter}"), None).await.is(200);
        grace.calls(Method::GET, &format!("/v1/employees/count?filter={filter}"), None).await.is(200);
    }
    grace.calls(Method::DELETE, "/v1/sessions", None).await.is(204);
    // The first sign-in of the next day.
    world.advance(Duration::from_secs(24 * 60 * 60)).await;
    grace.signs_in().await;
    for _ in 0..11 {
        world.sign_in(GRACE, "not her password", "123456").await;
    }
}

/// The operator imports, issues codes and erases. The schedule cleans up and rotates secrets.
async fn what_nobody_asks_for(world: &World) {
    world.operator_mails_a_code_to(SAM).await;
    let company = json!({"company_id": world.companies["Northwind Partners"], "name": "Northwind & Partners"});
    world.import(json!({"company": company, "employees": [], "issue_passcodes": true})).await;
    world.import(json!({"company": company, "employees": [], "issue_passcodes": [MIKE]})).await;
    world.change(SAM, json!({"email": "sam.w@northwind.example", "external_id": "NW-9"})).await;
    world.change(MIKE, json!({"status": "disabled", "name": "Michael Brandt"})).await;
    // A person who never had a passcode.
    world.change("cleo@client.example", json!({"account_type": "employee"})).await;
    world.change(MIKE, json!({"erase": true})).await;
    world.operator_mails_a_code_to("mary@contoso.example").await;
    let object = world.upload("uploads/people.csv", "email,name\nnew@northwind.example,New Here\n").await;
    world.import(world.northwind_file(object)).await;
    assert!(world.stack.files_and_queues().catch_up().await);
    world.advance(Duration::from_secs(7_200)).await;
    world.clean_up().await;
    for secret in RootSecret::ALL {
        for step in ["createSecret", "setSecret", "testSecret", "finishSecret"] {
            let arn = world.stack.secrets().arn(secret);
            let event = json!({"Step": step, "SecretId": arn, "ClientRequestToken": "the next"});
            assert_eq!(world.invoke("rotate-root-secret", event).await.body, json!(null));
        }
    }
    let now = world.stack.clock().now();
    let replay = json!({"company_id": world.companies["Northwind Partners"], "from": now, "to": now});
    assert_eq!(world.invoke("notify", json!({"replay": replay})).await.body["told"], 0);
    // If the rotation did not publish the keys, the first function that signs does: here the one that completes recoveries.
    let secrets = world.stack.secrets();
    let mut root: Value = serde_json::from_str(&secrets.secret_string(RootSecret::Sessions)).unwrap();
    root["3"] = json!("3".repeat(64));
    root["signs_from"]["3"] = json!(world.now());
    secrets.replace(RootSecret::Sessions, root.to_string(), world.stack.clock().now()).unwrap();
    world.advance(Duration::from_secs(301)).await;
    world.call(Method::POST, "/v1/recovery/totp", Some("no token"), None).await.is(401);
}

/// The unused parts of a permission.
fn unused(function: &str, permission: &Permission, done: &BTreeSet<(String, Need)>) -> Vec<String> {
    let mut unused = Vec::new();
    let used = |action: &str, resource: &str| -> Vec<&Need> {
        let of_it =
            done.iter().filter(|(who, need)| who == function && need.action == action && need.resource == resource);
        of_it.map(|(_, need)| need).collect()
    };
    for (action, resource) in permission.actions.iter().flat_map(|a| permission.resources.iter().map(move |r| (a, r))) {
        let needs = used(action, resource);
        if needs.is_empty() {
            unused.push(format!("{function} may {action} on {resource}, and never does"));
        }
        let is_named = |pattern: &str| needs.iter().flat_map(|need| &need.attributes).any(|name| fits(pattern, name));
        let idle = permission.attributes.iter().flatten().filter(|pattern| !is_named(pattern));
        unused.extend(idle.map(|name| format!("{function} may {action} {name} on {resource}, and never does")));
    }
    unused
}

#[tokio::test(flavor = "multi_thread")]
async fn every_function_may_do_what_it_does_and_nothing_else() {
    let world = World::start().await;
    // The first function that publishes keys.
    world.call(Method::GET, "/.well-known/jwks.json", None, None).await.is(200);
    codes_and_recoveries(&world).await;
    codes_that_come_to_nothing(&world).await;
    sessions_and_lists(&world).await;
    changes_of_people(&world).await;
    approvals(&world).await;
    what_nobody_asks_for(&world).await;
    world.stack.catch_up_with_the_stream().await;
    let done: BTreeSet<(String, Need)> = [&world.store, &world.ses, &world.secrets_manager, &world.files]
        .into_iter()
        .flat_map(|proxy| proxy.needs())
        .collect();

    let permissions = permissions();
    assert_eq!(permissions.len(), 13);
    for function in permissions.keys() {
        assert!(done.iter().any(|(who, _)| who == function), "{function} has called nobody");
    }
    let idle = permissions
        .iter()
        .flat_map(|(function, statements)| statements.iter().flat_map(|statement| unused(function, statement, &done)));
    assert_eq!(idle.collect::<Vec<_>>(), Vec::<String>::new());
}

/// The limits table also has the answers to idempotent requests and the failed sign-ins of networks.
#[test]
fn the_list_reads_no_limit_but_those_of_admins() {
    let may = |action: &str, subject: &str| {
        let need = Need {
            action: format!("dynamodb:{action}"),
            resource: "LimitsTable".to_owned(),
            attributes: BTreeSet::from(["subject".to_owned()]),
            leading_key: Some(subject.to_owned()),
            reads_all: true,
            in_transaction: false,
        };
        permissions()["list-employees"].iter().any(|permission| permission.allows(&need))
    };
    let own = "codes by emp_01J00000000000000000000000";
    assert!(may("GetItem", own) && may("BatchGetItem", own));
    assert!(!may("GetItem", "answer to emp_01J00000000000000000000000 x") && !may("GetItem", "codes to emp_01J"));
    assert!(!may("UpdateItem", own) && !may("Query", own));
}

/// S18: the secrets of passcodes are in the same table as the data of the list.
#[test]
fn the_list_reads_no_secret_of_a_passcode() {
    let permissions = permissions();
    let may = |action: &str, attributes: &[&str], reads_all| {
        let need = Need {
            action: format!("dynamodb:{action}"),
            resource: "PasscodesTable".to_owned(),
            attributes: attributes.iter().map(|name| (*name).to_owned()).collect(),
            leading_key: None,
            reads_all,
            in_transaction: false,
        };
        permissions["list-employees"].iter().any(|permission| permission.allows(&need))
    };
    assert!(may("BatchGetItem", &["login", "employee_id", "passcode_id", "sent_to"], false));
    assert!(!may("BatchGetItem", &["login"], true), "all attributes");
    for secret in ["secret_hash", "code_selector", "pending_password", "pending_totp_key"] {
        assert!(!may("BatchGetItem", &["login", secret], false), "{secret}");
    }
    for action in ["GetItem", "Query", "Scan", "TransactGetItems", "UpdateItem"] {
        assert!(!may(action, &["login"], false), "{action}");
    }
}
