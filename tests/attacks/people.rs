//! People who are managed by a Security Admin: addresses of others, fields of others, one's own access, versions, keys and names.

use readmit_tests::{PASSWORD, Person, Reply, World};
use reqwest::Method;
use serde_json::{Value, json};

const ADA: &str = "ada@northwind.example";
const GRACE: &str = "grace@northwind.example";
const CARL: &str = "carl@contoso.example";
const MIKE: &str = "mike@northwind.example";
const SAM: &str = "sam@northwind.example";
const NORA: &str = "nora@northwind.example";

fn nora() -> Value {
    json!({"email": NORA, "name": "Nora Berg"})
}

fn path(world: &World, email: &str) -> String {
    format!("/v1/employees/{}", world.id(email))
}

/// A request with one more header.
async fn sends(admin: &Person<'_>, world: &World, call: (Method, &str, Value), header: (&str, &str)) -> Reply {
    let (method, path, body) = call;
    let request = world.request(method, path).bearer_auth(&admin.token).header(header.0, header.1);
    world.send(if body.is_null() { request } else { request.json(&body) }).await
}

/// OWASP ASVS 5.0, 8.2.2, CVE-2026-55610 (S16): a company occupied addresses of another one's domain, or of one that looks like its own.
#[tokio::test]
async fn no_address_outside_the_companys_domains_is_given() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    let before = world.tables().await;
    for address in [
        "nora@contoso.example",
        "nora@eu.northwind.example",
        "nora@northwind.example.evil.example",
        "nora@evil-northwind.example",
        "nora@northwind.exampl\u{435}",
        "nora@n\u{f8}rthwind.example",
        "nora@xn--northwind-.example",
        "nora@example",
        "nora@[127.0.0.1]",
        "nora@northwind.example@evil.example",
        "\"nora@northwind.example\"@evil.example",
        "nora@evil.example\u{0}@northwind.example",
        "nora@evil.example,x@northwind.example",
        "nora@evil.example x@northwind.example",
        "nora@evil.example\r\nx@northwind.example",
        "Nora <nora@evil.example>",
    ] {
        let added = ada.calls(Method::POST, "/v1/employees", Some(json!({"email": address, "name": "Nora"}))).await;
        let moved = ada.calls(Method::PATCH, &path(&world, MIKE), Some(json!({"email": address}))).await;
        for reply in [added, moved] {
            assert_eq!(reply.status, 422, "{address:?}: {}", reply.text);
        }
    }
    assert_eq!(world.tables().await, before);
}

/// OWASP ASVS 5.0, 6.3.8 (S8, S16): the answer showed whether a stranger has an account, and in which company.
#[tokio::test]
async fn an_address_that_somebody_has_is_refused_alike_whose_it_is() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    let foreign = ["mary@contoso.example", CARL, "nobody@contoso.example"];
    refused_alike(&world, &ada, &foreign, (422, "domain_not_allowed")).await;
    let domains = ["northwind.example", "client.example", "contoso.example"];
    let company = json!({"company_id": world.companies["Northwind Partners"], "domains": domains});
    world.import(json!({"company": company, "employees": []})).await;
    let taken = [SAM, "dora@northwind.example", "cleo@client.example", "mary@contoso.example", CARL];
    refused_alike(&world, &ada, &taken, (409, "address_unavailable")).await;
}

/// Adds somebody with each address, and gives it to Mike. All answers have equal bytes, and each takes the same requests.
async fn refused_alike(world: &World, ada: &Person<'_>, addresses: &[&str], (status, code): (u16, &str)) {
    for (method, path) in [(Method::POST, "/v1/employees".to_owned()), (Method::PATCH, path(world, MIKE))] {
        let mut answers = Vec::new();
        for address in addresses {
            let mut body = json!({"email": address, "external_id": "NEW-1"});
            if method == Method::POST {
                body["name"] = json!("Nora Berg");
            }
            world.store.record();
            let reply = ada.calls(method.clone(), &path, Some(body)).await.is_problem(status, code);
            answers.push((reply.without_request_id(), world.store.trips(), world.store.cost()));
        }
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{method}: {answers:#?}");
    }
}

/// CVE-2023-26481 (S16): an external id is the company's own. That of another company is neither refused nor changed.
#[tokio::test]
async fn the_same_external_id_in_two_companies_is_two() {
    let world = World::start().await;
    let carl = world.enrolled(CARL).await;
    let person = json!({"email": "nora@contoso.example", "name": "Nora", "external_id": "NW-3"});
    carl.calls(Method::POST, "/v1/employees", Some(person)).await.is(201);
    world.reconcile().await;
}

/// OWASP ASVS 5.0, 8.2.1 (S15): an admin kept a way back by a change of the own account, alone or beside an allowed one.
#[tokio::test]
async fn nobody_changes_their_own_access_by_any_field() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    let before = world.tables().await;
    for field in [
        json!({"role": "member"}),
        json!({"status": "disabled"}),
        json!({"account_type": "client"}),
        json!({"email": NORA}),
        json!({"email": MIKE}),
        json!({"email": "ada@contoso.example"}),
    ] {
        for allowed in [json!({}), json!({"name": "Ada L.", "locale": "de", "external_id": "NEW-1"})] {
            let mut change = field.clone();
            change.as_object_mut().unwrap().extend(allowed.as_object().unwrap().clone());
            ada.calls(Method::PATCH, &path(&world, ADA), Some(change)).await.is_problem(403, "own_account");
        }
    }
    for own in [path(&world, ADA), format!("{}/sessions", path(&world, ADA))] {
        ada.calls(Method::DELETE, &own, None).await.is_problem(403, "own_account");
    }
    assert_eq!(world.tables().await, before);
    assert!(ada.has_a_session().await);
}

