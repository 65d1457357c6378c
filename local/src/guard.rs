//! Keeps web pages of other origins away from the services that only the machine's owner may use.

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};

use crate::answer;

/// Accepts a request only if its `Host` is this machine, with the right port, and if no page of another origin has sent it. The check of the host
/// stops DNS rebinding, where an attacker's name resolves to a loopback address.
pub fn loopback_only(router: Router, port: u16) -> Router {
    router.layer(from_fn_with_state(port, refuse_strangers))
}

async fn refuse_strangers(State(port): State<u16>, request: Request, next: Next) -> Response {
    if is_ours(request.headers(), port) {
        next.run(request).await
    } else {
        answer::message(StatusCode::FORBIDDEN, "Forbidden").into_response()
    }
}

fn is_ours(headers: &HeaderMap, port: u16) -> bool {
    let Some(host) = headers.get(header::HOST).and_then(|host| host.to_str().ok()) else { return false };
    let names_us = ["127.0.0.1", "localhost", "[::1]"].iter().any(|name| host == format!("{name}:{port}"));
    // Browsers send `Origin` with every request that may change something.
    let from_us = headers.get(header::ORIGIN).is_none_or(|origin| origin == format!("http://{host}").as_str());
    names_us && from_us
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(header::HeaderName, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), header::HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn loopback_names_with_the_port_pass() {
        for host in ["127.0.0.1:3000", "localhost:3000", "[::1]:3000"] {
            assert!(is_ours(&headers(&[(header::HOST, host)]), 3000), "{host}");
        }
        assert!(is_ours(
            &headers(&[(header::HOST, "localhost:3000"), (header::ORIGIN, "http://localhost:3000")]),
            3000
        ));
    }

    #[test]
    fn other_hosts_ports_and_origins_do_not() {
        for host in ["attacker.example:3000", "127.0.0.1:3001", "127.0.0.1", "127.0.0.1.attacker.example:3000"] {
            assert!(!is_ours(&headers(&[(header::HOST, host)]), 3000), "{host}");
        }
        for origin in ["http://attacker.example", "null", "http://127.0.0.1:8080"] {
            let headers = headers(&[(header::HOST, "127.0.0.1:3000"), (header::ORIGIN, origin)]);
            assert!(!is_ours(&headers, 3000), "{origin}");
        }
        assert!(!is_ours(&HeaderMap::new(), 3000));
    }
}
