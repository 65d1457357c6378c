//! Answers that succeed. [`super::run`] adds the headers that every answer has.

use lambda_http::http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION, SET_COOKIE};
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

/// 202: the request was accepted, and waits.
pub fn accepted(body: &impl Serialize) -> Result<Response<Body>, Failure> {
    Ok(json(StatusCode::ACCEPTED, serde_json::to_string(body)?))
}

/// 201 with the path of what was created (RFC 9110, section 10.2.2).
pub fn created_at(body: &impl Serialize, path: &str) -> Result<Response<Body>, Failure> {
    let mut response = created(body)?;
    let path = HeaderValue::try_from(path).map_err(|_| Failure::Fault("the path is not a valid header".to_owned()))?;
    response.headers_mut().insert(LOCATION, path);
    Ok(response)
}

pub fn no_content() -> Response<Body> {
    let mut response = Response::new(Body::Empty);
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

/// The cookie of a known device: it shows that somebody has signed in on this browser before. With `__Host-` a browser sends it to
/// this origin only, and only over TLS (RFC 6265bis, section 4.1.3.2). It works only if portal and API share an origin.
pub const DEVICE_COOKIE: &str = "__Host-readmit-device";

pub fn with_device(mut response: Response<Body>, token: &SecretString) -> Result<Response<Body>, Failure> {
    let lifetime = DEVICE_LIFETIME.as_secs();
    let token = token.expose_secret();
    let cookie = format!("{DEVICE_COOKIE}={token}; Max-Age={lifetime}; Path=/; Secure; HttpOnly; SameSite=Strict");
    let mut cookie = HeaderValue::try_from(cookie)
        .map_err(|_| Failure::Fault("the device token is not a valid cookie value".to_owned()))?;
    cookie.set_sensitive(true);
    response.headers_mut().insert(SET_COOKIE, cookie);
    Ok(response)
}

/// 200 with a body that caches may keep, as `cache_control` says.
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
