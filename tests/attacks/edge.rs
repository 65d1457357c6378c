//! Trusted proxies: only they can name a viewer's address.

use readmit::keyring::RootSecret;
use readmit::{Environment, Random};
use readmit_local::functions::Functions;
use readmit_local::template::Template;
use readmit_tests::{PASSWORD, World};
use reqwest::Method;
use serde_json::{Value, json};

use crate::gateway::event;

const MIKE: &str = "mike@northwind.example";
const SECRET: &str = "Zt5b0jQw8nYk2mLx7vRc4pHs9dGf1aTe6uXi3oBqZt5b0jQw8nYk2mLx7vRc4pHs";
/// The address of the trusted proxy that the gateway sees.
const OF_THE_EDGE: &str = "192.0.2.10";

/// The functions of a world, configured with the secret of a trusted proxy.
fn behind_the_edge(world: &World) -> Functions {
    functions_with(world, &[("READMIT_EDGE_SECRET", SECRET)])
}

/// The functions of a world with extra environment variables.
pub(crate) fn functions_with(world: &World, told_too: &[(&str, &str)]) -> Functions {
    let template = Template::of_this_build().unwrap();
    let table = |id: &str| template.tables.iter().find(|table| table.logical_id == id).map(|table| table.name.clone());
    let told = |value: &Value| value["Ref"].as_str().and_then(table).unwrap_or_else(|| "1".to_owned());
    let mut environment: Environment = template.variables.iter().map(|(name, of)| (name.clone(), told(of))).collect();
    for secret in RootSecret::ALL {
        environment = environment.with(secret.variable(), &world.stack.secrets().arn(secret));
    }
    for (name, value) in [
        ("READMIT_MAIL_FROM", "no-reply@portal.example"),
        ("READMIT_BACKEND_SECRET", ""),
        ("READMIT_REQUIRE_EDGE", "false"),
        ("AWS_ENDPOINT_URL", world.stack.secrets_and_mail()),
        ("AWS_ENDPOINT_URL_DYNAMODB", world.stack.dynamodb()),
    ]
    .into_iter()
    .chain(told_too.iter().copied())
    {
        environment = environment.with(name, value);
    }
    Functions::new(&environment, &world.stack.clock().clock(), &Random::system()).unwrap()
}

/// Signs in through the proxy with `secret` and the viewer's address.
async fn signs_in(functions: &Functions, secret: &str, viewer: &str, password: &str, code: &str) -> Value {
    let body = json!({"email": MIKE, "password": password, "code": code});
    let mut event = event("POST /v1/sessions", OF_THE_EDGE, &body);
    event["headers"]["readmit-edge-secret"] = json!(secret);
    event["headers"]["cloudfront-viewer-address"] = json!(viewer);
    functions.invoke("sign-in", event, "an invocation").await.unwrap()
}

/// CVE-2025-64101 trusted forwarding headers (S19): a client bypasses the proxy and sends a viewer's address itself.
#[tokio::test]
async fn a_forged_viewer_opens_no_new_window() {
    let world = World::start().await;
    let functions = behind_the_edge(&world);
    let guesses = ["", "guessed", &SECRET[..63], &SECRET.to_lowercase()];
    for at in 0..11 {
        let viewer = format!("198.51.{at}.1:46532");
        let answer = signs_in(&functions, guesses[at % guesses.len()], &viewer, "wrong", "000000").await;
        assert_eq!(answer["statusCode"], if at < 10 { 401 } else { 429 }, "try {at}");
    }
}

/// The same without a trusted proxy: an empty secret in the request does not match the empty configured secret.
#[tokio::test]
async fn where_there_is_no_edge_nobody_names_a_viewer() {
    let world = World::start().await;
    let ada = world.enrolled("ada@northwind.example").await;
    for secret in ["", SECRET] {
        let request = world
            .request(Method::POST, &format!("/v1/employees/{}/passcode", world.id(MIKE)))
            .bearer_auth(&ada.token)
            .header("readmit-edge-secret", secret)
            .header("cloudfront-viewer-address", "198.51.100.66:46532");
        world.send(request).await.is(201);
    }
    let audit = serde_json::to_string(&world.items("audit").await).unwrap();
    assert!(audit.contains("127.0.0.1") && !audit.contains("198.51.100.66"), "{audit}");
}

/// NIST SP 800-63B-4, 3.2.2: if all requests had the proxy's address, ten wrong guesses of anybody would block the account's holder.
#[tokio::test]
async fn whom_the_edge_names_is_who_is_throttled() {
    let world = World::start().await;
    let functions = behind_the_edge(&world);
    for at in 0..11 {
        let viewer = format!("198.51.100.{at}:46532");
        let answer = signs_in(&functions, SECRET, &viewer, "wrong", "000000").await;
        assert_eq!(answer["statusCode"], if at < 10 { 401 } else { 429 }, "try {at}");
    }
    for other in ["198.51.101.1:46532", "2001:db8::1:46532"] {
        assert_eq!(signs_in(&functions, SECRET, other, "wrong", "000000").await["statusCode"], 401, "{other}");
    }
}

/// S7, S19: audit events have the viewer's address, and the proxy's secret is in no table and no answer.
#[tokio::test]
async fn the_trail_has_whom_the_edge_saw_and_nothing_has_its_secret() {
    let world = World::start().await;
    let mike = world.enrolled(MIKE).await;
    let functions = behind_the_edge(&world);
    let digits = mike.digits().await;
    let answer = signs_in(&functions, SECRET, "2001:db8::7:46532", PASSWORD, &digits).await;
    assert_eq!(answer["statusCode"], 200, "{answer}");
    let audit = serde_json::to_string(&world.items("audit").await).unwrap();
    assert!(audit.contains(r#"{"S":"2001:db8::7"}"#) && !audit.contains(OF_THE_EDGE), "{audit}");
    for table in ["employees", "credentials", "passcodes", "audit", "limits"] {
        assert!(!serde_json::to_string(&world.items(table).await).unwrap().contains(SECRET), "{table}");
    }
    assert!(!answer.to_string().contains(SECRET), "{answer}");
}
