//! The body of a request. Its size and media type are checked before it is decoded.

use data_encoding::BASE64;
use zeroize::Zeroizing;

use super::{Failure, Problem};

/// The contract's limit, in bytes.
const MAX_BODY: usize = 16 * 1024;
/// Of base64 with padding (RFC 4648, section 4).
const MAX_BASE64: usize = MAX_BODY.div_ceil(3) * 4;

pub(super) struct EncodedBody {
    pub(super) text: Zeroizing<String>,
    pub(super) is_base64: bool,
    /// The body of a PATCH may also be a merge patch (RFC 7396).
    pub(super) is_patch: bool,
}

/// The bytes of the body, as an extension of the request. They are wiped after use, unlike `lambda_http`'s own body.
#[derive(Clone)]
pub(super) struct BodyBytes(pub(super) Zeroizing<Vec<u8>>);

impl EncodedBody {
    /// The bytes, if the body is not too large and its media type is JSON.
    pub(super) fn decode(self, media_type: Option<&str>) -> Result<BodyBytes, Failure> {
        if self.text.len() > if self.is_base64 { MAX_BASE64 } else { MAX_BODY } {
            return Err(Problem::BodyTooLarge.into());
        }
        let bytes = if self.is_base64 {
            let decoded = BASE64.decode(self.text.as_bytes());
            decoded.map_err(|_| Failure::Fault("the event's body is not base64".to_owned()))?
        } else {
            self.text.as_bytes().to_vec()
        };
        let bytes = Zeroizing::new(bytes);
        if bytes.len() > MAX_BODY {
            return Err(Problem::BodyTooLarge.into());
        }
        if bytes.is_empty() || media_type.is_some_and(|sent| self.takes(sent)) {
            Ok(BodyBytes(bytes))
        } else {
            Err(Problem::UnsupportedMediaType.into())
        }
    }

    fn takes(&self, media_type: &str) -> bool {
        let essence = media_type.split(';').next().unwrap_or_default().trim();
        let is = |name: &str| essence.eq_ignore_ascii_case(name);
        is("application/json") || (self.is_patch && is("application/merge-patch+json"))
    }
}
