//! S22: a company's row changes only if it is as it was read, and each change writes one audit event with the old and the new values.

use futures_util::future::join_all;
use readmit_tests::World;
use serde_json::{Value, json};

const ADA: &str = "ada@northwind.example";
const MIKE: &str = "mike@northwind.example";

/// An import that changes these fields of Northwind.
fn changing(world: &World, fields: Value) -> Value {
    let mut company = fields;
    company["company_id"] = json!(world.companies["Northwind Partners"]);
    json!({"company": company, "employees": []})
}

/// The details of every `company.changed` of Northwind, oldest first.
async fn changes(world: &World) -> Vec<Value> {
    let mut events = world.items("audit").await;
    events.retain(|event| event["event_type"]["S"] == "company.changed");
    events.sort_by_key(|event| event["event_id"]["S"].to_string());
    let key = format!("{}#company", world.companies["Northwind Partners"]);
    assert!(events.iter().all(|event| event.get("employee_id").is_none() && event["employee_key"]["S"] == key));
    events.iter().map(|event| event["detail"]["M"].clone()).collect()
}

/// The old and new value of a field in each change.
fn chain(changes: &[Value], field: &str) -> Vec<(Value, Value)> {
    let of_field = changes.iter().filter_map(|change| change.get(field));
    of_field.map(|change| (change["M"]["from"]["S"].clone(), change["M"]["to"]["S"].clone())).collect()
}

async fn company_row(world: &World) -> Value {
    let rows = world.items("employees").await;
    let northwind = &world.companies["Northwind Partners"];
    rows.into_iter().find(|row| row["employee_id"]["S"] == "#company" && row["company_id"]["S"] == **northwind).unwrap()
}

#[tokio::test]
async fn a_changed_company_is_one_event_with_old_and_new_values() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    let fields = json!({"name": "Northwind Group", "support_email": "help@northwind.example", "second_proof": "none"});
    for _ in 0..2 {
        world.import(changing(&world, fields.clone())).await;
    }
    world.import(changing(&world, json!({"locale": "de", "external_id": "NW"}))).await;
    let page = ada.calls(reqwest::Method::GET, "/v1/audit-events?type=company.changed", None).await.is(200);
    let events = page.body["events"].as_array().unwrap();
    let details: Vec<_> = events.iter().map(|event| &event["detail"]).collect();
    let expected = [
        json!({"locale": {"from": null, "to": "de"}, "external_id": {"from": null, "to": "NW"}}),
        json!({"name": {"from": "Northwind Partners", "to": "Northwind Group"},
            "support_email": {"from": null, "to": "help@northwind.example"},
            "second_proof": {"from": "security_admins", "to": "none"}}),
    ];
    assert_eq!(details, expected.iter().collect::<Vec<_>>());
    assert!(events.iter().all(|event| event["employee_id"].is_null() && event["actor"]["kind"] == "operator"));
    // The event has no employee, so it is not in the list of any employee's events.
    let about = format!("/v1/audit-events?employee_id={}", world.id(ADA));
    let page = ada.calls(reqwest::Method::GET, &about, None).await.is(200);
    assert!(page.body["events"].as_array().unwrap().iter().all(|event| event["type"] != "company.changed"));
}

#[tokio::test]
async fn a_changed_employee_is_told_with_the_old_and_new_role_type_and_status() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    for (row, detail) in [
        (
            json!({"role": "security_admin"}),
            json!({"fields": "role", "role": {"from": "member", "to": "security_admin"}}),
        ),
        (
            json!({"role": "member", "name": "Mike B."}),
            json!({"fields": "name,role", "role": {"from": "security_admin", "to": "member"}}),
        ),
        (
            json!({"status": "disabled", "account_type": "client"}),
            json!({"fields": "account_type,status", "status": {"from": "active", "to": "disabled"},
                "account_type": {"from": "employee", "to": "client"}}),
        ),
        (json!({"name": "Mike Brandt"}), json!({"fields": "name"})),
    ] {
        world.change(MIKE, row).await;
        let page =
            ada.calls(reqwest::Method::GET, "/v1/audit-events?type=employee.changed&limit=1", None).await.is(200);
        assert_eq!(page.body["events"][0]["detail"], detail);
    }
}

/// Finding 4: 15 of 60 changes to a stricter policy were lost when an import without these fields ran in parallel.
#[tokio::test(flavor = "multi_thread")]
async fn sixty_policy_changes_beside_other_imports_are_all_kept() {
    let world = World::start().await;
    for round in 0..60 {
        let policy = ["everyone", "none"][round % 2];
        let other = match round % 3 {
            0 => json!({"name": format!("Northwind {round}")}),
            1 => json!({"support_email": format!("help{round}@northwind.example")}),
            _ => json!({"locale": format!("de-x{round}")}),
        };
        let (changed, ..) = tokio::join!(
            world.import(changing(&world, json!({"second_proof": policy}))),
            world.import(changing(&world, other)),
            world.import(changing(&world, json!({}))),
            world.import(world.northwind(json!([{"email": MIKE, "name": format!("Mike {round}")}]))),
        );
        assert_eq!(changed.body["results"], json!([]));
        assert_eq!(company_row(&world).await["second_proof"]["S"], policy, "change {round} was lost");
    }
    let changes = changes(&world).await;
    let tightenings = chain(&changes, "second_proof");
    assert_eq!(tightenings.len(), 60);
    for field in ["second_proof", "name", "support_email", "locale"] {
        let chain = chain(&changes, field);
        assert!(chain.windows(2).all(|pair| pair[0].1 == pair[1].0), "{field}: {chain:?}");
        assert!(chain.iter().all(|(from, to)| from != to), "{field}: {chain:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_changes_at_once_each_is_made_or_told_as_interrupted() {
    let world = World::start().await;
    let name = |n: usize| json!({"name": format!("Northwind {n}")});
    let imports = (0..20).map(|n| world.invoke("import-employees", changing(&world, name(n))));
    let done = join_all(imports).await.into_iter().filter(|reply| match reply.body["errorType"].as_str() {
        None => true,
        Some(error) => {
            assert_eq!(error, "interrupted");
            false
        }
    });
    let changes = changes(&world).await;
    let chain = chain(&changes, "name");
    assert_eq!(chain.len(), done.count());
    assert!(chain.windows(2).all(|pair| pair[0].1 == pair[1].0), "{chain:?}");
    assert_eq!(chain.last().unwrap().1, company_row(&world).await["company_name"]["S"]);
}
