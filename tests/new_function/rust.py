"""The Rust that a new function begins with: it compiles, answers, and passes the tests."""

MANIFEST = """\
[package]
name = "@NAME@"
version.workspace = true
edition.workspace = true
license.workspace = true
rust-version.workspace = true
publish.workspace = true

[lints]
workspace = true

[lib]
test = false
doctest = false

[[bin]]
name = "@NAME@"
path = "src/main.rs"
test = false

[dependencies]
lambda_runtime.workspace = true
readmit.workspace = true
"""

MANIFEST_OF_A_ROUTE = MANIFEST + "tokio.workspace = true\n"
MANIFEST_OF_EVENTS = MANIFEST + "serde.workspace = true\nserde_json.workspace = true\ntokio.workspace = true\n"

MAIN_OF_A_ROUTE = """\
//! Starts `@NAME@`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    readmit::process::answer(@MODULE@::KEYS, 1, None, @MODULE@::handle).await
}
"""

MAIN_OF_EVENTS = """\
//! Starts `@NAME@`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    readmit::process::listen(
        |process| readmit::Services::new(process, readmit::keyring::KeyNeeds::NONE),
        @MODULE@::handle,
    )
    .await
}
"""

ROUTE = """\
//! `@ROUTE@`: @WORDS@.
//!
//! Caller: a Security Admin. Effects: none.
//! Answers: 204; 401, 403, 422.

use std::sync::Arc;

use readmit::Services;
use readmit::http::{ApiRequest as _, Body, Failure, Nothing, Request, Response, access_claims, admit_admin, answer};
use readmit::keyring::{KeyNeeds, TokenKind};

pub const KEYS: KeyNeeds = KeyNeeds { secrets: &[], verifies: &[TokenKind::Access] };

pub async fn handle(services: Arc<Services>, request: Request) -> Result<Response<Body>, Failure> {
    let claims = access_claims(&services, &request).await?;
    let caller = services.store.employee(claims.company_id, claims.employee_id).await?;
    let (_admin, body) = admit_admin(&claims, caller.as_ref(), &request)?;
    let (Nothing {}, Nothing {}) = (body.read()?, request.query()?);
    Ok(answer::no_content())
}
"""

ROUTE_ABOUT_AN_EMPLOYEE = """\
//! `@ROUTE@`: @WORDS@.
//!
//! Caller: a Security Admin of the employee's company. Effects: none.
//! Answers: 204; 401, 403, 404 `employee_not_found`, 422.

use std::sync::Arc;

use readmit::Services;
use readmit::http::{
    ApiRequest as _, Body, Failure, Nothing, Problem, Request, Response, access_claims, admit_admin, answer,
};
use readmit::keyring::{KeyNeeds, TokenKind};

pub const KEYS: KeyNeeds = KeyNeeds { secrets: &[], verifies: &[TokenKind::Access] };

pub async fn handle(services: Arc<Services>, request: Request) -> Result<Response<Body>, Failure> {
    let claims = access_claims(&services, &request).await?;
    let wanted = request.employee_id();
    let people: Vec<_> = [Some(claims.employee_id), wanted].into_iter().flatten().collect();
    let rows = services.store.directory(claims.company_id, &people).await?;
    let (_admin, body) = admit_admin(&claims, rows.get(claims.employee_id), &request)?;
    let (Nothing {}, Nothing {}) = (body.read()?, request.query()?);
    let _employee = wanted.and_then(|wanted| rows.get(wanted)).ok_or(Problem::EmployeeNotFound)?;
    Ok(answer::no_content())
}
"""

EVENTS = """\
//! Invoked by an operator: @WORDS@.
//!
//! Effects: none.
//! Answers: whether the company exists; `invalid_request`, `temporarily_unavailable`.

use std::sync::Arc;

use lambda_runtime::{Diagnostic, LambdaEvent};
use readmit::Services;
use readmit::domain::CompanyId;
use readmit::json::{FieldError, read_object};
use readmit::store::StoreError;
use readmit::telemetry::{code_and_text, failure, run_logged};
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    company_id: CompanyId,
}

#[derive(Debug, Serialize)]
pub struct Output {
    exists: bool,
}

pub async fn handle(services: Arc<Services>, event: LambdaEvent<Value>) -> Result<Output, Diagnostic> {
    run_logged(&event.context, "by hand", work(&services, event.payload), code_and_text).await
}

async fn work(services: &Services, payload: Value) -> Result<Output, Diagnostic> {
    let invalid = |error: FieldError| failure("invalid_request", format!("{}: {}", error.pointer, error.detail));
    let Wanted { company_id } = read_object(payload).map_err(invalid)?;
    let unavailable = |error: StoreError| failure("temporarily_unavailable", error.to_string());
    let company = services.store.company(company_id).await.map_err(unavailable)?;
    Ok(Output { exists: company.is_some() })
}
"""

FLOW = """\
//! `@ROUTE@`.

use readmit_tests::World;
use reqwest::Method;

const ADA: &str = "ada@northwind.example";
const MIKE: &str = "mike@northwind.example";

#[tokio::test]
async fn a_security_admin_is_answered_and_a_member_is_refused() {
    let world = World::start().await;
    let (ada, mike) = (world.enrolled(ADA).await, world.enrolled(MIKE).await);
    ada.calls(Method::@METHOD@, "@PATH@", None).await.is(204);
    mike.calls(Method::@METHOD@, "@PATH@", None).await.is_problem(403, "not_security_admin");
}
"""

FLOW_ABOUT_AN_EMPLOYEE = """\
//! `@ROUTE@`.

use readmit_tests::World;
use reqwest::Method;

const ADA: &str = "ada@northwind.example";
const MIKE: &str = "mike@northwind.example";

#[tokio::test]
async fn a_security_admin_is_answered_and_a_member_is_refused() {
    let world = World::start().await;
    let (ada, mike) = (world.enrolled(ADA).await, world.enrolled(MIKE).await);
    let path = |id: &str| format!("@FORMAT@");
    ada.calls(Method::@METHOD@, &path(world.id(MIKE)), None).await.is(204);
    mike.calls(Method::@METHOD@, &path(world.id(ADA)), None).await.is_problem(403, "not_security_admin");
    let nobody = path("emp_01J00000000000000000000000");
    ada.calls(Method::@METHOD@, &nobody, None).await.is_problem(404, "employee_not_found");
}
"""

FLOW_OF_EVENTS = """\
//! The function `@NAME@`, as an operator invokes it.

use readmit_tests::World;
use serde_json::json;

#[tokio::test]
async fn it_tells_whether_a_company_exists() {
    let world = World::start().await;
    let northwind = json!({"company_id": world.companies["Northwind Partners"]});
    assert_eq!(world.invoke("@NAME@", northwind).await.body, json!({"exists": true}));
    let nobody = json!({"company_id": "cmp_01J00000000000000000000000"});
    assert_eq!(world.invoke("@NAME@", nobody).await.body, json!({"exists": false}));
}

#[tokio::test]
async fn an_event_of_another_shape_is_refused() {
    let world = World::start().await;
    for event in [
        json!({}),
        json!([]),
        json!({"company_id": 1}),
        json!({"company_id": "cmp_01J00000000000000000000000", "x": 1}),
    ] {
        assert_eq!(world.invoke("@NAME@", event).await.body["errorType"], "invalid_request");
    }
}
"""
