//! Tokens: only what this service signed, for this purpose, whose time is not over.

use data_encoding::BASE64URL_NOPAD;
use ed25519_dalek::Signer as _;
use readmit::domain::Timestamp;
use readmit::keyring::{AccessClaims, BadToken, RecoveryClaims, Tokens};
use serde_json::Value;

use crate::keys::{KEYRING, NOW, signing_key};

const ISSUER: &str = "https://portal.northwind.example";
/// The versions whose tokens are taken at [`NOW`].
const TAKEN: [&str; 3] = ["2", "3", "4"];
/// Seconds that another instance's clock may run ahead.
const CLOCK_SKEW_SECONDS: i64 = 180;

/// The two tokens that an input may be.
const ACCESS: &str = "\
    eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJFZERTQSIsImtpZCI6IjMifQ.eyJpc3MiOiJodHRwczovL3BvcnRhbC5ub3J0aHdpbmQuZ\
    XhhbXBsZSIsImF1ZCI6InJlYWRtaXQ6YWNjZXNzIiwianRpIjoiMHhuVnZDenpuekZDa3VtMCIsImlhdCI6MTczMjQyMTg4NCwib\
    mJmIjoxNzMyNDIxODg0LCJleHAiOjE3MzI0MjU0ODQsInN1YiI6ImVtcF8wMUowMDAwMDAwMDAwMDAwMDAwMDAwMDAwMCIsImNvb\
    XBhbnlfaWQiOiJjbXBfMDFKMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAiLCJlcG9jaCI6IkFCQ0RFRkdISUpLTE1OT1AiLCJhdXRoX\
    3RpbWUiOjE3MzI0MjE4ODQsImFtciI6WyJwd2QiLCJvdHAiXX0.LpjXHxoqangC2HjpOG_HJtxQ0KK7vLt2AwTj5mLm25-ontkla\
    baIEPoyvWRPWY0yyjddP9s74tXgiqk63tYuCw";
const RECOVERY: &str = "\
    eyJ0eXAiOiJyZWNvdmVyeStqd3QiLCJhbGciOiJFZERTQSIsImtpZCI6IjMifQ.eyJpc3MiOiJodHRwczovL3BvcnRhbC5ub3J0a\
    HdpbmQuZXhhbXBsZSIsImF1ZCI6InJlYWRtaXQ6cmVjb3ZlcnkiLCJqdGkiOiJHaC1LOUJjUVBEX2hDQjNhIiwiaWF0IjoxNzMyN\
    DIxODg0LCJuYmYiOjE3MzI0MjE4ODQsImV4cCI6MTczMjQyMjc4NCwic3ViIjoiZW1wXzAxSjAwMDAwMDAwMDAwMDAwMDAwMDAwM\
    DAwIiwiY29tcGFueV9pZCI6ImNtcF8wMUowMDAwMDAwMDAwMDAwMDAwMDAwMDAwMCIsImxvZ2luIjoibWlrZUBub3J0aHdpbmQuZ\
    XhhbXBsZSIsInBhc3Njb2RlX2lkIjoicGNvXzAxSjAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwIn0.6SWHM50_LnAzzinq87fE4h-5a\
    Sa_N2MVEbsE9ZnO9GOlEuS4rFAt9iLwc5Qu0WX43pjiQgKDkv2OCWszbWi6Dw";

/// One line is a token as a client sends it. Two or more are a header and claims, signed here with the service's own key,
/// so that what follows the signature's check is reached as well.
pub fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match text.split_once('\n') {
        Some((header, claims)) => signed(header, claims),
        None => {
            let (access, recovery) = read(text, ISSUER, NOW);
            assert_eq!(access.is_ok(), text == ACCESS);
            assert_eq!(recovery.is_ok(), text == RECOVERY);
        }
    }
}

type Read = (Result<AccessClaims, BadToken>, Result<RecoveryClaims, BadToken>);

fn read(token: &str, issuer: &str, now: Timestamp) -> Read {
    let tokens = Tokens::new(&KEYRING, issuer);
    (tokens.read_access(token, now), tokens.read_recovery(token, now))
}

fn signed(header: &str, claims: &str) {
    let named: Value = serde_json::from_str(header).unwrap_or_default();
    let version = named["kid"].as_str().and_then(|kid| kid.trim().parse().ok()).filter(|kid| (1..=4).contains(kid));
    let framed = [header, claims].map(|part| BASE64URL_NOPAD.encode(part.as_bytes())).join(".");
    let signature = signing_key(version.unwrap_or(3)).sign(framed.as_bytes()).to_bytes();
    let token = format!("{framed}.{}", BASE64URL_NOPAD.encode(&signature));

    match read(&token, ISSUER, NOW) {
        (Err(_), Err(_)) => {}
        (Ok(access), Err(_)) => {
            let said = is_as_it_must_be(&named, claims, "at+jwt", "readmit:access");
            assert_eq!(said["sub"], access.employee_id.to_string());
            assert_eq!(said["company_id"], access.company_id.to_string());
            assert_eq!(said["epoch"], access.epoch.as_str());
            ends(&token, &said);
        }
        (Err(_), Ok(recovery)) => {
            let said = is_as_it_must_be(&named, claims, "recovery+jwt", "readmit:recovery");
            assert_eq!(said["sub"], recovery.employee_id.to_string());
            assert_eq!(said["passcode_id"], recovery.passcode_id.to_string());
            assert!(said["login"].is_string());
            ends(&token, &said);
        }
        (Ok(_), Ok(_)) => panic!("one token for both"),
    }
}

/// The claims of a token that was taken, after what may be true of them and its header.
fn is_as_it_must_be(header: &Value, claims: &str, media_type: &str, audience: &str) -> Value {
    assert_eq!((&header["alg"], &header["typ"]), (&Value::from("EdDSA"), &Value::from(media_type)));
    assert!(TAKEN.iter().any(|version| header["kid"] == *version), "{header}");
    for foreign in ["jwk", "jku", "x5u", "x5c", "crit"] {
        assert!(header[foreign].is_null(), "{header}");
    }
    let said: Value = serde_json::from_str(claims).unwrap();
    assert_eq!((&said["iss"], &said["aud"]), (&Value::from(ISSUER), &Value::from(audience)));
    assert!(said["exp"].as_i64().unwrap() > NOW.seconds(), "{said}");
    assert!(said["nbf"].as_i64().unwrap() <= NOW.seconds() + CLOCK_SKEW_SECONDS, "{said}");
    said
}

/// The same token is nothing to another issuer, and nothing once its time is over.
fn ends(token: &str, said: &Value) {
    assert!(matches!(read(token, "https://portal.other.example", NOW), (Err(_), Err(_))));
    let end = Timestamp::from_millis(said["exp"].as_i64().unwrap().saturating_mul(1_000));
    if end < Timestamp::from_millis(i64::MAX) {
        assert!(matches!(read(token, ISSUER, end), (Err(_), Err(_))));
    }
}
