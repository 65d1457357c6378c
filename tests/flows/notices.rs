//! Notices to people about their accounts, which cannot be turned off.

use readmit_tests::{Attempts, InjectedFault, PASSWORD, World};
use reqwest::Method;
use serde_json::json;

const ADA: &str = "ada@northwind.example";
const GRACE: &str = "grace@northwind.example";
const MIKE: &str = "mike@northwind.example";

#[tokio::test]
async fn an_employee_is_told_of_redemption_completion_suspension_and_new_codes() {
    let world = World::start().await;
    let mut ada = world.enrolled(ADA).await;
    ada.signs_in().await;
    let mike = world.enrolled(MIKE).await;
    assert_eq!(world.notices_to(MIKE).await, ["passcode_redeemed", "recovery_completed"]);
    let renewal = json!({"password": PASSWORD, "code": mike.backup_codes[0]});
    mike.calls(Method::POST, "/v1/backup-codes", Some(renewal)).await.is(200);
    ada.issues(MIKE, Some(json!({"suspend": true}))).await.is(201);
    let all = ["passcode_redeemed", "recovery_completed", "backup_codes_renewed", "account_suspended"];
    assert_eq!(world.notices_to(MIKE).await, all);
    assert_eq!(world.notices_to(MIKE).await, all, "once");
    let told = world.all_mails_to(MIKE).await;
    let redeemed = told.iter().find(|mail| mail["tags"]["kind"] == "passcode_redeemed").unwrap();
    assert!(redeemed["text"].as_str().unwrap().contains("127.0.0.1"), "{}", redeemed["text"]);
}

#[tokio::test]
async fn a_changed_address_is_told_to_the_old_and_the_new_one() {
    let world = World::start().await;
    world.enrolled(MIKE).await;
    let before = world.notices_to(MIKE).await;
    world.change(MIKE, json!({"email": "m.brandt@northwind.example"})).await;
    let told = [&before[..], &["address_changed".to_owned()]].concat();
    assert_eq!(world.notices_to(MIKE).await, told);
    assert_eq!(world.notices_to("m.brandt@northwind.example").await, ["address_changed"]);
    assert_eq!(world.notices_to(ADA).await, Vec::<String>::new());
    let audit = world.items("audit").await;
    let events = audit.iter().filter(|row| row["event_type"]["S"] == "employee.changed");
    assert!(
        events.clone().count() == 1 && events.into_iter().all(|row| !row.to_string().contains("northwind.example"))
    );
    // The item is kept for the notice, for a week.
    let kept = world.items("limits").await.into_iter().find(|row| row["login"]["S"] == MIKE).unwrap();
    let week = u64::try_from(kept["delete_after"]["N"].as_str().unwrap().parse::<i64>().unwrap()).unwrap();
    assert!((world.now() + 6 * 86_400..=world.now() + 7 * 86_400).contains(&week));
}

#[tokio::test]
async fn a_role_that_is_given_or_taken_is_told_to_the_person_and_the_other_security_admins() {
    let world = World::start().await;
    world.stack.catch_up_with_the_stream().await;
    world.change(MIKE, json!({"role": "security_admin"})).await;
    assert_eq!(world.notices_to(MIKE).await, ["role_given"]);
    assert_eq!((world.notices_to(ADA).await, world.notices_to(GRACE).await), told_of(&["admin_role_given"]));
    world.change(MIKE, json!({"role": "member", "name": "Mike B"})).await;
    assert_eq!(world.notices_to(MIKE).await, ["role_given", "role_taken"]);
    assert_eq!(world.notices_to(GRACE).await, ["admin_role_given", "admin_role_taken"]);
    assert_eq!(world.notices_to("carl@contoso.example").await, Vec::<String>::new());
}

fn told_of(kinds: &[&str]) -> (Vec<String>, Vec<String>) {
    let kinds: Vec<String> = kinds.iter().map(|kind| (*kind).to_owned()).collect();
    (kinds.clone(), kinds)
}

#[tokio::test]
async fn a_new_security_admin_of_a_company_that_is_there_is_told_to_the_others_and_a_new_member_to_nobody() {
    let world = World::start().await;
    let rows = json!([{"email": "eve@northwind.example", "name": "Eve", "role": "security_admin"},
        {"email": "tom@northwind.example", "name": "Tom"}]);
    world.import(world.northwind(rows)).await;
    assert_eq!((world.notices_to(ADA).await, world.notices_to(GRACE).await), told_of(&["admin_role_given"]));
    assert_eq!(world.notices_to("eve@northwind.example").await, ["role_given"]);
    assert_eq!(world.notices_to("tom@northwind.example").await, Vec::<String>::new());
}

