//! S21: an import that creates a company changes no other company.

use readmit_tests::World;
use serde_json::{Value, json};

const EVE: &str = "eve@fabrikam.example";
const MIKE: &str = "mike@northwind.example";
const CARL: &str = "carl@contoso.example";

fn admin(email: &str) -> Value {
    json!({"email": email, "name": "Eve Newcomer", "role": "security_admin"})
}

/// Runs an import that must be refused as a whole and change nothing.
async fn is_refused(world: &World, event: Value, error: &str) {
    let before = world.tables().await;
    let refused = world.invoke("import-employees", event).await;
    assert_eq!(refused.body["errorType"], error, "{}", refused.text);
    assert_eq!(world.tables().await, before);
}

/// Finding 1: an import with one address of another company changed that company.
#[tokio::test]
async fn a_newcomers_first_import_changes_nothing_of_a_company_that_has_one_of_its_addresses() {
    let world = World::start().await;
    let before = world.tables().await;
    let company = json!({"name": "Fabrikam", "support_email": "help@fabrikam.example", "second_proof": "none"});
    let rows = json!([
        {"email": MIKE, "name": "Mike Taken", "role": "security_admin"},
        admin(EVE),
        {"email": CARL, "name": "Carl Taken", "erase": true},
    ]);
    let imported = world.import(json!({"company": company, "employees": rows})).await;
    assert!(!world.companies.values().any(|company_id| imported.body["company_id"] == **company_id));
    let outcomes: Vec<_> = (0..3).map(|row| imported.body["results"][row]["outcome"].clone()).collect();
    assert_eq!(outcomes, ["refused", "created", "unchanged"]);
    assert_eq!(imported.body["results"][0]["problem"]["code"], "address_taken");
    let after = world.tables().await;
    assert!(before.iter().all(|item| after.contains(item)), "an item that was there has changed");
}

/// Finding 1: the documented first import, for a person who belongs to another company.
#[tokio::test]
async fn somebody_who_is_a_member_elsewhere_founds_no_company_and_gets_no_role() {
    let world = World::start().await;
    for employees in [json!([admin(MIKE)]), json!([admin(MIKE), {"email": EVE, "name": "Eve Newcomer"}]), json!([])] {
        let event = json!({"company": {"name": "Fabrikam"}, "employees": employees, "issue_passcodes": true});
        is_refused(&world, event, "security_admin_missing").await;
    }
    let named = json!({"company": {"name": "Fabrikam"}, "employees": [], "issue_passcodes": [MIKE]});
    is_refused(&world, named, "security_admin_missing").await;
}

#[tokio::test]
async fn a_founding_import_mails_no_code_to_another_companys_people() {
    let world = World::start().await;
    let event = json!({"company": {"name": "Fabrikam"}, "employees": [admin(EVE)], "issue_passcodes": [MIKE, EVE]});
    assert_eq!(world.outcomes_of(event).await, ["created", "refused employee_not_found"]);
    assert_eq!(world.mail_counts([MIKE, EVE]).await, [0, 1]);
}

#[tokio::test]
async fn no_import_renames_a_company_by_its_people_or_its_external_id() {
    let world = World::start().await;
    let fabrikam = |mode: &str, name: &str| json!({"mode": mode, "company": {"external_id": "fabrikam", "name": name}, "employees": [admin(EVE)]});
    assert_eq!(world.outcomes_of(fabrikam("create", "Fabrikam")).await, ["created"]);
    let before = world.tables().await;
    assert_eq!(world.outcomes_of(fabrikam("create", "Renamed")).await, ["unchanged"]);
    assert_eq!(world.tables().await, before);
    // Without an external id the same list would create a new company, but all people belong to one.
    let again = json!({"company": {"name": "Renamed"}, "employees": [admin(EVE)]});
    is_refused(&world, again, "security_admin_missing").await;
}

#[tokio::test]
async fn of_many_foundings_at_once_with_one_external_id_one_founds() {
    for _ in 0..5 {
        let world = World::empty().await;
        let event = |n: usize| {
            let own = format!("eve{n}@fabrikam.example");
            json!({"mode": "create", "company": {"external_id": "fabrikam", "name": "Fabrikam"},
                "employees": [admin(&own), admin(EVE)]})
        };
        let imports = (0..8).map(|n| world.import(event(n)));
        let imported = futures_util::future::join_all(imports).await;
        assert!(imported.iter().all(|one| one.body["company_id"] == imported[0].body["company_id"]));
        let created = imported.iter().filter(|one| one.body["results"][0]["outcome"] == "created");
        assert_eq!(created.count(), 1);
        let companies = world.items("employees").await;
        assert_eq!(companies.iter().filter(|row| row.get("company_name").is_some()).count(), 1);
        let admins = companies.iter().filter(|row| row.get("full_name").is_some()).count();
        assert_eq!(admins, 2, "the people of the one import that founded");
    }
}
