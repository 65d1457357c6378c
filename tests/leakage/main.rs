//! No secret is in a wrong place: a whole recovery at `RUST_LOG=debug`, and then a search for each of its secrets.

use readmit::keyring::RootSecret;
use readmit_tests::{Log, PASSWORD, World};
use reqwest::Method;
use serde_json::json;

const NEW_PASSWORD: &str = "velvet compass orchard nine";
/// Nobody's: what is shown as the edge's secret goes nowhere, right or wrong.
const EDGE_SECRET: &str = "edgeedgeedgeedgeedgeedgeedgeedge";
const WEAK_PASSWORD: &str = "passwordpassword";

#[tokio::test]
async fn no_secret_is_in_a_log_a_table_or_an_answer_not_its_own() {
    let log = Log::of_this_process("debug");
    let world = World::start().await;
    let ada = world.enrolled("ada@northwind.example").await;
    let old = world.enrolled("mike@northwind.example").await;
    let code = ada.issues_a_code_to("mike@northwind.example").await;
    let disown_token = world.disown_token("mike@northwind.example").await;
    world.redeem("mike@northwind.example", &world.wrong_secret(&code)).await.is_problem(401, "passcode_rejected");
    let recovery = world.recovers("mike@northwind.example", &code).await;
    recovery.sets_password(WEAK_PASSWORD).await.is_problem(422, "password_rejected");
    let shown = recovery.asks_for_totp().await.is(200);
    let (totp_key, recovery_token) = (shown.text_at("/secret"), recovery.token.clone());
    let mut new = recovery.completes(NEW_PASSWORD).await;
    let completed_token = new.token.clone();
    new.signs_in().await;
    world.sign_in(&new.email, NEW_PASSWORD, &new.backup_codes[0]).await.is(200);
    world.sign_in(&new.email, PASSWORD, &new.backup_codes[1]).await.is_problem(401, "sign_in_rejected");
    ada.calls(Method::GET, "/v1/employees", None).await.is(200);
    ada.calls(Method::GET, "/v1/audit-events?limit=100", None).await.is(200);
    let signs_out = world.request(Method::DELETE, "/v1/sessions").bearer_auth(&ada.token);
    world.send(signs_out.header("readmit-edge-secret", EDGE_SECRET)).await.is(204);
    // What a table or a mail that is refused makes the log say.
    world.invoke("import-employees", json!({"company": {"name": "Contoso"}, "employees": [{"email": "ß"}]})).await;

    let mut secrets: Vec<(String, &[&str])> = vec![
        (code.clone(), &[]),
        (code.replace('-', ""), &[]),
        (disown_token, &[]),
        (PASSWORD.to_owned(), &[]),
        (NEW_PASSWORD.to_owned(), &[]),
        (WEAK_PASSWORD.to_owned(), &[]),
        (totp_key, &["/v1/recovery/totp"]),
        (recovery_token, &["/v1/passcodes/redeem"]),
        (completed_token, &["/v1/recovery/complete"]),
        (new.token.clone(), &["/v1/sessions"]),
        (EDGE_SECRET.to_owned(), &[]),
    ];
    secrets.extend(RootSecret::ALL.map(|secret| (world.stack.secrets().secret_string(secret), [].as_slice())));
    for backup_code in new.backup_codes.iter().chain(&old.backup_codes) {
        secrets.push((backup_code.clone(), &["/v1/recovery/complete"]));
        secrets.push((backup_code.replace('-', ""), &[]));
    }

    let logged = log.text();
    assert!(logged.matches("answered").count() > 10, "the log was kept: {logged}");
    for address in ["mike@northwind.example", "Mike Brandt"] {
        assert!(!logged.contains(address), "{address} is in the log");
    }
    let mut tables = String::new();
    for table in ["employees", "credentials", "passcodes", "audit", "limits"] {
        let items = world.items(table).await;
        assert!(!items.is_empty());
        tables.push_str(&serde_json::to_string(&items).unwrap());
    }
    for (secret, own) in &secrets {
        assert!(secret.len() >= 12);
        assert!(!logged.contains(secret), "a secret of {own:?} is in the log");
        assert!(!tables.contains(secret), "a secret of {own:?} is in a table");
        for (path, reply) in world.transcript() {
            let says = reply.text.contains(secret)
                || reply.headers.values().any(|value| value.to_str().unwrap().contains(secret));
            assert!(
                !says || own.contains(&path.as_str()) || path.starts_with("/_local/mail"),
                "a secret of {own:?} is in an answer of {path}"
            );
        }
    }
}

#[tokio::test]
async fn the_trail_names_people_by_id_alone() {
    let world = World::start().await;
    let ada = world.enrolled("ada@northwind.example").await;
    ada.issues("mike@northwind.example", Some(json!({"reason": "lost phone"}))).await.is(201);
    let trail = serde_json::to_string(&world.items("audit").await).unwrap();
    assert!(trail.contains("lost phone"));
    for word in ["Mike", "Brandt", "Lindqvist", "@northwind", "northwind.example"] {
        assert!(!trail.contains(word), "{word}");
    }
}
