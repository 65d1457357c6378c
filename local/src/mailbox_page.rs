//! The mailbox as a web page, `/_local/mailbox`. It shows mails as a mail program would, with working links. It has no script.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use readmit::domain::Timestamp;
use serde::Deserialize;

use crate::answer;
use crate::mailbox::{Email, Mailbox};

/// The page and the HTML of the mails load nothing and run no script.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; \
    frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The query: the address whose mails are shown.
#[derive(Deserialize)]
pub struct ToAddress {
    pub to: Option<String>,
}

#[derive(Template)]
#[template(path = "mailbox.html")]
struct Page {
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

pub async fn show(State(mailbox): State<Mailbox>, Query(wanted): Query<ToAddress>) -> Response {
    let to = wanted.to.unwrap_or_default().trim().to_owned();
    let mut emails = mailbox.emails_to(Some(to.as_str()).filter(|to| !to.is_empty()));
    emails.reverse();
    match (Page { emails, to }).render() {
        Ok(page) => {
            let headers = [
                (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
                (header::CACHE_CONTROL, "no-store"),
                (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
                (header::REFERRER_POLICY, "no-referrer"),
            ];
            (headers, Html(page)).into_response()
        }
        Err(_) => answer::message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"),
    }
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
        let page = Page { emails: vec![email], to: hostile.to_owned() }.render().unwrap();
        assert!(!page.contains("<script"));
        assert!(page.contains("1970-01-01 00:00:00 UTC"));
    }
}
