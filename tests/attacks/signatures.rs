//! Forged tokens: wrong signatures, keys inside the token, wrong key ids, other spellings, other places in the request.

use std::collections::BTreeMap;

use data_encoding::BASE64;
use ed25519_dalek::Signer as _;
use readmit_tests::PASSWORD;
use serde_json::{Value, json};

use crate::forger::{SigningKeys, Token, framed, jwk, own_key, sealed};
use crate::gateway::routes;
use crate::stolen::{Stolen, named};

const ADA: &str = "ada@northwind.example";

/// The order of the curve's group (RFC 8032, section 5.1), little-endian.
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// CVE-2018-0114 (S17): a verifier used the key, or the link to a key, in the token's header.
#[tokio::test]
async fn a_key_that_a_token_brings_along_is_not_used() {
    let stolen = Stolen::tokens().await;
    let (keys, own) = (SigningKeys::of(&stolen.world), own_key());
    let url = "https://evil.example/keys.json";
    let certificate = BASE64.encode(b"\x30\x82\x01\x00 a certificate of one's own");
    let members = [
        ("jwk", jwk(&own)),
        ("jku", json!(url)),
        ("x5u", json!(url)),
        ("x5c", json!([certificate])),
        ("crit", json!(["exp"])),
        ("crit", json!(["b64"])),
        ("crit", json!([])),
    ];
    let forge = |real: &Token| {
        let key = keys.of_token(real);
        let mut forged = named([("the forger's own key", real.signed(&own))]);
        for (name, value) in &members {
            forged.insert(format!("{name} {value}, own key"), real.header(name, value.clone()).signed(&own));
            // Also refused with a right signature, because the service writes no such header.
            forged.insert(format!("{name} {value}, right key"), real.header(name, value.clone()).signed(key));
        }
        let own_jwk = jwk(&own).as_object().unwrap().clone();
        forged.insert("a key instead of an id".to_owned(), real.header("kid", Value::Object(own_jwk)).signed(&own));
        forged
    };
    stolen.are_all_refused(forge).await;
}

/// RFC 8725, 3.10 (S17): a `kid` that is a path, a query, or another spelling of a real key id.
#[tokio::test]
async fn a_key_id_is_looked_up_and_nothing_else() {
    let stolen = Stolen::tokens().await;
    let keys = SigningKeys::of(&stolen.world);
    let texts = [
        "",
        "0",
        "01",
        "+1",
        " 1",
        "1 ",
        "1\n",
        "1.0",
        "1e0",
        "0x1",
        "１",
        "-1",
        "2",
        "4294967296",
        "18446744073709551617",
        "../../1",
        "/dev/null",
        "1'--",
        "1' OR '1'='1",
        "1;1",
        "1,1",
        "file:///dev/null",
        "1\u{0}",
        "null",
        "signs_from",
    ];
    let forge = |real: &Token| {
        let key = keys.of_token(real);
        let mut forged = BTreeMap::new();
        let others = [json!(null), json!(1), json!(["1"]), json!({"1": 1}), json!(true), json!("1".repeat(5_000))];
        let kid = real.header["kid"].as_str().unwrap();
        let spellings =
            [kid.to_lowercase(), format!("{kid}="), format!(" {kid}"), format!("../{kid}"), kid[..42].into()];
        let texts = texts.iter().map(|text| json!(text)).chain(spellings.map(|text| json!(text)));
        for kid in texts.chain(others) {
            forged.insert(format!("kid {kid:.60}"), real.header("kid", kid).signed(key));
        }
        forged
    };
    stolen.are_all_refused(forge).await;
}

