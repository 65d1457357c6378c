//! Mails go only to the stored address, have only links to the portal, and show names only as text.

use readmit::domain::misleads;
use readmit::mail::languages;
use readmit_local::sample_mails::Cast;
use readmit_tests::{PASSWORD, World};
use reqwest::Method;
use serde_json::{Value, json};

const ADA: &str = "ada@northwind.example";
const MIKE: &str = "mike@northwind.example";

async fn only_mail_to(world: &World, email: &str) -> Value {
    let mut mails = world.mails_to(email).await;
    assert_eq!(mails.len(), 1, "{email}");
    mails.remove(0)
}

/// The links of a page.
fn links(html: &str) -> Vec<&str> {
    html.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
}

/// A passcode's mail has the one recipient, the usual subject and no links but the portal's two with their secrets behind `#`.
fn is_as_usual(world: &World, mail: &Value, to: &str) {
    assert_eq!(mail["to"], json!([to]));
    assert_eq!(mail["subject"], "Your one-time passcode for Partner Portal");
    let html = mail["html"].as_str().unwrap();
    let portal = world.stack.api();
    assert_eq!(links(html).len(), 2, "{html}");
    assert!(links(html)[0].starts_with(&format!("{portal}/#/redeem/")), "{html}");
    assert!(links(html)[1].starts_with(&format!("{portal}/#/disown/1.")), "{html}");
    for (at, _) in html.match_indices("://") {
        let address = &html[html[..at].rfind("http").unwrap()..];
        assert!(address.starts_with(portal), "{address}");
    }
    for tag in ["<script", "<img", "<iframe", "<form", "<svg", "onerror=\"", "javascript:", "@import", "url("] {
        assert!(!html.contains(tag), "{tag} is in {html}");
    }
    assert_eq!(html.matches("<style").count(), 1, "the layout's own");
}

/// The name in a page's greeting, as a browser shows it: with character references decoded.
fn greeted(html: &str) -> String {
    let greeting = html.split("Hello <bdi>").nth(1).unwrap().split("</bdi>").next().unwrap();
    assert!(!greeting.contains(['<', '>', '"']), "{greeting}");
    let references = [("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'"), ("&#38;", "&")];
    references
        .into_iter()
        .fold(greeting.replace('\u{200b}', ""), |text, (reference, character)| text.replace(reference, character))
}

/// CVE-2022-31127 (S19): names became links, headers or formulas in mails.
#[tokio::test]
async fn a_name_is_text_in_subject_text_and_html() {
    let names = [
        "<a href=\"https:&#47;&#47;evil.example\">Mike</a>",
        "<script>alert(1)</script> Mike",
        "\"><img src=x onerror=alert(1)> Mike",
        "Mike & <b>Co</b> &lt;i&gt;",
        "=HYPERLINK(\"evil\",\"Mike\")",
        "+cmd|' /C calc'!A0 Mike",
        "{{7*7}} {{ self.code }} Mike",
        "${7*7} #{7*7} <%= 7*7 %> Mike",
        "%s%n%x Mike",
        "Mike\\r\\nBcc: eve@evil.example",
        "</p></div></body></html> Mike",
        "Mike' onmouseover='x",
        "<!-- Mike",
        "]]> Mike",
    ];
    let mut world = World::empty().await;
    let rows: Vec<Value> =
        (0..).zip(names).map(|(at, name)| json!({"email": format!("n{at}@evil.example"), "name": name})).collect();
    let admin = json!({"email": "boss@evil.example", "name": "<a href=x>The \"Boss\"</a>", "role": "security_admin"});
    let company = json!({"name": "</bdi><script>Evil</script> & Co", "support_email": "help@evil.example"});
    let everybody = [vec![admin], rows].concat();
    world.import_company(json!({"company": company, "employees": everybody})).await;
    let code = {
        let event = json!({"company": {"company_id": world.companies.values().next().unwrap(), "name": "</bdi><script>Evil</script> & Co"},
            "employees": [], "issue_passcodes": ["boss@evil.example"]});
        assert!(world.import(event).await.body["results"][0]["problem"].is_null());
        world.mailed_code("boss@evil.example").await
    };
    let boss = world.recovers("boss@evil.example", &code).await.completes(PASSWORD).await;
    for (at, name) in names.iter().enumerate() {
        let email = format!("n{at}@evil.example");
        boss.issues(&email, None).await.is(201);
        let mail = only_mail_to(&world, &email).await;
        is_as_usual(&world, &mail, &email);
        let text = mail["text"].as_str().unwrap().replace('\u{200b}', "");
        assert!(text.contains(&format!("\nHello {name},\n")), "{text}");
        assert_eq!(
            text.lines().count(),
            only_mail_to(&world, "boss@evil.example").await["text"].as_str().unwrap().lines().count()
        );
        assert_eq!(greeted(mail["html"].as_str().unwrap()), *name);
    }
}

