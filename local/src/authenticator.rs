//! An authenticator app as a web page, `/_local/authenticator`: no phone is needed to sign in.
//!
//! The page keeps its accounts in the browser. The codes are computed here, with the stack's clock, which can be moved.

use std::sync::{Arc, OnceLock};

use askama::Template;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use readmit::Clock;
use serde::Deserialize;
use serde_json::json;

use crate::answer;
use crate::pages::{Frame, PAGE_HEADERS};
use crate::seed::enrolment::Admin;

mod account;
mod sign_in;

use account::Reading;
use sign_in::GivenDigits;

/// The limit of accounts in one request.
const MAX_ACCOUNTS: usize = 100;

/// Clones share one authenticator.
#[derive(Clone)]
pub struct Authenticator {
    clock: Clock,
    /// The Security Admin who was enrolled at the start. Empty until the start is complete.
    admin: Arc<OnceLock<Option<Admin>>>,
    /// The digits that the sign-in page got.
    given: GivenDigits,
    has_dock: bool,
}

#[derive(Template)]
#[template(path = "authenticator.html")]
struct Page<'a> {
    frame: Frame,
    admin: Option<&'a Admin>,
}

/// The accounts of a request for codes. They are secrets, so they are sent in the body.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    /// Each one is an `otpauth://` address, or a secret in base32.
    addresses: Vec<String>,
}

impl Authenticator {
    /// An authenticator that answers "starting" until it is [opened](Self::open).
    pub fn new(clock: Clock, has_dock: bool) -> Self {
        Self { clock, admin: Arc::default(), given: GivenDigits::default(), has_dock }
    }

    /// Opens the authenticator. The page then shows the Security Admin's account and password.
    pub fn open(&self, admin: Option<Admin>) {
        self.admin.get_or_init(|| admin);
    }

    /// The Security Admin who was enrolled at the start. None until the start is complete, and with own employees.
    pub fn admin(&self) -> Option<&Admin> {
        self.admin.get()?.as_ref()
    }

    /// The routes of the page and of the codes.
    pub fn router(&self) -> Router {
        Router::new()
            .route("/_local/authenticator", get(show))
            .route("/_local/authenticator/digits", post(digits))
            .route("/_local/authenticator/admin", get(enrolled))
            .route("/_local/authenticator/sign-in", post(sign_in))
            .with_state(self.clone())
    }
}

/// The answer before the start is complete. A page that was open during a restart then waits for the new Security Admin.
fn starting() -> Response {
    answer::message(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable")
}

fn frame(has_dock: bool) -> Frame {
    Frame { path: "/_local/authenticator", has_dock }
}

async fn show(State(authenticator): State<Authenticator>) -> Response {
    let Some(admin) = authenticator.admin.get() else { return starting() };
    answer::page(PAGE_HEADERS, (Page { frame: frame(authenticator.has_dock), admin: admin.as_ref() }).render())
}

/// The Security Admin with password and key, or null. They are on the page too, and only this machine can ask.
async fn enrolled(State(authenticator): State<Authenticator>) -> Response {
    (PAGE_HEADERS, Json(json!({"admin": authenticator.admin()}))).into_response()
}

/// What "Sign in as Ada" types into the portal's form, or how long it must wait for the next digits.
async fn sign_in(State(authenticator): State<Authenticator>) -> Response {
    let now = authenticator.clock.now();
    match authenticator.admin().and_then(|admin| authenticator.given.sign_in(admin, now)) {
        Some(answer) => (PAGE_HEADERS, Json(answer)).into_response(),
        None => answer::message(StatusCode::NOT_FOUND, "no Security Admin was enrolled at the start"),
    }
}

/// `{"accounts":[…]}` with a [`Reading`] or a `{"problem"}` for each address, in the order of the request.
async fn digits(State(authenticator): State<Authenticator>, body: Bytes) -> Response {
    let Ok(Question { addresses }) = serde_json::from_slice(&body) else {
        return answer::message(StatusCode::BAD_REQUEST, r#"expected is {"addresses": ["otpauth://…", …]}"#);
    };
    if addresses.len() > MAX_ACCOUNTS {
        let expected = format!("at most {MAX_ACCOUNTS} addresses are asked about at once");
        return answer::message(StatusCode::BAD_REQUEST, &expected);
    }
    if authenticator.admin.get().is_none() {
        return starting();
    }
    let now = authenticator.clock.now();
    let account = |address: &String| match Reading::of(address, now) {
        Ok(reading) => json!(reading),
        Err(problem) => json!({"problem": problem.to_string()}),
    };
    let accounts: Vec<_> = addresses.iter().map(account).collect();
    (PAGE_HEADERS, Json(json!({"accounts": accounts}))).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_admins_name_is_shown_as_text() {
        let hostile = r#""><script>alert(1)</script>"#.to_owned();
        let admin = Admin { email: hostile.clone(), password: hostile.clone(), otpauth_uri: hostile };
        let page = Page { frame: frame(false), admin: Some(&admin) }.render().unwrap();
        assert_eq!(page.matches("<script").count(), 1, "the page's own");
        assert_eq!(page.matches("&#60;script").count(), 4);
    }

    #[test]
    fn the_page_has_no_script_or_style_in_itself() {
        let page = Page { frame: frame(false), admin: None }.render().unwrap();
        assert!(!page.contains("<style") && !page.contains(" style="), "{page}");
        assert_eq!(page.matches("<script").count(), 1);
        assert!(page.contains(r#"<script type="module" src="/_local/authenticator.js"></script>"#));
    }
}
