//! Malformed bodies on every route: the answer is a problem that quotes nothing, and never 500.

use std::time::Duration;

use data_encoding::BASE64;
use readmit_tests::World;
use serde_json::{Value, json};

use crate::gateway::{event, http_answer};
use crate::routes::{MARK, endpoints, nothing_has_happened};

/// Bodies that are no valid JSON on any route.
fn malformed(good: &Value) -> Vec<Vec<u8>> {
    let good = good.to_string();
    let twice = format!("{{\"{MARK}\":1,\"{MARK}\":1}}");
    let twice_deep = format!("{{\"a\":{{\"{MARK}\":1,\"{MARK}\":2}}}}");
    // The same key twice, once escaped.
    let twice_escaped = "{\"email\":\"a\",\"e\\u006dail\":\"b\"}".to_owned();
    let texts = [
        "[".repeat(5_000),
        format!("{}{}", "[".repeat(5_000), "]".repeat(5_000)),
        "{\"a\":".repeat(2_500),
        format!("{}1{}", "{\"a\":".repeat(17), "}".repeat(17)),
        twice,
        twice_deep,
        twice_escaped,
        format!("\u{feff}{good}"),
        format!("{good} {MARK}"),
        format!("{good}{good}"),
        format!("{good},"),
        format!("{{\"email\":\"{MARK}\\ud800\"}}"),
        format!("{{\"email\":\"{MARK}\\udc00\\ud800\"}}"),
        format!("{{\"email\":\"{MARK}\n\"}}"),
        format!("{{\"email\":\"{MARK}\0\"}}"),
        format!("{{\"email\":\"{MARK}\\x\"}}"),
        "{\"lifetime_minutes\":1e999}".to_owned(),
        "{\"lifetime_minutes\":01}".to_owned(),
        "NaN".to_owned(),
        "{\"lifetime_minutes\":Infinity}".to_owned(),
        format!("{{'email':'{MARK}'}}"),
        format!("{{email:\"{MARK}\"}}"),
        format!("{{}}//{MARK}"),
        format!("{{\"email\":\"{MARK}\",}}"),
        "{".to_owned(),
        " ".to_owned(),
        "\0".to_owned(),
        MARK.to_owned(),
        format!("email={MARK}&code={MARK}"),
        format!("<email>{MARK}</email>"),
    ];
    let broken = [
        [b"{\"email\":\"".as_slice(), MARK.as_bytes(), b"\xff\"}"].concat(),
        [b"{\"email\":\"".as_slice(), MARK.as_bytes(), b"\xed\xa0\x80\"}"].concat(),
        [b"{\"\xc0\xae".as_slice(), MARK.as_bytes(), b"\":1}"].concat(),
        good.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        [b"\x1f\x8b\x08".as_slice(), good.as_bytes()].concat(),
    ];
    texts.into_iter().map(String::into_bytes).chain(broken).collect()
}

/// RFC 8259, section 4 (S19): a repeated key, of which one reader takes the first value and another the last; and bodies that are
/// nested too deeply or are no JSON.
#[tokio::test]
async fn what_is_no_json_is_malformed_on_every_route() {
    let world = World::start().await;
    for endpoint in endpoints(&world).await {
        for body in malformed(&endpoint.good) {
            endpoint.refuses(&world, &body, &[400]).await;
        }
    }
    nothing_has_happened(&world).await;
}

/// OWASP ASVS 5.0, 2.2.1 (S19): JSON with wrong members or types, which a lenient reader would accept.
#[tokio::test]
async fn json_of_another_shape_is_refused_on_every_route() {
    let world = World::start().await;
    for endpoint in endpoints(&world).await {
        let mut bodies = vec![json!(null), json!([]), json!([MARK]), json!(MARK), json!(true), json!(7), json!([{}])];
        for name in [MARK, "to", "__proto__", "role", "employee_id", "Email", "email ", "", "\u{0}", "\u{202e}"] {
            let mut more = endpoint.good.clone();
            more[name] = json!({ MARK: [MARK] });
            bodies.push(more);
        }
        for (name, value) in endpoint.good.as_object().unwrap() {
            let wrong = [
                json!([]),
                json!([value]),
                json!({}),
                json!({ "$gt": "" }),
                json!({ MARK: MARK }),
                json!(true),
                json!(false),
                json!(-1),
                json!(1.5),
                json!(u64::MAX),
                json!(1e300),
                json!([[[[MARK]]]]),
            ];
            let wrong = wrong.into_iter().chain((value.is_string()).then_some(json!(7)));
            let wrong = wrong.chain((!value.is_string()).then_some(json!(MARK)));
            let is_optional = endpoint.route.names_somebody();
            for value in wrong.chain((!is_optional).then_some(Value::Null)) {
                let mut body = endpoint.good.clone();
                body[name] = value;
                bodies.push(body);
            }
            if !is_optional {
                let mut less = endpoint.good.clone();
                less.as_object_mut().unwrap().remove(name);
                bodies.push(less);
            }
        }
        for body in bodies {
            endpoint.refuses(&world, body.to_string().as_bytes(), &[422]).await;
        }
    }
    nothing_has_happened(&world).await;
}

