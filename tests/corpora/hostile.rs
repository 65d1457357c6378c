//! Two hundred thousand hostile events pass the code between gateway and handler: each gets an answer, and the handler gets the query that
//! was sent.

use std::collections::BTreeMap;

use data_encoding::BASE64;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use readmit::http::{ApiRequest as _, Request, answer};
use serde_json::{Map, Value, json};

use crate::event;
use crate::gateway::{self, Outcome};

const EVENTS: usize = 200_000;
/// The number of threads. Each has its own seed.
const THREADS: u64 = 4;

const NAMES: [&str; 14] = [
    "host",
    "Host",
    "x-forwarded-proto",
    "X-Forwarded-Proto",
    "content-type",
    "authorization",
    "idempotency-key",
    "cookie",
    "content-length",
    "transfer-encoding",
    "readmit-edge-secret",
    "cloudfront-viewer-address",
    "",
    "a header",
];
const VALUES: [&str; 16] = [
    "a b",
    "[",
    "[::1",
    "a:99999",
    "xn--zzzz--",
    "%",
    "http://",
    "ht tp",
    "javascript",
    "application/json",
    "application/json; charset=\u{1}",
    "Bearer \u{7f}",
    "\r\nset-cookie: a=b",
    "é\u{202e}",
    "\0",
    "chunked",
];
const QUERIES: [&str; 10] =
    ["limit=1 2", "<script>", "a=%", "a=%ff&a=%00", "%", "&&==", "q=\u{1f642}#x", "?", "limit=1&limit=2", "a=\r\n"];
const BODIES: [&str; 8] = ["", "{}", "{\"a\":1,\"a\":2}", "nul\0", "====", "e30=", "e30", "\u{1f642}"];
const PLACES: [&str; 6] = ["/", "", "//", "/v1/employees", "/\u{202e}%", "http://["];

/// One of these texts, or random characters of all planes.
fn text(random: &mut StdRng, known: &[&str]) -> String {
    match random.random_range(0..10) {
        0..6 => (*known.choose(random).unwrap()).to_owned(),
        6..9 => (0..random.random_range(0..20)).map(|_| random.random::<char>()).collect(),
        _ => (0..random.random_range(0..200)).map(|_| char::from(random.random_range(0_u8..128))).collect(),
    }
}

/// In one of four thousand cases too long for a URI or a header.
fn perhaps_long(random: &mut StdRng, known: &[&str]) -> String {
    let text = text(random, known);
    if random.random_ratio(1, 4_000) { text.repeat(70_000 / text.len().max(1)) } else { text }
}

fn hostile(random: &mut StdRng) -> Value {
    let headers: Map<String, Value> =
        (0..random.random_range(0..6)).map(|_| (text(random, &NAMES), perhaps_long(random, &VALUES).into())).collect();
    let body = perhaps_long(random, &BODIES);
    let is_base64 = random.random();
    let body = if is_base64 && random.random_ratio(2, 3) { BASE64.encode(body.as_bytes()) } else { body };
    json!({
        "version": "2.0",
        "routeKey": text(random, &PLACES),
        "rawPath": text(random, &PLACES),
        "rawQueryString": perhaps_long(random, &QUERIES),
        "headers": headers,
        "pathParameters": {"employee_id": text(random, &PLACES)},
        "requestContext": {
            "http": {
                "method": text(random, &["GET", "POST", "get", "", "A B"]),
                "path": text(random, &PLACES),
                "sourceIp": text(random, &["203.0.113.9", "::1", ""]),
                "userAgent": text(random, &VALUES),
            },
            "domainName": text(random, &VALUES),
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": text(random, &["POST /v1/sessions", "GET /v1/employees", "$default"]),
            "stage": text(random, &["$default", "prod", "\u{202e}"]),
        },
        "body": body,
        "isBase64Encoded": is_base64,
    })
}

/// The handler's query. Reads all other parts of the request too, which must not panic.
fn handler(request: Request) -> Outcome {
    Box::pin(async move {
        let _ = (request.json(), request.employee_id(), request.idempotency_key(), request.uri().to_string());
        answer::ok(&request.query::<BTreeMap<String, String>>()?)
    })
}

/// The number of events that reached the handler, and the number that were refused before.
fn send(seed: u64, events: usize) -> (usize, usize) {
    let mut random = StdRng::seed_from_u64(seed);
    let (mut seen, mut refused) = (0, 0);
    for _ in 0..events {
        let event = hostile(&mut random);
        let answer = gateway::answer(handler, event.clone());
        // The gateway itself encodes base64. Invalid base64 makes the invocation fail.
        let Some(answer) = answer else {
            assert!(!event::may_be_sent(&event), "{event}");
            continue;
        };
        match answer["statusCode"].as_u64().unwrap() {
            200 => {
                seen += 1;
                assert_eq!(gateway::body(&answer), sent_query(&event), "{event}");
            }
            413 | 415 => refused += 1,
            status => panic!("{status}: {event}"),
        }
    }
    (seen, refused)
}

fn sent_query(event: &Value) -> Value {
    let mut sent = BTreeMap::<String, String>::new();
    for (name, value) in form_urlencoded::parse(event["rawQueryString"].as_str().unwrap().as_bytes()) {
        let values = sent.entry(name.into_owned()).and_modify(|values| values.push(','));
        values.or_default().push_str(&value);
    }
    json!(sent)
}

#[test]
fn two_hundred_thousand_hostile_events_are_answered() {
    let share = EVENTS / usize::try_from(THREADS).unwrap();
    let threads: Vec<_> = (0..THREADS).map(|seed| std::thread::spawn(move || send(seed, share))).collect();
    let counts: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
    let (seen, refused) = counts.iter().fold((0, 0), |all, one| (all.0 + one.0, all.1 + one.1));
    assert!(seen > EVENTS / 20 && refused > EVENTS / 20, "{seen} seen, {refused} refused");
}
