//! Audit events as a Security Admin reads them: newest first, by person, by type, at the same cost for any number of events.

use std::collections::BTreeSet;
use std::time::Duration;

use readmit_tests::{Person, Reply, World};
use reqwest::Method;
use serde_json::{Value, json};

const ADA: &str = "ada@northwind.example";
const CARL: &str = "carl@contoso.example";
const MIKE: &str = "mike@northwind.example";
const NOBODY: &str = "emp_01J00000000000000000000000";

pub(crate) async fn get(admin: &Person<'_>, asked: &str) -> Reply {
    admin.calls(Method::GET, &format!("/v1/audit-events?{asked}"), None).await
}

pub(crate) fn events(page: &Reply) -> Vec<Value> {
    page.body["events"].as_array().unwrap().clone()
}

/// The events of all pages, in the order of the pages.
async fn all_pages(admin: &Person<'_>, asked: &str, limit: usize) -> Vec<Value> {
    let (mut found, mut cursor) = (Vec::new(), String::new());
    for _ in 0..200 {
        let page = get(admin, &format!("{asked}&limit={limit}{cursor}")).await.is(200);
        assert!(events(&page).len() <= limit);
        found.extend(events(&page));
        match page.body["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return found,
        }
    }
    panic!("a trail without end");
}

fn texts<'a>(events: &'a [Value], pointer: &str) -> Vec<&'a str> {
    events.iter().map(|event| event.pointer(pointer).unwrap().as_str().unwrap()).collect()
}

/// The ids of the events in the table that match `wanted`, newest first.
async fn in_the_table(world: &World, wanted: impl Fn(&Value) -> bool) -> Vec<String> {
    let items = world.items("audit").await;
    let ids = items.iter().filter(|item| wanted(item)).map(|item| item["event_id"]["S"].as_str().unwrap().to_owned());
    let sorted: BTreeSet<String> = ids.collect();
    sorted.into_iter().rev().collect()
}

#[tokio::test]
async fn pages_hold_every_event_of_the_company_once_newest_first() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    world.enrolled(CARL).await;
    ada.issues_a_code_to(MIKE).await;
    let (company, mike) = (&world.companies["Northwind Partners"], world.id(MIKE));
    let whole = in_the_table(&world, |item| item["company_id"]["S"] == **company).await;
    let mikes = in_the_table(&world, |item| item["employee_id"]["S"] == mike).await;
    let of_type = |item: &Value, kind| item["company_id"]["S"] == **company && item["event_type"]["S"] == kind;
    let imported = in_the_table(&world, |item| of_type(item, "employee.imported")).await;
    assert!(whole.len() > imported.len() && imported.len() == 6 && mikes.len() == 2);
    let by_person = format!("employee_id={mike}");
    for (asked, expected) in [("", &whole), (&by_person, &mikes), ("type=employee.imported", &imported)] {
        for limit in [1, 4, 100] {
            let found = all_pages(&ada, asked, limit).await;
            assert_eq!(texts(&found, "/event_id"), *expected, "{asked} by {limit}");
            assert!(texts(&found, "/at").is_sorted_by(|newer, older| newer >= older));
        }
    }
}

