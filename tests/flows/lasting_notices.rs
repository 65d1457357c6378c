//! Notices survive a malformed record, a throttled mail service, an outage of a day, and a rejected mail. Each is mailed at least once and at
//! most twice.

use std::time::Duration;

use readmit::Random;
use readmit_local::functions::Functions;
use readmit_tests::{Attempts, InjectedFault, Log, World, stream_record};
use serde_json::{Value, json};

const MIKE: &str = "mike@northwind.example";
const GRACE: &str = "grace@northwind.example";
/// The number of failing requests in an outage. It is larger than the number of attempts.
const LONG: usize = 1_000;

/// The stream batch with the person's event of this type.
async fn batch_of(world: &World, email: &str, kind: &str) -> Value {
    let mut rows = world.items("audit").await.into_iter();
    let row = rows.find(|row| row["event_type"]["S"] == kind && row["employee_id"]["S"] == world.id(email));
    json!({"Records": [stream_record("1", row.unwrap())]})
}

async fn a_code_is_redeemed(world: &World, email: &str) {
    let code = world.operator_mails_a_code_to(email).await;
    world.redeem(email, &code).await.is(200);
}

#[tokio::test]
async fn a_poison_record_is_given_up_at_once_and_stops_no_other() {
    let world = World::start().await;
    a_code_is_redeemed(&world, MIKE).await;
    let redeemed = batch_of(&world, MIKE, "passcode.redeemed").await["Records"][0]["dynamodb"]["NewImage"].clone();
    let batch = json!({"Records": [
        stream_record("1", json!({"event_type": {"S": "passcode.redeemed"}})),
        stream_record("2", redeemed),
        stream_record("3", json!("not even a row")),
    ]});
    let (log, _until_the_end) = Log::of_this_thread();
    for _ in 0..2 {
        assert_eq!(world.invoke("notify", batch.clone()).await.body, json!({"batchItemFailures": []}));
    }
    assert_eq!(log.lines_with("notice given up").len(), 4, "{}", log.text());
    assert_eq!(log.lines_with("notice.given_up=2").len(), 2, "{}", log.text());
    assert_eq!(world.notices_to(MIKE).await, ["passcode_redeemed"]);
    assert_eq!(world.invoke("notify", json!({"no": "batch"})).await.body["errorType"], "no_batch");
}

#[tokio::test]
async fn a_throttled_notice_is_mailed_by_the_same_invocation() {
    let world = World::start().await;
    a_code_is_redeemed(&world, MIKE).await;
    let batch = batch_of(&world, MIKE, "passcode.redeemed").await;
    world.ses.inject(InjectedFault::Throttled(Attempts::All), 0, 3);
    assert_eq!(world.invoke("notify", batch).await.body, json!({"batchItemFailures": []}));
    assert_eq!(world.ses.heal(), 4);
    assert_eq!(world.notices_to(MIKE).await, ["passcode_redeemed"]);
}

#[tokio::test]
async fn a_days_outage_of_the_mail_service_delays_notices_and_loses_none() {
    for fault in [InjectedFault::Broken, InjectedFault::Throttled(Attempts::All)] {
        let world = World::start().await;
        a_code_is_redeemed(&world, MIKE).await;
        a_code_is_redeemed(&world, GRACE).await;
        world.ses.inject(fault, 0, LONG);
        assert!(!world.stack.catch_up_with_the_stream().await);
        world.advance(Duration::from_secs(23 * 60 * 60)).await;
        world.ses.heal();
        assert_eq!(world.notices_to(MIKE).await, ["passcode_redeemed"], "{fault:?}");
        assert_eq!(world.notices_to(GRACE).await, ["passcode_redeemed"], "{fault:?}");
    }
}

/// An attempt with an unknown result counts, and two are allowed. An attempt that cannot have been received must not count.
#[tokio::test]
async fn a_mail_service_that_cannot_be_reached_uses_up_no_attempt() {
    let world = World::start().await;
    a_code_is_redeemed(&world, MIKE).await;
    let batch = batch_of(&world, MIKE, "passcode.redeemed").await;
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let environment = world.stack.environment().clone().with("AWS_ENDPOINT_URL_SESV2", &format!("http://{closed}"));
    let functions = Functions::new(&environment, &world.stack.clock().clock(), &Random::system()).unwrap();
    for _ in 0..3 {
        let answer = functions.invoke("notify", batch.clone(), "an invocation").await.unwrap();
        assert_eq!(answer, json!({"batchItemFailures": [{"itemIdentifier": "1"}]}));
    }
    assert_eq!(world.notices_to(MIKE).await, ["passcode_redeemed"]);
}

