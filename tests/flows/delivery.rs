//! SES's delivery reports, and the status that the admin sees.

use readmit_tests::{Reply, World};
use reqwest::Method;
use serde_json::json;

const ADA: &str = "ada@northwind.example";
const MIKE: &str = "mike@northwind.example";

/// Sends SES's report about the newest mail to Mike.
async fn report(world: &World, event: &str) -> Reply {
    let mails = world.mails_to(MIKE).await;
    let body = json!({"message_id": mails.last().unwrap()["message_id"], "event": event});
    let reply = world.call(Method::POST, "/_local/delivery", None, Some(body)).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply
}

#[tokio::test]
async fn the_admin_sees_the_mail_arrive() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    let code = ada.issues_a_code_to(MIKE).await;
    for (event, status) in [("delay", "delayed"), ("delivery", "delivered"), ("delay", "delivered")] {
        report(&world, event).await;
        assert_eq!(ada.sees(MIKE).await["passcode"]["status"], status);
    }
    let pending = ada.calls(Method::GET, "/v1/employees?filter=passcode_pending", None).await.is(200);
    assert_eq!(pending.body["employees"].as_array().unwrap().len(), 1);
    world.redeem(MIKE, &code).await.is(200);
    let trail = world.trail_of(MIKE).await;
    assert_eq!(trail.iter().filter(|kind| *kind == "passcode.delivered").count(), 1);
    world.reconcile().await;
}

#[tokio::test]
async fn a_code_that_bounced_or_was_complained_about_is_dead() {
    for (event, status, kind) in
        [("bounce", "bounced", "passcode.bounced"), ("complaint", "complained", "passcode.complained")]
    {
        let world = World::start().await;
        let ada = world.enrolled(ADA).await;
        let code = ada.issues_a_code_to(MIKE).await;
        report(&world, "delivery").await;
        assert_eq!(report(&world, event).await.body, "moved");
        assert_eq!(ada.sees(MIKE).await["passcode"]["status"], status);
        world.redeem(MIKE, &code).await.is_problem(401, "passcode_rejected");
        for late in ["delivery", "delay", "complaint", "bounce"] {
            assert_eq!(report(&world, late).await.body, "unchanged");
        }
        assert_eq!(ada.sees(MIKE).await["passcode"]["status"], status);
        assert_eq!(world.trail_of(MIKE).await.iter().filter(|told| *told == kind).count(), 1);
        let bounced = ada.calls(Method::GET, "/v1/employees?filter=passcode_bounced", None).await.is(200);
        assert_eq!(bounced.body["employees"].as_array().unwrap().len(), usize::from(event == "bounce"));
        world.reconcile().await;
    }
}

#[tokio::test]
async fn a_report_of_a_code_that_was_replaced_or_used_changes_nothing() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    ada.issues_a_code_to(MIKE).await;
    let older = world.mails_to(MIKE).await[0]["message_id"].clone();
    let code = ada.issues_a_code_to(MIKE).await;
    let body = json!({"message_id": older, "event": "bounce"});
    let reply = world.call(Method::POST, "/_local/delivery", None, Some(body)).await;
    assert_eq!(reply.body, "of_no_interest");
    world.redeem(MIKE, &code).await.is(200);
    assert_eq!(report(&world, "complaint").await.body, "unchanged");
    assert_eq!(ada.sees(MIKE).await["passcode"]["status"], "redeemed");
    world.reconcile().await;
}

async fn trail_of_reports(world: &World) -> usize {
    let told = ["passcode.bounced", "passcode.delivered"];
    world.trail_of(MIKE).await.iter().filter(|kind| told.contains(&kind.as_str())).count()
}

#[tokio::test]
async fn equal_reports_at_the_same_time_write_one_event() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    ada.issues_a_code_to(MIKE).await;
    let reports = (0..20).map(|n| report(&world, if n % 2 == 0 { "bounce" } else { "delivery" }));
    let replies = futures_util::future::join_all(reports).await;
    assert_eq!(replies.iter().filter(|reply| reply.body == "moved").count(), trail_of_reports(&world).await);
    assert_eq!(ada.sees(MIKE).await["passcode"]["status"], "bounced");
    assert_eq!(world.trail_of(MIKE).await.iter().filter(|told| *told == "passcode.bounced").count(), 1);
    world.reconcile().await;
}

#[tokio::test]
async fn what_is_no_report_fails_and_what_is_of_another_mail_does_not() {
    let world = World::start().await;
    for event in [json!({}), json!([]), json!({"detail": {"eventType": "Bounce", "mail": {}}})] {
        let reply = world.invoke("track-delivery", event).await;
        assert_eq!(reply.body["errorType"], "no_report", "{}", reply.text);
    }
    let strangers = json!({"detail": {"eventType": "Delivery", "mail": {"tags": {"kind": ["newsletter"]}}}});
    assert_eq!(world.invoke("track-delivery", strangers).await.body, "of_no_interest");
    let unknown = json!({"message_id": "none", "event": "bounce"});
    assert_eq!(world.call(Method::POST, "/_local/delivery", None, Some(unknown)).await.status, 404);
}
