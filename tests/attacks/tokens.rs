//! Forged tokens with wrong contents, on every route that needs a token: algorithm, kind, times.

use std::collections::BTreeMap;

use data_encoding::{BASE64, BASE64URL_NOPAD};
use ed25519_dalek::{Signer as _, SigningKey};
use serde_json::json;

use crate::forger::{SigningKeys, Token, framed, jwk, sealed};
use crate::stolen::Stolen;

/// CVE-2015-9235, CVE-2026-22817 (S17): the algorithm `none`, and the public key used as a shared secret.
#[tokio::test]
async fn no_other_algorithm_opens_anything() {
    let stolen = Stolen::tokens().await;
    let keys = SigningKeys::of(&stolen.world);
    let secrets_of = |key: &SigningKey| {
        let public = key.verifying_key().to_bytes();
        let der = [b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00".as_slice(), &public].concat();
        let pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", BASE64.encode(&der));
        [
            ("the key", public.to_vec()),
            ("its base64url", BASE64URL_NOPAD.encode(&public).into_bytes()),
            ("its base64", BASE64.encode(&public).into_bytes()),
            ("its JWK", jwk(key).to_string().into_bytes()),
            ("its DER", der),
            ("its PEM", pem.into_bytes()),
            ("nothing", Vec::new()),
        ]
    };
    let forge = |real: &Token| {
        let key = keys.of_token(real);
        let mut forged = BTreeMap::new();
        for alg in ["none", "None", "nOnE", "NONE", "", "HS256", "RS256", "ES256", "PS512", "ES384", "Ed25519", "eddsa"]
        {
            let token = real.header("alg", json!(alg));
            forged.insert(format!("alg {alg:?}, no signature"), format!("{}.", token.message()));
            // Refused also with a right signature of the service's own key.
            forged.insert(format!("alg {alg:?}, signed"), token.signed(key));
        }
        for alg in ["HS256", "HS384", "HS512"] {
            for (name, secret) in &secrets_of(key) {
                forged.insert(format!("{alg} with {name}"), real.hashed(alg, secret));
            }
        }
        for alg in [json!(null), json!(["EdDSA"]), json!(0), json!({"EdDSA": 1})] {
            forged.insert(format!("alg {alg}"), real.header("alg", alg).signed(key));
        }
        forged
    };
    stolen.are_all_refused(forge).await;
}

/// RFC 8725, 2.8 and 3.11 (S9, S17): a token of one kind used as another; another audience, issuer or company.
#[tokio::test]
async fn a_token_opens_only_what_it_was_made_for() {
    let stolen = Stolen::tokens().await;
    let keys = SigningKeys::of(&stolen.world);
    let company = json!(stolen.world.companies["Contoso"]);
    let others =
        [json!(stolen.world.id("carl@contoso.example")), json!("emp_01J00000000000000000000000"), json!("#company")];
    let forge = |real: &Token| {
        let key = keys.of_token(real);
        let mut forged = BTreeMap::new();
        let (own, other) = match real.header["typ"].as_str() {
            Some("at+jwt") => ("access", &stolen.recovery),
            _ => ("recovery", &stolen.access),
        };
        forged.insert(format!("a token for other routes than {own}"), other.clone());
        let other = Token::read(other);
        forged.insert("the other type alone".to_owned(), real.header("typ", other.header["typ"].clone()).signed(key));
        forged
            .insert("the other audience alone".to_owned(), real.claim("aud", other.claims["aud"].clone()).signed(key));
        let relabelled = other.header("typ", real.header["typ"].clone()).header("kid", real.header["kid"].clone());
        let relabelled = relabelled.claim("aud", real.claims["aud"].clone());
        forged.insert("the other kind, relabelled".to_owned(), relabelled.signed(key));
        let with_other_key = real.header("kid", other.header["kid"].clone()).signed(keys.of_token(&other));
        forged.insert("signed with the key of the other kind".to_owned(), with_other_key);
        for typ in
            [json!(null), json!("JWT"), json!("AT+JWT"), json!("application/at+jwt"), json!(""), json!(["at+jwt"])]
        {
            forged.insert(format!("typ {typ}"), real.header("typ", typ).signed(key));
        }
        let aud = &real.claims["aud"];
        for aud in [json!(null), json!(""), json!("readmit"), json!([aud, "x"]), json!([]), json!({"a": aud}), json!(1)]
        {
            forged.insert(format!("aud {aud}"), real.claim("aud", aud).signed(key));
        }
        let iss = real.claims["iss"].as_str().unwrap();
        for iss in
            [json!(null), json!(""), json!("https://evil.example"), json!(format!("{iss}/")), json!([iss]), json!(0)]
        {
            forged.insert(format!("iss {iss}"), real.claim("iss", iss).signed(key));
        }
        forged.insert("another company".to_owned(), real.claim("company_id", company.clone()).signed(key));
        for sub in &others {
            forged.insert(format!("sub {sub}"), real.claim("sub", sub.clone()).signed(key));
            let elsewhere = real.claim("sub", sub.clone()).claim("company_id", company.clone());
            forged.insert(format!("sub {sub} and another company"), elsewhere.signed(key));
        }
        for name in ["sub", "company_id", "epoch", "login", "passcode_id"] {
            if real.claims.get(name).is_some() {
                for value in [json!(null), json!(""), json!([]), json!(0)] {
                    forged.insert(format!("{name} {value}"), real.claim(name, value).signed(key));
                }
            }
        }
        forged
    };
    stolen.are_all_refused(forge).await;
}

/// CVE-2026-25537 (S17): a time that was no number was not checked.
#[tokio::test]
async fn a_time_that_is_none_is_no_time() {
    let stolen = Stolen::tokens().await;
    let keys = SigningKeys::of(&stolen.world);
    let now = i64::try_from(stolen.world.now()).unwrap();
    let forge = |real: &Token| {
        let key = keys.of_token(real);
        let mut forged = BTreeMap::new();
        let later = now + 86_400;
        for name in ["exp", "nbf"] {
            forged.insert(format!("{name} null"), real.null_claim(name).signed(key));
            let texts = [
                json!(later.to_string()),
                json!("9999999999"),
                json!("never"),
                json!(""),
                json!("2999-01-01T00:00:00Z"),
            ];
            let numbers = [json!(later as f64 + 0.5), json!(u64::MAX), json!(1e300), json!(-1e300)];
            for value in
                texts.into_iter().chain(numbers).chain([json!(null), json!([later]), json!({"a": later}), json!(true)])
            {
                forged.insert(format!("{name} {value}"), real.claim(name, value).signed(key));
            }
        }
        for exp in [now, now - 1, 0, -1, i64::MIN] {
            forged.insert(format!("exp {exp}"), real.claim("exp", json!(exp)).signed(key));
        }
        for nbf in [now + 200, later, i64::MAX] {
            forged.insert(format!("nbf {nbf}"), real.claim("nbf", json!(nbf)).signed(key));
        }
        // serde_json would print these numbers differently.
        let claims = real.claims.to_string();
        for exp in ["1e999", "99999999999999999999999999", "NaN", "Infinity", "+99999999999", "0x7fffffff"] {
            let altered = claims.replace(&format!("\"exp\":{}", real.claims["exp"]), &format!("\"exp\":{exp}"));
            assert_ne!(altered, claims);
            let message = framed(&real.header.to_string(), &altered);
            forged.insert(format!("exp {exp} as written"), sealed(&message, &key.sign(message.as_bytes()).to_bytes()));
        }
        forged
    };
    stolen.are_all_refused(forge).await;
}