/// The tags of a page, in order.
fn tags(html: &str) -> Vec<&str> {
    html.split('<').skip(1).map(|rest| rest.split('>').next().unwrap()).collect()
}

/// CVE-2022-31127 (S19), in every mail of every language: input adds no tag, no line and no link.
#[test]
fn in_no_mail_of_any_language_is_a_name_more_than_text() {
    let hostile =
        "<a href=\"https://evil.example\">=HYPERLINK(\"www.evil.example\")</a> {name} {{7*7}} </bdi> eve@evil.example";
    let cast = Cast {
        name: hostile.to_owned(),
        other: format!("Other {hostile}"),
        company: format!("Company {hostile}"),
        reason: format!("Reason {hostile}\r\nBcc: eve@evil.example\u{2028}\u{202e}"),
        user_agent: format!(
            "{} {hostile}\r\nBcc: eve@evil.example\r\n\r\n\u{202e}gnp.exe\u{2066}\u{2028}",
            Cast::default().user_agent
        ),
        ..Cast::default()
    };
    for language in languages() {
        for ((name, attacked), (_, usual)) in
            cast.letters(language).unwrap().into_iter().zip(Cast::default().letters(language).unwrap())
        {
            assert_eq!(attacked.subject, usual.subject, "{language} {name}");
            assert_eq!(tags(&attacked.html), tags(&usual.html), "{language} {name}");
            assert_eq!(attacked.text.lines().count(), usual.text.lines().count(), "{language} {name}");
            for body in [&attacked.text, &attacked.html] {
                assert!(body.contains("HYPERLINK") && body.contains("{name} {{7*7}}"), "{body}");
                assert!(
                    !body.contains("evil.example") && !body.contains("://www") && !body.contains("://evil"),
                    "{body}"
                );
                assert!(!body.chars().any(|c| misleads(c) && !['\n', '\u{200b}'].contains(&c)), "{body:?}");
            }
        }
    }
}

/// S19: right-to-left letters in a name do not reorder the rest of the line.
#[test]
fn a_name_from_the_right_reorders_no_line() {
    let [name, other, company] = ["נועה לוי 7", "محمد", "شركة (1)"];
    let cast = Cast { name: name.to_owned(), other: other.to_owned(), company: company.to_owned(), ..Cast::default() };
    for language in languages() {
        for (mail, letter) in cast.letters(language).unwrap() {
            for value in [name, other, company] {
                let isolated = format!("\u{2068}{value}\u{2069}");
                assert_eq!(
                    letter.text.matches(value).count(),
                    letter.text.matches(&isolated).count(),
                    "{language} {mail}"
                );
                let bdi = format!("<bdi>{value}</bdi>");
                assert_eq!(letter.html.matches(value).count(), letter.html.matches(&bdi).count(), "{language} {mail}");
            }
            assert!(letter.text.contains(name) && letter.html.contains(name), "{language} {mail}");
        }
    }
}

/// CVE-2022-31127 (S19): names with line breaks or direction marks are refused.
#[tokio::test]
async fn a_name_with_line_breaks_or_direction_marks_is_no_name() {
    let world = World::start().await;
    for name in [
        "Mike\r\nBcc: eve@evil.example",
        "Mike\nhttps://evil.example",
        "Mike\u{0}",
        "Mike\u{2028}x",
        "Mike \u{202e}gpj.exe",
        "\u{2066}Mike",
        "Mike\u{200f}",
        "Mike\u{85}",
        "Mike\u{1b}[31m",
        "\u{feff}Mike",
        "\u{200b}",
        "",
        "   ",
        &"x".repeat(201),
    ] {
        let rows = json!([{"email": MIKE, "name": name}]);
        assert_eq!(world.outcomes(rows).await, ["refused invalid_request"], "{name:?}");
    }
}

