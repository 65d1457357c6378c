//! A secret that is typed into the wrong field appears nowhere: in no answer, no audit event and no table.

use readmit::keyring::RootSecret;
use readmit_tests::{PASSWORD, Reply, World};
use reqwest::Method;
use serde_json::{Value, json};

const ADA: &str = "ada@northwind.example";
const MIKE: &str = "mike@northwind.example";

/// Secrets that people paste into the wrong field.
async fn secrets(world: &World) -> (Vec<String>, String, String) {
    let mut ada = world.enrolled(ADA).await;
    ada.signs_in().await;
    let redeemed = world.operator_mails_a_code_to(MIKE).await;
    let recovery = world.recovers(MIKE, &redeemed).await;
    let totp_key = recovery.asks_for_totp().await.is(200).text_at("/secret");
    let live = world.operator_mails_a_code_to("grace@northwind.example").await;
    let codes =
        [live.clone(), live.replace('-', ""), redeemed, ada.backup_codes[0].clone(), PASSWORD.to_owned(), totp_key];
    let tokens = [ada.token.clone(), recovery.token.clone(), world.stack.secrets().secret_string(RootSecret::Sessions)];
    (codes.into_iter().chain(tokens).collect(), ada.token, recovery.token)
}

#[track_caller]
fn tells_nothing(reply: &Reply, secret: &str, place: &str) {
    assert!(reply.status < 500, "{place}: {}", reply.text);
    let headers = format!("{:?}", reply.headers);
    assert!(!reply.text.contains(secret) && !headers.contains(secret), "{place} repeats {secret:.12}: {}", reply.text);
}

/// OWASP ASVS 5.0, 14.2.1, 16.2.5 (S7): a secret in the wrong field was returned, logged or stored.
#[tokio::test]
async fn a_secret_in_the_wrong_field_comes_back_nowhere() {
    let world = World::start().await;
    let (secrets, admin, recovery) = secrets(&world).await;
    let passcode = format!("/v1/employees/{}/passcode", world.id("cleo@client.example"));
    let routes: [(Method, &str, Option<&str>, &[&str]); 6] = [
        (Method::POST, "/v1/sessions", None, &["email", "password", "code"]),
        (Method::POST, "/v1/passcodes/redeem", None, &["email", "code"]),
        (Method::POST, &passcode, Some(&admin), &["lifetime_minutes", "reason"]),
        (Method::DELETE, "/v1/sessions", Some(&admin), &[]),
        (Method::PUT, "/v1/recovery/password", Some(&recovery), &["password"]),
        (Method::POST, "/v1/recovery/complete", Some(&recovery), &["code"]),
    ];
    for secret in &secrets {
        for (method, path, token, fields) in &routes {
            let all: Value = fields
                .iter()
                .map(|field| ((*field).to_owned(), json!(secret)))
                .collect::<serde_json::Map<_, _>>()
                .into();
            let mut bodies = vec![all.clone(), json!(secret), json!([secret]), json!({ secret.clone(): 1 })];
            for field in *fields {
                let mut body = all.clone();
                body[*field] = json!({ secret.clone(): [secret] });
                bodies.push(body);
            }
            for body in bodies {
                let reply = world.call(method.clone(), path, *token, Some(body)).await;
                tells_nothing(&reply, secret, &format!("{method} {path}"));
                // The gateway's own answers too, without a token and with an invalid one.
                for (path, token) in [(format!("{path}/{secret}"), None), ((*path).to_owned(), Some(secret.as_str()))] {
                    if secret.contains(['{', ' ']) {
                        continue;
                    }
                    tells_nothing(&world.call(method.clone(), &path, token, None).await, secret, &path);
                }
            }
        }
        if !secret.contains(['{', ' ']) {
            for path in [
                format!("/v1/employees/{secret}"),
                format!("/v1/employees?cursor={secret}"),
                format!("/v1/employees?{secret}=1"),
                format!("/v1/employees?filter={secret}"),
            ] {
                tells_nothing(&world.call(Method::GET, &path, Some(&admin), None).await, secret, &path);
            }
        }
    }
    // Two are no secrets of these tables: an admin's reason is kept as it was written, though never for a client's account.
    for table in ["employees", "credentials", "passcodes", "audit", "limits"] {
        let items = Value::from(world.items(table).await).to_string();
        for secret in &secrets {
            assert!(!items.contains(secret.as_str()), "{table} keeps {secret:.12}");
        }
    }
}
