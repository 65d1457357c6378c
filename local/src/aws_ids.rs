//! Ids and secrets in the formats of AWS.

use data_encoding::{BASE64URL, HEXLOWER};
use rand::Rng as _;
use rand::distr::{Alphanumeric, SampleString};
use readmit::Random;

/// `length` letters and digits.
pub fn alphanumeric(length: usize) -> String {
    Alphanumeric.sample_string(&mut Random::system(), length)
}

/// `N` bytes in lower-case hexadecimal.
pub fn hex<const N: usize>() -> String {
    HEXLOWER.encode(&bytes::<N>())
}

/// A UUID of version 4: the id of an invocation in Lambda, or of a version in Secrets Manager.
pub fn uuid() -> String {
    let mut bytes = bytes::<16>();
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = HEXLOWER.encode(&bytes);
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

/// A request id of API Gateway: 11 bytes in base64, with one character of padding.
pub fn gateway_request_id() -> String {
    BASE64URL.encode(&bytes::<11>())
}

fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    Random::system().fill_bytes(&mut bytes);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_the_form_of_aws() {
        let uuid = uuid();
        assert_eq!(uuid.len(), 36);
        assert_eq!(&uuid[14..15], "4");
        let request_id = gateway_request_id();
        assert_eq!(request_id.len(), 16);
        assert!(request_id.ends_with('='));
        assert_ne!(request_id, gateway_request_id());
    }
}
