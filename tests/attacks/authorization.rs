//! Authorization: every kind of caller on every route about every kind of person. A route without a row in the table fails.

use readmit_tests::World;
use serde_json::{Value, json};

use crate::gateway::{Route, routes};

/// The callers, in the order of the columns.
const CALLERS: [&str; 7] = [
    "nobody",
    "somebody recovering",
    "somebody disabled",
    "a member",
    "a client",
    "an admin",
    "another company's admin",
];

/// The targets of a request: people of Northwind, the caller, and an unknown id.
const TARGETS: [&str; 6] = ["an employee", "a client", "a disabled employee", "an admin", "the caller", "a random id"];

/// The expected status for each of the seven callers.
enum Answers {
    /// The same status for every target.
    Each([u16; 7]),
    /// The first five callers get the same status for every target. The two admins get one per target.
    ByTarget([u16; 5], [u16; 6], [u16; 6]),
}

use Answers::{ByTarget, Each};

/// The table. Where a route needs a body, this one is invalid: an authorized caller gets 422 and nothing is changed.
fn table() -> [(&'static str, Value, Answers); 26] {
    [
        ("DELETE /v1/approvals/{approval_id}", Value::Null, Each([401, 401, 401, 403, 403, 404, 404])),
        ("DELETE /v1/employees/{employee_id}", json!({"x": 1}), Each([401, 401, 401, 403, 403, 422, 422])),
        (
            "DELETE /v1/employees/{employee_id}/passcode",
            Value::Null,
            ByTarget([401, 401, 401, 403, 403], [404, 404, 404, 404, 403, 404], [404, 404, 404, 404, 403, 404]),
        ),
        ("DELETE /v1/employees/{employee_id}/sessions", json!({"x": 1}), Each([401, 401, 401, 403, 403, 422, 422])),
        ("DELETE /v1/sessions", json!({"x": 1}), Each([401, 401, 401, 422, 422, 422, 422])),
        ("GET /.well-known/jwks.json", Value::Null, Each([200; 7])),
        ("GET /v1/audit-events", Value::Null, Each([401, 401, 401, 403, 403, 200, 200])),
        ("GET /v1/approvals", Value::Null, Each([401, 401, 401, 403, 403, 200, 200])),
        ("GET /v1/company", Value::Null, Each([401, 401, 401, 403, 403, 200, 200])),
        ("GET /v1/employees", Value::Null, Each([401, 401, 401, 403, 403, 200, 200])),
        ("GET /v1/employees/count", Value::Null, Each([401, 401, 401, 403, 403, 200, 200])),
        (
            "GET /v1/employees/{employee_id}",
            Value::Null,
            ByTarget([401, 401, 401, 403, 403], [200, 200, 200, 200, 200, 404], [404, 404, 404, 404, 200, 404]),
        ),
        ("GET /v1/session", Value::Null, Each([401, 401, 401, 200, 200, 200, 200])),
        ("PATCH /v1/company", json!({"x": 1}), Each([401, 401, 401, 403, 403, 422, 422])),
        (
            "PATCH /v1/employees/{employee_id}",
            Value::Null,
            ByTarget([401, 401, 401, 403, 403], [200, 200, 200, 200, 200, 404], [404, 404, 404, 404, 200, 404]),
        ),
        ("POST /v1/employees", json!({}), Each([401, 401, 401, 403, 403, 422, 422])),
        (
            "POST /v1/employees/{employee_id}/passcode",
            Value::Null,
            ByTarget([401, 401, 401, 403, 403], [201, 422, 409, 201, 403, 404], [404, 404, 404, 404, 403, 404]),
        ),
        ("POST /v1/approvals/{approval_id}", Value::Null, Each([401, 401, 401, 403, 403, 404, 404])),
        ("POST /v1/backup-codes", json!({}), Each([401, 401, 401, 422, 422, 422, 422])),
        ("POST /v1/passcodes", json!({}), Each([401, 401, 401, 403, 403, 422, 422])),
        ("POST /v1/passcodes/disown", json!({}), Each([422; 7])),
        ("POST /v1/passcodes/redeem", json!({}), Each([422; 7])),
        ("POST /v1/recovery/complete", json!({}), Each([401, 422, 401, 401, 401, 401, 401])),
        ("POST /v1/recovery/totp", Value::Null, Each([401, 200, 401, 401, 401, 401, 401])),
        ("POST /v1/sessions", json!({}), Each([422; 7])),
        ("PUT /v1/recovery/password", json!({}), Each([401, 422, 401, 401, 401, 401, 401])),
    ]
}

/// A caller's token and employee id.
struct Caller {
    token: Option<String>,
    id: String,
}

async fn callers(world: &World) -> [Caller; 7] {
    let caller = |token: &str, email: &str| Caller { token: Some(token.to_owned()), id: world.id(email).to_owned() };
    let code = world.operator_mails_a_code_to("mike@northwind.example").await;
    let recovering = world.recovers("mike@northwind.example", &code).await.token;
    // Both signed in while they were allowed to.
    world.change("dora@northwind.example", json!({"status": "active"})).await;
    let disabled = world.enrolled("dora@northwind.example").await;
    world.change("dora@northwind.example", json!({"status": "disabled"})).await;
    world.change("cleo@client.example", json!({"account_type": "employee"})).await;
    let mut client = world.enrolled("cleo@client.example").await;
    world.change("cleo@client.example", json!({"account_type": "client"})).await;
    client.signs_in().await;
    let member = world.enrolled("sam@northwind.example").await;
    let admin = world.enrolled("ada@northwind.example").await;
    let foreign = world.enrolled("carl@contoso.example").await;
    [
        Caller { token: None, id: world.id("mike@northwind.example").to_owned() },
        caller(&recovering, "mike@northwind.example"),
        caller(&disabled.token, "dora@northwind.example"),
        caller(&member.token, "sam@northwind.example"),
        caller(&client.token, "cleo@client.example"),
        caller(&admin.token, "ada@northwind.example"),
        caller(&foreign.token, "carl@contoso.example"),
    ]
}

fn expected(answers: &Answers, caller: usize, target: usize) -> u16 {
    match answers {
        Each(statuses) => statuses[caller],
        ByTarget(others, _, _) if caller < others.len() => others[caller],
        ByTarget(_, admins, _) if caller == 5 => admins[target],
        ByTarget(_, _, strangers) => strangers[target],
    }
}

async fn ask(world: &World, route: &Route, caller: &Caller, about: &str, body: &Value) -> u16 {
    let body = (!body.is_null()).then(|| body.clone());
    world.call(route.method(), &route.about(about), caller.token.as_deref(), body).await.status
}

/// CVE-2026-55610, CVE-2023-26481, OWASP ASVS 5.0, 8.2 (S15, S16, S9): routes that forgot to ask who calls, or about whom.
#[tokio::test]
async fn every_caller_is_answered_on_every_route_as_the_table_says() {
    let world = World::start().await;
    let (table, callers) = (table(), callers(&world).await);
    // A target of its own, so that no other row changes its account.
    world.import(world.northwind(json!([{"email": "tom@northwind.example", "name": "Tom Target"}]))).await;
    let employees = world.items("employees").await;
    let tom = employees.iter().find(|row| row["login"]["S"] == "tom@northwind.example").unwrap();
    let tom = tom["employee_id"]["S"].as_str().unwrap();
    let targets = [
        tom,
        world.id("cleo@client.example"),
        world.id("dora@northwind.example"),
        world.id("grace@northwind.example"),
        "",
        "emp_01J00000000000000000000000",
    ];
    let (mut wrong, mut asked) = (Vec::new(), 0);
    for route in routes() {
        let row = table.iter().find(|(key, _, _)| *key == route.key());
        let (_, body, answers) = row.unwrap_or_else(|| panic!("{} has no row in the table", route.key()));
        let about = if route.names_somebody() { &targets[..] } else { &targets[..1] };
        for (target, id) in about.iter().enumerate() {
            for (at, caller) in callers.iter().enumerate() {
                let id = if id.is_empty() { &caller.id } else { *id };
                let (status, expected) = (ask(&world, &route, caller, id, body).await, expected(answers, at, target));
                asked += 1;
                if status != expected {
                    let cell = format!("{} on {} about {}", CALLERS[at], route.key(), TARGETS[target]);
                    wrong.push(format!("{cell}: {status} and not {expected}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(table.len(), routes().len(), "a row without a route");
    assert_eq!(asked, 20 * 7 + 6 * 7 * 6);
    // Refused requests have mailed nothing.
    let silent = ["cleo@client.example", "dora@northwind.example", "mary@contoso.example"];
    let mails = world.mail_counts(silent).await;
    assert_eq!(mails, [1, 1, 0], "the operator's, of before, and no other");
}

/// The row of `DELETE /v1/employees/{employee_id}` without a body, which erases: the admin asks last about each target.
#[tokio::test]
async fn an_employee_is_erased_by_an_admin_of_the_company_alone() {
    let world = World::start().await;
    let callers = callers(&world).await;
    world.import(world.northwind(json!([{"email": "tom@northwind.example", "name": "Tom Target"}]))).await;
    let employees = world.items("employees").await;
    let tom = employees.iter().find(|row| row["login"]["S"] == "tom@northwind.example").unwrap();
    let targets = [
        tom["employee_id"]["S"].as_str().unwrap(),
        world.id("cleo@client.example"),
        world.id("dora@northwind.example"),
        world.id("grace@northwind.example"),
        "",
        "emp_01J00000000000000000000000",
    ];
    let answers = ByTarget([401, 401, 401, 403, 403], [204, 204, 204, 204, 403, 404], [404, 404, 404, 404, 403, 404]);
    let route = Route { method: "DELETE".to_owned(), path: "/v1/employees/{employee_id}".to_owned() };
    // The erasure of a caller ends the caller's session, so the caller's own row comes first.
    for target in [4, 0, 5, 3, 1, 2] {
        for caller in [0, 1, 2, 3, 4, 6, 5] {
            let id = if targets[target].is_empty() { &callers[caller].id } else { targets[target] };
            let status = ask(&world, &route, &callers[caller], id, &Value::Null).await;
            let expected = match (caller, target) {
                // The client was erased before.
                (4, 2) => 401,
                _ => expected(&answers, caller, target),
            };
            assert_eq!(status, expected, "{} about {}", CALLERS[caller], TARGETS[target]);
        }
    }
    assert_eq!(world.events("employee.erased").await, 4);
    world.reconcile().await;
}
