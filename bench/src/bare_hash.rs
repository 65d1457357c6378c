//! A bare Argon2id hash, the reference for everything that hashes.

use std::thread;
use std::time::{Duration, Instant};

use readmit::domain::{HashMemory, Password, PasswordHash, Pepper, Salt};

use crate::Failure;
use crate::api::PASSWORD;
use crate::process::cpu_of_this_thread;

/// The CPU time of one hash, in this thread.
pub fn hash(memory: &HashMemory) -> Result<Duration, Failure> {
    let (password, pepper) = (Password::new(PASSWORD), Pepper::from([7; 32]));
    let before = cpu_of_this_thread()?;
    PasswordHash::of(&password, &pepper, Salt::generate(&mut readmit::Random::system()), memory)?;
    Ok(cpu_of_this_thread()?.saturating_sub(before))
}

/// How many hashes all cores together compute in a second, measured for `span`.
pub fn hashes_a_second(span: Duration) -> Result<f64, Failure> {
    let cores = thread::available_parallelism()?.get();
    let started = Instant::now();
    let one = || {
        let (mut made, memory) = (0_u32, HashMemory::default());
        while started.elapsed() < span {
            hash(&memory)?;
            made += 1;
        }
        Ok::<_, Failure>(made)
    };
    let made = thread::scope(|scope| {
        let threads: Vec<_> = (0..cores).map(|_| scope.spawn(one)).collect();
        let made = threads.into_iter().map(|thread| thread.join().map_err(|_| "a thread that hashes failed")?);
        made.sum::<Result<u32, Failure>>()
    })?;
    Ok(f64::from(made) / started.elapsed().as_secs_f64())
}
