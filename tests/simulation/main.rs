//! Journeys with all kinds of faults, determined by a seed: the functions' own code runs on one thread with one virtual clock, interleaved call
//! by call, with the embedded engine. The same seed gives the same calls, answers, events and mails.
//!
//! `READMIT_JOURNEYS` is the number of journeys, a hundred for each seed. `READMIT_SEED` is the first seed; by default it is random.
//! `READMIT_TRANSCRIPT=1` also prints the transcript of a successful run.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on ends here, and says its seed")]
#![expect(clippy::print_stdout, reason = "the output of a failed test shows what came before")]

mod asking;
mod aws;
mod background;
mod cast;
mod ending;
mod faults;
mod holder;
mod hosts;
mod invocation;
mod journeys;
mod oracle;
mod run;
mod shrink;
mod storage;
mod time;
mod wire;

use std::io::Write as _;
use std::sync::Mutex;
use std::thread;
use std::time::Instant;

use readmit::{Environment, Random};

use faults::Met;
use run::{Outcome, Scenario};

/// The number of journeys in `make test`, limited by its time.
const JOURNEYS: usize = 300;
/// The journeys of one seed run at the same time.
const JOURNEYS_OF_A_SEED: usize = 100;
/// From this number of journeys onwards every possible fault must have happened in every act.
const MANY: usize = 10_000;

fn asked<T: std::str::FromStr<Err: std::fmt::Debug>>(name: &str) -> Option<T> {
    Environment::of_process().get(name).map(|text| text.parse().unwrap())
}

/// Prints also if the test passes. The output of `println!` is shown only for failed tests.
fn say(what: &str) {
    std::io::stdout().write_all(format!("{what}\n").as_bytes()).unwrap();
}

/// A shrunk run that was pasted as a test.
#[track_caller]
fn keeps_every_promise(scenario: &Scenario) {
    let Outcome { broken, transcript, log, .. } = scenario.run();
    if !broken.is_empty() || asked::<u8>("READMIT_TRANSCRIPT").is_some() {
        println!("{}\n{log}", transcript.join("\n"));
    }
    assert!(broken.is_empty(), "{scenario}\n{broken:#?}");
}

#[test]
fn journeys_under_every_fault_keep_every_promise() {
    let journeys: usize = asked("READMIT_JOURNEYS").unwrap_or(JOURNEYS);
    let first: u64 = asked("READMIT_SEED").unwrap_or_else(|| rand::RngExt::random::<u32>(&mut Random::system()).into());
    let seeds = first..first + journeys.div_ceil(JOURNEYS_OF_A_SEED) as u64;
    say(&format!("READMIT_SEED={first} READMIT_JOURNEYS={journeys}"));
    let (met, failed, begun) = (Met::default(), Mutex::new(Vec::new()), Instant::now());
    let left = Mutex::new(seeds.clone());
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                loop {
                    let seed = left.lock().unwrap().next().filter(|_| failed.lock().unwrap().is_empty());
                    let Some(seed) = seed else { return };
                    let scenario = Scenario::new(seed, JOURNEYS_OF_A_SEED.min(journeys));
                    let outcome = scenario.run();
                    met.add(&outcome.met);
                    if !outcome.broken.is_empty() {
                        let Outcome { broken, transcript, log, .. } = outcome;
                        println!("{}\n{log}\nREADMIT_SEED={seed} breaks {broken:#?}", transcript.join("\n"));
                        failed.lock().unwrap().push(scenario);
                    }
                }
            });
        }
    });
    say(&format!("{met}\n{journeys} journeys of {} seeds in {:.0} s", seeds.count(), begun.elapsed().as_secs_f64()));
    if let Some(scenario) = failed.into_inner().unwrap().into_iter().next() {
        println!("made smaller:");
        keeps_every_promise(&scenario.shrunk());
        panic!("the smaller run keeps every promise; the seed above does not");
    }
    let missing = if journeys < MANY { Vec::new() } else { met.missing() };
    assert!(missing.is_empty(), "never met: {missing:#?}");
}

#[test]
fn one_seed_gives_the_same_calls_answers_events_and_mails() {
    let [one, other] = [7, 7].map(|seed| Scenario::new(seed, 10).run().transcript);
    let differs = one.iter().zip(&other).find(|(one, other)| one != other);
    assert_eq!((differs, one.len()), (None, other.len()));
}
