//! Which company an import creates or updates, and which imports are refused as a whole. All of S21 is in `tests/attacks/tenants.rs`.

use readmit_tests::World;
use serde_json::{Value, json};

const MIKE: &str = "mike@northwind.example";
const NORA: &str = "nora@fabrikam.example";
const OLAF: &str = "olaf@fabrikam.example";

fn row(email: &str) -> Value {
    json!({"email": email, "name": "A Person"})
}

fn admin(email: &str) -> Value {
    json!({"email": email, "name": "An Admin", "role": "security_admin"})
}

/// Runs an import that must be refused as a whole and change nothing.
async fn is_refused(world: &World, event: Value, error: &str) {
    let before = world.tables().await;
    let refused = world.invoke("import-employees", event.clone()).await;
    assert_eq!(refused.header("x-amz-function-error"), "Unhandled", "{event}: {}", refused.text);
    assert_eq!(refused.body["errorType"], error, "{event}: {}", refused.text);
    assert_eq!(world.tables().await, before);
}

#[tokio::test]
async fn without_a_mode_an_import_updates_the_company_that_it_names_and_else_creates_one() {
    let world = World::start().await;
    let fabrikam = json!({"external_id": "fabrikam", "name": "Fabrikam"});
    is_refused(&world, json!({"company": fabrikam, "employees": [admin(NORA)]}), "company_not_found").await;
    let created = world.import(json!({"mode": "create", "company": fabrikam, "employees": [admin(NORA)]})).await;
    let company_id = created.text_at("/company_id");
    for company in [json!({"company_id": company_id}), json!({"external_id": "fabrikam"})] {
        let updated = world.import(json!({"company": company, "employees": [admin(NORA)]})).await;
        assert_eq!(updated.body["company_id"], company_id);
        assert_eq!(updated.body["results"][0]["outcome"], "unchanged");
    }
    let other = world.import(json!({"company": {"name": "Fabrikam"}, "employees": [admin(OLAF)]})).await;
    assert_ne!(other.body["company_id"], company_id);
    assert_eq!(other.body["results"][0]["outcome"], "created");
}

#[tokio::test]
async fn a_company_is_created_with_a_security_admin_who_can_be_let_in() {
    let world = World::start().await;
    let with = |field: &str, value: &str| {
        let mut admin = admin(NORA);
        admin[field] = json!(value);
        admin
    };
    for rows in [
        json!([]),
        json!([row(NORA)]),
        json!([admin(MIKE)]),
        json!([with("status", "disabled")]),
        json!([with("account_type", "client")]),
        json!([with("email", "no address"), row(OLAF)]),
        json!([with("employee_id", world.id(MIKE))]),
        json!([row(NORA), admin(NORA)]),
    ] {
        is_refused(&world, json!({"company": {"name": "Fabrikam"}, "employees": rows}), "security_admin_missing").await;
    }
    // The position in the list does not matter.
    let rows = json!([row(OLAF), row(MIKE), admin(NORA)]);
    let outcomes = world.outcomes_of(json!({"company": {"name": "Fabrikam"}, "employees": rows})).await;
    assert_eq!(outcomes, ["created", "refused address_taken", "created"]);
    let mut imported = world.items("audit").await;
    imported.retain(|event| event["event_type"]["S"] == "employee.imported");
    imported.sort_by_key(|event| event["event_id"]["S"].to_string());
    let people = world.items("employees").await;
    let nora = people.iter().find(|item| item["login"]["S"] == NORA).unwrap();
    assert_eq!(imported[imported.len() - 2]["employee_id"], nora["employee_id"]);
}

