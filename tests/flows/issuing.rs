//! Who may issue a passcode to whom.

use std::time::Duration;

use readmit_tests::World;
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn an_admin_mails_a_passcode_and_never_sees_it() {
    let world = World::start().await;
    let ada = world.enrolled("ada@northwind.example").await;
    let wish = json!({"lifetime_minutes": 30, "reason": "lost phone"});
    let issued = ada.issues("mike@northwind.example", Some(wish)).await.is(201);
    let code = world.mailed_code("mike@northwind.example").await;

    assert!(!issued.text.contains(&code) && !issued.text.contains(&code.replace('-', "")));
    let passcode = &issued.body["passcode"];
    assert_eq!(passcode["status"], "sent");
    assert_eq!(passcode["sent_to"], "m•••@northwind.example");
    assert_eq!(
        passcode["issued_by"],
        json!({"employee_id": world.id("ada@northwind.example"), "name": "Ada Lindqvist"})
    );
    assert_eq!(ada.sees("mike@northwind.example").await["passcode"], *passcode);

    let mails = world.mails_to("mike@northwind.example").await;
    assert_eq!(mails.len(), 1);
    let text = mails[0]["text"].as_str().unwrap();
    for part in
        ["Mike Brandt", "Ada Lindqvist", "Northwind Partners", "30 minutes", "UTC", &format!("/#/redeem/{code}")]
    {
        assert!(text.contains(part), "{part} is not in {text}");
        let plain = !part.starts_with("/#");
        assert!(!plain || mails[0]["html"].as_str().unwrap().contains(part), "{part}");
    }
    assert!(!text.contains("lost phone"), "the reason is the trail's");
    assert!(!mails[0]["subject"].as_str().unwrap().contains(&code));
}

#[tokio::test]
async fn only_the_newest_code_opens_the_door() {
    let world = World::start().await;
    let ada = world.enrolled("ada@northwind.example").await;
    let older = ada.issues_a_code_to("mike@northwind.example").await;
    let newer = ada.issues_a_code_to("mike@northwind.example").await;
    world.redeem("mike@northwind.example", &older).await.is_problem(401, "passcode_rejected");
    world.redeem("mike@northwind.example", &newer).await.is(200);
    let trail = world.trail_of("mike@northwind.example").await;
    assert_eq!(trail.iter().filter(|kind| *kind == "passcode.superseded").count(), 1);
}

#[tokio::test]
async fn clients_disabled_accounts_and_the_own_one_are_refused() {
    let world = World::start().await;
    let ada = world.enrolled("ada@northwind.example").await;
    let client = ada.issues("cleo@client.example", None).await.is_problem(422, "client_account");
    assert_eq!(client.body["detail"], "Client accounts cannot receive a one-time passcode. Ask Technical Support.");
    ada.issues("dora@northwind.example", None).await.is_problem(409, "employee_disabled");
    ada.issues("ada@northwind.example", None).await.is_problem(403, "own_account");
    for email in ["cleo@client.example", "dora@northwind.example"] {
        assert_eq!(world.mails_to(email).await.len(), 0);
    }
}

#[tokio::test]
async fn members_and_strangers_may_not_issue() {
    let world = World::start().await;
    let mike = world.enrolled("mike@northwind.example").await;
    mike.issues("sam@northwind.example", None).await.is_problem(403, "not_security_admin");
    let path = format!("/v1/employees/{}/passcode", world.id("sam@northwind.example"));
    world.call(Method::POST, &path, None, None).await.is_problem(401, "unauthenticated");
    world.call(Method::POST, &path, Some("not.a.token"), None).await.is_problem(401, "unauthenticated");
    assert_eq!(world.mails_to("sam@northwind.example").await.len(), 0);
}

#[tokio::test]
async fn another_companys_employee_does_not_exist() {
    let world = World::start().await;
    let ada = world.enrolled("ada@northwind.example").await;
    let foreign = ada.issues("mary@contoso.example", None).await.is_problem(404, "employee_not_found");
    for id in ["emp_01JD0000000000000000000000", "abc", "cmp_01JD0000000000000000000000"] {
        let unknown = ada.calls(Method::POST, &format!("/v1/employees/{id}/passcode"), None).await;
        assert_eq!(unknown.without_request_id(), foreign.without_request_id(), "{id}");
    }
    assert_eq!(world.mails_to("mary@contoso.example").await.len(), 0);
}

