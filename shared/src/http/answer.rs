//! Answers that succeed.

use http::StatusCode;
use serde::Serialize;

use super::Failure;

/// A success: a status, and a JSON body if there is one.
pub struct Answer {
    pub(super) status: StatusCode,
    pub(super) body: Option<String>,
    pub(super) cache_control: &'static str,
}

impl Answer {
    fn json(status: StatusCode, body: &impl Serialize) -> Result<Self, Failure> {
        Ok(Self { status, body: Some(serde_json::to_string(body)?), cache_control: "no-store" })
    }

    /// 200 and a body.
    pub fn ok(body: &impl Serialize) -> Result<Self, Failure> {
        Self::json(StatusCode::OK, body)
    }

    /// 201 and a body.
    pub fn created(body: &impl Serialize) -> Result<Self, Failure> {
        Self::json(StatusCode::CREATED, body)
    }

    /// 201 and a body that is JSON already.
    pub fn created_as(body: String) -> Self {
        Self { status: StatusCode::CREATED, body: Some(body), cache_control: "no-store" }
    }

    /// 204.
    pub fn no_content() -> Self {
        Self { status: StatusCode::NO_CONTENT, body: None, cache_control: "no-store" }
    }

    /// 200 and a body that anyone may keep for `cache_control`.
    pub fn cacheable(body: &impl Serialize, cache_control: &'static str) -> Result<Self, Failure> {
        Ok(Self { cache_control, ..Self::json(StatusCode::OK, body)? })
    }
}