#[tokio::test]
async fn an_event_has_every_field_of_the_contract() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    let path = format!("/v1/employees/{}/passcode", world.id(MIKE));
    let request = world.request(Method::POST, &path).bearer_auth(&ada.token).header("user-agent", "Portal/1.0 <b>");
    let issued = world.send(request.json(&json!({"reason": "lost phone"}))).await.is(201);
    let page = get(&ada, "limit=1").await.is(200);
    let event = &page.body["events"][0];
    assert!(event["event_id"].as_str().unwrap().starts_with("evt_"));
    let mut rest = event.as_object().unwrap().clone();
    rest.remove("event_id");
    let expected = json!({
        "at": issued.body["passcode"]["issued_at"],
        "type": "passcode.issued",
        "actor": {"kind": "employee", "employee_id": world.id(ADA)},
        "employee_id": world.id(MIKE),
        "source_ip": "127.0.0.1",
        "user_agent": "Portal/1.0 <b>",
        "device": null,
        "request_id": issued.header("x-request-id"),
        "detail": {
            "passcode_id": issued.body["passcode"]["passcode_id"],
            "expires_at": issued.body["passcode"]["expires_at"],
            "reason": "lost phone",
        },
    });
    assert_eq!(Value::Object(rest), expected);
    assert_eq!(page.body.as_object().map(serde_json::Map::len), Some(2));

    let silent = world.request(Method::POST, &path).bearer_auth(&ada.token);
    world.send(silent).await.is(201);
    assert_eq!(get(&ada, "type=passcode.issued&limit=1").await.is(200).body["events"][0]["user_agent"], Value::Null);

    let iphone = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                  Version/19.1 Mobile/15E148 Safari/604.1";
    for (user_agent, device) in [
        (iphone, json!({"browser": "Safari", "system": "iPhone"})),
        ("curl/8.16.0", json!({"browser": "curl", "system": null})),
    ] {
        let request =
            world.request(Method::POST, "/v1/passcodes").bearer_auth(&ada.token).header("user-agent", user_agent);
        world.send(request.json(&json!({"employee_ids": [world.id("sam@northwind.example")]}))).await.is(200);
        let page = get(&ada, "type=passcode.issued&limit=1").await.is(200);
        assert_eq!(page.body["events"][0]["device"], device);
    }
}

#[tokio::test]
async fn whoever_acted_is_told_by_kind() {
    let world = World::start().await;
    let mut ada = world.enrolled(ADA).await;
    world.operator_mails_a_code_to(MIKE).await;
    for _ in 0..11 {
        world.sign_in(MIKE, "not his password", "123456").await;
    }
    world.advance(Duration::from_secs(7_200)).await;
    world.clean_up().await;
    ada.signs_in().await;
    let told = all_pages(&ada, &format!("employee_id={}", world.id(MIKE)), 10).await;
    let told: Vec<(&Value, &Value)> = told.iter().map(|event| (&event["type"], &event["actor"])).collect();
    let by = |kind: &str| json!({"kind": kind, "employee_id": null});
    let expected = [
        (json!("passcode.expired"), by("system")),
        (json!("session.throttled"), by("anonymous")),
        (json!("passcode.issued"), by("operator")),
        (json!("employee.imported"), by("operator")),
    ];
    assert_eq!(told, expected.iter().map(|(kind, actor)| (kind, actor)).collect::<Vec<_>>());
}

#[tokio::test]
async fn an_unknown_employee_has_no_events_and_the_answer_has_the_same_bytes() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    let unknown = get(&ada, &format!("employee_id={NOBODY}")).await.is(200);
    assert_eq!(unknown.body, json!({"events": [], "next_cursor": null}));
    let own = world.id(MIKE);
    for id in [
        world.id("mary@contoso.example"),
        world.id(CARL),
        &own.to_lowercase(),
        &format!("{own}0"),
        &own[4..],
        &world.companies["Northwind Partners"],
        &format!("{own}&employee_id={own}"),
        "",
        "%00",
        "%FF",
        &"x".repeat(5_000),
    ] {
        let empty = get(&ada, &format!("employee_id={id}")).await;
        assert_eq!(empty.without_request_id(), unknown.without_request_id(), "{id:.50}");
    }
}

/// All event types, from serde's error message for an unknown one.
fn every_type() -> Vec<String> {
    let unknown = serde_json::from_str::<readmit::domain::EventType>("\"?\"").unwrap_err().to_string();
    let (_, known) = unknown.split_once("expected one of ").unwrap();
    known.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[tokio::test]
async fn every_type_can_be_asked_for_and_no_other() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    let types = every_type();
    assert!(types.contains(&"passcode.issued".to_owned()) && types.len() > 15, "{types:?}");
    let mut found = Vec::new();
    for kind in &types {
        let of_it = all_pages(&ada, &format!("type={kind}"), 100).await;
        assert!(of_it.iter().all(|event| event["type"] == **kind), "{kind}: {of_it:?}");
        found.extend(of_it);
    }
    assert_eq!(found.len(), all_pages(&ada, "", 100).await.len());
    for kind in ["", "passcode", "PASSCODE.ISSUED", "passcode.issued%20", "passcode_issued", "*", "passcode.sent"] {
        let refused = get(&ada, &format!("type={kind}")).await.is_problem(422, "invalid_request");
        assert_eq!(refused.body["errors"][0]["pointer"], "/type", "{kind}: {}", refused.text);
    }
}

