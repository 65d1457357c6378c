//! Versions of what clients change, and the precondition `If-Match` (RFC 9110, sections 8.8.3 and 13.1.1).

use data_encoding::BASE64URL_NOPAD;
use lambda_http::http::HeaderValue;
use lambda_http::http::header::ETAG;
use lambda_http::{Body, Request, Response};
use readmit_domain::{BrandedCompany, Employee};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::request::single_header;
use super::{Failure, Problem};

/// 96 bits: two states of one person never have the same version by chance.
const BYTES: usize = 12;

/// A hash of all fields that clients can change. A sign-in does not change it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Version(String);

impl Version {
    fn of(fields: &impl Serialize) -> Self {
        let digest = Sha256::digest(serde_json::to_vec(fields).unwrap_or_default());
        Self(BASE64URL_NOPAD.encode(digest.get(..BYTES).unwrap_or_default()))
    }
}

impl From<&Employee> for Version {
    fn from(employee: &Employee) -> Self {
        let Employee { full_name, login, granted_role, account_type, account_status, external_id, mail_locale, .. } =
            employee;
        Self::of(&(full_name, login, granted_role, account_type, account_status, external_id, mail_locale))
    }
}

impl From<&BrandedCompany> for Version {
    fn from(BrandedCompany { company, logo }: &BrandedCompany) -> Self {
        Self::of(&(company, logo))
    }
}

/// Refuses the request if it names other versions than this one. `*` names every version.
pub fn require_version(request: &Request, version: &Version) -> Result<(), Problem> {
    if !request.headers().contains_key("if-match") {
        return Ok(());
    }
    // A header sent twice has no meaning here, and a weak tag never matches.
    let named = single_header(request, "if-match").unwrap_or_default();
    let current = format!("\"{}\"", version.0);
    let matches = named.split(',').map(str::trim).any(|tag| tag == "*" || tag == current);
    if matches { Ok(()) } else { Err(Problem::ChangedMeanwhile) }
}

/// The answer with its version as the ETag.
pub fn with_version(mut response: Response<Body>, version: &Version) -> Result<Response<Body>, Failure> {
    let tag = HeaderValue::try_from(format!("\"{}\"", version.0));
    let tag = tag.map_err(|_| Failure::Fault("the version is not a valid header".to_owned()))?;
    response.headers_mut().insert(ETAG, tag);
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn if_match_names_the_current_version_or_any() {
        let version = Version::of(&"state");
        let current = format!("\"{}\"", version.0);
        let answer = |values: &[&str]| {
            let mut request = lambda_http::http::Request::builder();
            for value in values {
                request = request.header("If-Match", *value);
            }
            require_version(&request.body(Body::Empty).unwrap(), &version).is_ok()
        };
        assert!(answer(&[]) && answer(&["*"]) && answer(&[&current]) && answer(&[&format!("\"a\", {current}")]));
        assert!(!answer(&[""]) && !answer(&["\"a\""]) && !answer(&[&format!("W/{current}")]) && !answer(&[&version.0]));
        assert!(!answer(&[&current, &current]));
    }
}
