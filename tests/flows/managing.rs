//! `manage-employees`: a Security Admin adds, changes and erases people.

use std::time::Duration;

use readmit_tests::{Person, Reply, World};
use reqwest::Method;
use serde_json::{Value, json};

const ADA: &str = "ada@northwind.example";
const GRACE: &str = "grace@northwind.example";
const MIKE: &str = "mike@northwind.example";
const NORA: &str = "nora@northwind.example";

fn nora(fields: Value) -> Value {
    let mut person = json!({"email": NORA, "name": "Nora Berg"});
    person.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    person
}

async fn adds(admin: &Person<'_>, person: Value) -> Reply {
    admin.calls(Method::POST, "/v1/employees", Some(person)).await
}

/// A change of the person with this address.
async fn changes(world: &World, admin: &Person<'_>, email: &str, change: Value) -> Reply {
    admin.calls(Method::PATCH, &format!("/v1/employees/{}", world.id(email)), Some(change)).await
}

#[tokio::test]
async fn a_person_is_added_gets_a_code_and_gets_in() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    let added = adds(&ada, nora(json!({"external_id": "NW-7", "locale": "de", "issue_passcode": true}))).await.is(201);
    assert_eq!(added.body["passcode"]["status"], "sent");
    assert_eq!(
        (&added.body["factors"], &added.body["locale"], &added.body["refusal"]),
        (&json!([]), &json!("de"), &json!(null))
    );
    let path = added.header("location").to_owned();
    assert_eq!(path, format!("/v1/employees/{}", added.text_at("/employee_id")));
    assert_eq!(added.header("etag"), format!("\"{}\"", added.text_at("/version")));
    let code = world.mailed_code(NORA).await;
    world.recovers(NORA, &code).await.completes("plum harbour ladder quartz").await;
    let shown = ada.calls(Method::GET, &path, None).await.is(200);
    assert_eq!((&shown.body["two_factor"], &shown.body["factors"]), (&json!("enrolled"), &json!(["totp"])));
    assert_eq!(shown.body["version"], added.body["version"], "a sign-in changes nothing that an admin can change");
    let events = ada.calls(Method::GET, "/v1/audit-events?type=employee.added", None).await.is(200);
    assert_eq!(events.body["events"][0]["employee_id"], added.body["employee_id"]);
    world.reconcile().await;
}

#[tokio::test]
async fn a_person_whose_passcode_cannot_be_mailed_is_added_all_the_same() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    let added = adds(&ada, nora(json!({"account_type": "client", "issue_passcode": true}))).await.is(201);
    assert_eq!((&added.body["passcode"], &added.body["refusal"]["code"]), (&json!(null), &json!("client_account")));
}

#[tokio::test]
async fn a_repeated_addition_gets_the_same_answer_and_one_mail() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    let sends = async |body: Value| {
        let request = world.request(Method::POST, "/v1/employees").bearer_auth(&ada.token);
        world.send(request.header("idempotency-key", "click-7").json(&body)).await
    };
    let first = sends(nora(json!({"issue_passcode": true}))).await.is(201);
    let again = sends(nora(json!({"issue_passcode": true}))).await.is(201);
    assert_eq!(first.body, again.body);
    assert_eq!(world.mail_counts([NORA]).await, [1]);
    sends(nora(json!({}))).await.is_problem(422, "idempotency_key_reused");
}

#[tokio::test]
async fn a_repeated_addition_does_not_replace_the_code_of_another_admin() {
    let world = World::start().await;
    let (ada, grace) = (world.enrolled(ADA).await, world.enrolled(GRACE).await);
    let adds = async || {
        let request = world.request(Method::POST, "/v1/employees").bearer_auth(&ada.token);
        world.send(request.header("idempotency-key", "click-7").json(&nora(json!({"issue_passcode": true})))).await
    };
    let path = adds().await.is(201).header("location").to_owned();
    grace.calls(Method::POST, &format!("{path}/passcode"), None).await.is(201);
    let graces = world.mailed_code(NORA).await;
    let again = adds().await.is(201);
    assert_eq!(again.body["passcode"]["issued_by"]["name"], "Grace Okafor");
    assert_eq!(world.mail_counts([NORA]).await, [2]);
    world.recovers(NORA, &graces).await;
}

