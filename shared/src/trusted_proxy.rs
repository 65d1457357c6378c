//! Trusted proxies: the CloudFront distribution that serves the portal, and a portal's own backend. They pass requests on to the
//! gateway, which then sees the proxy's address instead of the viewer's.
//!
//! Anyone can send requests with any header directly to the gateway, so a trusted proxy adds a secret to each request. Without the
//! secret, or if none is configured, the header with the viewer's address is ignored.

use std::collections::HashMap;
use std::net::IpAddr;

use secrecy::{ExposeSecret as _, SecretString};
use subtle::ConstantTimeEq as _;

use crate::environment::{BadVariable, Environment, bad_variable};

/// The secret that only the trusted proxy knows.
const SECRET_HEADER: &str = "readmit-edge-secret";
/// The viewer's address and, after the last colon, a port
/// (<https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/adding-cloudfront-headers.html>).
const VIEWER_HEADER: &str = "cloudfront-viewer-address";
/// The variables with the secret of the distribution, and that of a portal's backend.
const SECRETS: [&str; 2] = ["READMIT_EDGE_SECRET", "READMIT_BACKEND_SECRET"];
/// Whether every request must come through a trusted proxy: `true` or `false`.
const REQUIRE_EDGE: &str = "READMIT_REQUIRE_EDGE";
/// The shortest secret, in letters and digits: more than 128 bits. The template generates 64 characters.
const SHORTEST_SECRET: usize = 32;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotThroughEdge;

/// Recognizes requests of trusted proxies.
pub struct TrustedProxy {
    secrets: Vec<SecretString>,
    is_required: bool,
}

impl TrustedProxy {
    /// Reads the secrets from the environment. If none is set, no proxy is trusted.
    pub fn new(environment: &Environment) -> Result<Self, BadVariable> {
        let mut secrets = Vec::new();
        for name in SECRETS {
            match environment.get(name) {
                Some(secret) if secret.len() < SHORTEST_SECRET => return Err(bad_variable(name, "is too short")),
                secret => secrets.extend(secret.map(SecretString::from)),
            }
        }
        let is_required = match environment.get(REQUIRE_EDGE) {
            Some("true") if secrets.is_empty() => return Err(bad_variable(REQUIRE_EDGE, "wants an edge's secret")),
            Some("true") => true,
            Some("false") | None => false,
            Some(_) => return Err(bad_variable(REQUIRE_EDGE, "is neither true nor false")),
        };
        Ok(Self { secrets, is_required })
    }

    /// The viewer's address, if the request came through a trusted proxy. An error if it had to and did not. Removes the proxy's headers,
    /// so that no later code can log or return the secret.
    pub(crate) fn viewer(&self, headers: &mut HashMap<String, String>) -> Result<Option<IpAddr>, NotThroughEdge> {
        let shown = take(headers, SECRET_HEADER).map(SecretString::from);
        let address = take(headers, VIEWER_HEADER);
        if shown.is_some_and(|shown| self.is_shown(&shown)) {
            Ok(address.and_then(|address| viewer_address(&address)))
        } else if self.is_required {
            Err(NotThroughEdge)
        } else {
            Ok(None)
        }
    }

    fn is_shown(&self, shown: &SecretString) -> bool {
        let same = |secret: &SecretString| secret.expose_secret().as_bytes().ct_eq(shown.expose_secret().as_bytes());
        self.secrets.iter().any(|secret| same(secret).into())
    }
}

/// Removes all headers with this name, in any case. Returns the value if there was exactly one.
fn take(headers: &mut HashMap<String, String>, name: &str) -> Option<String> {
    let mut taken = headers.extract_if(|sent, _| sent.eq_ignore_ascii_case(name)).map(|(_, value)| value);
    let value = taken.next();
    if taken.count() == 0 { value } else { None }
}