#[tokio::test]
async fn a_wish_that_cannot_be_is_told_where() {
    let world = World::start().await;
    let ada = world.enrolled("ada@northwind.example").await;
    let cases = [
        (json!({"lifetime_minutes": 9}), "/lifetime_minutes"),
        (json!({"lifetime_minutes": 1441}), "/lifetime_minutes"),
        (json!({"lifetime_minutes": "60"}), "/lifetime_minutes"),
        (json!({"lifetime_minutes": -1}), "/lifetime_minutes"),
        (json!({"reason": "x".repeat(501)}), "/reason"),
        (json!({"reason": {"a": 1}}), "/reason"),
        (json!({"to": "eve@evil.example"}), ""),
        (json!([]), ""),
    ];
    for (body, pointer) in cases {
        let refused = ada.issues("mike@northwind.example", Some(body.clone())).await.is_problem(422, "invalid_request");
        assert_eq!(refused.body["errors"][0]["pointer"], pointer, "{body}: {}", refused.text);
        assert!(!refused.text.contains("evil"));
    }
    ada.issues("mike@northwind.example", Some(json!({"lifetime_minutes": 10, "reason": "é".repeat(500)})))
        .await
        .is(201);
    ada.issues("mike@northwind.example", Some(json!({"lifetime_minutes": 1440}))).await.is(201);
}

#[tokio::test]
async fn checks_are_made_in_the_order_of_the_contract() {
    let world = World::start().await;
    let ada = world.enrolled("ada@northwind.example").await;
    let mike = world.enrolled("mike@northwind.example").await;
    let path = format!("/v1/employees/{}/passcode", world.id("cleo@client.example"));
    let send = |token: String, media_type: &'static str, body: String| {
        let request =
            world.request(Method::POST, &path).bearer_auth(token).header("content-type", media_type).body(body);
        world.send(request)
    };
    let (json, bad) = ("application/json", "not a token".to_owned());
    send(bad.clone(), "text/plain", " ".repeat(16 * 1024 + 1)).await.is_problem(413, "body_too_large");
    send(bad.clone(), "text/plain", "{".to_owned()).await.is_problem(415, "unsupported_media_type");
    send(bad, json, "{".to_owned()).await.is_problem(401, "unauthenticated");
    send(mike.token.clone(), json, "{".to_owned()).await.is_problem(400, "malformed_json");
    send(mike.token.clone(), json, "{\"x\":1}".to_owned()).await.is_problem(403, "not_security_admin");
    send(ada.token.clone(), json, "{\"x\":1}".to_owned()).await.is_problem(422, "invalid_request");
    send(ada.token.clone(), json, "{}".to_owned()).await.is_problem(422, "client_account");
}

#[tokio::test]
async fn a_mail_that_is_refused_leaves_no_live_code() {
    let world = World::start().await;
    let ada = world.enrolled("ada@northwind.example").await;
    // SES accepts only ASCII local parts.
    let company = json!({"company_id": world.companies["Northwind Partners"], "name": "Northwind Partners"});
    let row = json!({"email": "jürgen@northwind.example", "name": "Jürgen"});
    let imported = world.import(json!({"company": company, "employees": [row]})).await;
    let path = format!("/v1/employees/{}/passcode", imported.text_at("/results/0/employee_id"));
    ada.calls(Method::POST, &path, None).await.is_problem(502, "email_not_sent");

    let row =
        world.items("passcodes").await.into_iter().find(|row| row["login"]["S"] == "jürgen@northwind.example").unwrap();
    assert_eq!(row["passcode_status"]["S"], "failed");
    assert!(row.get("secret_hash").is_none() && row.get("code_selector").is_none());
    let one = format!("/v1/employees/{}", imported.text_at("/results/0/employee_id"));
    assert_eq!(ada.calls(Method::GET, &one, None).await.body["passcode"]["status"], "failed");
}

#[tokio::test]
async fn a_code_that_ran_out_is_shown_as_expired_at_once() {
    let world = World::start().await;
    world.stack.clock().hold();
    let ada = world.enrolled("ada@northwind.example").await;
    ada.issues("mike@northwind.example", Some(json!({"lifetime_minutes": 10}))).await.is(201);
    world.advance(Duration::from_secs(599)).await;
    assert_eq!(ada.sees("mike@northwind.example").await["passcode"]["status"], "sent");
    world.advance(Duration::from_secs(1)).await;
    assert_eq!(ada.sees("mike@northwind.example").await["passcode"]["status"], "expired");
    // There is one audit event, whether the cleanup or the next code comes first.
    ada.issues_a_code_to("mike@northwind.example").await;
    world.clean_up().await;
    let trail = world.trail_of("mike@northwind.example").await;
    assert_eq!(trail.iter().filter(|kind| *kind == "passcode.expired").count(), 1);
    assert_eq!(trail.iter().filter(|kind| *kind == "passcode.superseded").count(), 0);
}
