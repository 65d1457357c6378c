//! A person who recovers: a browser with its cookies, and an authenticator.

use std::collections::BTreeMap;
use std::time::Duration;

use readmit::Clock;
use reqwest::header::{COOKIE, HeaderMap, HeaderName, HeaderValue, SET_COOKIE};
use reqwest::{Client, Method};
use serde_json::Value;
use totp_rs::Totp;

use crate::Failure;

/// The longest time for an answer. With many parallel requests most of it is waiting.
const PATIENCE: Duration = Duration::from_secs(60);

/// A rival's API.
pub struct Site {
    client: Client,
    url: String,
}

/// A browser, at first without cookies.
pub struct Visitor<'a> {
    site: &'a Site,
    cookies: BTreeMap<String, String>,
    headers: HeaderMap,
}

impl Site {
    /// The API at `url`.
    pub fn new(url: String) -> Result<Self, Failure> {
        Ok(Self { client: Client::builder().no_proxy().timeout(PATIENCE).build()?, url })
    }

    /// A new browser.
    pub fn visitor(&self) -> Visitor<'_> {
        Visitor { site: self, cookies: BTreeMap::new(), headers: HeaderMap::new() }
    }
}

impl Visitor<'_> {
    /// Adds a header to all later requests.
    pub fn send_header(&mut self, name: &'static str, value: &str) -> Result<(), Failure> {
        self.headers.insert(HeaderName::from_static(name), HeaderValue::from_str(value)?);
        Ok(())
    }

    /// Sends a request, without a body if it is null. The answer must have this status. An answer that is not JSON is returned as null.
    pub async fn ask(&mut self, method: Method, path: &str, body: Value, status: u16) -> Result<Value, Failure> {
        let request = self.site.client.request(method.clone(), format!("{}{path}", self.site.url));
        let mut request = request.headers(self.headers.clone());
        if !self.cookies.is_empty() {
            let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header(COOKIE, cookies.join("; "));
        }
        if !body.is_null() {
            request = request.json(&body);
        }
        let response = request.send().await?;
        let answered = response.status();
        for cookie in response.headers().get_all(SET_COOKIE) {
            self.keep(cookie.to_str()?);
        }
        let text = response.text().await?;
        if answered.as_u16() != status {
            return Err(format!("{method} {path} answers {answered}: {text}").into());
        }
        Ok(serde_json::from_str(&text).unwrap_or_default())
    }

    /// Stores a cookie, or removes it if the server deletes it.
    fn keep(&mut self, cookie: &str) {
        let (name, value) = cookie.split(';').next().and_then(|pair| pair.split_once('=')).unwrap_or_default();
        if value.is_empty() {
            self.cookies.remove(name);
        } else {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }
}

/// The current code of an authenticator with this base32 key.
pub fn code_of(key: &str) -> Result<String, Failure> {
    let totp = Totp::from_url(format!("otpauth://totp/bench?secret={}", key.trim_end_matches('=')))?;
    Ok(totp.generate(u64::try_from(Clock::system().now().seconds())?).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_that_is_taken_back_is_forgotten() {
        let site = Site::new("http://127.0.0.1".to_owned()).unwrap();
        let mut visitor = site.visitor();
        visitor.keep("session=a=b; Path=/; HttpOnly");
        visitor.keep("other=1");
        visitor.keep("other=; Max-Age=0");
        assert_eq!(visitor.cookies, BTreeMap::from([("session".to_owned(), "a=b".to_owned())]));
    }
}
