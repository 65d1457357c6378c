//! Enrols the sample company's first Security Admin like everybody else: with a passcode, through the API.

use readmit::Clock;
use reqwest::{Client, Method};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use totp_rs::Totp;

use super::import_event::IMPORT_EMPLOYEES;
use crate::aws_ids;
use crate::functions::InvokeError;
use crate::invoker::Invoker;
use crate::mailbox::Mailbox;

/// The length of the generated password: 24 letters and digits have more than 140 bits.
const PASSWORD_LENGTH: usize = 24;

/// The length of an authenticator's step.
const TOTP_STEP_SECONDS: u64 = 30;

/// The enrolled Security Admin.
#[derive(Clone, Serialize, Deserialize)]
pub struct Admin {
    pub email: String,
    pub password: String,
    /// The key URI for an authenticator, with its secret.
    pub otpauth_uri: String,
}

/// Why the Security Admin cannot be enrolled.
#[derive(Debug, thiserror::Error)]
pub enum EnrolmentError {
    #[error("the sample's Security Admin gets no passcode: {0}")]
    NotIssued(InvokeError),
    #[error("the sample's Security Admin gets no mail with a passcode")]
    NoMail,
    #[error("the sample's Security Admin cannot be enrolled: {method} {path} answers {status}")]
    Refused { method: Method, path: &'static str, status: u16 },
    #[error("the sample's Security Admin cannot be enrolled: {method} {path}: {source}")]
    NoAnswer { method: Method, path: &'static str, source: reqwest::Error },
    #[error("the sample's Security Admin cannot be enrolled: {0} is not understood")]
    Unclear(&'static str),
}

/// The parts of the stack that an enrolment needs.
pub struct Enrolment<'a> {
    pub invoker: &'a Invoker,
    pub mailbox: &'a Mailbox,
    pub clock: &'a Clock,
    /// The URL of the API, without a slash at the end.
    pub api: &'a str,
}

impl Enrolment<'_> {
    /// Enrols `email` of this company.
    pub async fn enrol(&self, company_id: &str, email: &str) -> Result<Admin, EnrolmentError> {
        let code = self.passcode(company_id, email).await?;
        let api = Api { client: client()?, url: self.api };
        let password = aws_ids::alphanumeric(PASSWORD_LENGTH);

        let redeemed =
            api.call(Method::POST, "/v1/passcodes/redeem", None, json!({"email": email, "code": code})).await?;
        let token = redeemed["recovery_token"].as_str();
        let token = Some(token.ok_or(EnrolmentError::Unclear("the recovery session"))?);
        api.call(Method::PUT, "/v1/recovery/password", token, json!({"password": password})).await?;
        let pending = api.call(Method::POST, "/v1/recovery/totp", token, Value::Null).await?;
        let otpauth_uri = pending["otpauth_uri"].as_str().unwrap_or_default().to_owned();
        let code = self.earlier_code(&otpauth_uri)?;
        api.call(Method::POST, "/v1/recovery/complete", token, json!({"code": code})).await?;
        Ok(Admin { email: email.to_owned(), password, otpauth_uri })
    }

    /// Issues a passcode as the operator, and reads it from the mail.
    async fn passcode(&self, company_id: &str, email: &str) -> Result<String, EnrolmentError> {
        let event = json!({"company": {"company_id": company_id}, "employees": [], "issue_passcodes": [email]});
        self.invoker.invoke(IMPORT_EMPLOYEES, event).await.map_err(EnrolmentError::NotIssued)?;
        // There may be notices among the mails.
        let mut mails = self.mailbox.emails_to(Some(email)).into_iter().rev();
        let mail = mails.find(|email| email.tags.get("kind").is_some_and(|kind| kind == "passcode"));
        mail.and_then(|email| email.text).as_deref().and_then(code_in).map(str::to_owned).ok_or(EnrolmentError::NoMail)
    }

    /// The authenticator's code of the previous step. The service accepts it, and the code of the current step stays unused for the first
    /// sign-in.
    fn earlier_code(&self, otpauth_uri: &str) -> Result<String, EnrolmentError> {
        let totp = Totp::from_url(otpauth_uri).map_err(|_| EnrolmentError::Unclear("the authenticator's URI"))?;
        let now = u64::try_from(self.clock.now().seconds()).unwrap_or_default();
        Ok(totp.generate(now.saturating_sub(TOTP_STEP_SECONDS)).to_string())
    }
}

struct Api<'a> {
    client: Client,
    url: &'a str,
}

impl Api<'_> {
    /// The answer's JSON, or null if there is none.
    async fn call(
        &self,
        method: Method,
        path: &'static str,
        token: Option<&str>,
        body: Value,
    ) -> Result<Value, EnrolmentError> {
        let mut request = self.client.request(method.clone(), format!("{}{path}", self.url));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if !body.is_null() {
            request = request.json(&body);
        }
        let no_answer = |source| EnrolmentError::NoAnswer { method: method.clone(), path, source };
        let response = request.send().await.map_err(no_answer)?;
        if !response.status().is_success() {
            let status = response.status().as_u16();
            return Err(EnrolmentError::Refused { method, path, status });
        }
        let body = response.bytes().await.map_err(no_answer)?;
        Ok(serde_json::from_slice(&body).unwrap_or_default())
    }
}

/// A client that uses no proxy.
fn client() -> Result<Client, EnrolmentError> {
    Client::builder().no_proxy().build().map_err(|_| EnrolmentError::Unclear("the HTTP client"))
}

/// The passcode, which is alone on its line.
fn code_in(text: &str) -> Option<&str> {
    text.lines().map(str::trim).find(|line| {
        let groups: Vec<&str> = line.split('-').collect();
        let is_group = |group: &&str| group.len() == 4 && group.bytes().all(|b| b.is_ascii_alphanumeric());
        groups.len() == 3 && groups.iter().all(is_group)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_is_found_on_its_own_line() {
        assert_eq!(code_in("Hello,\n\n    7K3M-9QXT-2BHW\n\nIt ends at 10:15."), Some("7K3M-9QXT-2BHW"));
        assert_eq!(code_in("Not 7K3M-9QXT-2BHW here"), None);
    }
}
