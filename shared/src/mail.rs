//! Mail. A mail goes only to the address in the directory; the notice of a changed address also goes to the old one.
//!
//! `letter` builds the contents, `words` has the texts of each language, `page` the layout, `color` the colours of its
//! buttons, and `line` makes values from outside harmless.

mod color;
mod letter;
mod line;
mod page;
mod words;

use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::error::{ProvideErrorMetadata as _, SdkError};
use aws_sdk_sesv2::operation::send_email::SendEmailError;
use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message, MessageHeader, MessageTag};
use data_encoding::BASE64;
use readmit_domain::{Company, Employee, IssuedPasscode, Login, Notice};
use secrecy::SecretString;

use crate::aws::{self, describe};
use crate::environment::{BadVariable, Environment};

pub use letter::{Letter, Letterhead};
pub use words::languages;

/// The mail service, and the sender of every mail.
pub struct Mail {
    client: Client,
    from: String,
    configuration_set: String,
    letterhead: Letterhead,
}

/// The mail service refused the mail, or did not answer in time. The message names no address.
#[derive(Debug, thiserror::Error)]
#[error("the mail was not accepted: {why}")]
pub struct MailRefused {
    why: String,
    pub kind: RefusalKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalKind {
    /// This mail can never be sent: it could not be rendered, or the service does not accept it.
    Mail,
    /// Mails come faster than the service accepts them: waiting a few seconds may be enough.
    Throttle,
    /// The service accepts no mail now, or could not be reached.
    Service,
    /// The service did not answer: the mail may have been sent.
    NoAnswer,
}

impl MailRefused {
    fn of(error: impl std::fmt::Display) -> Self {
        Self { why: error.to_string(), kind: RefusalKind::Mail }
    }

    fn of_service(error: &SdkError<SendEmailError>) -> Self {
        let kind = match error {
            SdkError::ServiceError(service) => match service.err().code().unwrap_or_default() {
                "MessageRejected" | "BadRequestException" => RefusalKind::Mail,
                "TooManyRequestsException" | "Throttling" | "ThrottlingException" => RefusalKind::Throttle,
                _ => RefusalKind::Service,
            },
            SdkError::DispatchFailure(failure) if failure.is_timeout() || aws::never_connected(error) => {
                RefusalKind::Service
            }
            SdkError::ConstructionFailure(_) => RefusalKind::Service,
            _ => RefusalKind::NoAnswer,
        };
        Self { why: describe(error), kind }
    }
}

/// RFC 5322, section 3.4: the brand as the display name, in a quoted string. SES accepts only ASCII there, so other names
/// become encoded words of at most 75 characters (RFC 2047).
fn sender(brand: &str, address: &str) -> String {
    let name: String = brand.chars().filter(|c| !c.is_control() && !matches!(c, '"' | '\\')).collect();
    if name.is_ascii() {
        return format!("\"{name}\" <{address}>");
    }
    // Ten characters are 40 bytes at most, and 56 characters in base64.
    let characters: Vec<char> = name.chars().collect();
    let word = |part: &[char]| format!("=?UTF-8?B?{}?=", BASE64.encode(String::from_iter(part).as_bytes()));
    format!("{} <{address}>", characters.chunks(10).map(word).collect::<Vec<_>>().join(" "))
}

impl Mail {
    pub fn new(client: Client, environment: &Environment) -> Result<Self, BadVariable> {
        let brand_name = environment.require("READMIT_BRAND_NAME")?;
        Ok(Self {
            client,
            from: sender(&brand_name, &environment.require("READMIT_MAIL_FROM")?),
            configuration_set: environment.require("READMIT_CONFIGURATION_SET")?,
            letterhead: Letterhead {
                brand_name,
                portal_url: environment.require("READMIT_PORTAL_URL")?,
                support_contact: environment.require("READMIT_SUPPORT_CONTACT")?,
            },
        })
    }

    /// Mails a passcode to its holder. `disown_token` is for the link "This was not me".
    ///
    /// No retry, as for every mail: a second attempt might send the mail twice.
    pub async fn passcode(
        &self,
        issued: &IssuedPasscode,
        company: &Company,
        disown_token: &SecretString,
    ) -> Result<(), MailRefused> {
        let letter = self.letterhead.passcode(issued, company, disown_token).map_err(MailRefused::of)?;
        self.send(issued.login(), company, letter).await
    }

    /// Mails a notice to one recipient: the owner of the account, or a Security Admin of `company`.
    ///
    /// It goes to `to.login`. To notify the old address of a change, pass the employee with the old `login`.
    pub async fn notice(&self, to: &Employee, company: &Company, notice: &Notice) -> Result<(), MailRefused> {
        let letter = self.letterhead.notice(to, company, notice).map_err(MailRefused::of)?;
        self.send(&to.login, company, letter).await
    }

    /// An answer to the mail goes to the company's support, if it has an address that SES takes.
    async fn send(&self, to: &Login, company: &Company, letter: Letter) -> Result<(), MailRefused> {
        let utf8 = |data: String| Content::builder().data(data).charset("UTF-8").build().map_err(MailRefused::of);
        let body = Body::builder().text(utf8(letter.text)?).html(utf8(letter.html)?).build();
        // RFC 3834: prevents out-of-office answers.
        let automatic =
            MessageHeader::builder().name("Auto-Submitted").value("auto-generated").build().map_err(MailRefused::of)?;
        let message = Message::builder().subject(utf8(letter.subject)?).body(body).headers(automatic).build();
        let tag = |(name, value): (&str, String)| MessageTag::builder().name(name).value(value).build();
        let tags: Result<Vec<_>, _> = letter.tags.into_iter().map(tag).collect();
        // SES refuses a mail in which an address has other letters than ASCII before the `@`.
        let reply_to = company.support_email.as_ref().filter(|address| address.as_str().is_ascii());
        self.client
            .send_email()
            .from_email_address(&self.from)
            .configuration_set_name(&self.configuration_set)
            .destination(Destination::builder().to_addresses(to.as_str()).build())
            .set_reply_to_addresses(reply_to.map(|address| vec![address.to_string()]))
            .content(EmailContent::builder().simple(message).build())
            .set_email_tags(Some(tags.map_err(MailRefused::of)?))
            .send()
            .await
            .map(|_| ())
            .map_err(|error| MailRefused::of_service(&error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sender_is_ascii_and_one_line_whatever_the_brand() {
        assert_eq!(sender("Partner Portal", "no-reply@portal.example"), "\"Partner Portal\" <no-reply@portal.example>");
        assert_eq!(sender("A\"\r\nBcc: x\\", "a@b.example"), "\"ABcc: x\" <a@b.example>");
        assert_eq!(sender("Größe", "a@b.example"), "=?UTF-8?B?R3LDtsOfZQ==?= <a@b.example>");
        let long = sender(&"取引先ポータル".repeat(4), "a@b.example");
        assert!(long.is_ascii() && long.split(' ').all(|word| word.len() <= 75), "{long}");
    }
}