/// OWASP ASVS 5.0, 15.3.3 (S16): mass assignment of fields that the caller must not set.
#[tokio::test]
async fn no_body_sets_a_field_of_another_company_or_of_the_service() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    let before = world.tables().await;
    for theirs in [
        json!({"company_id": world.companies["Contoso"]}),
        json!({"employee_id": world.id(CARL)}),
        json!({"company": {"company_id": world.companies["Contoso"]}}),
        json!({"domains": ["contoso.example"]}),
        json!({"login": NORA}),
        json!({"granted_role": "security_admin"}),
        json!({"two_factor": "enrolled"}),
        json!({"session_epoch": "x"}),
        json!({"last_signed_in_at": "2026-01-01T00:00:00Z"}),
        json!({"password": PASSWORD}),
        json!({"portal_id": "P-1"}),
        json!({"erase": true}),
        json!({"suspend": true}),
    ] {
        let mut added = nora();
        added.as_object_mut().unwrap().extend(theirs.as_object().unwrap().clone());
        let patched = path(&world, MIKE);
        for (method, path, body) in [
            (Method::POST, "/v1/employees", &added),
            (Method::PATCH, patched.as_str(), &theirs),
            (Method::PATCH, "/v1/company", &theirs),
            (Method::DELETE, patched.as_str(), &theirs),
        ] {
            ada.calls(method, path, Some(body.clone())).await.is_problem(422, "invalid_request");
        }
    }
    assert_eq!(world.tables().await, before);
}

/// RFC 9110, 13.1.1: a precondition that was not understood was taken for none, and a lost update followed.
#[tokio::test]
async fn no_if_match_but_the_current_version_changes_anything() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    let tag = |shown: Value| format!("\"{}\"", shown["version"].as_str().unwrap());
    let (mikes, sams) = (tag(ada.sees(MIKE).await), tag(ada.sees(SAM).await));
    let company = ada.calls(Method::GET, "/v1/company", None).await.header("etag").to_owned();
    let (mike, before) = (path(&world, MIKE), world.tables().await);
    let sessions = format!("{mike}/sessions");
    let wrong =
        ["", "\"\"", "\"A\"", &format!("W/{mikes}"), mikes.trim_matches('"'), &sams, &company, "null", "\"*\"", "W/*"];
    for tag in wrong {
        for call in [
            (Method::PATCH, mike.as_str(), json!({"name": "Michael"})),
            (Method::DELETE, mike.as_str(), Value::Null),
            (Method::DELETE, sessions.as_str(), Value::Null),
        ] {
            sends(&ada, &world, call, ("if-match", tag)).await.is_problem(412, "changed_meanwhile");
        }
        if tag != company {
            let change = (Method::PATCH, "/v1/company", json!({"name": "N"}));
            sends(&ada, &world, change, ("if-match", tag)).await.is_problem(412, "changed_meanwhile");
        }
    }
    // About somebody of another company the header tells nothing.
    let carl = path(&world, CARL);
    for tag in ["*", &mikes] {
        let change = (Method::PATCH, carl.as_str(), json!({"name": "C"}));
        sends(&ada, &world, change, ("if-match", tag)).await.is_problem(404, "employee_not_found");
    }
    assert_eq!(world.tables().await, before);
    let change = (Method::PATCH, mike.as_str(), json!({"name": "Michael"}));
    sends(&ada, &world, change, ("if-match", &format!("\"A\", {mikes}"))).await.is(200);
}