/// `198.51.100.7:46532`, `2001:db8::1:46532`: an IPv6 address has no brackets.
fn viewer_address(text: &str) -> Option<IpAddr> {
    let (address, port) = text.rsplit_once(':')?;
    port.parse::<u16>().ok()?;
    address.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ01";
    const BACKENDS: &str = "ZYXWVUTSRQPONMLKJIHGFEDCBA9876543210zyxwvutsrqponmlkjihgfedcba00";

    fn edge_of(variables: &[(&str, &str)]) -> Result<TrustedProxy, BadVariable> {
        TrustedProxy::new(&variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    fn edge(secret: &str) -> Result<TrustedProxy, BadVariable> {
        edge_of(&[("READMIT_EDGE_SECRET", secret)])
    }

    fn seen(edge: &TrustedProxy, headers: &[(&str, &str)]) -> Option<String> {
        let mut headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        edge.viewer(&mut headers).unwrap().map(|address| address.to_string())
    }

    #[test]
    fn a_viewers_address_is_all_before_the_last_colon() {
        let read = |text| viewer_address(text).map(|address| address.to_string());
        for (text, address) in [
            ("198.51.100.7:46532", "198.51.100.7"),
            ("2001:db8::1:46532", "2001:db8::1"),
            ("2001:0db8:85a3:0000:0000:8a2e:0370:7334:443", "2001:db8:85a3::8a2e:370:7334"),
            ("::ffff:198.51.100.7:443", "::ffff:198.51.100.7"),
        ] {
            assert_eq!(read(text).as_deref(), Some(address), "{text}");
        }
        for text in [
            "",
            ":",
            ":443",
            "198.51.100.7",
            "198.51.100.7:",
            "198.51.100.7:65536",
            "198.51.100.7:-1",
            " 198.51.100.7:443",
            "198.51.100.7:443,203.0.113.9:443",
            "[2001:db8::1]:443",
            "2001:db8:0:0:0:0:0:1",
            "portal.example:443",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn only_the_edge_names_a_viewer() {
        let edge = edge(SECRET).unwrap();
        let viewer = ("cloudfront-viewer-address", "198.51.100.7:46532");
        let with = |secret| seen(&edge, &[viewer, ("readmit-edge-secret", secret)]);
        assert_eq!(with(SECRET).as_deref(), Some("198.51.100.7"));
        for wrong in ["", &SECRET[..63], &SECRET.to_lowercase(), &format!("{SECRET},{SECRET}"), &format!("{SECRET} ")] {
            assert_eq!(with(wrong), None, "{wrong}");
        }
        assert_eq!(seen(&edge, &[viewer]), None);
        assert_eq!(seen(&edge, &[("readmit-edge-secret", SECRET)]), None);
        let twice = [viewer, ("Readmit-Edge-Secret", SECRET), ("readmit-edge-secret", SECRET)];
        assert_eq!(seen(&edge, &twice), None);
    }

    #[test]
    fn where_no_secret_is_configured_the_headers_mean_nothing() {
        let none = edge("").unwrap();
        for secret in ["", SECRET] {
            let headers = [("cloudfront-viewer-address", "198.51.100.7:46532"), ("readmit-edge-secret", secret)];
            assert_eq!(seen(&none, &headers), None);
        }
        let error = edge("short").err().unwrap().to_string();
        assert_eq!(error, "the environment variable READMIT_EDGE_SECRET is too short");
    }

    #[test]
    fn what_is_between_edge_and_function_goes_no_further() {
        let header = |name: &str| (name.to_owned(), SECRET.to_owned());
        let names = ["Readmit-Edge-Secret", "readmit-edge-secret", "CloudFront-Viewer-Address", "user-agent"];
        for edge in [edge(SECRET), edge("")] {
            let mut headers = names.map(header).into_iter().collect::<HashMap<_, _>>();
            edge.unwrap().viewer(&mut headers).unwrap();
            assert_eq!(headers.keys().collect::<Vec<_>>(), ["user-agent"]);
        }
    }

    #[test]
    fn a_backend_names_its_viewers_with_a_secret_of_its_own() {
        let both = edge_of(&[("READMIT_EDGE_SECRET", SECRET), ("READMIT_BACKEND_SECRET", BACKENDS)]).unwrap();
        let viewer = ("cloudfront-viewer-address", "198.51.100.7:46532");
        for secret in [SECRET, BACKENDS] {
            assert!(seen(&both, &[viewer, ("readmit-edge-secret", secret)]).is_some());
        }
        let alone = edge_of(&[("READMIT_BACKEND_SECRET", BACKENDS)]).unwrap();
        assert!(seen(&alone, &[viewer, ("readmit-edge-secret", BACKENDS)]).is_some());
        assert!(seen(&alone, &[viewer, ("readmit-edge-secret", SECRET)]).is_none());
    }

    #[test]
    fn where_an_edge_is_required_nobody_else_comes_in() {
        let required = |secret| edge_of(&[("READMIT_EDGE_SECRET", secret), ("READMIT_REQUIRE_EDGE", "true")]);
        let comes = |edge: &TrustedProxy, secret: &str| {
            let mut headers = HashMap::from([("readmit-edge-secret".to_owned(), secret.to_owned())]);
            edge.viewer(&mut headers)
        };
        let edge = required(SECRET).unwrap();
        assert_eq!(comes(&edge, SECRET), Ok(None));
        for wrong in ["", BACKENDS, &SECRET.to_lowercase()] {
            assert_eq!(comes(&edge, wrong), Err(NotThroughEdge));
        }
        assert_eq!(edge.viewer(&mut HashMap::new()), Err(NotThroughEdge));
        let error = required("").err().unwrap().to_string();
        assert_eq!(error, "the environment variable READMIT_REQUIRE_EDGE wants an edge's secret");
        assert!(edge_of(&[("READMIT_EDGE_SECRET", SECRET), ("READMIT_REQUIRE_EDGE", "yes")]).is_err());
    }
}
