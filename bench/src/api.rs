//! HTTP requests to the stack.

use readmit::Clock;
use reqwest::{Client, Method};
use serde_json::{Value, json};
use totp_rs::Totp;

use crate::Failure;

/// An acceptable password.
pub const PASSWORD: &str = "plum harbour ladder quartz";
/// The length of a step of an authenticator, in seconds.
const STEP: u64 = 30;

/// The stack's API.
#[derive(Clone)]
pub struct Api {
    client: Client,
    url: String,
}

/// A prepared request.
#[derive(Clone)]
pub struct Ask {
    /// The HTTP method.
    pub method: Method,
    /// The path and query.
    pub path: String,
    /// The caller's bearer token.
    pub token: Option<String>,
    /// The body, sent as JSON.
    pub body: Option<Value>,
}

impl Ask {
    /// A request without a token and without a body.
    pub fn new(method: Method, path: impl Into<String>) -> Self {
        Self { method, path: path.into(), token: None, body: None }
    }

    /// The request of the caller with this access or recovery token.
    pub fn by(self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self }
    }

    pub fn with(self, body: Value) -> Self {
        Self { body: Some(body), ..self }
    }
}

/// An enrolled person.
#[derive(Clone)]
pub struct Person {
    /// The address.
    pub email: String,
    /// The access token.
    pub token: String,
    totp: Totp,
}

/// A person in a recovery that lacks only the first code of the new authenticator.
pub struct Recovery {
    /// The recovery token.
    pub token: String,
    /// The person's address.
    pub email: String,
    totp: Totp,
}

impl Recovery {
    /// The request that completes the recovery. It uses this step's code, so that the next one's, which is valid already, is left for a sign-in.
    pub fn completion(&self) -> Ask {
        let code = self.totp.generate(now()).to_string();
        Ask::new(Method::POST, "/v1/recovery/complete").by(&self.token).with(json!({"code": code}))
    }
}

impl Person {
    /// The request that signs in.
    pub fn sign_in(&self) -> Ask {
        let body = self.proof();
        let mut body = body;
        body["email"] = json!(self.email);
        Ask::new(Method::POST, "/v1/sessions").with(body)
    }

    /// Password and the next step's code. The service accepts it a step too early, and long enough if the request is late.
    pub fn proof(&self) -> Value {
        json!({"password": PASSWORD, "code": self.totp.generate(now() + STEP).to_string()})
    }
}

impl Api {
    /// The address of the stack.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The stack that answers at `url`.
    pub fn new(url: &str) -> Result<Self, Failure> {
        Ok(Self { client: Client::builder().no_proxy().build()?, url: url.to_owned() })
    }

    /// Sends a request, which must succeed.
    pub async fn ask(&self, ask: Ask) -> Result<Value, Failure> {
        let Ask { method, path, token, body } = ask;
        let mut request = self.client.request(method.clone(), format!("{}{path}", self.url));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await?;
        let (status, failed) = (response.status(), response.headers().contains_key("x-amz-function-error"));
        let text = response.text().await?;
        if !status.is_success() || failed {
            return Err(format!("{method} {path} answers {status}: {text}").into());
        }
        Ok(serde_json::from_str(&text).unwrap_or_default())
    }

    /// Invokes a function with an event.
    pub async fn invoke(&self, function: &str, event: Value) -> Result<Value, Failure> {
        self.ask(invocation(function, event)).await
    }

    /// The code in the newest mail to an address. Removes the mail.
    pub async fn code_to(&self, email: &str) -> Result<String, Failure> {
        let mail = self.newest_mail(email).await?;
        let is_code = |line: &&str| line.len() == 14 && line.matches('-').count() == 2;
        let text = mail["text"].as_str().unwrap_or_default();
        Ok(text
            .lines()
            .map(str::trim)
            .find(is_code)
            .ok_or_else(|| format!("no code was mailed to {email}"))?
            .to_owned())
    }

    /// The newest mail with a passcode to an address.
    pub async fn newest_mail(&self, email: &str) -> Result<Value, Failure> {
        let told = self.ask(Ask::new(Method::GET, format!("/_local/mail?to={email}"))).await?;
        let mut mails = told["emails"].as_array().cloned().unwrap_or_default().into_iter().rev();
        Ok(mails.find(|mail| mail["tags"]["kind"] == "passcode").ok_or_else(|| format!("no mail to {email}"))?)
    }

    /// Redeems a code that was mailed.
    pub async fn redeem(&self, email: &str) -> Result<String, Failure> {
        let code = self.code_to(email).await?;
        let told = self.ask(redemption(email, &code)).await?;
        text(&told, "recovery_token")
    }

    /// Redeems a code that was mailed, and goes on to the last step.
    pub async fn recover(&self, email: &str) -> Result<Recovery, Failure> {
        let token = self.redeem(email).await?;
        self.ask(new_password(&token)).await?;
        let told = self.ask(new_authenticator(&token)).await?;
        self.recovery(email, &token, &told)
    }

    /// The recovery with the new authenticator of the answer `told`.
    pub fn recovery(&self, email: &str, token: &str, told: &Value) -> Result<Recovery, Failure> {
        let totp = Totp::from_url(text(told, "otpauth_uri")?)?;
        Ok(Recovery { token: token.to_owned(), email: email.to_owned(), totp })
    }

    /// Completes a recovery.
    pub async fn complete(&self, recovery: Recovery) -> Result<Person, Failure> {
        let told = self.ask(recovery.completion()).await?;
        Ok(Person { token: text(&told, "access_token")?, email: recovery.email, totp: recovery.totp })
    }
}

/// An event for a function.
pub fn invocation(function: &str, event: Value) -> Ask {
    Ask::new(Method::POST, format!("/2015-03-31/functions/{function}/invocations")).with(event)
}

/// A code is redeemed.
pub fn redemption(email: &str, code: &str) -> Ask {
    Ask::new(Method::POST, "/v1/passcodes/redeem").with(json!({"email": email, "code": code}))
}

/// A password is set.
pub fn new_password(recovery_token: &str) -> Ask {
    Ask::new(Method::PUT, "/v1/recovery/password").by(recovery_token).with(json!({"password": PASSWORD}))
}

/// An authenticator is asked for.
pub fn new_authenticator(recovery_token: &str) -> Ask {
    Ask::new(Method::POST, "/v1/recovery/totp").by(recovery_token)
}

/// The text of a member.
pub fn text(value: &Value, member: &str) -> Result<String, Failure> {
    Ok(value[member].as_str().ok_or_else(|| format!("the answer lacks {member}"))?.to_owned())
}

/// In seconds since 1970.
fn now() -> u64 {
    u64::try_from(Clock::system().now().seconds()).unwrap_or_default()
}