#[tokio::test]
async fn an_account_that_is_enabled_again_is_told_to_the_person_and_the_security_admins() {
    let world = World::start().await;
    world.change(MIKE, json!({"status": "disabled"})).await;
    world.change(MIKE, json!({"status": "active"})).await;
    assert_eq!(world.notices_to(MIKE).await, ["account_enabled"]);
    assert_eq!((world.notices_to(ADA).await, world.notices_to(GRACE).await), told_of(&["admin_account_enabled"]));
}

#[tokio::test]
async fn a_weaker_policy_is_told_to_every_security_admin_and_a_stronger_one_to_nobody() {
    let world = World::start().await;
    let policy = async |second_proof: &str| {
        let company = json!({"company_id": world.companies["Northwind Partners"], "second_proof": second_proof});
        world.import(json!({"company": company, "employees": []})).await;
    };
    policy("everyone").await;
    assert_eq!(world.notices_to(ADA).await, Vec::<String>::new());
    policy("none").await;
    assert_eq!((world.notices_to(ADA).await, world.notices_to(GRACE).await), told_of(&["policy_weakened"]));
    assert_eq!(world.notices_to(MIKE).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_suspension_is_told_to_the_other_security_admins_and_not_to_the_one_who_did_it() {
    let world = World::start().await;
    let mut ada = world.enrolled(ADA).await;
    ada.signs_in().await;
    let before = (world.notices_to(ADA).await, world.notices_to(GRACE).await);
    ada.issues(MIKE, Some(json!({"suspend": true}))).await.is(201);
    assert_eq!(world.notices_to(MIKE).await, ["account_suspended"]);
    assert_eq!(world.notices_to(ADA).await, before.0);
    assert_eq!(world.notices_to(GRACE).await, [&before.1[..], &["admin_account_suspended".to_owned()]].concat());
}

#[tokio::test]
async fn security_admins_are_told_of_each_others_recoveries_and_of_no_others() {
    let world = World::start().await;
    world.enrolled(ADA).await;
    world.enrolled(GRACE).await;
    world.enrolled(MIKE).await;
    let admins = ["admin_passcode_redeemed", "admin_recovery_completed"];
    assert_eq!(world.notices_to(ADA).await, [&["passcode_redeemed", "recovery_completed"][..], &admins].concat());
    assert_eq!(world.notices_to(GRACE).await, [&admins[..], &["passcode_redeemed", "recovery_completed"]].concat());
    assert_eq!(world.notices_to("carl@contoso.example").await, Vec::<String>::new());
}

#[tokio::test]
async fn all_security_admins_are_told_of_a_disowned_code_and_the_issuer_of_one_that_bounced() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    world.enrolled(GRACE).await;
    let before = world.notices_to(GRACE).await.len();
    ada.issues_a_code_to(MIKE).await;
    let body = json!({"message_id": world.mails_to(MIKE).await[0]["message_id"], "event": "bounce"});
    world.call(Method::POST, "/_local/delivery", None, Some(body)).await;
    assert_eq!(world.notices_to(ADA).await.last().unwrap(), "passcode_bounced");
    assert_eq!(world.notices_to(GRACE).await.len(), before, "the issuer alone");
    ada.issues_a_code_to(MIKE).await;
    let token = json!({"token": world.disown_token(MIKE).await});
    world.call(Method::POST, "/v1/passcodes/disown", None, Some(token)).await.is(204);
    for admin in [ADA, GRACE] {
        assert_eq!(world.notices_to(admin).await.last().unwrap(), "passcode_disowned");
    }
    assert_eq!(world.notices_to(MIKE).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_notice_that_ses_refuses_comes_later_and_one_whose_answer_is_lost_at_most_twice() {
    let world = World::start().await;
    let code = world.operator_mails_a_code_to(MIKE).await;
    world.redeem(MIKE, &code).await.is(200);
    world.ses.inject(InjectedFault::Broken, 0, 1);
    assert_eq!(world.notices_to(MIKE).await, ["passcode_redeemed"]);
    world.ses.heal();

    let code = world.operator_mails_a_code_to(MIKE).await;
    world.redeem(MIKE, &code).await.is(200);
    world.ses.inject(InjectedFault::AnswerLost(Attempts::All), 0, 9);
    assert_eq!(world.notices_to(MIKE).await, ["passcode_redeemed"; 3]);
    world.ses.heal();
}

#[tokio::test]
async fn an_event_about_no_employee_stops_no_notice() {
    let world = World::start().await;
    let mut policy = world.northwind(json!([]));
    policy["company"]["second_proof"] = json!("none");
    world.import(policy).await;
    world.enrolled(MIKE).await;
    assert_eq!(world.notices_to(MIKE).await, ["passcode_redeemed", "recovery_completed"]);
}
