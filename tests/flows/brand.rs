//! What a company sets of the portal and its mails: logo, colour, time zone, and whether mails show the reason.

use readmit_tests::{PASSWORD, Recovery, World};
use reqwest::Method;
use serde_json::{Value, json};

const PNG: &str = "data:image/png;base64,iVBORw0KGgo=";
const SVG: &str = "data:image/svg+xml;base64,PHN2Zy8+";

/// An import that changes these fields of Northwind.
fn changing(world: &World, mut company: Value) -> Value {
    company["company_id"] = json!(world.companies["Northwind Partners"]);
    json!({"company": company, "employees": []})
}

/// A row of Northwind in the employees table.
async fn row(world: &World, key: &str) -> Option<Value> {
    let northwind = &world.companies["Northwind Partners"];
    let rows = world.items("employees").await;
    rows.into_iter().find(|row| row["employee_id"]["S"] == key && row["company_id"]["S"] == **northwind)
}

#[tokio::test]
async fn a_company_sets_and_clears_what_its_people_see() {
    let world = World::start().await;
    let fields =
        json!({"brand": {"logo": PNG, "color": "#1D4ED8"}, "reason_in_mail": true, "time_zone": "europe/berlin"});
    world.import(changing(&world, fields.clone())).await;
    let company = row(&world, "#company").await.unwrap();
    assert_eq!(company["brand_color"]["S"], "#1d4ed8");
    assert_eq!(company["time_zone"]["S"], "Europe/Berlin");
    assert_eq!(company["reason_in_mail"]["BOOL"], true);
    assert!(company.get("logo").is_none(), "every act that reads the company would pay for the logo");
    assert_eq!(row(&world, "#logo").await.unwrap()["logo"]["S"], PNG);

    let before = world.tables().await;
    world.import(changing(&world, fields)).await;
    world.import(changing(&world, json!({"brand": {}}))).await;
    assert_eq!(world.tables().await, before);

    world.import(changing(&world, json!({"brand": {"logo": SVG}}))).await;
    assert_eq!(row(&world, "#logo").await.unwrap()["logo"]["S"], SVG);
    let cleared = json!({"brand": {"logo": null, "color": null}, "reason_in_mail": false, "time_zone": "UTC"});
    world.import(changing(&world, cleared)).await;
    let company = row(&world, "#company").await.unwrap();
    assert!(["brand_color", "time_zone", "reason_in_mail"].iter().all(|field| company.get(field).is_none()));
    assert!(row(&world, "#logo").await.is_none());
    world.reconcile().await;
}

#[tokio::test]
async fn a_new_company_has_its_brand_from_the_beginning() {
    let world = World::start().await;
    let company = json!({"name": "Fabrikam", "brand": {"logo": SVG, "color": "#000000"}, "time_zone": "Asia/Tokyo"});
    let admin = json!({"email": "nora@fabrikam.example", "name": "Nora", "role": "security_admin"});
    let created = world.import(json!({"company": company, "employees": [admin]})).await;
    let rows = world.items("employees").await;
    let of = |key: &str| {
        let id = created.body["company_id"].clone();
        rows.iter().find(|row| row["employee_id"]["S"] == key && row["company_id"]["S"] == id).unwrap()
    };
    assert_eq!((&of("#company")["time_zone"]["S"], &of("#logo")["logo"]["S"]), (&json!("Asia/Tokyo"), &json!(SVG)));
}

#[tokio::test]
async fn null_clears_the_support_address_and_the_language() {
    let world = World::start().await;
    world.import(changing(&world, json!({"support_email": "help@northwind.example", "locale": "de"}))).await;
    world.import(changing(&world, json!({"name": "Northwind"}))).await;
    assert_eq!(row(&world, "#company").await.unwrap()["mail_locale"]["S"], "de");
    world.import(changing(&world, json!({"support_email": null, "locale": null}))).await;
    let company = row(&world, "#company").await.unwrap();
    assert!(company.get("support_email").is_none() && company.get("mail_locale").is_none());
}