#[tokio::test]
async fn the_same_addition_several_times_at_once_is_one_person_and_one_mail() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    for round in 0..20 {
        let email = format!("nora{round}@northwind.example");
        let adds = async |late| {
            tokio::time::sleep(Duration::from_millis(late)).await;
            let request = world.request(Method::POST, "/v1/employees").bearer_auth(&ada.token);
            let body = nora(json!({"email": email, "issue_passcode": true}));
            world.send(request.header("idempotency-key", &email).json(&body)).await.is(201)
        };
        let (one, other, third) = tokio::join!(adds(0), adds(round), adds(2 * round));
        for reply in [other, third] {
            assert_eq!(reply.body["employee_id"], one.body["employee_id"], "round {round}");
        }
        assert_eq!(world.mail_counts([&email]).await, [1], "round {round}");
    }
    world.reconcile().await;
}

#[tokio::test]
async fn an_address_must_be_free_and_in_the_companys_domains() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    adds(&ada, nora(json!({"email": "nora@contoso.example"}))).await.is_problem(422, "domain_not_allowed");
    let refused = adds(&ada, nora(json!({"email": MIKE}))).await.is_problem(409, "address_unavailable");
    // An operator lets both companies give addresses of one domain: the answer does not say who has the address.
    let company = json!({"company_id": world.companies["Northwind Partners"], "domains": ["northwind.example", "contoso.example"]});
    world.import(json!({"company": company, "employees": []})).await;
    let foreign =
        adds(&ada, nora(json!({"email": "mary@contoso.example"}))).await.is_problem(409, "address_unavailable");
    assert_eq!(refused.without_request_id(), foreign.without_request_id());
    changes(&world, &ada, MIKE, json!({"email": "mary@contoso.example"})).await.is_problem(409, "address_unavailable");
    changes(&world, &ada, MIKE, json!({"external_id": "NW-4"})).await.is_problem(409, "external_id_unavailable");
    changes(&world, &ada, MIKE, json!({"email": "mike@elsewhere.example"})).await.is_problem(422, "domain_not_allowed");
}

#[tokio::test]
async fn a_company_gets_a_hundred_new_people_a_day() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    for n in 0..100 {
        adds(&ada, nora(json!({"email": format!("nora{n}@northwind.example")}))).await.is(201);
    }
    adds(&ada, nora(json!({}))).await.is_problem(429, "too_many_requests");
}

#[tokio::test]
async fn a_change_is_made_once_and_only_to_the_version_that_was_read() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    let path = format!("/v1/employees/{}", world.id(MIKE));
    let changed = changes(&world, &ada, MIKE, json!({"name": "Michael Brandt", "external_id": null})).await.is(200);
    assert_eq!((&changed.body["name"], &changed.body["external_id"]), (&json!("Michael Brandt"), &json!(null)));
    // No change, no event.
    changes(&world, &ada, MIKE, json!({"name": "Michael Brandt"})).await.is(200);
    assert_eq!(world.counts_in_trail(MIKE, ["employee.changed"]).await, [1]);

    let request = |tag: &str| {
        let request = world.request(Method::PATCH, &path).bearer_auth(&ada.token).header("if-match", tag);
        request.header("content-type", "application/merge-patch+json").body(r#"{"locale":"ja"}"#)
    };
    world.send(request("\"AAAAAAAAAAAAAAAA\"")).await.is_problem(412, "changed_meanwhile");
    let done = world.send(request(changed.header("etag"))).await.is(200);
    assert_eq!(done.body["locale"], "ja");
    world.send(request(changed.header("etag"))).await.is_problem(412, "changed_meanwhile");
}

#[tokio::test]
async fn a_disabled_person_is_out_at_once_and_enabled_in_again() {
    let world = World::start().await;
    let (ada, mut mike) = (world.enrolled(ADA).await, world.enrolled(MIKE).await);
    changes(&world, &ada, MIKE, json!({"status": "disabled"})).await.is(200);
    assert!(!mike.has_a_session().await);
    mike.tries_to_sign_in().await.is_problem(401, "sign_in_rejected");
    changes(&world, &ada, MIKE, json!({"status": "active"})).await.is(200);
    mike.signs_in().await;
}

#[tokio::test]
async fn a_person_with_a_new_address_signs_in_with_it() {
    let world = World::start().await;
    let (ada, mut mike) = (world.enrolled(ADA).await, world.enrolled(MIKE).await);
    changes(&world, &ada, MIKE, json!({"email": "michael@northwind.example"})).await.is(200);
    mike.tries_to_sign_in().await.is_problem(401, "sign_in_rejected");
    mike.email = "michael@northwind.example".to_owned();
    mike.signs_in().await;
}

