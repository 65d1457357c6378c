//! Separation of companies: the people of another company are unknown on every route.

use readmit_tests::{Person, World};
use serde_json::{Value, json};

use crate::gateway::routes;

const ADA: &str = "ada@northwind.example";
const CARL: &str = "carl@contoso.example";

fn emails(page: &Value) -> Vec<&str> {
    page["employees"].as_array().unwrap().iter().map(|employee| employee["email"].as_str().unwrap()).collect()
}

async fn finds(admin: &Person<'_>, asked: &str) -> Vec<String> {
    let page = admin.calls(reqwest::Method::GET, &format!("/v1/employees?{asked}"), None).await.is(200);
    emails(&page.body).into_iter().map(str::to_owned).collect()
}

/// CVE-2026-55610, CVE-2023-26481 (S16): the answer for an id of another tenant differed from that for an unknown id.
#[tokio::test]
async fn anothers_employee_is_a_random_id_on_every_route_that_names_one() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    world.operator_mails_a_code_to("mary@contoso.example").await;
    world.enrolled(CARL).await;
    let mut checked = 0;
    for route in routes().iter().filter(|route| route.names_somebody()) {
        let random = ada.calls(route.method(), &route.about("emp_01J9ZZZZZZZZZZZZZZZZZZZZZZ"), None).await;
        let random = random.is_problem(404, "employee_not_found").without_request_id();
        // A person without a code, an enrolled person and an admin, and the row of the company itself.
        for id in [world.id("mary@contoso.example"), world.id(CARL), &world.companies["Contoso"], "%23company"] {
            let foreign = ada.calls(route.method(), &route.about(id), None).await;
            assert_eq!(foreign.without_request_id(), random, "{} about {id}", route.key());
            checked += 1;
        }
    }
    assert!(checked >= 8);
    assert_eq!(world.mail_counts(["mary@contoso.example", CARL]).await, [1, 1]);
    assert_eq!(world.counts_in_trail("mary@contoso.example", ["passcode.issued"]).await, [1]);
}

/// CVE-2026-55610 (S16): the number of store requests differed between known and random ids.
#[tokio::test]
async fn anothers_employee_costs_what_a_random_id_costs() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    for route in routes().iter().filter(|route| route.names_somebody()) {
        let mut costs = Vec::new();
        for id in ["emp_01J9ZZZZZZZZZZZZZZZZZZZZZZ", world.id("mary@contoso.example")] {
            world.store.record();
            ada.calls(route.method(), &route.about(id), None).await.is_problem(404, "employee_not_found");
            costs.push(world.store.trips());
        }
        assert_eq!(costs[0], costs[1], "{}", route.key());
    }
}

/// CVE-2023-26481 (S16): a cursor contained its query with the company, and the server trusted it.
#[tokio::test]
async fn no_cursor_leads_into_another_company_or_another_question() {
    let world = World::start().await;
    let (ada, carl) = (world.enrolled(ADA).await, world.enrolled(CARL).await);
    let questions = ["", "filter=no_two_factor", "filter=security_admins", "query=m", "query=c"];
    for asked in questions {
        let page = carl.calls(reqwest::Method::GET, &format!("/v1/employees?limit=1&{asked}"), None).await.is(200);
        let own = page.body["next_cursor"].as_str();
        for admin in [&ada, &carl] {
            for other in questions {
                let Some(cursor) = own else { continue };
                let path = format!("/v1/employees?{other}&cursor={cursor}");
                let reply = admin.calls(reqwest::Method::GET, &path, None).await;
                if admin.email == CARL && other == asked {
                    reply.is(200);
                } else {
                    reply.is_problem(400, "invalid_cursor");
                }
            }
        }
    }
}

/// CVE-2026-55610 (S16): a search or a filter covered the people of all companies.
#[tokio::test]
async fn no_search_and_no_filter_finds_another_companys_people() {
    let world = World::start().await;
    let (ada, carl) = (world.enrolled(ADA).await, world.enrolled(CARL).await);
    for typed in ["Mary", "mar", "mary@contoso.example", "Contoso", "carl"] {
        assert_eq!(finds(&ada, &format!("query={typed}")).await, Vec::<String>::new(), "{typed}");
    }
    // Prefixes of the keys of other rows of the table.
    for typed in ["%23", "word%23", "external%23", "cmp_", "emp_", "%09", "%00", "~"] {
        let page = ada.calls(reqwest::Method::GET, &format!("/v1/employees?query={typed}"), None).await;
        assert!(page.status == 422 || emails(&page.body).is_empty(), "{typed}: {}", page.text);
    }
    for filter in ["no_two_factor", "passcode_pending", "passcode_bounced", "security_admins", "disabled", "clients"] {
        let found = finds(&carl, &format!("filter={filter}")).await;
        assert!(found.iter().all(|email| email.ends_with("@contoso.example")), "{filter}: {found:?}");
    }
    assert_eq!(finds(&carl, "").await.len(), 2);
}