/// OWASP ASVS 5.0, 8.2.2 (S16): the answer that was kept for an idempotency key was given to another caller.
#[tokio::test]
async fn the_key_of_another_admin_or_act_answers_nothing() {
    let world = World::start().await;
    let (ada, grace, carl) = (world.enrolled(ADA).await, world.enrolled(GRACE).await, world.enrolled(CARL).await);
    let key = ("idempotency-key", "click-1");
    let adds = || (Method::POST, "/v1/employees", nora());
    let added = sends(&ada, &world, adds(), key).await.is(201);
    sends(&grace, &world, adds(), key).await.is_problem(409, "address_unavailable");
    sends(&carl, &world, adds(), key).await.is_problem(422, "domain_not_allowed");
    let issue = format!("{}/passcode", path(&world, MIKE));
    let issues = (Method::POST, issue.as_str(), Value::Null);
    sends(&ada, &world, issues, key).await.is_problem(422, "idempotency_key_reused");
    // The key's answer is the person as the admin may see them now.
    ada.calls(Method::DELETE, added.header("location"), None).await.is(204);
    sends(&ada, &world, adds(), key).await.is_problem(404, "employee_not_found");
    world.change(ADA, json!({"role": "member"})).await;
    sends(&ada, &world, adds(), key).await.is_problem(403, "not_security_admin");
}

/// F8 (S5, S9): a person who is added with the address of an erased one is another person: password, session, code and link of the erased one
/// do not work for it.
#[tokio::test]
async fn a_new_person_with_the_address_of_an_erased_one_inherits_nothing() {
    let world = World::start().await;
    let (ada, mike) = (world.enrolled(ADA).await, world.enrolled(MIKE).await);
    let code = ada.issues_a_code_to(MIKE).await;
    let disown = json!({"token": world.disown_token(MIKE).await});
    ada.calls(Method::DELETE, &path(&world, MIKE), None).await.is(204);
    let again = json!({"email": MIKE, "name": "Mike Another", "external_id": "NW-3"});
    let added = ada.calls(Method::POST, "/v1/employees", Some(again)).await.is(201);
    assert_ne!(added.text_at("/employee_id"), world.id(MIKE));
    assert_eq!((&added.body["factors"], &added.body["passcode"]), (&json!([]), &Value::Null));

    world.call(Method::GET, "/v1/session", Some(&mike.token), None).await.is(401);
    world.redeem(MIKE, &code).await.is_problem(401, "passcode_rejected");
    mike.tries_to_sign_in().await.is_problem(401, "sign_in_rejected");
    mike.tries_on(&mike.device).await.is_problem(401, "sign_in_rejected");
    world.sign_in(MIKE, PASSWORD, &mike.backup_codes[0]).await.is_problem(401, "sign_in_rejected");
    // The link of the erased person ends nothing of the new one.
    let location = added.header("location").to_owned();
    ada.calls(Method::POST, &format!("{location}/passcode"), None).await.is(201);
    let newer = world.mailed_code(MIKE).await;
    world.call(Method::POST, "/v1/passcodes/disown", None, Some(disown)).await.is_problem(401, "disown_rejected");
    world.recovers(MIKE, &newer).await;
    ada.calls(Method::GET, &path(&world, MIKE), None).await.is_problem(404, "employee_not_found");
    world.reconcile().await;
}

/// CVE-2022-31127 (S19): a name that an admin of a company gives became a link or a header in the mail of its people.
#[tokio::test]
async fn a_name_that_an_admin_gives_is_text_in_each_mail() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    for name in ["", "  ", "Nora\r\nBcc: eve@evil.example", "Nora\u{202e}gpj.exe", "Nora\u{0}", "Nora\u{2028}x"] {
        let added = ada.calls(Method::POST, "/v1/employees", Some(json!({"email": NORA, "name": name}))).await;
        added.is_problem(422, "invalid_request");
        for path in [path(&world, MIKE), "/v1/company".to_owned()] {
            ada.calls(Method::PATCH, &path, Some(json!({"name": name}))).await.is_problem(422, "invalid_request");
        }
    }
    let hostile = "<a href=\"https://evil.example\">Nora</a></bdi><img src=x onerror=alert(1)>";
    ada.calls(Method::PATCH, "/v1/company", Some(json!({"name": hostile}))).await.is(200);
    let person = json!({"email": NORA, "name": hostile, "issue_passcode": true});
    ada.calls(Method::POST, "/v1/employees", Some(person)).await.is(201);
    // The notice of a changed address goes to the old and to the new one.
    ada.calls(Method::PATCH, &path(&world, MIKE), Some(json!({"name": hostile, "email": "m@northwind.example"})))
        .await
        .is(200);
    world.stack.catch_up_with_the_stream().await;
    for to in [NORA, MIKE, "m@northwind.example"] {
        let mails = world.all_mails_to(to).await;
        assert!(!mails.is_empty(), "{to}");
        for mail in mails {
            assert_eq!(mail["to"], json!([to]));
            assert!(!mail["subject"].as_str().unwrap().contains('<'), "{mail}");
            let html = mail["html"].as_str().unwrap();
            for tag in ["<a href=\"https://evil", "<img"] {
                assert!(!html.contains(tag), "{tag} is in {html}");
            }
        }
    }
}
