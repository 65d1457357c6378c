//! The scripts and styles of the local pages and of the dock, under `/_local/`. The dock is the strip at the foot of every page of a local stack.
//!
//! The local pages look like the portal because they load the portal's own styles, and share the frame of `templates/page.html`.

use axum::Router;
use axum::http::{HeaderName, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::portal;

#[derive(RustEmbed)]
#[folder = "pages/"]
struct Files;

/// The portal's files that the local pages use too, by their name under `/_local/`.
const OF_THE_PORTAL: [(&str, &str); 5] = [
    ("base.css", "styles/base.css"),
    ("controls.css", "styles/controls.css"),
    ("frame.css", "styles/frame.css"),
    ("dom.js", "app/dom.js"),
    ("favicon.svg", "favicon.svg"),
];

/// The pages that link to each other: path and name.
pub const PAGES: [(&str, &str); 4] = [
    ("/_local/mailbox", "Mailbox"),
    ("/_local/authenticator", "Authenticator"),
    ("/_local/mails", "Mail preview"),
    ("/_local/api", "API"),
];

/// What the frame of a page needs to know.
#[derive(Clone, Copy)]
pub struct Frame {
    /// The page's own path.
    pub path: &'static str,
    pub has_dock: bool,
}

impl Frame {
    pub fn is_at(&self, path: &str) -> bool {
        self.path == path
    }
}

/// A page loads only files of its own origin, has no inline script or style, and inserts text only as text.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
    base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

/// The headers of a page.
pub const PAGE_HEADERS: [(HeaderName, &str); 4] = [
    (header::CACHE_CONTROL, "no-store"),
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
];

const HEADERS: [(HeaderName, &str); 3] = [
    (header::CACHE_CONTROL, "no-cache"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
];

/// One route for each file.
pub fn router() -> Router {
    let own = Files::iter().filter_map(|path| Some((path.to_string(), Files::get(&path)?)));
    let of_the_portal =
        OF_THE_PORTAL.into_iter().filter_map(|(name, path)| Some((name.to_owned(), portal::file(path)?)));
    own.chain(of_the_portal).fold(Router::new(), |router, (path, file)| {
        let Some(media_type) = portal::media_type(&path) else { return router };
        router.route(&format!("/_local/{path}"), get(async move || send(media_type, file)))
    })
}

fn send(media_type: &'static str, file: EmbeddedFile) -> Response {
    (HEADERS, [(header::CONTENT_TYPE, media_type)], file.data).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_served_and_no_name_is_there_twice() {
        let own: Vec<String> = Files::iter().map(|path| path.to_string()).collect();
        assert!(own.iter().any(|path| path == "dock.js"), "{own:?}");
        for (name, path) in OF_THE_PORTAL {
            assert!(portal::file(path).is_some(), "{path}");
            assert!(!own.iter().any(|other| other == name), "{name}");
        }
        for path in own {
            assert!(portal::media_type(&path).is_some(), "{path}");
        }
    }

    /// The sources must not use what the policy of the pages forbids. The browser's tests see only what they come by.
    #[test]
    fn no_script_makes_markup_from_text() {
        for path in Files::iter().filter(|path| path.ends_with(".js")) {
            let script = Files::get(&path).unwrap();
            let script = String::from_utf8(script.data.to_vec()).unwrap();
            for word in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "srcdoc", "eval(", ".style"]
            {
                assert!(!script.contains(word), "{path} has {word}");
            }
        }
    }
}
