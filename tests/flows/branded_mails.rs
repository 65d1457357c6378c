//! What a company decides about its people's mails: who is named, the colour, the zone of times, the reason, and where an answer goes.

use readmit_local::sample_mails::Cast;
use readmit_tests::World;
use serde_json::{Value, json};

const ADA: &str = "ada@northwind.example";
const MIKE: &str = "mike@northwind.example";

/// Changes the company by an import.
async fn set(world: &World, field: &str, value: Value) {
    let mut company = json!({"company_id": world.companies["Northwind Partners"]});
    company[field] = value;
    world.import(json!({"company": company, "employees": []})).await;
}

/// The latest request to the mail service.
fn asked(world: &World) -> Value {
    serde_json::from_str(&world.ses.recorded().pop().unwrap().body).unwrap()
}

fn text(asked: &Value) -> &str {
    asked["Content"]["Simple"]["Body"]["Text"]["Data"].as_str().unwrap()
}

#[tokio::test]
async fn the_mail_names_the_admin_and_shows_the_reason_only_if_the_company_wants_that() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    let reason = "Phone lost at the fair";
    for is_shown in [false, true] {
        set(&world, "reason_in_mail", is_shown.into()).await;
        ada.issues(MIKE, Some(json!({"reason": reason.replace(" at", "\r\nat")}))).await.is(201);
        let asked = asked(&world);
        assert!(text(&asked).starts_with("Northwind Partners\nPartner Portal\n"), "{asked}");
        assert!(text(&asked).contains("Ada Lindqvist (ada@northwind.example), a Security Admin of"), "{asked}");
        assert_eq!(asked.to_string().matches(reason).count(), if is_shown { 2 } else { 0 }, "{asked}");
    }
    // An empty reason leaves no label behind.
    ada.issues(MIKE, Some(json!({"reason": "  "}))).await.is(201);
    assert!(!text(&asked(&world)).contains("Reason"));
}

#[tokio::test]
async fn an_answer_goes_to_the_companys_support_if_it_has_one() {
    let world = World::start().await;
    world.operator_mails_a_code_to(MIKE).await;
    assert_eq!(asked(&world)["ReplyToAddresses"], Value::Null);
    set(&world, "support_email", "help@northwind.example".into()).await;
    world.operator_mails_a_code_to(MIKE).await;
    assert_eq!(asked(&world)["ReplyToAddresses"], json!(["help@northwind.example"]));
    // SES refuses this one in a header, and the mail with it. The mail still names it.
    set(&world, "support_email", "hülfe@northwind.example".into()).await;
    world.operator_mails_a_code_to(MIKE).await;
    assert_eq!(asked(&world)["ReplyToAddresses"], Value::Null);
    assert!(text(&asked(&world)).contains("hülfe@northwind.example"));
}

#[test]
fn times_are_those_of_the_companys_clocks_and_name_their_zone() {
    for (zone, [english, german, japanese]) in [
        ("UTC", ["24 November 2026, 15:05 UTC", "24. November 2026, 15:05 Uhr UTC", "2026年11月24日 15:05 UTC"]),
        (
            "Europe/Berlin",
            ["24 November 2026, 16:05 CET", "24. November 2026, 16:05 Uhr MEZ", "2026年11月24日 16:05 CET"],
        ),
        ("Asia/Tokyo", ["25 November 2026, 00:05 JST", "25. November 2026, 00:05 Uhr JST", "2026年11月25日 00:05 JST"]),
    ] {
        let cast = Cast { time_zone: zone.to_owned(), ..Cast::default() };
        for (language, expected) in [("en", english), ("de", german), ("ja", japanese)] {
            let (_, letter) = cast.letters(language).unwrap().remove(0);
            for body in [letter.text, letter.html] {
                assert!(body.replace('\u{a0}', " ").contains(expected), "{expected} is not in {body}");
            }
        }
    }
}

#[test]
fn a_button_has_the_companys_colour_and_readable_text() {
    for (color, text) in [("#1d4ed8", "#ffffff"), ("#facc15", "#000000")] {
        let cast = Cast { color: Some(color.to_owned()), ..Cast::default() };
        let (_, letter) = cast.letters("en").unwrap().remove(0);
        let button = letter.html.split_once("Get back into").unwrap().0.rsplit_once("<td").unwrap().1;
        assert!(button.contains(&format!("bgcolor=\"{color}\"")), "{button}");
        assert!(button.contains(&format!("background-color:{color};")), "{button}");
        assert!(button.contains(&format!(";color:{text};font-weight")), "{button}");
        assert!(!letter.html.contains("#4338ca\""), "the portal's colour");
    }
}