/// CVE-2019-19844, RFC 8265 (S6, S19): look-alike texts that a person or a program takes for other texts.
#[tokio::test]
async fn texts_that_are_not_what_they_seem_are_refused_like_any_wrong_one() {
    let world = World::start().await;
    let (filler, full_width) = ("x".repeat(9_000), "ｍｉｋｅ＠ｎｏｒｔｈｗｉｎｄ．ｅｘａｍｐｌｅ".to_owned());
    let texts = [
        "",
        " ",
        "mıke@northwind.example",
        "mike@northwind.exampl\u{0435}",
        &full_width,
        "mike@northwind.example\r\nBcc: eve@evil.example",
        "mike@northwind.example\u{0}",
        "\u{202e}elpmaxe.dniwhtron@ekim",
        "mike@northwind.example,eve@evil.example",
        "<mike@northwind.example>",
        "\"mike\"@northwind.example",
        "mike+tag@northwind.example",
        "mike@northwind.example.",
        "' OR 1=1 --",
        "${jndi:ldap://evil}",
        "{{7*7}}",
        "../../etc/passwd",
        "%00",
        "𝟎𝟎𝟎𝟎𝟎𝟎",
        "०००००१",
        "０００００２",
        "🙂🙂🙂🙂🙂🙂",
        "\u{1}\u{7f}\u{9f}",
        &filler,
    ];
    for endpoint in endpoints(&world).await {
        let names: Vec<String> =
            endpoint.good.as_object().unwrap().keys().filter(|name| *name != "lifetime_minutes").cloned().collect();
        for (at, text) in texts.iter().enumerate() {
            for name in &names {
                let mut body = endpoint.good.clone();
                body[name] = json!(format!("{text}{}", if at % 2 == 0 { "" } else { MARK }));
                endpoint.refuses(&world, body.to_string().as_bytes(), &[401, 409, 422, 429]).await;
            }
            // More than ten guesses would be throttled before the later texts are checked.
            world.advance(Duration::from_secs(if at % 10 == 9 { 60 } else { 0 })).await;
        }
    }
    assert_eq!(world.mails_to("eve@evil.example").await.len(), 0);
    nothing_has_happened(&world).await;
}

/// OWASP ASVS 5.0, 4.1.1, 4.2.1 (S19): the exact size limit and media type.
#[tokio::test]
async fn sizes_and_media_types_are_checked_before_anything_is_read() {
    let world = World::start().await;
    for endpoint in endpoints(&world).await {
        let padded = |length: usize| {
            let mut body = endpoint.good.to_string().into_bytes();
            body.resize(length, b' ');
            body
        };
        let at_most = endpoint.try_bytes(&world, Some("application/json"), padded(16 * 1024)).await;
        assert!(
            ![400, 413, 415].contains(&at_most.status) && at_most.status < 500,
            "{} {}",
            endpoint.route.key(),
            at_most.text
        );
        for length in [16 * 1024 + 1, 100_000, 2_000_000] {
            endpoint.refuses(&world, &padded(length), &[413]).await;
        }
        let types = [
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "application/jsonp",
            "text/json",
            "application/json-patch+json",
            "application/problem+json",
            "application",
            "json",
            "application/json, text/plain",
            "*/*",
            "application/octet-stream",
            "",
        ];
        for media_type in types.into_iter().map(Some).chain([None]) {
            let reply = endpoint.try_bytes(&world, media_type, endpoint.good.to_string().into_bytes()).await;
            assert_eq!(reply.status, 415, "{} as {media_type:?}", endpoint.route.key());
            reply.is_problem(415, "unsupported_media_type");
        }
        let bare = endpoint.try_bytes(&world, None, Vec::new()).await;
        assert!(![400, 413, 415].contains(&bare.status) && bare.status < 500, "{} {}", endpoint.route.key(), bare.text);
    }
}

/// S19: the gateway encodes binary bodies in base64, and the same checks apply to them.
#[tokio::test]
async fn a_body_in_base64_is_read_as_strictly() {
    let world = World::start().await;
    for (function, key) in [("sign-in", "POST /v1/sessions"), ("redeem-passcode", "POST /v1/passcodes/redeem")] {
        for (body, status) in [
            (b"{\"email\":\"a\",\"email\":\"b\"}".to_vec(), 400),
            (b"\xff".to_vec(), 400),
            (b"[]".to_vec(), 422),
            (vec![b' '; 16_385], 413),
            (vec![b'['; 5_000], 400),
            (b"{\"email\":{},\"code\":\"\",\"password\":\"\"}".to_vec(), 422),
        ] {
            let mut event = event(key, "203.0.113.1", &Value::Null);
            event["body"] = json!(BASE64.encode(&body));
            event["isBase64Encoded"] = json!(true);
            assert_eq!(http_answer(&world.invoke(function, event).await).status, status, "{key} {body:.20?}");
        }
    }
}