/// CVE-2026-22817, RFC 8032, 8.4 (S17): a second spelling of a token or of its signature.
#[tokio::test]
async fn a_signature_has_one_spelling() {
    let stolen = Stolen::tokens().await;
    let keys = SigningKeys::of(&stolen.world);
    let forge = |real: &Token| {
        let key = keys.of_token(real);
        let message = real.message();
        let signature = key.sign(message.as_bytes()).to_bytes();
        let token = sealed(&message, &signature);
        let bent = |bend: fn(&mut [u8; 64])| {
            let mut bent = signature;
            bend(&mut bent);
            sealed(&message, &bent)
        };
        // The last symbol of 64 bytes has four unused bits. A lenient decoder decodes other symbols to the same bytes.
        let symbols = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let last = symbols.iter().position(|symbol| *symbol == token.as_bytes()[token.len() - 1]).unwrap();
        let other = char::from(symbols[last ^ 1]);
        let parts: Vec<&str> = token.split('.').collect();
        let mut forged = named([
            ("another last symbol", format!("{}{other}", &token[..token.len() - 1])),
            ("S plus the group's order", bent(add_the_order)),
            ("all zero", bent(|bent| *bent = [0; 64])),
            (
                "R of small order",
                bent(|bent| {
                    bent[..32].copy_from_slice(&{
                        let mut one = [0; 32];
                        one[0] = 1;
                        one
                    })
                }),
            ),
            ("one bit of R", bent(|bent| bent[0] ^= 1)),
            ("one bit of S", bent(|bent| bent[33] ^= 1)),
            ("63 bytes", sealed(&message, &signature[..63])),
            ("65 bytes", sealed(&message, &[signature.as_slice(), &[0]].concat())),
            ("no signature", format!("{message}.")),
            ("two parts", message.clone()),
            ("four parts", format!("{token}.{}", parts[2])),
            ("five parts", format!("{token}.a.b")),
            ("padded", format!("{token}==")),
            ("a standard alphabet", format!("{}+/", &token[..token.len() - 2])),
            ("nothing", ".".to_owned()),
            ("two dots", "..".to_owned()),
            ("a line break", format!("{}%0A{}", parts[0], parts[1])),
            ("two tokens", format!("{token},{token}")),
            ("two tokens, a blank between", format!("{token} {token}")),
            ("quoted", format!("\"{token}\"")),
        ]);
        let duplicate = real.claims.to_string().replacen('{', "{\"sub\":\"emp_01J00000000000000000000000\",", 1);
        for (name, claims) in
            [("a claim twice", duplicate), ("an array", "[]".to_owned()), ("a text", "\"x\"".to_owned())]
        {
            let message = framed(&real.header.to_string(), &claims);
            let signature = key.sign(message.as_bytes()).to_bytes();
            forged.insert(format!("claims: {name}"), sealed(&message, &signature));
        }
        let message = framed(&real.header.to_string().replacen('{', "{\"alg\":\"none\",", 1), &real.claims.to_string());
        forged.insert("alg twice".to_owned(), sealed(&message, &key.sign(message.as_bytes()).to_bytes()));
        forged
    };
    stolen.are_all_refused(forge).await;
}

fn add_the_order(signature: &mut [u8; 64]) {
    let mut carry = 0;
    for (byte, order) in signature[32..].iter_mut().zip(ORDER) {
        let sum = u16::from(*byte) + u16::from(order) + carry;
        *byte = sum.to_le_bytes()[0];
        carry = sum >> 8;
    }
}

/// RFC 6750, 2.1 to 2.3 (S17): a token in the query, the body or a cookie, where logs and other sites can read it; another scheme;
/// two headers, of which one reader takes the first and another the last.
#[tokio::test]
async fn a_token_stands_in_one_header_and_nowhere_else() {
    let stolen = Stolen::tokens().await;
    let world = &stolen.world;
    for route in routes().iter().filter(|route| !route.is_public()) {
        let token = if route.path.starts_with("/v1/recovery/") { &stolen.recovery } else { &stolen.access };
        let basic = BASE64.encode(format!("{ADA}:{PASSWORD}").as_bytes());
        let headers = [
            vec![],
            vec![token.clone()],
            vec![format!("Basic {basic}")],
            vec![format!("Basic {token}")],
            vec![format!("DPoP {token}")],
            vec![format!("Bearer{token}")],
            vec![format!("Bearer:{token}")],
            vec![format!("Bearer\t{token}")],
            vec!["Bearer".to_owned()],
            vec!["Bearer ".to_owned()],
            vec![format!("Bearer Bearer {token}")],
            vec![format!("Bearer {token}"), format!("Bearer {token}")],
            vec![format!("Bearer {token}"), "Bearer x.y.z".to_owned()],
            vec!["Basic eDp5".to_owned(), format!("Bearer {token}")],
            vec![format!("Bearer {}", "a".repeat(7_000))],
        ];
        for header in headers {
            stolen.is_refused(route, &format!("{header:.30?}"), &header).await;
        }
        let path = route.about(world.id("sam@northwind.example"));
        let elsewhere = [
            world.request(route.method(), &format!("{path}?access_token={token}")),
            world
                .request(route.method(), &path)
                .header("cookie", format!("access_token={token}; Authorization=Bearer {token}")),
            world.request(route.method(), &path).header("x-authorization", format!("Bearer {token}")),
            world.request(route.method(), &path).json(&json!({"access_token": token, "authorization": token})),
        ];
        for request in elsewhere {
            world.send(request).await.is_problem(401, "unauthenticated");
        }
    }
}
