//! The API: its settings are about existing routes, its log names no person, and every route is used by a flow.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::document::{Faults, functions, holds, misses, root, sources};

/// The fields that the access log may have.
const LOGGED: [&str; 9] = [
    "requestId",
    "requestTimeEpoch",
    "routeKey",
    "status",
    "responseLatency",
    "integrationLatency",
    "identity.sourceIp",
    "error.responseType",
    "integrationErrorMessage",
];

/// The routes of the template, for example `POST /v1/sessions`.
fn routes(template: &Value) -> BTreeSet<String> {
    let events = functions(template).filter_map(|(_, function)| function["Properties"]["Events"].as_object());
    let events = events.flat_map(|events| events.values()).filter(|event| event["Type"] == "HttpApi");
    let text = |event: &Value, name: &str| event["Properties"][name].as_str().unwrap().to_owned();
    events.map(|event| format!("{} {}", text(event, "Method"), text(event, "Path"))).collect()
}

/// The smallest default limit of a route, in requests per second.
const LEAST_RATE: u64 = 200;

fn settings(template: &Value) -> Faults {
    let (routes, mut faults) = (routes(template), Faults::new());
    let api = &template["Resources"]["Api"]["Properties"];
    // The limit is a parameter with a high default.
    let generous = |limit: &Value| {
        let parameter = &template["Parameters"][limit["Ref"].as_str().unwrap_or_default()];
        parameter["Default"].as_u64().is_some_and(|default| default >= LEAST_RATE)
    };
    let throttles = |settings: &Value| {
        ["ThrottlingRateLimit", "ThrottlingBurstLimit"].iter().all(|limit| generous(&settings[limit]))
    };
    if !throttles(&api["DefaultRouteSettings"]) {
        faults.push("the API has no throttle".to_owned());
    }
    for (route, settings) in api["RouteSettings"].as_object().into_iter().flatten() {
        if !routes.contains(route) {
            faults.push(format!("a setting is about {route}, which is no route"));
        }
        if !throttles(settings) {
            faults.push(format!("{route} has no throttle that an operator can raise, or a tight one"));
        }
    }
    for open in ["POST /v1/passcodes/disown", "POST /v1/passcodes/redeem", "POST /v1/sessions"] {
        if api["RouteSettings"].get(open).is_none() {
            faults.push(format!("anyone may call {open}, which has no throttle of its own"));
        }
    }
    let origins = api["CorsConfiguration"]["AllowOrigins"].to_string();
    if origins.contains('*') || !origins.contains("PortalUrl") {
        faults.push(format!("pages of {origins} may call the API"));
    }
    let format = api["AccessLogSettings"]["Format"].as_str().unwrap_or_default();
    let logged: BTreeSet<&str> =
        format.split("$context.").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    if logged != BTreeSet::from(LOGGED) || serde_json::from_str::<Value>(format).is_err() {
        faults.push(format!("the access log says {logged:?}"));
    }
    faults
}

/// The text with every `{employee_id}` and `{}` as `{}`.
fn without_names(text: &str) -> String {
    let mut parts = text.split('{');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        let name = part.find(|c: char| !c.is_ascii_lowercase() && c != '_').unwrap_or(part.len());
        text + "{" + if part[name..].starts_with('}') { &part[name..] } else { part }
    })
}

/// Whether a flow or the harness sends a request to the route: the source has the path with its method close to it.
fn is_walked(route: &str, sources: &[String]) -> bool {
    const NEAR: usize = 400;
    let (method, path) = route.split_once(' ').unwrap();
    let (method, path) = (format!("Method::{method}"), format!("\"{}", without_names(path)));
    sources.iter().any(|text| {
        text.match_indices(&path).any(|(at, _)| {
            let (before, after) = (&text[..at], &text[at + path.len()..]);
            let before: String = before.chars().rev().take(NEAR).collect::<Vec<_>>().into_iter().rev().collect();
            let after_method: String = after.chars().take(NEAR).collect();
            after.starts_with(['"', '?']) && (before.contains(&method) || after_method.contains(&method))
        })
    })
}

fn flows(template: &Value) -> Faults {
    let folders = ["tests/flows", "tests/src"].map(|folder| sources(&root().join(folder)));
    let sources: Vec<String> = folders.iter().flatten().map(|(_, text)| without_names(text)).collect();
    let unwalked = routes(template).into_iter().filter(|route| !is_walked(route, &sources));
    unwalked.map(|route| format!("{route} has no flow")).collect()
}

#[test]
fn settings_are_about_routes_and_the_log_names_nobody() {
    holds(settings);
    let api = |rest: &str| format!("/Resources/Api/Properties/{rest}");
    let rate = |of: Value| json!({"ThrottlingRateLimit": of, "ThrottlingBurstLimit": of});
    let nowhere = rate(json!({"Ref": "RouteRate"}));
    misses(settings, &api("RouteSettings/POST ~1v1~1nowhere"), nowhere, "POST /v1/nowhere, which is no route");
    let sessions = api("RouteSettings/POST ~1v1~1sessions");
    for tight in [json!(500), json!({"Ref": "LogRetentionDays"}), json!({"Ref": "BrandName"})] {
        misses(settings, &sessions, rate(tight), "POST /v1/sessions has no throttle that an operator can raise");
    }
    misses(
        settings,
        &api("RouteSettings/POST ~1v1~1passcodes~1redeem"),
        Value::Null,
        "anyone may call POST /v1/passcodes/redeem",
    );
    misses(settings, &api("DefaultRouteSettings"), Value::Null, "the API has no throttle");
    misses(settings, &api("CorsConfiguration/AllowOrigins"), json!(["*"]), "may call the API");
    misses(settings, &api("AccessLogSettings/Format"), json!(r#"{"path":"$context.path"}"#), "the access log says");
    misses(
        settings,
        "/Resources/SignInFunction/Properties/Events/SignIn",
        Value::Null,
        "POST /v1/sessions, which is no route",
    );
}

#[test]
fn every_route_is_walked_by_a_flow() {
    assert_eq!(without_names("a{b_c}d{}{:?}{e"), "a{}d{}{:?}{e");
    holds(flows);
    let event = |method: &str, path: &str| json!({"Type": "HttpApi", "Properties": {"Method": method, "Path": path}});
    let added = "/Resources/SignInFunction/Properties/Events/Added";
    misses(flows, added, event("GET", "/v1/nowhere"), "GET /v1/nowhere has no flow");
    misses(flows, added, event("PUT", "/v1/employees/{employee_id}"), "PUT /v1/employees/{employee_id} has no flow");
}
