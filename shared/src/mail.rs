//! Mail: what is sent, and to whom. Only ever to the address in the directory.

use askama::Template;
use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message, MessageHeader, MessageTag};
use readmit_domain::{Company, IssuedPasscode, Issuer, Timestamp};

use crate::aws::describe;
use crate::environment::{BadVariable, Environment};

/// The mail service, and what every mail says of its sender.
pub struct Mail {
    client: Client,
    from: String,
    configuration_set: String,
    brand_name: String,
    portal_url: String,
    support_contact: String,
}

/// The mail service refused the mail, or did not answer in time. Says no address.
#[derive(Debug, thiserror::Error)]
#[error("the mail was not accepted: {0}")]
pub struct MailRefused(String);

impl MailRefused {
    fn of(error: impl std::fmt::Display) -> Self {
        Self(error.to_string())
    }
}

#[derive(Template)]
#[template(path = "passcode.txt")]
struct PasscodeText<'a>(&'a PasscodeMail<'a>);

#[derive(Template)]
#[template(path = "passcode.html")]
struct PasscodeHtml<'a>(&'a PasscodeMail<'a>);

/// What the mail with a passcode says.
struct PasscodeMail<'a> {
    brand: &'a str,
    name: &'a str,
    company: &'a str,
    issuer: Option<&'a str>,
    code: &'a str,
    portal: &'a str,
    link: String,
    lifetime: String,
    expires_at: String,
    support: &'a str,
}

/// A span in words: `1 hour`, `90 minutes`.
fn in_words(from: Timestamp, until: Timestamp) -> String {
    let minutes = (until.millis() - from.millis()) / 60_000;
    let (count, unit) = if minutes % 60 == 0 { (minutes / 60, "hour") } else { (minutes, "minute") };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

/// A moment as people read it: `24 November 2026, 14:05 UTC`.
fn on_the_calendar(moment: Timestamp) -> String {
    let t = moment.to_calendar();
    format!("{} {} {}, {:02}:{:02} UTC", t.day(), t.month(), t.year(), t.hour(), t.minute())
}

/// RFC 5322, section 3.4: the brand as the display name, a quoted string.
fn sender(brand: &str, address: &str) -> String {
    let name: String = brand.chars().filter(|c| !c.is_control() && !matches!(c, '"' | '\\')).collect();
    format!("\"{name}\" <{address}>")
}

impl Mail {
    /// The mail service and sender that the environment names.
    pub fn new(client: Client, environment: &Environment) -> Result<Self, BadVariable> {
        Ok(Self {
            client,
            from: sender(&environment.require("READMIT_BRAND_NAME")?, &environment.require("READMIT_MAIL_FROM")?),
            configuration_set: environment.require("READMIT_CONFIGURATION_SET")?,
            brand_name: environment.require("READMIT_BRAND_NAME")?,
            portal_url: environment.require("READMIT_PORTAL_URL")?,
            support_contact: environment.require("READMIT_SUPPORT_CONTACT")?,
        })
    }

    /// Mails a passcode to its holder. One attempt: a second might mail twice.
    pub async fn passcode(&self, issued: &IssuedPasscode, company: &Company) -> Result<(), MailRefused> {
        let (code, portal) = (issued.code.grouped(), self.portal_url.trim_end_matches('/'));
        let mail = PasscodeMail {
            brand: &self.brand_name,
            name: issued.holder.full_name.as_str(),
            company: company.company_name.as_str(),
            issuer: match &issued.latest.issued_by {
                Issuer::Admin { name, .. } => Some(name.as_str()),
                Issuer::Operator(_) => None,
            },
            code: &code,
            portal,
            link: format!("{portal}/#/redeem/{}", *code),
            lifetime: in_words(issued.latest.issued_at, issued.latest.expires_at),
            expires_at: on_the_calendar(issued.latest.expires_at),
            support: company.support_email.as_ref().map_or(self.support_contact.as_str(), |login| login.as_str()),
        };
        let subject = format!("Your one-time passcode for {}", self.brand_name);
        let text = PasscodeText(&mail).render().map_err(MailRefused::of)?;
        let html = PasscodeHtml(&mail).render().map_err(MailRefused::of)?;
        // What SES reports of the mail comes back with these.
        let tags = [
            ("kind", "passcode".to_owned()),
            ("company_id", issued.company_id.to_string()),
            ("employee_id", issued.holder.employee_id.to_string()),
            ("passcode_id", issued.latest.passcode_id.to_string()),
        ];
        self.send(issued.login().as_str(), &subject, text, html, &tags).await
    }

    async fn send(
        &self,
        to: &str,
        subject: &str,
        text: String,
        html: String,
        tags: &[(&str, String)],
    ) -> Result<(), MailRefused> {
        let utf8 = |data: String| Content::builder().data(data).charset("UTF-8").build().map_err(MailRefused::of);
        let body = Body::builder().text(utf8(text)?).html(utf8(html)?).build();
        // RFC 3834: no out-of-office answers, please.
        let automatic =
            MessageHeader::builder().name("Auto-Submitted").value("auto-generated").build().map_err(MailRefused::of)?;
        let message = Message::builder().subject(utf8(subject.to_owned())?).body(body).headers(automatic).build();
        let tags: Result<Vec<_>, _> =
            tags.iter().map(|(name, value)| MessageTag::builder().name(*name).value(value).build()).collect();
        self.client
            .send_email()
            .from_email_address(&self.from)
            .configuration_set_name(&self.configuration_set)
            .destination(Destination::builder().to_addresses(to).build())
            .content(EmailContent::builder().simple(message).build())
            .set_email_tags(Some(tags.map_err(MailRefused::of)?))
            .send()
            .await
            .map(|_| ())
            .map_err(|error| MailRefused(describe(&error)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_and_moments_read_as_people_say_them() {
        let at = |minutes: i64| Timestamp::from_millis(1_732_421_884_000 + minutes * 60_000);
        assert_eq!(in_words(at(0), at(60)), "1 hour");
        assert_eq!(in_words(at(0), at(10)), "10 minutes");
        assert_eq!(in_words(at(0), at(1440)), "24 hours");
        assert_eq!(on_the_calendar(at(0)), "24 November 2024, 04:18 UTC");
    }
}
