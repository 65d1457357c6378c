//! Measures how long refusals take, alternately for addresses with and without an account.
//!
//! `cargo run -p readmit-tests --example timing`. OWASP ASVS 5.0, 6.3.8: the time of an answer must not show whether an address has an account,
//! or whether a password is right. Exits with 1 if two medians differ by more than 5 percent.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a program for people, which ends where it cannot go on")]

use std::process::ExitCode;
use std::time::{Duration, Instant};

use readmit::keyring::RootSecret;
use readmit_tests::{PASSWORD, Person, World};
use serde_json::{Value, json};

/// Measured pairs, and those before them that are not.
const PAIRS: usize = 300;
const WARM_UP: usize = 30;
/// The largest gap, as a part of the smaller median.
const LARGEST_GAP: f64 = 0.05;
/// Sign-ins of an account that the service takes a day, less one.
const A_DAY: usize = 45;
/// Pairs of refusals that a device is allowed in a quarter of an hour.
const A_DEVICES_QUARTER: usize = 5;

const MIKE: &str = "mike@northwind.example";
const NOBODY: &str = "nora@northwind.example";

/// A request that is refused.
struct Refused {
    function: &'static str,
    route: &'static str,
    body: Value,
    /// The cookie of a known device.
    device: Option<String>,
    /// The access token of an admin.
    token: Option<String>,
    status: u16,
}

fn sign_in(email: &str, password: &str) -> Refused {
    let body = json!({"email": email, "password": password, "code": "000000"});
    Refused { function: "sign-in", route: "POST /v1/sessions", body, device: None, token: None, status: 401 }
}

fn redeem(email: &str, code: &str) -> Refused {
    let body = json!({"email": email, "code": code});
    let (function, route) = ("redeem-passcode", "POST /v1/passcodes/redeem");
    Refused { function, route, body, device: None, token: None, status: 401 }
}

fn add(token: &str, email: &str) -> Refused {
    let (body, token) = (json!({"email": email, "name": "Nora Berg"}), Some(token.to_owned()));
    Refused { function: "manage-employees", route: "POST /v1/employees", body, device: None, token, status: 409 }
}

impl Refused {
    fn on(self, device: &str) -> Self {
        Self { device: Some(device.to_owned()), ..self }
    }

