//! Cross-origin requests to the API: what a deployment allows to the page of `PortalUrl`, by the template's `CorsConfiguration`, is allowed
//! here to the pages of every port of this machine.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::uri::Uri;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};

use crate::template::Cors;

/// The paths of the API. The rest, such as `/_local/`, is closed to pages of other origins.
const PATHS: [&str; 2] = ["/v1/", "/.well-known/"];

/// Lets pages of this machine call `router`. There is no `access-control-allow-credentials`: these calls have no cookies.
pub fn for_this_machine(router: Router, cors: Cors) -> Router {
    router.layer(from_fn_with_state(Arc::new(cors), answer))
}

async fn answer(State(cors): State<Arc<Cors>>, request: Request, next: Next) -> Response {
    let origin = allowed_origin(request.uri(), request.headers());
    let is_preflight =
        request.method() == Method::OPTIONS && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let Some(origin) = origin else { return next.run(request).await };
    let mut response = if is_preflight { preflight(&cors) } else { next.run(request).await };
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.append(header::VARY, HeaderValue::from_name(header::ORIGIN));
    if let Ok(exposed) = HeaderValue::from_str(&cors.exposed) {
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
    }
    response
}

fn preflight(cors: &Cors) -> Response {
    let headers: [(HeaderName, &str); 3] = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, &cors.methods),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, &cors.headers),
        (header::ACCESS_CONTROL_MAX_AGE, &cors.max_age),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

/// The origin of the page that sends the request, if it may read the answer.
fn allowed_origin(uri: &Uri, headers: &HeaderMap) -> Option<HeaderValue> {
    let origin = headers.get(header::ORIGIN)?;
    let host = origin.to_str().ok()?.strip_prefix("http://")?;
    let (name, port) = host.split_once(':').unwrap_or((host, "80"));
    let is_here = ["localhost", "127.0.0.1"].contains(&name) && port.parse::<u16>().is_ok();
    (is_here && PATHS.iter().any(|path| uri.path().starts_with(path))).then(|| origin.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_allowed(origin: &'static str, path: &'static str) -> bool {
        let headers = [(header::ORIGIN, HeaderValue::from_static(origin))].into_iter().collect();
        allowed_origin(&Uri::from_static(path), &headers).is_some()
    }

    #[test]
    fn only_pages_of_this_machine_may_call_the_api() {
        for origin in ["http://localhost:5173", "http://127.0.0.1:8080", "http://localhost"] {
            assert!(is_allowed(origin, "/v1/sessions") && is_allowed(origin, "/.well-known/jwks.json"), "{origin}");
        }
        for origin in [
            "null",
            "",
            "*",
            "http://attacker.example",
            "https://localhost:5173",
            "http://localhost.attacker.example:5173",
            "http://localhost@attacker.example",
            "http://localhost:5173.attacker.example",
            "http://localhost:",
            "http://localhost:80:80",
            "http://localhost:99999",
            "http://127.0.0.1.attacker.example",
            "http://a.localhost:5173",
        ] {
            assert!(!is_allowed(origin, "/v1/sessions"), "{origin}");
        }
    }

    #[test]
    fn everything_but_the_api_stays_closed() {
        for path in ["/", "/config.js", "/_local/mail", "/2015-03-31/functions/sign-in/invocations", "/v1", "/v10/x"] {
            assert!(!is_allowed("http://localhost:5173", path), "{path}");
        }
    }
}