/// CVE-2026-55610, CVE-2023-26481 (S16): an audit log showed events of other tenants, or disclosed them by its number of requests.
#[tokio::test]
async fn no_trail_tells_of_another_company() {
    let world = World::start().await;
    let (ada, carl) = (world.enrolled(ADA).await, world.enrolled(CARL).await);
    let read = async |admin: &Person<'_>, asked: &str| {
        admin.calls(reqwest::Method::GET, &format!("/v1/audit-events?limit=100&{asked}"), None).await.is(200)
    };
    let (northwind, contoso) = (&world.companies["Northwind Partners"], &world.companies["Contoso"]);
    let items = world.items("audit").await;
    for (admin, company) in [(&ada, northwind), (&carl, contoso)] {
        let own = items.iter().filter(|item| item["company_id"]["S"] == **company).count();
        assert_eq!(read(admin, "").await.body["events"].as_array().map(Vec::len), Some(own));
    }
    // Keys of an index as an id.
    for id in [format!("{contoso}%23{}", world.id(CARL)), format!("{}%23", world.id(CARL)), "%23".to_owned()] {
        assert_eq!(read(&ada, &format!("employee_id={id}")).await.body["events"], json!([]), "{id}");
    }
    let mut answers = Vec::new();
    for id in ["emp_01J9ZZZZZZZZZZZZZZZZZZZZZZ", world.id(CARL)] {
        world.store.record();
        let empty = read(&ada, &format!("employee_id={id}")).await;
        answers.push((empty.without_request_id(), world.store.cost()));
    }
    assert_eq!(answers[0], answers[1]);
}

/// CVE-2023-26481 (S16): admins of the old company could see and recover a person who had moved to another company.
#[tokio::test]
async fn whoever_moved_to_another_company_is_gone_from_the_old_one() {
    let world = World::start().await;
    let (ada, carl) = (world.enrolled(ADA).await, world.enrolled(CARL).await);
    let mike = world.enrolled("mike@northwind.example").await;
    let old_code = ada.issues_a_code_to("mike@northwind.example").await;
    let old_id = world.id("mike@northwind.example").to_owned();
    let taken = json!({"company": {"company_id": world.companies["Contoso"], "name": "Contoso"},
        "employees": [{"email": "mike@northwind.example", "name": "Mike Brandt"}]});
    let refused = world.import(taken.clone()).await;
    assert_eq!(refused.body["results"][0]["problem"]["code"], "address_taken", "no company takes another's people");
    let erased = world.northwind(json!([{"email": "mike@northwind.example", "erase": true}]));
    assert_eq!(world.outcomes_of(erased).await, ["erased"]);
    let new_id = world.import(taken).await.text_at("/results/0/employee_id");

    assert!(!mike.has_a_session().await);
    mike.tries_to_sign_in().await.is_problem(401, "sign_in_rejected");
    world.redeem("mike@northwind.example", &old_code).await.is_problem(401, "passcode_rejected");
    let mut about_somebody: Vec<_> = routes().into_iter().filter(|route| route.names_somebody()).collect();
    // The erasure comes last.
    about_somebody.sort_by_key(|route| route.key() == "DELETE /v1/employees/{employee_id}");
    for route in about_somebody {
        for id in [&old_id, &new_id] {
            ada.calls(route.method(), &route.about(id), None).await.is_problem(404, "employee_not_found");
        }
        carl.calls(route.method(), &route.about(&old_id), None).await.is_problem(404, "employee_not_found");
        let there = carl.calls(route.method(), &route.about(&new_id), None).await;
        let code = there.body["code"].as_str().unwrap_or_default();
        assert!(there.status < 300 || code == "passcode_not_found", "{}", there.text);
    }
    assert_eq!(finds(&ada, "query=mike").await, Vec::<String>::new());
}
