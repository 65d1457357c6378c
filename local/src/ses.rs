//! The part of SES v2 that is used: `POST /v2/email/outbound-emails` puts a mail with simple content into the mailbox, and refuses what SES
//! refuses.

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use readmit::Clock;
use serde::Deserialize;
use serde_json::json;

use crate::answer;
use crate::aws_ids;
use crate::mailbox::{Email, Mailbox};

/// The limit of recipients of one mail, a quota of SES.
const MAX_RECIPIENTS: usize = 50;

/// SES's limits for the length of a tag's name or value, and for the number of tags.
const MAX_TAG: usize = 256;
const MAX_TAGS: usize = 50;

/// The largest mail, a quota of SES.
const MAX_BODY: usize = 40 * 1024 * 1024;

#[derive(Clone)]
struct Ses {
    mailbox: Mailbox,
    clock: Clock,
}

/// Why SES refuses a mail, with the kind of error.
#[derive(Debug, PartialEq, Eq)]
struct Refusal(&'static str, &'static str);

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SendEmail {
    from_email_address: Option<String>,
    destination: Option<Destination>,
    #[serde(default)]
    reply_to_addresses: Vec<String>,
    content: Option<Content>,
    #[serde(default)]
    email_tags: Vec<Pair>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[derive(Default)]
struct Destination {
    to_addresses: Vec<String>,
    cc_addresses: Vec<String>,
    bcc_addresses: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Content {
    simple: Option<Simple>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Simple {
    subject: Text,
    body: Body,
    #[serde(default)]
    headers: Vec<Pair>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Body {
    text: Option<Text>,
    html: Option<Text>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Text {
    data: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Pair {
    name: String,
    value: String,
}

pub fn router(mailbox: Mailbox, clock: Clock) -> Router {
    Router::new()
        .route("/v2/email/outbound-emails", post(send_email))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(Ses { mailbox, clock })
}

async fn send_email(State(ses): State<Ses>, body: Bytes) -> Response {
    let parsed = serde_json::from_slice(&body).map_err(|_| bad_request("The request is not a SendEmail request."));
    let mut email = match parsed.and_then(accept) {
        Ok(email) => email,
        Err(Refusal(kind, message)) => {
            tracing::warn!(kind, message, "mail refused");
            return answer::aws_error(StatusCode::BAD_REQUEST, kind, json!({"message": message}));
        }
    };
    let now = ses.clock.now();
    email.at = now.millis();
    email.message_id = format!("0102{:012x}-{}-000000", now.millis(), aws_ids::uuid());
    let answer = Json(json!({"MessageId": email.message_id}));
    match ses.mailbox.deliver(email) {
        Ok(()) => answer.into_response(),
        Err(error) => {
            tracing::error!(%error, "mail not stored");
            let message = json!({"message": "The mail cannot be kept."});
            answer::aws_error(StatusCode::INTERNAL_SERVER_ERROR, "InternalServiceErrorException", message)
        }
    }
}

/// The mail, without id and time, if SES would accept it.
fn accept(request: SendEmail) -> Result<Email, Refusal> {
    let from = request.from_email_address.ok_or(bad_request("FromEmailAddress is missing."))?;
    let destination = request.destination.unwrap_or_default();
    let simple = request.content.and_then(|content| content.simple);
    let simple = simple.ok_or(bad_request("Content.Simple is missing."))?;
    if simple.body.text.is_none() && simple.body.html.is_none() {
        return Err(bad_request("The body has neither text nor HTML."));
    }

    let recipients = [&destination.to_addresses, &destination.cc_addresses, &destination.bcc_addresses];
    let count: usize = recipients.iter().map(|addresses| addresses.len()).sum();
    if count == 0 {
        return Err(bad_request("The destination has no recipient."));
    }
    if count > MAX_RECIPIENTS {
        return Err(Refusal("MessageRejected", "Recipient count exceeds 50."));
    }
    for address in recipients.into_iter().flatten().chain(&request.reply_to_addresses).chain([&from]) {
        check_address(address)?;
    }
    if has_line_break(&simple.subject.data) {
        return Err(bad_request("The subject has a line break."));
    }
    if simple.headers.iter().any(|header| !is_header_name(&header.name) || has_line_break(&header.value)) {
        return Err(bad_request("A header's name or value is not allowed."));
    }
    Ok(Email {
        message_id: String::new(),
        from,
        to: destination.to_addresses,
        subject: simple.subject.data,
        text: simple.body.text.map(|text| text.data),
        html: simple.body.html.map(|html| html.data),
        tags: tags(request.email_tags)?,
        at: 0,
        report: None,
    })
}

/// Checks an address: alone, or in angle brackets after a name.
fn check_address(written: &str) -> Result<(), Refusal> {
    if has_line_break(written) {
        return Err(bad_request("An address holds a line break."));
    }
    let address = match written.strip_suffix('>').and_then(|rest| rest.rsplit_once('<')) {
        Some((_, address)) => address,
        None => written,
    };
    let (local, domain) = address.rsplit_once('@').ok_or(bad_request("Missing final '@domain'."))?;
    if !local.is_ascii() {
        return Err(bad_request("Local address contains non-ASCII characters."));
    }
    let is_plain = |part: &str| !part.is_empty() && !part.contains(|c: char| c.is_whitespace() || c.is_control());
    // Non-ASCII domains must be in punycode.
    if !domain.is_ascii() || !is_plain(domain) || !is_plain(local) {
        return Err(bad_request("Illegal address."));
    }
    Ok(())
}

fn tags(pairs: Vec<Pair>) -> Result<BTreeMap<String, String>, Refusal> {
    let is_allowed = |text: &str| {
        (1..=MAX_TAG).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b))
    };
    if pairs.len() > MAX_TAGS {
        return Err(bad_request("There are more than 50 tags."));
    }
    let mut tags = BTreeMap::new();
    for Pair { name, value } in pairs {
        if !is_allowed(&name) || !is_allowed(&value) {
            return Err(bad_request("A tag's name or value is not allowed: letters, digits, _ and - alone, to 256."));
        }
        if tags.insert(name, value).is_some() {
            return Err(bad_request("A tag's name stands twice."));
        }
    }
    Ok(tags)
}

fn has_line_break(text: &str) -> bool {
    text.contains(['\r', '\n'])
}

fn is_header_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_graphic() && b != b':')
}

fn bad_request(message: &'static str) -> Refusal {
    Refusal("BadRequestException", message)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn request() -> Value {
        json!({
            "FromEmailAddress": "Portal <no-reply@portal.example>",
            "Destination": {"ToAddresses": ["mike@northwind.example"]},
            "ReplyToAddresses": ["help@northwind.example"],
            "Content": {"Simple": {"Subject": {"Data": "Hello"}, "Body": {"Text": {"Data": "Text"}},
                "Headers": [{"Name": "Auto-Submitted", "Value": "auto-generated"}]}},
            "EmailTags": [{"Name": "purpose", "Value": "passcode"}],
            "ConfigurationSetName": "mails",
        })
    }

    fn sent(request: Value) -> Result<Email, Refusal> {
        accept(serde_json::from_value(request).unwrap())
    }

    #[test]
    fn a_mail_of_simple_content_is_taken() {
        let email = sent(request()).ok().unwrap();
        assert_eq!((email.to.len(), email.subject.as_str(), email.text.as_deref()), (1, "Hello", Some("Text")));
        assert_eq!(email.tags["purpose"], "passcode");
    }

    #[test]
    fn what_ses_refuses_is_refused() {
        let many: Vec<_> = (0..51).map(|n| format!("a{n}@northwind.example")).collect();
        let faults = [
            ("/FromEmailAddress", json!(null)),
            ("/FromEmailAddress", json!("a@b.example\r\nBcc: c@d.example")),
            ("/Destination", json!(null)),
            ("/Destination/ToAddresses", json!([])),
            ("/Destination/ToAddresses", json!(many)),
            ("/Destination/ToAddresses/0", json!("mike")),
            ("/Destination/ToAddresses/0", json!("mïke@northwind.example")),
            ("/Destination/ToAddresses/0", json!("mike@nörthwind.example")),
            ("/Destination/ToAddresses/0", json!("@northwind.example")),
            ("/ReplyToAddresses/0", json!("hülfe@northwind.example")),
            ("/Content/Simple", json!(null)),
            ("/Content/Simple/Body", json!({})),
            ("/Content/Simple/Subject/Data", json!("a\nb")),
            ("/Content/Simple/Headers/0/Name", json!("Auto:")),
            ("/EmailTags/0/Value", json!("a b")),
            ("/EmailTags/0/Value", json!("")),
            ("/EmailTags/0/Name", json!("x".repeat(257))),
        ];
        for (pointer, value) in faults {
            let mut request = request();
            *request.pointer_mut(pointer).unwrap() = value.clone();
            assert!(sent(request).is_err(), "{pointer} {value}");
        }
    }
}
