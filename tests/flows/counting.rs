//! `GET /v1/employees/count`: as many as all pages of the list have together, up to a thousand.

use readmit_tests::{Person, World};
use reqwest::Method;
use serde_json::{Value, json};

const ADA: &str = "ada@northwind.example";

async fn count(admin: &Person<'_>, asked: &str) -> Value {
    admin.calls(Method::GET, &format!("/v1/employees/count?{asked}"), None).await.is(200).body
}

/// How many people all pages of the list have.
async fn listed(admin: &Person<'_>, asked: &str) -> usize {
    let (mut seen, mut cursor) = (0, String::new());
    loop {
        let path = format!("/v1/employees?{asked}&limit=100{cursor}");
        let page = admin.calls(Method::GET, &path, None).await.is(200);
        seen += page.body["employees"].as_array().unwrap().len();
        match page.body["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return seen,
        }
    }
}

fn people(numbers: std::ops::Range<usize>) -> Value {
    numbers.map(|n| json!({"email": format!("p{n}@northwind.example"), "name": format!("Pat Patterson {n}")})).collect()
}

#[tokio::test]
async fn a_count_is_as_large_as_the_list_with_the_same_question() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    world.import(world.northwind(people(0..120))).await;
    for email in ["mike@northwind.example", "sam@northwind.example"] {
        ada.issues(email, None).await.is(201);
    }
    let filters = ["no_two_factor", "passcode_pending", "passcode_bounced", "security_admins", "disabled", "clients"];
    let asked = filters.map(|filter| format!("filter={filter}"));
    // Two words of one person begin with `pat`.
    let more = ["", "query=pat", "query=mike", "query=nobody", "query=p1"].map(str::to_owned);
    for asked in asked.into_iter().chain(more) {
        assert_eq!(count(&ada, &asked).await, json!({"count": listed(&ada, &asked).await, "exact": true}), "{asked}");
    }
    assert_eq!(count(&ada, "").await["count"], 126);
    let carl = world.enrolled("carl@contoso.example").await;
    assert_eq!(count(&carl, "").await["count"], 2);
    assert_eq!(count(&carl, "query=pat").await["count"], 0);
}

#[tokio::test]
async fn a_count_ends_at_a_thousand() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    world.import(world.northwind(people(0..994))).await;
    assert_eq!(count(&ada, "").await, json!({"count": 1_000, "exact": true}));
    world.import(world.northwind(people(994..1_001))).await;
    for asked in ["", "query=pat", "filter=no_two_factor"] {
        assert_eq!(count(&ada, asked).await, json!({"count": 1_000, "exact": false}), "{asked}");
    }
}

#[tokio::test]
async fn a_count_refuses_what_a_list_refuses_and_has_no_pages() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    for (asked, pointer) in [
        ("query=a&filter=clients", "/filter"),
        ("filter=wrong", "/filter"),
        ("query=", "/query"),
        ("limit=5", ""),
        ("cursor=x", ""),
    ] {
        let refused = ada.calls(Method::GET, &format!("/v1/employees/count?{asked}"), None).await;
        assert_eq!(refused.is_problem(422, "invalid_request").body["errors"][0]["pointer"], pointer, "{asked}");
    }
    let mike = world.enrolled("mike@northwind.example").await;
    mike.calls(Method::GET, "/v1/employees/count?limit=5", None).await.is_problem(403, "not_security_admin");
}
