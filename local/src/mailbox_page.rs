//! The mailbox as a web page, `/_local/mailbox`. It shows mails as a mail program would, with working links. No script of a mail runs.

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use axum::routing::get;
use readmit::domain::Timestamp;
use serde::Deserialize;

use crate::answer;
use crate::mailbox::{Email, Mailbox};
use crate::pages::{Frame, PAGE_HEADERS};

/// The policy of the other pages, except for styles: the frames with the mails inherit it, and mails have their styles in themselves.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
    connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; \
    require-trusted-types-for 'script'; trusted-types 'none'";

/// The query: the address whose mails are shown.
#[derive(Deserialize)]
pub struct ToAddress {
    pub to: Option<String>,
}

#[derive(Template)]
#[template(path = "mailbox.html")]
struct Page {
    frame: Frame,
    /// Newest first.
    emails: Vec<Email>,
    /// The address to search for, or an empty text.
    to: String,
}

impl Page {
    /// `2026-11-24 15:05:10 UTC`.
    fn at(email: &Email) -> String {
        let moment = Timestamp::from_millis(email.at).to_string();
        format!("{} UTC", moment.split('.').next().unwrap_or_default().replace('T', " "))
    }

    /// The height of the mail in frames that are 300 and 700 pixels wide. It is estimated from the length of the text, because there is no
    /// script to measure it, and is enough for every mail of `tests/mails`.
    fn heights(email: &Email) -> (usize, usize) {
        let text = email.text.as_deref().unwrap_or_default();
        let (bytes, lines) = (text.len(), text.lines().count());
        (300 + bytes * 7 / 20 + 20 * lines, 240 + bytes * 3 / 10 + 8 * lines)
    }
}

/// What the page is made from.
#[derive(Clone)]
struct Source {
    mailbox: Mailbox,
    has_dock: bool,
}

/// The route of the page.
pub fn router(mailbox: Mailbox, has_dock: bool) -> Router {
    Router::new().route("/_local/mailbox", get(show)).with_state(Source { mailbox, has_dock })
}

async fn show(State(source): State<Source>, Query(wanted): Query<ToAddress>) -> Response {
    let to = wanted.to.unwrap_or_default().trim().to_owned();
    let mut emails = source.mailbox.emails_to(Some(to.as_str()).filter(|to| !to.is_empty()));
    emails.reverse();
    let page = Page { frame: Frame { path: "/_local/mailbox", has_dock: source.has_dock }, emails, to };
    let mut response = answer::page(PAGE_HEADERS, page.render());
    let policy = HeaderValue::from_static(CONTENT_SECURITY_POLICY);
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_of_a_mail_is_shown_as_text() {
        let hostile = r#""><script>alert(1)</script>"#;
        let email = Email {
            message_id: "1".to_owned(),
            from: hostile.to_owned(),
            to: vec![hostile.to_owned()],
            subject: hostile.to_owned(),
            text: Some(hostile.to_owned()),
            html: Some(hostile.to_owned()),
            tags: [("purpose".to_owned(), "passcode".to_owned())].into(),
            at: 0,
            report: None,
        };
        let frame = Frame { path: "/_local/mailbox", has_dock: true };
        let page = Page { frame, emails: vec![email], to: hostile.to_owned() }.render().unwrap();
        assert_eq!(page.matches("<script").count(), 1, "the dock's");
        assert!(page.contains("1970-01-01 00:00:00 UTC"));
    }
}
