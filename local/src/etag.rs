//! Conditional requests: an answer that the client already has is not sent again.

use axum::http::{HeaderMap, header};

/// Whether the client already has this version (RFC 9110, section 13.1.2).
pub fn is_known(headers: &HeaderMap, etag: &str) -> bool {
    let lines = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|line| line.to_str().ok());
    // A compressing proxy makes the tag a weak one. That does not matter here.
    let mut tags = lines.flat_map(|line| line.split(',')).map(|tag| tag.trim().trim_start_matches("W/"));
    tags.any(|tag| tag == "*" || tag == etag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_version_is_not_sent_again() {
        let known = |line: &'static str| {
            let headers = [(header::IF_NONE_MATCH, header::HeaderValue::from_static(line))].into_iter().collect();
            is_known(&headers, "\"abc\"")
        };
        for line in ["\"abc\"", "W/\"abc\"", "\"x\", \"abc\"", "*"] {
            assert!(known(line), "{line}");
        }
        for line in ["abc", "\"abcd\"", "\"\"", "", "\"x\",W/"] {
            assert!(!known(line), "{line}");
        }
        assert!(!is_known(&HeaderMap::new(), "\"abc\""));
    }
}