#[tokio::test]
async fn an_outage_of_the_store_delays_notices_and_loses_none() {
    for fault in [InjectedFault::Broken, InjectedFault::Throttled(Attempts::All)] {
        let world = World::start().await;
        a_code_is_redeemed(&world, MIKE).await;
        let batch = batch_of(&world, MIKE, "passcode.redeemed").await;
        for before in 0..2 {
            world.store.inject(fault, before, LONG);
            let failed = world.invoke("notify", batch.clone()).await;
            assert_eq!(failed.body, json!({"batchItemFailures": [{"itemIdentifier": "1"}]}), "{fault:?} {before}");
            world.store.heal();
        }
        assert_eq!(world.notices_to(MIKE).await, ["passcode_redeemed"]);
    }
}

/// An attempt is stored before the mail is sent. If the write is not confirmed, nothing is mailed.
#[tokio::test]
async fn a_turn_whose_answer_is_lost_uses_up_no_attempt() {
    let world = World::start().await;
    a_code_is_redeemed(&world, MIKE).await;
    let batch = batch_of(&world, MIKE, "passcode.redeemed").await;
    for attempts in [Attempts::First, Attempts::All, Attempts::All] {
        world.store.inject_one(InjectedFault::AnswerLost(attempts), "UpdateItem", 0);
        world.ses.inject(InjectedFault::Broken, 0, 1);
        let failed = world.invoke("notify", batch.clone()).await;
        assert_eq!(failed.body["batchItemFailures"][0]["itemIdentifier"], "1", "{attempts:?}");
        world.store.heal();
        world.ses.heal();
    }
    assert_eq!(world.notices_to(MIKE).await, ["passcode_redeemed"]);
}

#[tokio::test]
async fn a_mail_that_is_rejected_stops_no_other_and_is_given_up_at_once() {
    let world = World::start().await;
    a_code_is_redeemed(&world, MIKE).await;
    a_code_is_redeemed(&world, GRACE).await;
    let (log, _until_the_end) = Log::of_this_thread();
    world.ses.inject(InjectedFault::Rejected, 0, 1);
    assert!(world.stack.catch_up_with_the_stream().await);
    world.ses.heal();
    assert_eq!(world.notices_to(MIKE).await, Vec::<String>::new());
    assert_eq!(world.notices_to(GRACE).await, ["passcode_redeemed"]);
    let given_up = log.lines_with("notice given up");
    assert!(given_up.len() == 1 && given_up[0].contains("MessageRejected"), "{given_up:?}");
    assert!(given_up[0].contains("evt_") && !given_up[0].contains("northwind.example"), "{given_up:?}");
}

#[tokio::test]
async fn a_failure_ends_the_batch_and_names_the_first_record_alone() {
    let world = World::start().await;
    a_code_is_redeemed(&world, MIKE).await;
    let record = batch_of(&world, MIKE, "passcode.redeemed").await["Records"][0]["dynamodb"]["NewImage"].clone();
    let records = ["1", "2", "3"].map(|number| stream_record(number, record.clone()));
    let batch = json!({"Records": records});
    world.ses.inject(InjectedFault::Broken, 0, LONG);
    let failed = world.invoke("notify", batch).await;
    assert_eq!(failed.body, json!({"batchItemFailures": [{"itemIdentifier": "1"}]}));
    assert_eq!(world.ses.heal(), 1, "whoever waits for five seconds at each mail runs out of time");
}

#[tokio::test]
async fn a_refusal_between_two_lost_answers_makes_no_third_mail() {
    let world = World::start().await;
    a_code_is_redeemed(&world, MIKE).await;
    let batch = batch_of(&world, MIKE, "passcode.redeemed").await;
    for fault in
        [InjectedFault::AnswerLost(Attempts::All), InjectedFault::Broken, InjectedFault::AnswerLost(Attempts::All)]
    {
        world.ses.inject(fault, 0, 1);
        let failed = world.invoke("notify", batch.clone()).await;
        assert_eq!(failed.body["batchItemFailures"][0]["itemIdentifier"], "1", "{fault:?}");
        world.ses.heal();
    }
    let (log, _until_the_end) = Log::of_this_thread();
    assert_eq!(world.invoke("notify", batch).await.body, json!({"batchItemFailures": []}), "given up");
    assert_eq!(log.lines_with("notice.given_up=1").len(), 1, "{}", log.text());
    let told = world.all_mails_to(MIKE).await.into_iter().filter(|mail| mail["tags"]["kind"] == "passcode_redeemed");
    assert_eq!(told.count(), 2);
}
