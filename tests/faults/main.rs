//! Injects a fault at every call of a recovery: nothing is lost, nothing happens twice, and the person can sign in at the end.
//!
//! F1: throttled or not received before the commit. F2: the answer is lost after the commit. F3: the mail service fails. F7a: conflicts.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on ends here")]

mod approvals;
mod journey;
mod operators;
mod people;
mod single;

use futures_util::{StreamExt as _, stream};
use journey::{CALLS, come_back};
use readmit_tests::{Attempts, InjectedFault, World};

/// The number of parallel journeys. A journey mostly waits.
const PARALLEL: usize = 8;

/// Runs the journey once for each call, with `fault` in that call and in the `calls - 1` calls after it.
async fn at_every_call(fault: InjectedFault, calls: usize) {
    let journeys = (0..CALLS).map(|first| async move {
        let world = World::start().await;
        let ada = world.enrolled("ada@northwind.example").await;
        world.enrolled("mike@northwind.example").await;
        world.store.inject(fault, first, calls);
        come_back(&world, &ada).await;
        assert!(world.store.heal() > first, "the journey has fewer calls than {first}");
        world.reconcile().await;
    });
    stream::iter(journeys).buffer_unordered(PARALLEL).for_each(|()| async {}).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_store_throttles_one_attempt() {
    at_every_call(InjectedFault::Throttled(Attempts::First), 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_store_throttles_a_call_for_good() {
    at_every_call(InjectedFault::Throttled(Attempts::All), 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_store_breaks() {
    at_every_call(InjectedFault::Broken, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_attempt_is_not_heard() {
    at_every_call(InjectedFault::NotHeard(Attempts::First), 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_not_heard() {
    at_every_call(InjectedFault::NotHeard(Attempts::All), 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_answer_is_lost_after_the_commit() {
    at_every_call(InjectedFault::AnswerLost(Attempts::First), 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_of_a_call_is_lost_after_the_commit() {
    at_every_call(InjectedFault::AnswerLost(Attempts::All), 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_store_is_silent() {
    at_every_call(InjectedFault::Silent, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_transaction_is_in_the_way_once() {
    at_every_call(InjectedFault::Conflicting, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn conflicts_outlast_the_retries() {
    at_every_call(InjectedFault::Conflicting, 4).await;
}
