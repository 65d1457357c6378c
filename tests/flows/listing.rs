//! The list of employees, as a Security Admin sees it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use readmit::domain::Name;
use readmit_tests::{Person, Reply, World};
use reqwest::Method;
use serde_json::{Value, json};

const ADA: &str = "ada@northwind.example";
const MIKE: &str = "mike@northwind.example";

async fn sample_company() -> World {
    let mut world = World::empty().await;
    let sample = include_str!("../../events/import-employees/sample-company.json");
    world.import_company(serde_json::from_str(sample).unwrap()).await;
    world
}

async fn get(person: &Person<'_>, path: &str) -> Reply {
    person.calls(Method::GET, path, None).await
}

/// The ids on all pages from this cursor, and the number of pages.
async fn pages_from(person: &Person<'_>, limit: u8, mut cursor: Option<String>) -> (Vec<String>, usize) {
    let (mut ids, mut pages) = (Vec::new(), 0);
    loop {
        let from = cursor.map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
        let page = get(person, &format!("/v1/employees?limit={limit}{from}")).await.is(200);
        let employees = page.body["employees"].as_array().unwrap();
        assert!(employees.len() <= usize::from(limit));
        ids.extend(employees.iter().map(|employee| employee["employee_id"].as_str().unwrap().to_owned()));
        pages += 1;
        cursor = page.body["next_cursor"].as_str().map(str::to_owned);
        if cursor.is_none() {
            return (ids, pages);
        }
    }
}

#[tokio::test]
async fn pages_of_seventeen_hold_everybody_once_by_folded_name() {
    let world = sample_company().await;
    let ada = world.enrolled(ADA).await;
    let mut everybody: Vec<(String, String)> = world
        .items("employees")
        .await
        .iter()
        .filter_map(|row| Some((row["full_name"]["S"].as_str()?, row["employee_id"]["S"].as_str()?)))
        .map(|(name, id)| (name.parse::<Name>().unwrap().folded(), id.to_owned()))
        .collect();
    everybody.sort();
    assert_eq!(everybody.len(), 250);
    let (ids, pages) = pages_from(&ada, 17, None).await;
    assert_eq!(ids, everybody.into_iter().map(|(_, id)| id).collect::<Vec<_>>());
    assert_eq!(pages, 15);
}

#[tokio::test]
async fn a_page_has_the_requested_length_or_fifty() {
    let world = sample_company().await;
    let ada = world.enrolled(ADA).await;
    for (path, size) in [("?limit=1", 1), ("?limit=100", 100), ("?limit=50", 50), ("", 50)] {
        let page = get(&ada, &format!("/v1/employees{path}")).await.is(200);
        assert_eq!(page.body["employees"].as_array().map(Vec::len), Some(size), "{path}");
        assert!(page.body["next_cursor"].is_string());
        assert_eq!(page.body.as_object().map(serde_json::Map::len), Some(2));
    }
}

#[tokio::test]
async fn a_limit_is_a_plain_number_from_1_to_100() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    for limit in ["0", "101", "256", "-1", "1.0", "x", "", "%2B5", "+5", "05", "5&limit=6", "5&limit=5", "%EF%BC%95"] {
        let refused = get(&ada, &format!("/v1/employees?limit={limit}")).await;
        assert_eq!(refused.status, 422, "{limit}");
        let refused = refused.is_problem(422, "invalid_request");
        assert_eq!(refused.body["errors"][0]["pointer"], "/limit", "{limit}: {}", refused.text);
        assert!(refused.body["errors"][0]["detail"].is_string());
    }
    for query in ["page=2", "Limit=5", "limit=5&sort=email", "s3cret"] {
        let refused = get(&ada, &format!("/v1/employees?{query}")).await.is_problem(422, "invalid_request");
        assert!(!refused.text.contains("s3cret") && !refused.text.contains("sort"), "{}", refused.text);
    }
}

#[tokio::test]
async fn a_cursor_that_is_not_the_companys_own_is_refused() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    let carl = world.enrolled("carl@contoso.example").await;
    let cursor = get(&ada, "/v1/employees?limit=1").await.is(200).text_at("/next_cursor");
    get(&ada, &format!("/v1/employees?cursor={cursor}")).await.is(200);
    let foreign = get(&carl, &format!("/v1/employees?cursor={cursor}")).await.is_problem(400, "invalid_cursor");

    let altered = (0..cursor.len()).step_by(5).chain([1, cursor.len() - 1]).map(|at| {
        let other = if cursor[at..].starts_with('A') { "B" } else { "A" };
        format!("{}{other}{}", &cursor[..at], &cursor[at + 1..])
    });
    let cut = [0, 1, 2, cursor.len() / 2, cursor.len() - 1].map(|length| cursor[..length].to_owned());
    let longer = [format!("{cursor}A"), format!("{cursor}="), format!("0{cursor}"), format!("%2B{cursor}")];
    for cursor in altered.chain(cut).chain(longer) {
        let refused = get(&ada, &format!("/v1/employees?cursor={cursor}")).await;
        assert_eq!(refused.without_request_id(), foreign.without_request_id(), "{cursor}");
    }
}

