//! An answer of the API, and assertions about it.

use reqwest::header::HeaderMap;
use serde_json::Value;

/// An answer: status, headers, body.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body's text.
    pub text: String,
    /// The body, null if there is none.
    pub body: Value,
}

impl Reply {
    pub(crate) async fn of(response: reqwest::Response) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.unwrap();
        let body = serde_json::from_str(&text).unwrap_or_default();
        Self { status, headers, text, body }
    }

    /// Asserts the status.
    #[track_caller]
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        assert_eq!(self.header("x-content-type-options"), "nosniff");
        assert!(!self.header("x-request-id").is_empty());
        assert!(!self.header("cache-control").is_empty());
        self
    }

    /// Asserts that the answer is this problem, with all parts that every problem has.
    #[track_caller]
    pub fn is_problem(self, status: u16, code: &str) -> Self {
        let reply = self.is(status);
        assert_eq!(reply.header("content-type"), "application/problem+json");
        assert_eq!(reply.header("cache-control"), "no-store");
        assert_eq!(reply.body["code"], code, "{}", reply.text);
        assert_eq!(reply.body["type"], format!("urn:readmit:problem:{code}"));
        assert_eq!(reply.body["status"], status);
        assert_eq!(reply.body["request_id"], reply.header("x-request-id"));
        for field in ["title", "detail"] {
            assert!(reply.body[field].as_str().is_some_and(|text| !text.is_empty()), "{}", reply.text);
        }
        let challenges = matches!(code, "unauthenticated" | "reauthentication_required");
        assert_eq!(reply.headers.contains_key("www-authenticate"), challenges);
        assert_eq!(reply.headers.contains_key("retry-after"), matches!(status, 429 | 503));
        reply
    }

    /// A header's value, empty if there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The one cookie of the answer, as a browser sends it back.
    #[track_caller]
    pub fn cookie(&self) -> String {
        self.header("set-cookie").split(';').next().unwrap_or_default().to_owned()
    }

    /// The text at a JSON pointer.
    #[track_caller]
    pub fn text_at(&self, pointer: &str) -> String {
        let value = self.body.pointer(pointer).and_then(Value::as_str);
        value.unwrap_or_else(|| panic!("no text at {pointer} in {}", self.text)).to_owned()
    }

    /// Body and headers without the request id: everything that could distinguish two answers.
    pub fn without_request_id(&self) -> (u16, Vec<(String, String)>, String) {
        let id = self.header("x-request-id").to_owned();
        let mut headers: Vec<(String, String)> = self
            .headers
            .iter()
            .filter(|(name, _)| *name != "date")
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap().replace(&id, "")))
            .collect();
        headers.sort();
        (self.status, headers, self.text.replace(&id, ""))
    }
}
