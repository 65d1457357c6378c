//! The local stack is killed by SIGKILL while many people use it, and started again with its data directory. Answered acts are done,
//! unanswered acts are done completely or not at all, the tables agree, and everybody with access can sign in or recover.
//!
//! `READMIT_KILLS` is the number of rounds, each with a kill. `READMIT_KILLS_SEED` repeats the acts and the times of the kills, but not what the
//! process does at these times.

#![expect(clippy::unwrap_used, clippy::panic, clippy::expect_used, reason = "a test that cannot go on ends here")]
#![expect(clippy::print_stdout, reason = "the output of a failed test shows what came before")]

mod act;
mod aftermath;
mod expected_state;
mod factors;
mod figures;
mod life;
mod movers;
mod notices;
mod site;
mod sleepers;
mod stack;
mod walker;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use readmit::Environment;

use figures::Figures;
use life::Life;

/// The default number of rounds, for about a minute.
const ROUNDS: usize = 15;
/// The number of kills for each data directory.
const ROUNDS_OF_A_LIFE: usize = 25;

fn asked<T: std::str::FromStr<Err: std::fmt::Debug>>(name: &str) -> Option<T> {
    Environment::of_process().get(name).map(|text| text.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_kill_interrupts_is_done_or_not_done_and_everybody_comes_back() {
    let seed: u64 = asked("READMIT_KILLS_SEED").unwrap_or_else(|| readmit::Random::system().random());
    println!("READMIT_KILLS_SEED={seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let mut left: usize = asked("READMIT_KILLS").unwrap_or(ROUNDS);
    let mut figures = Figures::new();
    while left > 0 {
        let rounds = left.min(ROUNDS_OF_A_LIFE);
        let mut life = Life::begin(&mut random).await;
        for _ in 0..rounds {
            life.round(&mut random, &mut figures).await;
        }
        life.end();
        left -= rounds;
    }
    figures.print();
}