    /// How long the function takes for it, asked from a network of its own.
    async fn time(&self, world: &World, network: usize) -> Duration {
        let (method, path) = self.route.split_once(' ').unwrap();
        let mut event = json!({
            "version": "2.0", "routeKey": self.route, "rawPath": path, "rawQueryString": "",
            "headers": {"content-type": "application/json"}, "cookies": self.device.iter().collect::<Vec<_>>(),
            "requestContext": {
                "accountId": "000000000000", "apiId": "local", "domainName": "127.0.0.1", "domainPrefix": "127",
                "http": {
                    "method": method, "path": path, "protocol": "HTTP/1.1", "userAgent": "timing",
                    "sourceIp": format!("10.{}.{}.1", network / 250, network % 250),
                },
                "requestId": "JKJaXmPLvHcESHA=", "routeKey": self.route, "stage": "$default",
                "time": "12/Mar/2020:19:03:58 +0000", "timeEpoch": 1_583_348_638_390_u64,
            },
            "body": self.body.to_string(), "isBase64Encoded": false,
        });
        if let Some(token) = &self.token {
            event["headers"]["authorization"] = json!(format!("Bearer {token}"));
        }
        let start = Instant::now();
        let reply = world.invoke(self.function, event).await;
        let taken = start.elapsed();
        assert_eq!(reply.body["statusCode"], self.status, "{}", reply.text);
        taken
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// Measures two refusals by turns, each as often first as the other. Whether their medians are close.
///
/// The owner signs in on the device now and then, as people do. Else the device's row has ten failures of before, and each further one
/// takes a second write, which is the cost of a long list and not of a known device.
async fn are_alike(world: &World, owner: &Person<'_>, what: &str, one: &Refused, other: &Refused) -> bool {
    let on_a_device = one.device.is_some();
    let mut times = [Vec::with_capacity(PAIRS), Vec::with_capacity(PAIRS)];
    for pair in 0..WARM_UP + PAIRS {
        if pair % A_DAY == 0 {
            world.advance(Duration::from_secs(86_400)).await;
        } else if pair % A_DEVICES_QUARTER == 0 {
            world.advance(Duration::from_secs(900)).await;
        }
        if on_a_device && pair % A_DEVICES_QUARTER == 0 {
            owner.tries_on(&owner.device).await.is(200);
        }
        for turn in 0..2 {
            let at = (pair + turn) % 2;
            let taken = [one, other][at].time(world, pair).await;
            if pair >= WARM_UP {
                times[at].push(taken);
            }
        }
    }
    let [one, other] = times.map(median);
    let gap = (one.as_secs_f64() - other.as_secs_f64()).abs() / one.min(other).as_secs_f64();
    println!(
        "{what:<75} {:>9.3} ms {:>9.3} ms {:>6.2} %",
        one.as_secs_f64() * 1e3,
        other.as_secs_f64() * 1e3,
        gap * 100.0
    );
    gap <= LARGEST_GAP
}

/// A second version of each root secret, which signs from now on: hashes made before are of an older key.
async fn rotate(world: &World) {
    for secret in RootSecret::ALL {
        let mut root: Value = serde_json::from_str(&world.stack.secrets().secret_string(secret)).unwrap();
        root["2"] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJ0123456789abcdefgh".into();
        root["signs_from"]["2"] = world.now().into();
        world.stack.secrets().replace(secret, root.to_string(), world.stack.clock().now()).unwrap();
    }
    // Longer than a process keeps the secret it has fetched.
    world.advance(Duration::from_secs(3_600)).await;
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let world = World::start().await;
    let mike = world.enrolled(MIKE).await;
    let device = mike.device.clone();
    println!("medians of {PAIRS} refusals each, by turns{:>64} {:>12} {:>8}", "the first", "the second", "gap");
    let wrong = "wrong password";
    let mut alike = Vec::new();
    alike.push(
        are_alike(&world, &mike, "sign-in: known, unknown address", &sign_in(MIKE, wrong), &sign_in(NOBODY, wrong))
            .await,
    );
    let never_in = "sam@northwind.example";
    alike.push(
        are_alike(
            &world,
            &mike,
            "sign-in: never enrolled, unknown address",
            &sign_in(never_in, wrong),
            &sign_in(NOBODY, wrong),
        )
        .await,
    );
    alike.push(
        are_alike(
            &world,
            &mike,
            "sign-in: right, wrong password, no second factor",
            &sign_in(MIKE, PASSWORD),
            &sign_in(MIKE, wrong),
        )
        .await,
    );
    let pairs = [
        ("sign-in on a known device: right, wrong password", sign_in(MIKE, PASSWORD), sign_in(MIKE, wrong)),
        ("sign-in with a device's cookie: its account, unknown address", sign_in(MIKE, wrong), sign_in(NOBODY, wrong)),
    ];
    for (what, one, other) in pairs {
        alike.push(are_alike(&world, &mike, what, &one.on(&device), &other.on(&device)).await);
    }
    let without = sign_in(MIKE, wrong);
    alike.push(
        are_alike(&world, &mike, "sign-in: with, without a known device", &sign_in(MIKE, wrong).on(&device), &without)
            .await,
    );
    let guess = "0000-0000-0000";
    alike.push(
        are_alike(
            &world,
            &mike,
            "redeem: known without a code, unknown address",
            &redeem("grace@northwind.example", guess),
            &redeem(NOBODY, guess),
        )
        .await,
    );
    // The days that pass end codes, and so a code of its own is issued for this.
    let redemptions = with_a_code(&world, guess).await;
    alike.push(redemptions);
    alike.push(additions(&world).await);
    rotate(&world).await;
    alike.push(
        are_alike(
            &world,
            &mike,
            "sign-in after a rotation: right, wrong password, no second factor",
            &sign_in(MIKE, PASSWORD),
            &sign_in(MIKE, wrong),
        )
        .await,
    );
    if alike.iter().all(|alike| *alike) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Somebody who has a live code, against nobody.
async fn with_a_code(world: &World, guess: &str) -> bool {
    let requests = [redeem("sam@northwind.example", guess), redeem(NOBODY, guess)];
    world.operator_mails_a_code_to("sam@northwind.example").await;
    by_turns(world, "redeem: known with a live code, unknown address", requests).await
}

/// An address that somebody of the own company has, against one of another company that shares the domain.
async fn additions(world: &World) -> bool {
    let domains = ["northwind.example", "contoso.example"];
    let company = json!({"company_id": world.companies["Northwind Partners"], "domains": domains});
    world.import(json!({"company": company, "employees": []})).await;
    let ada = world.enrolled("ada@northwind.example").await;
    let requests = [add(&ada.token, "sam@northwind.example"), add(&ada.token, "mary@contoso.example")];
    by_turns(world, "add: an address of the own company, of another", requests).await
}

/// Measures two refusals by turns, without moving the clock.
async fn by_turns(world: &World, what: &str, requests: [Refused; 2]) -> bool {
    let mut times = [Vec::new(), Vec::new()];
    for pair in 0..WARM_UP + PAIRS {
        for turn in 0..2 {
            let at = (pair + turn) % 2;
            let taken = requests[at].time(world, pair).await;
            if pair >= WARM_UP {
                times[at].push(taken);
            }
        }
    }
    let [one, other] = times.map(median);
    let gap = (one.as_secs_f64() - other.as_secs_f64()).abs() / one.min(other).as_secs_f64();
    let (one, other) = (one.as_secs_f64() * 1e3, other.as_secs_f64() * 1e3);
    println!("{what:<75} {one:>9.3} ms {other:>9.3} ms {:>6.2} %", gap * 100.0);
    gap <= LARGEST_GAP
}