#[tokio::test]
async fn a_cursor_is_valid_after_an_import() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    let page = get(&ada, "/v1/employees?limit=2").await.is(200);
    // Ada and Cleo are on the first page. Cleo, the last one, is removed. One person is added before her and one after.
    assert_eq!(page.text_at("/employees/1/email"), "cleo@client.example");
    let rows = json!([
        {"email": "cleo@client.example", "erase": true},
        {"email": "abel@northwind.example", "name": "Abel"},
        {"email": "zoe@northwind.example", "name": "Zoe"},
        {"email": MIKE, "name": "Ábel Brandt"},
    ]);
    assert_eq!(world.outcomes(rows).await, ["erased", "created", "created", "updated"]);
    let (ids, _) = pages_from(&ada, 1, Some(page.text_at("/next_cursor"))).await;
    let zoe = ids.last().unwrap();
    let expected = ["dora@northwind.example", "grace@northwind.example", "sam@northwind.example"];
    assert_eq!(ids[..ids.len() - 1], expected.map(|email| world.id(email).to_owned()));
    assert_eq!(get(&ada, &format!("/v1/employees/{zoe}")).await.is(200).text_at("/name"), "Zoe");
}

#[tokio::test]
async fn only_a_security_admin_sees_the_list() {
    let world = World::start().await;
    let mike = world.enrolled(MIKE).await;
    let code = world.operator_mails_a_code_to("sam@northwind.example").await;
    let recovery = world.recovers("sam@northwind.example", &code).await;
    let one = format!("/v1/employees/{}", world.id(MIKE));
    // A member gets 403 before the query is checked.
    for path in ["/v1/employees", &one, "/v1/employees?limit=0", "/v1/employees?cursor=x", "/v1/employees/x"] {
        get(&mike, path).await.is_problem(403, "not_security_admin");
        world.call(Method::GET, path, None, None).await.is_problem(401, "unauthenticated");
        world.call(Method::GET, path, Some("x.y.z"), None).await.is_problem(401, "unauthenticated");
        recovery.calls(Method::GET, path, None).await.is_problem(401, "unauthenticated");
    }
}

/// The fields of an object with their JSON types.
fn shape(object: &Value) -> Vec<(&str, &str)> {
    let kind = |value: &Value| match value {
        Value::Null => "null",
        Value::String(_) => "text",
        Value::Object(_) => "object",
        _ => "other",
    };
    object.as_object().unwrap().iter().map(|(name, value)| (name.as_str(), kind(value))).collect()
}

#[tokio::test]
async fn an_employee_has_every_field_of_the_contract() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    let mut fields = [
        ("account_type", "text"),
        ("company_id", "text"),
        ("email", "text"),
        ("employee_id", "text"),
        ("external_id", "null"),
        ("factors", "other"),
        ("last_signed_in_at", "null"),
        ("locale", "null"),
        ("name", "text"),
        ("passcode", "null"),
        ("refusal", "object"),
        ("role", "text"),
        ("status", "text"),
        ("two_factor", "text"),
        ("version", "text"),
    ];
    let cleo = ada.sees("cleo@client.example").await;
    assert_eq!(shape(&cleo), fields);
    assert_eq!((&cleo["account_type"], &cleo["two_factor"]), (&json!("client"), &json!("not_enrolled")));
    for at in [4, 6] {
        fields[at].1 = "text";
    }
    fields[9].1 = "object";
    let mut seen = ada.sees(ADA).await;
    assert_eq!(shape(&seen), fields);
    assert_eq!((&seen["external_id"], &seen["role"]), (&json!("NW-1"), &json!("security_admin")));
    assert_eq!((&seen["status"], &seen["two_factor"]), (&json!("active"), &json!("enrolled")));
    // A list has no refusals.
    seen.as_object_mut().unwrap().remove("refusal");
    let listed = get(&ada, "/v1/employees").await.is(200);
    assert!(listed.body["employees"].as_array().unwrap().contains(&seen));
}

#[tokio::test]
async fn a_passcode_is_seen_without_its_code() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    let code = ada.issues_a_code_to(MIKE).await;
    let passcode = &ada.sees(MIKE).await["passcode"];
    let mut fields = vec!["expires_at", "issued_at", "issued_by", "passcode_id", "sent_to", "status"];
    assert_eq!(passcode.as_object().unwrap().keys().collect::<Vec<_>>(), fields);
    fields.retain(|field| *field != "issued_by");
    assert!(fields.iter().all(|field| passcode[*field].is_string()), "{passcode}");
    assert_eq!(passcode["issued_by"], json!({"employee_id": world.id(ADA), "name": "Ada Lindqvist"}));
    assert_eq!((&passcode["sent_to"], &passcode["status"]), (&json!("m•••@northwind.example"), &json!("sent")));
    assert!(!passcode.to_string().contains(&code[5..]));
    assert_eq!(ada.sees(ADA).await["passcode"]["issued_by"], "operator");
}

#[tokio::test]
async fn whom_the_company_does_not_have_is_not_there_in_the_same_bytes() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    let own = world.id(MIKE);
    let unknown = get(&ada, "/v1/employees/emp_01J00000000000000000000000").await.is_problem(404, "employee_not_found");
    for id in [
        world.id("mary@contoso.example"),
        "abc",
        &own.to_lowercase(),
        &format!("{own}%20"),
        &format!("{own}0"),
        &own.replace("emp_", "cmp_"),
        &own[4..],
        "%23company",
        "external%23NW-3",
        "%00",
        "%FF",
        &"x".repeat(5_000),
    ] {
        let missing = get(&ada, &format!("/v1/employees/{id}")).await.is_problem(404, "employee_not_found");
        assert_eq!(missing.without_request_id(), unknown.without_request_id(), "{id:.50}");
    }
}
