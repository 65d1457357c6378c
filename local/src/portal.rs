//! The portal at `/`: the files of `portal/` at build time, with the same headers as in a deployment.
//!
//! Each file is a route, so no path is interpreted. A path that is not exactly a file's path is 404.

use askama::Template;
use axum::Router;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use data_encoding::HEXLOWER;
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::answer;
use crate::authenticator::Authenticator;
use crate::etag::is_known;

#[derive(RustEmbed)]
#[folder = "../portal/"]
struct Files;

/// Files of the local stack that replace files of the portal, such as those that an operator may change.
#[derive(RustEmbed)]
#[folder = "portal/"]
struct LocalFiles;

/// The file that is also served at `/`.
const START: &str = "index.html";

/// Where the start page gets the tags of the dock: before the portal's own script, so that the dock sees every page.
const SCRIPTS: &str = "<script";

/// The pages load only their own files, have no inline script or style, and insert text only as text.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
    require-trusted-types-for 'script'; trusted-types 'none'";

/// The headers of every file. File names have no version, so a browser must check for a new version each time.
const HEADERS: [(HeaderName, &str); 7] = [
    (header::CACHE_CONTROL, "no-cache"),
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
];

/// What the start page has in addition, if it has the dock.
#[derive(Template)]
#[template(path = "start.html")]
struct StartTags<'a> {
    /// The address of the Security Admin whom the sign-in page offers.
    admin: Option<&'a str>,
}

/// One route for each file, and `/`. With an authenticator the start page has the dock, which offers the authenticator's Security Admin.
pub fn router(dock: Option<Authenticator>) -> Router {
    let mut router = Router::new();
    for path in Files::iter() {
        // A file without a known type is not part of the portal, for example an editor's backup file.
        let Some(media_type) = media_type(&path) else { continue };
        let Some(file) = LocalFiles::get(&path).or_else(|| Files::get(&path)) else { continue };
        if let (START, Some(authenticator)) = (&*path, &dock) {
            let html = String::from_utf8_lossy(&file.data).into_owned();
            let start = StartPage { html, authenticator: authenticator.clone() };
            router = router.route("/", start.clone().route()).route("/index.html", start.route());
            continue;
        }
        let etag = format!("\"{}\"", HEXLOWER.encode(&file.metadata.sha256_hash()));
        let file = PortalFile { media_type, etag, file };
        if path == START {
            router = router.route("/", file.clone().route());
        }
        router = router.route(&format!("/{path}"), file.route());
    }
    router
}

/// A file as it is deployed.
pub fn file(path: &str) -> Option<EmbeddedFile> {
    Files::get(path)
}

/// The media type of a file extension. None for unknown extensions.
pub fn media_type(path: &str) -> Option<&'static str> {
    match path.rsplit_once('.')?.1 {
        "css" => Some("text/css; charset=utf-8"),
        "html" => Some("text/html; charset=utf-8"),
        "js" => Some("text/javascript; charset=utf-8"),
        "svg" => Some("image/svg+xml"),
        _ => None,
    }
}

/// A file with its headers.
#[derive(Clone)]
struct PortalFile {
    media_type: &'static str,
    /// The ETag in quotes.
    etag: String,
    file: EmbeddedFile,
}

impl PortalFile {
    /// Answers `GET` and `HEAD`. Other methods get the gateway's answer for an unknown route.
    fn route(self) -> MethodRouter {
        get(async move |headers: HeaderMap| self.answer(&headers)).fallback(not_found)
    }

    fn answer(self, headers: &HeaderMap) -> Response {
        let is_known = is_known(headers, &self.etag);
        let etag = [(header::ETAG, self.etag)];
        if is_known {
            return (StatusCode::NOT_MODIFIED, HEADERS, etag).into_response();
        }
        (HEADERS, etag, [(header::CONTENT_TYPE, self.media_type)], self.file.data).into_response()
    }
}

/// The start page with the dock. It has no ETag, because the Security Admin is enrolled after the first requests.
#[derive(Clone)]
struct StartPage {
    html: String,
    authenticator: Authenticator,
}

impl StartPage {
    fn route(self) -> MethodRouter {
        get(async move || self.answer()).fallback(not_found)
    }

    fn answer(&self) -> Response {
        let tags = StartTags { admin: self.authenticator.admin().map(|admin| admin.email.as_str()) }.render();
        answer::page(HEADERS, tags.map(|tags| self.html.replacen(SCRIPTS, &format!("{tags}{SCRIPTS}"), 1)))
    }
}

async fn not_found() -> Response {
    answer::message(StatusCode::NOT_FOUND, "Not Found")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_has_a_type_and_is_served() {
        for path in Files::iter() {
            assert!(media_type(&path).is_some(), "{path}");
        }
        let start = String::from_utf8(Files::get(START).unwrap().data.to_vec()).unwrap();
        assert_eq!(start.matches(SCRIPTS).count(), 1, "the portal's own");
    }

    #[test]
    fn a_file_of_the_local_stack_replaces_one_of_the_portal() {
        for path in LocalFiles::iter() {
            assert!(Files::get(&path).is_some(), "{path} replaces nothing");
        }
    }

    #[test]
    fn the_dock_comes_before_the_portal_and_its_address_is_a_text() {
        let tags = StartTags { admin: Some(r#""><script>alert(1)</script>"#) }.render().unwrap();
        assert_eq!(tags.matches("<script").count(), 1, "{tags}");
        assert!(tags.contains(r#"<script type="module" src="/_local/dock.js"></script>"#), "{tags}");
        assert!(!StartTags { admin: None }.render().unwrap().contains("<meta"));
    }
}