#[tokio::test]
async fn each_change_is_audited_and_a_logo_by_its_fingerprint() {
    let world = World::start().await;
    let ada = world.enrolled("ada@northwind.example").await;
    let fields = json!({"brand": {"logo": PNG, "color": "#1d4ed8"}, "reason_in_mail": true, "time_zone": "Asia/Tokyo"});
    world.import(changing(&world, fields)).await;
    world.import(changing(&world, json!({"brand": {"logo": SVG}}))).await;
    let page = ada.calls(Method::GET, "/v1/audit-events?type=company.changed", None).await.is(200);
    let details = |index: usize| page.body["events"][index]["detail"].clone();
    let png = details(1)["logo"]["to"].clone();
    assert_eq!(
        details(1),
        json!({"logo": {"from": null, "to": png}, "color": {"from": null, "to": "#1d4ed8"},
            "reason_in_mail": {"from": "false", "to": "true"}, "time_zone": {"from": "UTC", "to": "Asia/Tokyo"}})
    );
    assert!(png.as_str().unwrap().starts_with("image/png sha256:"), "{png}");
    assert_eq!(details(0)["logo"]["from"], png);
    assert!(details(0)["logo"]["to"].as_str().unwrap().starts_with("image/svg+xml sha256:"));
}

#[tokio::test]
async fn what_cannot_be_shown_refuses_the_import_and_is_not_repeated() {
    let world = World::start().await;
    let before = world.tables().await;
    for (company, message) in [
        (json!({"brand": {"color": "blue"}}), "/company/brand/color: must be a colour such as #1d4ed8"),
        (
            json!({"brand": {"logo": "https://northwind.example/logo.png"}}),
            "/company/brand/logo: must be a data URI with a PNG, WebP or SVG image in Base64",
        ),
        (
            json!({"brand": {"logo": format!("{PNG}{}", "A".repeat(8_192))}}),
            "/company/brand/logo: must have at most 8192 characters",
        ),
        (json!({"brand": {"font": "Arial"}}), "/company/brand: has a field that is not known"),
        (
            json!({"time_zone": "Mars/Olympus"}),
            "/company/time_zone: must be the IANA name of a time zone, such as Europe/Berlin",
        ),
        (json!({"reason_in_mail": "yes"}), "/company/reason_in_mail: has the wrong type or an unknown value"),
    ] {
        let refused = world.invoke("import-employees", changing(&world, company)).await;
        assert_eq!(refused.body["errorType"], "invalid_request", "{}", refused.text);
        assert_eq!(refused.body["errorMessage"], message);
    }
    assert_eq!(world.tables().await, before);
}

#[tokio::test]
async fn people_see_their_company_once_they_are_let_in_and_not_before() {
    let world = World::start().await;
    let mut mike = world.enrolled("mike@northwind.example").await;
    let plain = mike.calls(Method::GET, "/v1/session", None).await.is(200).body["company"].clone();
    let brand = json!({"logo": null, "color": null});
    assert_eq!(plain, json!({"name": "Northwind Partners", "support_email": null, "time_zone": "UTC", "brand": brand}));

    let brand = json!({"logo": SVG, "color": "#1d4ed8"});
    let fields = json!({"support_email": "help@northwind.example", "brand": brand, "time_zone": "Asia/Tokyo"});
    world.import(changing(&world, fields)).await;
    let expected = json!({"name": "Northwind Partners", "support_email": "help@northwind.example",
        "time_zone": "Asia/Tokyo", "brand": brand});
    world.begin_a_step().await;
    let digits = mike.digits().await;
    let signed_in = world.sign_in(&mike.email, PASSWORD, &digits).await.is(200);
    assert_eq!(signed_in.body["company"], expected);
    assert_eq!(mike.calls(Method::GET, "/v1/session", None).await.is(200).body["company"], expected);
    let code = world.operator_mails_a_code_to(&mike.email).await;
    let wrong = world.redeem(&mike.email, &world.wrong_secret(&code)).await.is_problem(401, "passcode_rejected");
    let refused = world.sign_in(&mike.email, "wrong password", &digits).await.is_problem(401, "sign_in_rejected");
    assert!([wrong, refused].iter().all(|reply| !reply.text.contains("Northwind") && !reply.text.contains("brand")));
    let redeemed = world.redeem(&mike.email, &code).await.is(200);
    assert_eq!(redeemed.body["company"], expected);
    let recovery = Recovery::new(&world, &mike.email, redeemed.text_at("/recovery_token"));
    recovery.sets_password(PASSWORD).await.is(204);
    let shown = recovery.asks_for_totp().await.is(200);
    let completed = recovery.confirms(&recovery.digits_of(&shown)).await.is(200);
    assert_eq!(completed.body["company"], expected);
    mike.token = completed.text_at("/access_token");
    assert_eq!(mike.calls(Method::GET, "/v1/session", None).await.is(200).body["company"], expected);
}