/// CVE-2019-19844, CVE-2023-7028 (S6): the code was mailed to an address in the request.
#[tokio::test]
async fn no_request_says_where_the_mail_goes() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    let eve = "eve@evil.example";
    for body in [
        json!({"to": eve}),
        json!({"email": eve}),
        json!({"email": [MIKE, eve]}),
        json!({"sent_to": eve}),
        json!({"cc": [eve]}),
    ] {
        ada.issues(MIKE, Some(body)).await.is_problem(422, "invalid_request");
    }
    let path = format!("/v1/employees/{}/passcode", world.id(MIKE));
    for query in [format!("?email={eve}"), format!("?to={eve}&email={MIKE}")] {
        let reply = ada.calls(Method::POST, &format!("{path}{query}"), None).await;
        assert!([201, 422].contains(&reply.status), "{}", reply.text);
    }
    let request = world
        .request(Method::POST, &path)
        .bearer_auth(&ada.token)
        .header("to", eve)
        .header("x-email", eve)
        .header("from", eve);
    world.send(request.json(&json!({"reason": format!("send it to {eve}")}))).await.is(201);
    for mail in world.mails_to(MIKE).await {
        is_as_usual(&world, &mail, MIKE);
        assert!(!mail.to_string().contains("evil"), "{mail}");
    }
    assert_eq!(world.mails_to(eve).await.len(), 0);
}

/// CVE-2025-64101, CVE-2023-7028 (S19): a reset link was built from the request's `Host`.
#[tokio::test]
async fn no_header_changes_a_link() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    let evil = "evil.example";
    let sets: [&[(&str, &str)]; 3] = [
        &[
            ("host", evil),
            ("x-forwarded-host", evil),
            ("x-host", evil),
            ("x-original-host", evil),
            ("x-forwarded-server", evil),
        ],
        &[
            ("forwarded", "for=1.2.3.4;host=evil.example;proto=https"),
            ("origin", "https://evil.example"),
            ("referer", "https://evil.example/"),
        ],
        &[
            ("x-forwarded-proto", "javascript"),
            ("x-forwarded-port", "666"),
            ("x-forwarded-prefix", "/evil"),
            ("x-original-url", "//evil.example"),
        ],
    ];
    let path = format!("/v1/employees/{}/passcode", world.id(MIKE));
    for headers in sets {
        let mut request = world.request(Method::POST, &path).bearer_auth(&ada.token);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        world.send(request).await.is(201);
    }
    let mails = world.mails_to(MIKE).await;
    assert_eq!(mails.len(), 3);
    for mail in mails {
        is_as_usual(&world, &mail, MIKE);
        assert!(!mail.to_string().contains("evil"), "{mail}");
    }
}

/// CVE-2019-19844 (S6): two addresses that some databases or mail servers treat as the same.
#[tokio::test]
async fn a_look_alike_gets_no_code_of_the_other() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    let look_alike = "mıke@northwind.example";
    let imported = world.import(world.northwind(json!([{"email": look_alike, "name": "Somebody Else"}]))).await;
    assert_ne!(imported.text_at("/results/0/employee_id"), world.id(MIKE));
    let path = format!("/v1/employees/{}/passcode", imported.text_at("/results/0/employee_id"));
    ada.calls(Method::POST, &path, None).await.is_problem(502, "email_not_sent");
    assert_eq!(world.mail_counts([MIKE, look_alike]).await, [0, 0]);
    // The code of one address does not work for the other.
    let code = ada.issues_a_code_to(MIKE).await;
    for typed in [look_alike, "mike@northwind.exampl\u{0435}", "mike@north\u{ad}wind.example.evil"] {
        world.redeem(typed, &code).await.is_problem(401, "passcode_rejected");
    }
    world.redeem("ＭＩＫＥ@Northwind.Example", &code).await.is(200);
}

/// S5, S6, CVE-2023-7028: a code stayed valid after its holder's address changed.
#[tokio::test]
async fn a_changed_address_ends_the_code_and_gets_the_next_one() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    let old = ada.issues_a_code_to(MIKE).await;
    world.change(MIKE, json!({"email": "michael@northwind.example"})).await;
    for email in [MIKE, "michael@northwind.example"] {
        world.redeem(email, &old).await.is_problem(401, "passcode_rejected");
    }
    ada.issues(MIKE, None).await.is(201);
    assert_eq!(world.mail_counts([MIKE, "michael@northwind.example"]).await, [1, 1]);
}