#[tokio::test]
async fn sessions_are_ended_and_a_person_is_erased() {
    let world = World::start().await;
    let (ada, mut mike) = (world.enrolled(ADA).await, world.enrolled(MIKE).await);
    let path = format!("/v1/employees/{}", world.id(MIKE));
    ada.calls(Method::DELETE, &format!("{path}/sessions"), None).await.is(204);
    assert!(!mike.has_a_session().await);
    mike.signs_in().await;
    ada.calls(Method::DELETE, &path, None).await.is(204);
    assert!(!mike.has_a_session().await);
    ada.calls(Method::DELETE, &path, None).await.is_problem(404, "employee_not_found");
    // The address is free again.
    adds(&ada, nora(json!({"email": MIKE}))).await.is(201);
    world.reconcile().await;
}

#[tokio::test]
async fn a_security_admin_who_is_added_is_told_and_the_others_too() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    let before = world.notices_to(GRACE).await;
    adds(&ada, nora(json!({"role": "security_admin"}))).await.is(201);
    assert_eq!(world.notices_to(NORA).await, ["role_given"]);
    assert_eq!(world.notices_to(GRACE).await, [&before[..], &["admin_role_given".to_owned()]].concat());
    adds(&ada, nora(json!({"email": "otto@northwind.example"}))).await.is(201);
    assert_eq!(world.notices_to("otto@northwind.example").await, Vec::<String>::new());
}

#[tokio::test]
async fn nobody_decides_about_their_own_access() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    for change in [json!({"role": "member"}), json!({"status": "disabled"}), json!({"email": "a@northwind.example"})] {
        changes(&world, &ada, ADA, change).await.is_problem(403, "own_account");
    }
    changes(&world, &ada, ADA, json!({"name": "Ada L."})).await.is(200);
    for path in [format!("/v1/employees/{}", world.id(ADA)), format!("/v1/employees/{}/sessions", world.id(ADA))] {
        ada.calls(Method::DELETE, &path, None).await.is_problem(403, "own_account");
    }
}

#[tokio::test]
async fn an_import_leaves_an_enrolled_security_admin() {
    let world = World::start().await;
    let (_ada, _grace) = (world.enrolled(ADA).await, world.enrolled(GRACE).await);
    // Of two who go at the same time, one stays.
    let outcomes = world.outcomes(json!([{"email": ADA, "role": "member"}, {"email": GRACE, "erase": true}])).await;
    assert_eq!(outcomes, ["updated", "refused last_security_admin"]);
    // Who is suspended cannot let anybody in.
    world.change(ADA, json!({"role": "security_admin"})).await;
    let suspends = json!({"suspend": true, "lifetime_minutes": 60});
    let mut grace = world.enrolled(GRACE).await;
    grace.signs_in().await;
    grace.issues(ADA, Some(suspends)).await.is(201);
    assert_eq!(world.outcomes(json!([{"email": GRACE, "status": "disabled"}])).await, ["refused last_security_admin"]);
}

#[tokio::test]
async fn the_companys_settings_are_read_and_changed() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    let settings = ada.calls(Method::GET, "/v1/company", None).await.is(200);
    assert_eq!(settings.body["domains"], json!(["northwind.example"]));
    let change =
        json!({"support_email": "help@northwind.example", "second_proof": "everyone", "time_zone": "Asia/Tokyo"});
    let changed = ada.calls(Method::PATCH, "/v1/company", Some(change)).await.is(200);
    assert_eq!((&changed.body["second_proof"], &changed.body["time_zone"]), (&json!("everyone"), &json!("Asia/Tokyo")));
    for theirs in
        [json!({"domains": ["contoso.example"]}), json!({"external_id": "C-1"}), json!({"company_id": "cmp_x"})]
    {
        ada.calls(Method::PATCH, "/v1/company", Some(theirs)).await.is_problem(422, "invalid_request");
    }
    let stale =
        world.request(Method::PATCH, "/v1/company").bearer_auth(&ada.token).header("if-match", settings.header("etag"));
    world.send(stale.json(&json!({"name": "N"}))).await.is_problem(412, "changed_meanwhile");
}
