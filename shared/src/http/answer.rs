//! Answers that succeed. [`super::run`] adds the headers that every answer has.

use lambda_http::http::header::{CACHE_CONTROL, CONTENT_TYPE, SET_COOKIE};
use lambda_http::http::{HeaderValue, StatusCode};
use lambda_http::{Body, Response};
use readmit_domain::DEVICE_LIFETIME;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;

use super::Failure;

pub fn ok(body: &impl Serialize) -> Result<Response<Body>, Failure> {
    Ok(json(StatusCode::OK, serde_json::to_string(body)?))
}

pub fn created(body: &impl Serialize) -> Result<Response<Body>, Failure> {
    Ok(json(StatusCode::CREATED, serde_json::to_string(body)?))
}

pub fn no_content() -> Response<Body> {
    let mut response = Response::new(Body::Empty);
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

/// The cookie by which a browser shows that somebody was signed in on it before. `__Host-`: of this origin and no other, and never
/// in the clear (RFC 6265bis, section 4.1.3.2). A browser keeps it only where portal and API share an origin.
pub const DEVICE_COOKIE: &str = "__Host-readmit-device";

pub fn with_device(mut response: Response<Body>, token: &SecretString) -> Result<Response<Body>, Failure> {
    let lifetime = DEVICE_LIFETIME.as_secs();
    let token = token.expose_secret();
    let cookie = format!("{DEVICE_COOKIE}={token}; Max-Age={lifetime}; Path=/; Secure; HttpOnly; SameSite=Strict");
    let mut cookie =
        HeaderValue::try_from(cookie).map_err(|_| Failure::Fault("a token that is no cookie".to_owned()))?;
    cookie.set_sensitive(true);
    response.headers_mut().insert(SET_COOKIE, cookie);
    Ok(response)
}

/// 200 and a body that anyone may keep for `cache_control`.
pub fn cacheable(body: &impl Serialize, cache_control: &'static str) -> Result<Response<Body>, Failure> {
    let mut response = ok(body)?;
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static(cache_control));
    Ok(response)
}

fn json(status: StatusCode, body: String) -> Response<Body> {
    let mut response = Response::new(Body::Text(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
