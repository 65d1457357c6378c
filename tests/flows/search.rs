//! Finding people by a word or by a filter, at the same cost for any number of people.

use std::collections::BTreeSet;

use readmit_tests::{PASSWORD, Person, World};
use reqwest::Method;
use serde_json::{Value, json};

const SAMPLE: &str = include_str!("../../events/import-employees/sample-company.json");
const ADA: &str = "ada@northwind.example";

/// The addresses on all pages of a listing, in order.
async fn all_pages(ada: &Person<'_>, asked: &str, limit: usize) -> Vec<String> {
    let (mut found, mut cursor) = (Vec::new(), String::new());
    for _ in 0..200 {
        let page = ada.calls(Method::GET, &format!("/v1/employees?{asked}&limit={limit}{cursor}"), None).await.is(200);
        let employees = page.body["employees"].as_array().unwrap();
        assert!(employees.len() <= limit);
        found.extend(employees.iter().map(|employee| employee["email"].as_str().unwrap().to_owned()));
        match page.body["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return found,
        }
    }
    panic!("a listing without end");
}

async fn search(ada: &Person<'_>, typed: &str) -> Vec<String> {
    let typed: String = typed.bytes().map(|byte| format!("%{byte:02X}")).collect();
    all_pages(ada, &format!("query={typed}"), 100).await
}

fn sample() -> Vec<Value> {
    let event: Value = serde_json::from_str(SAMPLE).unwrap();
    event["employees"].as_array().unwrap().clone()
}

#[tokio::test]
async fn every_name_of_the_sample_is_found_by_the_beginning_of_each_word() {
    let world = World::empty().await;
    let imported = world.import(serde_json::from_str(SAMPLE).unwrap()).await;
    let code = {
        let company = json!({"company_id": imported.text_at("/company_id"), "name": "Northwind Partners"});
        world.import(json!({"company": company, "employees": [], "issue_passcodes": [ADA]})).await;
        world.mailed_code(ADA).await
    };
    let ada = world.recovers(ADA, &code).await.completes(PASSWORD).await;
    for employee in sample().iter().step_by(6) {
        let email = employee["email"].as_str().unwrap();
        let words: Vec<&str> = employee["name"]
            .as_str()
            .unwrap()
            .split(' ')
            .filter(|word| word.chars().any(char::is_alphanumeric))
            .collect();
        for word in words.iter().take(3) {
            let typed: String =
                word.trim_matches(['(', ')', '“', '”', '"', '\'', '‘', '’', 'ʻ', ',']).chars().take(3).collect();
            let reply = search(&ada, &typed).await;
            assert!(reply.iter().any(|found| found == email), "{typed:?} of {word} finds {reply:?}, not {email}");
        }
        let reply = search(&ada, &email[..email.len() - 4].to_uppercase()).await;
        assert!(reply.iter().any(|found| found == email), "{email}");
    }
}

#[tokio::test]
async fn a_person_is_listed_once_whatever_matches_and_wherever_pages_end() {
    let world = World::start().await;
    let people = json!([
        {"email": "mia@northwind.example", "name": "Mia Miller Milan"},
        {"email": "milo@northwind.example", "name": "Milo Mink"},
        {"email": "zed@northwind.example", "name": "Zed Mio"},
        {"email": "mi@northwind.example", "name": "Zoë Ångström"},
    ]);
    let company = json!({"company_id": world.companies["Northwind Partners"], "name": "Northwind Partners"});
    world.import(json!({"company": company, "employees": people})).await;
    let ada = world.enrolled(ADA).await;
    let order = [
        "mi@northwind.example",
        "mia@northwind.example",
        "mike@northwind.example",
        "milo@northwind.example",
        "zed@northwind.example",
    ];
    for limit in [1, 2, 3, 100] {
        assert_eq!(all_pages(&ada, "query=mi", limit).await, order, "by {limit}");
    }
    assert_eq!(all_pages(&ada, "query=ANGSTROM", 10).await, ["mi@northwind.example"]);
    assert!(all_pages(&ada, "query=nobody-at-all", 10).await.is_empty());
}

#[tokio::test]
async fn a_new_name_or_address_is_found_and_the_old_one_is_not() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    world
        .change("mike@northwind.example", json!({"name": "Michael Quint", "email": "michael@northwind.example"}))
        .await;
    assert_eq!(all_pages(&ada, "query=quint", 10).await, ["michael@northwind.example"]);
    assert_eq!(all_pages(&ada, "query=michael@", 10).await, ["michael@northwind.example"]);
    for gone in ["brandt", "mike"] {
        assert!(all_pages(&ada, &format!("query={gone}"), 10).await.is_empty(), "{gone}");
    }
    world.change("sam@northwind.example", json!({"erase": true})).await;
    assert!(all_pages(&ada, "query=wojcik", 10).await.is_empty());
    assert!(world.items("employees").await.iter().all(|row| !row.to_string().contains("wojcik")));
}

