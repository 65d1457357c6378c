//! A running invocation: its request, and whether its process runs, is frozen or is dead.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use rand::RngExt as _;
use rand::rngs::StdRng;
use tokio::time::{Instant, Sleep};

use crate::faults::{Fault, Plan, Service};

/// The request of an invocation.
pub struct Invocation {
    /// The act's name in the table of faults.
    pub act: &'static str,
    /// The facts that the oracle needs.
    pub claim: Claim,
    plan: Arc<Plan>,
    random: Mutex<StdRng>,
    state: Mutex<State>,
    is_hurt: AtomicBool,
    issued: Mutex<Vec<String>>,
}

/// Facts about a request that the tested code does not see.
#[derive(Clone, Debug, Default)]
pub struct Claim {
    /// The idempotency number, which repetitions share.
    pub click: Option<usize>,
    /// The lifetime in the request, in minutes.
    pub lifetime_minutes: Option<u32>,
    /// The start of the caller's session.
    pub session_since: Option<i64>,
    /// The credentials of a completion or a sign-in, if they are right.
    pub credentials: Option<usize>,
    /// The digits or the backup code in the request, also as the proof of a redemption.
    pub factor: Option<String>,
    /// The id of the passcode if the code is right.
    pub code: Option<String>,
    /// The id of the passcode if the code has a wrong secret.
    pub guess: Option<String>,
}

#[derive(Clone, Copy)]
enum State {
    Runs,
    StandsUntil(Instant),
    Dead,
}

impl Invocation {
    pub fn new(act: &'static str, claim: Claim, plan: Arc<Plan>, random: StdRng) -> Arc<Self> {
        Arc::new(Self {
            act,
            claim,
            plan,
            random: Mutex::new(random),
            state: Mutex::new(State::Runs),
            is_hurt: AtomicBool::new(false),
            issued: Mutex::default(),
        })
    }

    /// The fault of the next call, and the time of the way there and back.
    pub fn next_call(&self, service: Service, writes: bool) -> (Option<Fault>, Duration, Duration) {
        let mut random = self.random.lock().unwrap();
        let fault = self.plan.draw(&mut random, service, writes);
        // In microseconds, so that no two calls arrive at the same time.
        let mut way = || Duration::from_micros(random.random_range(500..15_000));
        let (there, back) = (way(), way());
        let slow = Duration::from_micros(random.random_range(1_000_000..4_000_000));
        (fault, there, if fault == Some(Fault::Slow) { slow } else { back })
    }

    /// Whether its calls can have faults.
    pub fn is_disturbed(&self) -> bool {
        !self.plan.0.is_empty()
    }

    /// True in one of `count` cases.
    pub fn choose(&self, count: usize) -> usize {
        self.random.lock().unwrap().random_range(0..count)
    }

    /// Whether its process has died or was frozen.
    pub fn is_hurt(&self) -> bool {
        self.is_hurt.load(Ordering::Relaxed)
    }

    /// It has stored a passcode.
    pub fn issues(&self, passcode_id: &str) {
        self.issued.lock().unwrap().push(passcode_id.to_owned());
    }

    /// The passcodes that it has stored.
    pub fn issued(&self) -> Vec<String> {
        self.issued.lock().unwrap().clone()
    }

    pub fn dies(&self) {
        self.is_hurt.store(true, Ordering::Relaxed);
        *self.state.lock().unwrap() = State::Dead;
    }

    pub fn stops(&self) {
        self.is_hurt.store(true, Ordering::Relaxed);
        let time = Duration::from_millis(self.random.lock().unwrap().random_range(60_000..120_000));
        *self.state.lock().unwrap() = State::StandsUntil(Instant::now() + time);
    }

    /// Returns when the process runs. Never returns if it is dead.
    pub async fn runs(&self) {
        loop {
            let state = *self.state.lock().unwrap();
            match state {
                State::Runs => return,
                State::StandsUntil(time) if time <= Instant::now() => return,
                State::StandsUntil(time) => tokio::time::sleep_until(time).await,
                State::Dead => std::future::pending().await,
            }
        }
    }
}

/// Runs a future in a process: it pauses while the process is frozen, and is not completed if the process dies.
pub struct Process<F> {
    pub invocation: Arc<Invocation>,
    pub run: Pin<Box<F>>,
    pub stands: Option<Pin<Box<Sleep>>>,
}

impl<F: Future> Future for Process<F> {
    /// None if the process has died.
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        loop {
            if let Some(stands) = &mut self.stands {
                ready!(stands.as_mut().poll(context));
                self.stands = None;
                *self.invocation.state.lock().unwrap() = State::Runs;
            }
            if let Poll::Ready(output) = self.run.as_mut().poll(context) {
                return Poll::Ready(Some(output));
            }
            let state = *self.invocation.state.lock().unwrap();
            match state {
                State::Runs => return Poll::Pending,
                State::Dead => return Poll::Ready(None),
                State::StandsUntil(time) => self.stands = Some(Box::pin(tokio::time::sleep_until(time))),
            }
        }
    }
}
