//! Tokens: only unexpired ones that this service signed for the same purpose are accepted.

use data_encoding::BASE64URL_NOPAD;
use ed25519_dalek::Signer as _;
use readmit::domain::Timestamp;
use readmit::keyring::{BadToken, RecoveryClaims, Session, Tokens};
use serde_json::Value;

use crate::keys::{KEYRING, KEYS, Key, NOW};

const ISSUER: &str = "https://portal.northwind.example";
/// The seconds by which another instance's clock may be ahead.
const CLOCK_SKEW_SECONDS: i64 = 180;

/// The only two valid tokens.
const ACCESS: &str = "\
    eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJFZERTQSIsImtpZCI6InlER2pJTGlrcjBpUmM5TjBLNU8zWHI2MlpYSzFFN0g3Q1A0ZnBZ\
    Rll1M1EifQ.eyJpc3MiOiJodHRwczovL3BvcnRhbC5ub3J0aHdpbmQuZXhhbXBsZSIsImF1ZCI6InJlYWRtaXQ6YWNjZXNzIiwia\
    nRpIjoiMHhuVnZDenpuekZDa3VtMCIsImlhdCI6MTczMjQyMTg4NCwibmJmIjoxNzMyNDIxODg0LCJleHAiOjE3MzI0MjU0ODQsI\
    nN1YiI6ImVtcF8wMUowMDAwMDAwMDAwMDAwMDAwMDAwMDAwMCIsImNvbXBhbnlfaWQiOiJjbXBfMDFKMDAwMDAwMDAwMDAwMDAwM\
    DAwMDAwMDAiLCJlcG9jaCI6IkFCQ0RFRkdISUpLTE1OT1AiLCJhdXRoX3RpbWUiOjE3MzI0MjE4ODQsImFtciI6WyJwd2QiLCJvd\
    HAiXX0.d17EyXfESlciDx7Gy8JygFWfF-qmfQpw0qreoNtQ2V3feZp--7hkeBga3uEnm0oM0zXVMbVw79n0ABgWeeU3Cg";
const RECOVERY: &str = "\
    eyJ0eXAiOiJyZWNvdmVyeStqd3QiLCJhbGciOiJFZERTQSIsImtpZCI6ImhxTGhCZG11ckJmemZvcHhtZzlqVGxoc1JtWWNZNzRN\
    SXduYlB0ampmZVkifQ.eyJpc3MiOiJodHRwczovL3BvcnRhbC5ub3J0aHdpbmQuZXhhbXBsZSIsImF1ZCI6InJlYWRtaXQ6cmVjb\
    3ZlcnkiLCJqdGkiOiJHaC1LOUJjUVBEX2hDQjNhIiwiaWF0IjoxNzMyNDIxODg0LCJuYmYiOjE3MzI0MjE4ODQsImV4cCI6MTczM\
    jQyMjc4NCwic3ViIjoiZW1wXzAxSjAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwIiwiY29tcGFueV9pZCI6ImNtcF8wMUowMDAwMDAwM\
    DAwMDAwMDAwMDAwMDAwMCIsImxvZ2luIjoibWlrZUBub3J0aHdpbmQuZXhhbXBsZSIsInBhc3Njb2RlX2lkIjoicGNvXzAxSjAwM\
    DAwMDAwMDAwMDAwMDAwMDAwMDAwIn0.B_xDzunXrb_dG-df2Nr4kqPaj13HXrBu_SnqDm81HXogDOZ5sMjjK_DQbB9ilIQH806le\
    kQc57jL8a9k8bW6AQ";

/// One line is a token of a client. Two or more lines are a header and claims, which are signed here with the service's own key,
/// so that the checks after the signature are tested too.
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

type Read = (Result<Session, BadToken>, Result<RecoveryClaims, BadToken>);

fn read(token: &str, issuer: &str, now: Timestamp) -> Read {
    let tokens = Tokens::new(&KEYRING, issuer);
    (tokens.read_access(token, now), tokens.read_recovery(token, now))
}

fn signed(header: &str, claims: &str) {
    let named: Value = serde_json::from_str(header).unwrap_or_default();
    // The key with the header's key id in any spelling, or the one that signs sessions.
    let kid = named["kid"].as_str().unwrap_or_default();
    let key = KEYS.iter().find(|key| kid.contains(key.kid)).unwrap_or(&KEYS[2]);
    let framed = [header, claims].map(|part| BASE64URL_NOPAD.encode(part.as_bytes())).join(".");
    let signature = key.signing_key().sign(framed.as_bytes()).to_bytes();
    let token = format!("{framed}.{}", BASE64URL_NOPAD.encode(&signature));

    match read(&token, ISSUER, NOW) {
        (Err(_), Err(_)) => {}
        (Ok(Session { claims: access, expires_at }), Err(_)) => {
            let said = is_as_it_must_be(&named, claims, "at+jwt", "readmit:access");
            assert_eq!(said["sub"], access.employee_id.to_string());
            assert_eq!(said["company_id"], access.company_id.to_string());
            assert_eq!(said["epoch"], access.epoch.as_str());
            assert_eq!(said["exp"], expires_at);
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

/// Checks the header and the claims of an accepted token, and returns the claims.
fn is_as_it_must_be(header: &Value, claims: &str, media_type: &str, audience: &str) -> Value {
    assert_eq!((&header["alg"], &header["typ"]), (&Value::from("EdDSA"), &Value::from(media_type)));
    let signs = |key: &Key| key.is_taken && key.media_type == media_type && header["kid"] == key.kid;
    assert!(KEYS.iter().any(signs), "{header}");
    for foreign in ["jwk", "jku", "x5u", "x5c", "crit"] {
        assert!(header[foreign].is_null(), "{header}");
    }
    let said: Value = serde_json::from_str(claims).unwrap();
    assert_eq!((&said["iss"], &said["aud"]), (&Value::from(ISSUER), &Value::from(audience)));
    assert!(said["exp"].as_i64().unwrap() > NOW.seconds(), "{said}");
    assert!(said["nbf"].as_i64().unwrap() <= NOW.seconds() + CLOCK_SKEW_SECONDS, "{said}");
    said
}

/// Another issuer refuses the same token, and it is refused after it has expired.
fn ends(token: &str, said: &Value) {
    assert!(matches!(read(token, "https://portal.other.example", NOW), (Err(_), Err(_))));
    let end = Timestamp::from_millis(said["exp"].as_i64().unwrap().saturating_mul(1_000));
    if end < Timestamp::from_millis(i64::MAX) {
        assert!(matches!(read(token, ISSUER, end), (Err(_), Err(_))));
    }
}
