//! The preview of every mail, `/_local/mails`: each kind in each language, rendered by the deployed code for invented people.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::Response;
use axum::routing::get;
use readmit::mail::{Letter, languages};
use readmit::{BadVariable, Environment};

use crate::answer;
use crate::pages::Frame;
use crate::sample_mails::Cast;

/// The policy of the other pages, with the mail in its frames.
const OF_PAGES: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
    frame-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

/// A mail loads nothing and runs no script. Its styles are in its HTML. Its links open another window.
const OF_MAILS: &str = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; \
    frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox";

#[derive(Template)]
#[template(path = "mail_previews.html")]
struct List {
    frame: Frame,
    languages: Vec<&'static str>,
    /// Name and English subject of each mail.
    mails: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "mail_preview.html")]
struct Preview {
    frame: Frame,
    /// Each language, and whether it is this mail's.
    languages: Vec<(&'static str, bool)>,
    language: &'static str,
    name: String,
    letter: Letter,
    previous: Option<String>,
    next: Option<String>,
}

/// The routes. The mails have the brand and the portal of the stack.
pub fn router(environment: &Environment, has_dock: bool) -> Result<Router, BadVariable> {
    let brand = environment.require("READMIT_BRAND_NAME")?;
    let portal_url = environment.require("READMIT_PORTAL_URL")?;
    let router = Router::new()
        .route("/_local/mails", get(list))
        .route("/_local/mails/{language}/{name}", get(preview))
        .route("/_local/mails/{language}/{name}/html", get(html))
        .with_state(Source { cast: Cast { brand, portal_url, ..Cast::default() }, has_dock });
    Ok(router)
}

/// What the pages are made from.
#[derive(Clone)]
struct Source {
    cast: Cast,
    has_dock: bool,
}

fn frame(has_dock: bool) -> Frame {
    Frame { path: "/_local/mails", has_dock }
}

async fn list(State(Source { cast, has_dock }): State<Source>) -> Response {
    let Ok(letters) = cast.letters("en") else { return failed() };
    let mails = letters.into_iter().map(|(name, letter)| (name, letter.subject)).collect();
    page(OF_PAGES, List { frame: frame(has_dock), languages: languages().collect(), mails }.render())
}

async fn preview(
    State(Source { cast, has_dock }): State<Source>,
    Path((language, name)): Path<(String, String)>,
) -> Response {
    let Some(language) = languages().find(|known| *known == language) else { return unknown() };
    let Ok(mut letters) = cast.letters(language) else { return failed() };
    let Some(at) = letters.iter().position(|(known, _)| *known == name) else { return unknown() };
    let name_at = |at: Option<usize>| Some(letters.get(at?)?.0.clone());
    let (previous, next) = (name_at(at.checked_sub(1)), name_at(Some(at + 1)));
    let (_, letter) = letters.swap_remove(at);
    let languages = languages().map(|known| (known, known == language)).collect();
    page(OF_PAGES, Preview { frame: frame(has_dock), languages, language, name, letter, previous, next }.render())
}

async fn html(State(Source { cast, .. }): State<Source>, Path((language, name)): Path<(String, String)>) -> Response {
    let Some(language) = languages().find(|known| *known == language) else { return unknown() };
    let Ok(letters) = cast.letters(language) else { return failed() };
    match letters.into_iter().find(|(known, _)| *known == name) {
        Some((_, letter)) => page(OF_MAILS, Ok(letter.html)),
        None => unknown(),
    }
}

fn page(policy: &'static str, rendered: askama::Result<String>) -> Response {
    let headers: [(HeaderName, &str); 4] = [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    answer::page(headers, rendered)
}

fn unknown() -> Response {
    answer::message(StatusCode::NOT_FOUND, "there is no such mail: see /_local/mails")
}

fn failed() -> Response {
    answer::message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
}
