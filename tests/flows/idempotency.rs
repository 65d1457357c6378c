//! A repeated click mails only once.

use std::time::Duration;

use futures_util::future::join_all;
use readmit_tests::{Attempts, InjectedFault, Person, Reply, World};
use reqwest::Method;
use serde_json::{Value, json};

const ADA: &str = "ada@northwind.example";
const MIKE: &str = "mike@northwind.example";

async fn issues(ada: &Person<'_>, world: &World, key: &str, body: Value) -> Reply {
    let path = format!("/v1/employees/{}/passcode", world.id(MIKE));
    let request = world.request(Method::POST, &path).bearer_auth(&ada.token).header("idempotency-key", key).json(&body);
    world.send(request).await
}

#[tokio::test]
async fn the_same_request_again_gets_the_same_answer_and_no_mail() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    let first = issues(&ada, &world, "click-1", json!({"reason": "lost phone"})).await.is(201);
    let code = world.mailed_code(MIKE).await;
    world.store.record();
    let second = issues(&ada, &world, "click-1", json!({"reason": "lost phone"})).await.is(201);
    assert_eq!((first.text, world.store.trips()), (second.text, vec!["BatchGetItem".to_owned()]));
    assert_eq!(world.mails_to(MIKE).await.len(), 1);
    issues(&ada, &world, "click-1", json!({"reason": "stolen"})).await.is_problem(422, "idempotency_key_reused");
    world.redeem(MIKE, &code).await.is(200);

    world.advance(Duration::from_secs(24 * 3_600)).await;
    let mut ada = ada;
    ada.signs_in().await;
    issues(&ada, &world, "click-1", json!({"reason": "stolen"})).await.is(201);
    assert_eq!(world.mails_to(MIKE).await.len(), 2);
}

#[tokio::test]
async fn ten_at_once_mail_once() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    let replies = join_all((0..10).map(|_| issues(&ada, &world, "ten-clicks", json!({})))).await;
    let first = &replies[0].text;
    assert!(replies.iter().all(|reply| reply.status == 201 && reply.text == *first), "{first}");
    assert_eq!(world.mails_to(MIKE).await.len(), 1);
    world.reconcile().await;
}

#[tokio::test]
async fn a_lost_answer_is_given_again() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    // The answers to the second transaction, which stores the answer, are lost: the client gets a failure.
    world.store.record();
    world.store.inject(InjectedFault::AnswerLost(Attempts::All), 3, 1);
    issues(&ada, &world, "lost", json!({})).await.is_problem(503, "temporarily_unavailable");
    world.store.heal();
    issues(&ada, &world, "lost", json!({})).await.is(201);
    assert_eq!(world.mails_to(MIKE).await.len(), 1);
}

#[tokio::test]
async fn a_lease_of_a_dead_process_blocks_only_until_it_expires() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    // It stored the passcode and neither mailed nor ended it.
    world.ses.inject(InjectedFault::Broken, 0, 1);
    world.store.record();
    world.store.inject(InjectedFault::Broken, 3, 20);
    issues(&ada, &world, "died", json!({})).await;
    world.store.heal();
    world.ses.heal();
    issues(&ada, &world, "died", json!({})).await.is_problem(409, "request_in_progress");
    world.advance(Duration::from_secs(201)).await;
    issues(&ada, &world, "died", json!({})).await.is(201);
    assert_eq!(world.mails_to(MIKE).await.len(), 1);
    world.reconcile().await;
}

#[tokio::test]
async fn a_refusal_is_not_kept_and_a_key_must_be_one() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    world.ses.inject(InjectedFault::Broken, 0, 1);
    issues(&ada, &world, "refused", json!({})).await.is_problem(502, "email_not_sent");
    world.ses.heal();
    issues(&ada, &world, "refused", json!({})).await.is(201);
    for key in ["", "two words", &"k".repeat(256)] {
        issues(&ada, &world, key, json!({})).await.is_problem(422, "invalid_request");
    }
}

#[tokio::test]
async fn several_codes_at_once_take_no_key() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    let request = world.request(Method::POST, "/v1/passcodes").bearer_auth(&ada.token).header("idempotency-key", "all");
    let reply = world.send(request.json(&json!({"employee_ids": [world.id(MIKE)]}))).await;
    reply.is_problem(422, "invalid_request");
    assert!(world.mails_to(MIKE).await.is_empty());
}