#[tokio::test]
async fn an_invalid_query_is_refused_with_its_place() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    let both = format!("employee_id={}&type=passcode.issued", world.id(MIKE));
    for (asked, pointer) in [
        (&*both, "/type"),
        ("employee_id=x&type=passcode.issued", "/type"),
        ("limit=0", "/limit"),
        ("limit=101", "/limit"),
        ("limit=05", "/limit"),
        ("limit=5&limit=6", "/limit"),
        ("type=passcode.issued&type=passcode.redeemed", "/type"),
        ("from=yesterday", "/from"),
        ("to=2026-11-31T00:00:00Z", "/to"),
        ("from=2026-11-30T00:00:00Z&to=2026-11-30T00:00:00Z", "/to"),
        ("s3cret=1", ""),
        ("query=mike", ""),
    ] {
        let refused = get(&ada, asked).await.is_problem(422, "invalid_request");
        assert_eq!(refused.body["errors"][0]["pointer"], pointer, "{asked}: {}", refused.text);
        assert!(!refused.text.contains("s3cret"));
    }
    for (asked, size) in [("limit=1", 1), ("limit=100", 15), ("", 15)] {
        let found = events(&get(&ada, asked).await.is(200)).len();
        assert!(found <= size && found > 0, "{asked}: {found}");
    }
}

#[tokio::test]
async fn a_cursor_belongs_to_its_company_and_its_question() {
    let world = World::start().await;
    let (ada, carl) = (world.enrolled(ADA).await, world.enrolled(CARL).await);
    let adas = format!("employee_id={}", world.id(ADA));
    let mikes = format!("employee_id={}", world.id(MIKE));
    let cursor_of = async |asked: &str| get(&ada, &format!("{asked}&limit=1")).await.is(200).text_at("/next_cursor");
    let (whole, about_ada, imported) =
        (cursor_of("").await, cursor_of(&adas).await, cursor_of("type=employee.imported").await);
    let of_people = ada.calls(Method::GET, "/v1/employees?limit=1", None).await.is(200).text_at("/next_cursor");
    for (asked, own) in [("", &whole), (&*adas, &about_ada), (&*mikes, &whole), ("type=employee.imported", &imported)] {
        for cursor in [&whole, &about_ada, &imported, &of_people] {
            let reply = get(&ada, &format!("{asked}&cursor={cursor}")).await;
            match cursor == own && asked != mikes {
                true => drop(reply.is(200)),
                false => drop(reply.is_problem(400, "invalid_cursor")),
            }
            get(&carl, &format!("{asked}&cursor={cursor}")).await.is_problem(400, "invalid_cursor");
        }
    }
    get(&ada, "employee_id=x&cursor=x").await.is_problem(400, "invalid_cursor");
    let strays = ada.calls(Method::GET, &format!("/v1/employees?cursor={whole}"), None).await;
    strays.is_problem(400, "invalid_cursor");
}

#[tokio::test]
async fn what_happens_meanwhile_moves_no_page() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    let before = all_pages(&ada, "", 100).await;
    let first = get(&ada, "limit=3").await.is(200);
    ada.issues_a_code_to(MIKE).await;
    ada.issues_a_code_to(MIKE).await;
    let second = get(&ada, &format!("limit=100&cursor={}", first.text_at("/next_cursor"))).await.is(200);
    assert_eq!([events(&first), events(&second)].concat(), before);
}

#[tokio::test]
async fn only_a_security_admin_reads_the_trail() {
    let world = World::start().await;
    let mike = world.enrolled(MIKE).await;
    let code = world.operator_mails_a_code_to("sam@northwind.example").await;
    let recovery = world.recovers("sam@northwind.example", &code).await;
    // A member gets 403 before the query is checked, also for the member's own events.
    for asked in ["", "limit=0", "cursor=x", "type=x", &format!("employee_id={}", world.id(MIKE))] {
        let path = format!("/v1/audit-events?{asked}");
        get(&mike, asked).await.is_problem(403, "not_security_admin");
        world.call(Method::GET, &path, None, None).await.is_problem(401, "unauthenticated");
        recovery.calls(Method::GET, &path, None).await.is_problem(401, "unauthenticated");
    }
}