#[tokio::test]
async fn each_filter_finds_just_those_it_names() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    let found = async |filter: &str| all_pages(&ada, &format!("filter={filter}"), 2).await;
    assert_eq!(found("security_admins").await, [ADA, "grace@northwind.example"]);
    assert_eq!(found("disabled").await, ["dora@northwind.example"]);
    assert_eq!(found("clients").await, ["cleo@client.example"]);
    assert!(found("passcode_bounced").await.is_empty() && found("passcode_pending").await.is_empty());
    assert_eq!(found("no_two_factor").await.len(), 5);

    let code = ada.issues_a_code_to("mike@northwind.example").await;
    ada.issues("sam@northwind.example", None).await.is(201);
    // The newest code first.
    assert_eq!(found("passcode_pending").await, ["sam@northwind.example", "mike@northwind.example"]);
    let recovery = world.recovers("mike@northwind.example", &code).await;
    assert_eq!(found("passcode_pending").await, ["sam@northwind.example"]);
    recovery.completes("velvet compass orchard nine").await;
    assert!(!found("no_two_factor").await.contains(&"mike@northwind.example".to_owned()));

    world.change("sam@northwind.example", json!({"status": "disabled", "name": "Aaron Wójcik"})).await;
    assert!(found("passcode_pending").await.is_empty());
    assert_eq!(found("disabled").await, ["sam@northwind.example", "dora@northwind.example"]);
    world.change("grace@northwind.example", json!({"role": "member"})).await;
    world.change("cleo@client.example", json!({"account_type": "employee"})).await;
    assert_eq!(found("security_admins").await, [ADA]);
    assert!(found("clients").await.is_empty());
}

#[tokio::test]
async fn an_expired_code_leaves_the_filter_with_the_cleanup() {
    let world = World::start().await;
    let mut ada = world.enrolled(ADA).await;
    ada.issues("mike@northwind.example", None).await.is(201);
    world.advance(std::time::Duration::from_secs(3_600)).await;
    world.clean_up().await;
    ada.signs_in().await;
    assert!(all_pages(&ada, "filter=passcode_pending", 5).await.is_empty());
}

#[tokio::test]
async fn what_cannot_be_asked_is_told() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    let long = format!("query={}", "x".repeat(101));
    for asked in [
        "query=a&filter=clients",
        "query=",
        "query=%20",
        &long,
        "filter=",
        "filter=everybody",
        "filter=clients&filter=disabled",
    ] {
        ada.calls(Method::GET, &format!("/v1/employees?{asked}"), None).await.is_problem(422, "invalid_request");
    }
    let page = ada.calls(Method::GET, "/v1/employees?query=d&limit=1", None).await.is(200);
    let cursor = page.text_at("/next_cursor");
    for other in ["query=do", "filter=clients", "limit=1"] {
        ada.calls(Method::GET, &format!("/v1/employees?{other}&cursor={cursor}"), None)
            .await
            .is_problem(400, "invalid_cursor");
    }
    let carl = world.enrolled("carl@contoso.example").await;
    carl.calls(Method::GET, &format!("/v1/employees?query=a&cursor={cursor}"), None)
        .await
        .is_problem(400, "invalid_cursor");
    assert!(all_pages(&carl, "query=mike", 10).await.is_empty());
}

/// A world whose first company has `count` more people. Every fifth is a client with an ended passcode.
async fn world_of(count: usize) -> World {
    let world = World::start().await;
    let company = json!({"company_id": world.companies["Northwind Partners"], "name": "Northwind Partners"});
    let people: Vec<Value> = (0..count)
        .map(|n| {
            let kind = if n % 5 == 0 { "client" } else { "employee" };
            let status = if n % 7 == 0 { "disabled" } else { "active" };
            let role = if n % 3 == 0 { "security_admin" } else { "member" };
            json!({"email": format!("p{n:05}@northwind.example"), "name": format!("Person {n:05}"), "account_type": kind, "status": status, "role": role})
        })
        .collect();
    for rows in people.chunks(1_000) {
        world.import(json!({"company": company, "employees": rows})).await;
    }
    world
}

#[tokio::test]
async fn a_page_costs_the_same_among_a_hundred_and_among_five_thousand() {
    let mut costs = Vec::new();
    for count in [100, 5_000] {
        let world = world_of(count).await;
        let ada = world.enrolled(ADA).await;
        let mut of_this = Vec::new();
        for asked in [
            "",
            "query=person",
            "filter=no_two_factor",
            "filter=security_admins",
            "filter=disabled",
            "filter=clients",
            "filter=passcode_pending",
            "filter=passcode_bounced",
        ] {
            world.store.record();
            ada.calls(Method::GET, &format!("/v1/employees?limit=10&{asked}"), None).await.is(200);
            of_this.push((asked, world.store.cost()));
        }
        costs.push(of_this);
    }
    assert_eq!(costs[0], costs[1]);
    let counted: BTreeSet<usize> = costs[0].iter().map(|(_, cost)| cost.len()).collect();
    // Two to four requests: the caller, the words of a search, the people, and their passcodes. A filter by passcode
    // reads no other people.
    assert_eq!(counted, BTreeSet::from([2, 3, 4]));
    assert!(costs[0].iter().all(|(_, cost)| cost.iter().all(|(_, units)| *units > 0.0)), "{costs:?}");
}