#[tokio::test]
async fn creating_what_exists_tells_its_people_apart_from_everybody_else() {
    let world = World::start().await;
    let company = json!({"external_id": "fabrikam", "name": "Fabrikam"});
    let event = |rows: Value| json!({"mode": "create", "company": company, "employees": rows, "issue_passcodes": true});
    let company_id = world.import(event(json!([admin(NORA)]))).await.text_at("/company_id");
    let before = world.tables().await;
    let rows = json!([{"email": NORA, "name": "Another Name", "status": "disabled"}, row(OLAF), row(MIKE), {}]);
    let again = world.import(event(rows)).await;
    assert_eq!(again.body["company_id"], company_id);
    let result = |index: usize, pointer: &str| again.body["results"][index].pointer(pointer).cloned();
    assert_eq!(result(0, "/outcome"), Some(json!("unchanged")));
    assert!(result(0, "/employee_id").unwrap().is_string());
    for (index, code) in [(1, "company_exists"), (2, "company_exists"), (3, "invalid_request")] {
        assert_eq!(result(index, "/problem/code"), Some(json!(code)));
    }
    assert_eq!(world.tables().await, before);
    assert_eq!(world.mail_counts([NORA, OLAF, MIKE]).await, [1, 0, 0]);
}

#[tokio::test]
async fn an_update_changes_what_it_names_and_keeps_what_it_leaves_out() {
    let world = World::start().await;
    let company_id = &world.companies["Contoso"];
    let row = async || {
        let rows = world.items("employees").await;
        rows.into_iter()
            .find(|row| row["employee_id"]["S"] == "#company" && row["company_id"]["S"] == **company_id)
            .unwrap()
    };
    let steps = [
        (
            json!({"company_id": company_id, "external_id": "contoso", "support_email": "help@contoso.example"}),
            ("Contoso", "contoso", "security_admins"),
        ),
        (json!({"external_id": "contoso", "second_proof": "everyone"}), ("Contoso", "contoso", "everyone")),
        (json!({"external_id": "contoso", "name": "Contoso Ltd"}), ("Contoso Ltd", "contoso", "everyone")),
        (json!({"company_id": company_id, "external_id": "contoso-2"}), ("Contoso Ltd", "contoso-2", "everyone")),
    ];
    for (company, (name, external_id, second_proof)) in steps {
        world.import(json!({"company": company, "employees": []})).await;
        let row = row().await;
        assert_eq!(row["support_email"]["S"], "help@contoso.example");
        let values =
            ["company_name", "external_id", "second_proof"].map(|field| row[field]["S"].as_str().unwrap().to_owned());
        assert_eq!(values, [name, external_id, second_proof]);
    }
    // Its old external id is free again.
    let event =
        json!({"mode": "create", "company": {"external_id": "contoso", "name": "N"}, "employees": [admin(NORA)]});
    assert_eq!(world.outcomes_of(event).await, ["created"]);
    let taken = json!({"company": {"company_id": company_id, "external_id": "contoso"}, "employees": []});
    is_refused(&world, taken, "external_id_taken").await;
}

#[tokio::test]
async fn what_cannot_be_done_as_a_whole_changes_nothing() {
    let world = World::start().await;
    let contoso = &world.companies["Contoso"];
    let nobodys = "cmp_01J00000000000000000000000";
    let rows = || json!([admin(NORA)]);
    for (event, error) in [
        (json!({"company": {"company_id": nobodys}, "employees": rows()}), "company_not_found"),
        (json!({"company": {"company_id": nobodys, "external_id": "new"}, "employees": rows()}), "company_not_found"),
        (json!({"company": {"external_id": "nobodys"}, "employees": rows()}), "company_not_found"),
        (json!({"mode": "update", "company": {"name": "Contoso"}, "employees": rows()}), "company_not_found"),
        (
            json!({"mode": "create", "company": {"name": "N", "company_id": contoso}, "employees": rows()}),
            "invalid_request",
        ),
        (json!({"mode": "create", "company": {"external_id": "n"}, "employees": rows()}), "invalid_request"),
        (json!({"mode": "merge", "company": {"name": "N"}, "employees": rows()}), "invalid_request"),
        (json!({"company": {"name": "N", "external_id": "a b"}, "employees": rows()}), "invalid_request"),
        (json!({"company": {}, "employees": rows()}), "invalid_request"),
        (json!({"company": {"name": "N"}, "employees": rows(), "issue_passcodes": ["no address"]}), "invalid_request"),
        (json!({"company": {"company_id": contoso}, "employees": vec![row(NORA); 1_001]}), "invalid_request"),
    ] {
        is_refused(&world, event, error).await;
    }
}
