//! Whole recoveries against the local stack, several in parallel.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Args;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use readmit::domain::HashMemory;
use reqwest::Method;

use crate::Failure;
use crate::api::{Api, Ask};
use crate::bare_hash::{hash, hashes_a_second};
use crate::company::Company;
use crate::local_stack::LocalStack;
use crate::plot::{Line, lines};
use crate::process::cpu_of;
use crate::report::{Report, least, median, ms};

/// The number of recoveries before the measured ones.
const WARM_UP: usize = 20;
/// The time for counting hashes in each round.
const HASHING: Duration = Duration::from_secs(2);
/// The number of hashes in each round whose CPU is measured one by one.
const HASHES_ALONE: usize = 10;
/// The hashes of a recovery: the new password, and the sign-in with it.
const HASHES: f64 = 2.0;

/// Measures whole recoveries; the first that fails ends it.
#[derive(Args)]
pub struct Flags {
    /// The local stack, readmit-local
    #[arg(long, value_name = "FILE")]
    local: PathBuf,
    /// How many go on at a time
    #[arg(long, value_delimiter = ',', default_value = "1,4,16,64")]
    at_a_time: Vec<NonZeroUsize>,
    /// How many there are for each of these in a round
    #[arg(long, default_value = "200")]
    recoveries: NonZeroUsize,
    /// How often all of it is done
    #[arg(long, default_value = "3")]
    rounds: NonZeroUsize,
    /// Put the section into docs/performance.md
    #[arg(long)]
    write: bool,
}

/// The results for a number of parallel recoveries, one per round.
#[derive(Default)]
struct Seen {
    a_second: Vec<f64>,
    server_cpu: Vec<Duration>,
    client_cpu: Vec<Duration>,
    /// The time of every recovery.
    took: Vec<Duration>,
}

/// Bare hashes: the rate in each round, and the CPU of some.
#[derive(Default)]
struct Bare {
    a_second: Vec<f64>,
    cpu: Vec<Duration>,
}

/// Runs it.
pub async fn run(flags: &Flags) -> Result<(), Failure> {
    let server = LocalStack::start(&flags.local, None, None).await?;
    let api = &server.api;
    let recoveries = flags.recoveries.get();
    let people = WARM_UP + flags.rounds.get() * flags.at_a_time.len() * recoveries;
    let company = Company::found(api, people, "").await?;
    together(api, &company, 4, WARM_UP).await?;

    let mut seen: Vec<Seen> = flags.at_a_time.iter().map(|_| Seen::default()).collect();
    let (mut bare, memory) = (Bare::default(), HashMemory::default());
    for _ in 0..flags.rounds.get() {
        for (at_a_time, seen) in flags.at_a_time.iter().zip(&mut seen) {
            // A search for a mail reads all mails, so the old ones are removed.
            api.ask(Ask::new(Method::DELETE, "/_local/mail")).await?;
            let before = (cpu_of(server.id())?, cpu_of(std::process::id())?);
            let started = Instant::now();
            seen.took.extend(together(api, &company, at_a_time.get(), recoveries).await?);
            let each = u32::try_from(recoveries)?;
            seen.a_second.push(f64::from(each) / started.elapsed().as_secs_f64());
            seen.server_cpu.push((cpu_of(server.id())? - before.0) / each);
            seen.client_cpu.push((cpu_of(std::process::id())? - before.1) / each);
        }
        bare.a_second.push(hashes_a_second(HASHING)?);
        for _ in 0..HASHES_ALONE {
            bare.cpu.push(hash(&memory)?);
        }
    }
    report(flags, &seen, &bare)
}

/// Runs `count` recoveries, `at_a_time` in parallel. Returns the time of each.
async fn together(
    api: &Api,
    company: &Company<'_>,
    at_a_time: usize,
    recoveries: usize,
) -> Result<Vec<Duration>, Failure> {
    let all = stream::iter(0..recoveries).map(|_| recover(api, company));
    all.buffer_unordered(at_a_time).try_collect().await
}

/// A whole recovery, from the issue of a code to the holder's next sign-in.
pub async fn recover(api: &Api, company: &Company<'_>) -> Result<Duration, Failure> {
    let (email, id) = company.next_person()?;
    let started = Instant::now();
    api.ask(company.issue(id)?).await?;
    let person = api.complete(api.recover(email).await?).await?;
    api.ask(person.sign_in()).await?;
    Ok(started.elapsed())
}

fn report(flags: &Flags, seen: &[Seen], bare: &Bare) -> Result<(), Failure> {
    let hashes = most(&bare.a_second);
    let mut rows = Vec::new();
    for (at_a_time, seen) in flags.at_a_time.iter().zip(seen) {
        rows.push(vec![
            at_a_time.to_string(),
            format!("{:.1}", most(&seen.a_second)),
            format!("{:.1}", median(&seen.a_second).unwrap_or_default()),
            ms(at(&seen.took, 0.5)),
            ms(at(&seen.took, 0.99)),
            ms(seen.server_cpu.iter().min().copied().unwrap_or_default()),
            ms(median(&seen.server_cpu).unwrap_or_default()),
            ms(median(&seen.client_cpu).unwrap_or_default()),
        ]);
    }
    let mut report = Report::new("recoveries");
    let asked = seen.iter().map(|seen| seen.took.len()).sum::<usize>();
    report.say(&format!("{asked} recoveries, {} rounds of each setting in turn; none failed.", flags.rounds));
    let header = [
        "at a time",
        "a second, best",
        "median",
        "time, ms, median",
        "99th of 100",
        "server's CPU each, ms, least",
        "median",
        "client's",
    ];
    report.table(&header, &rows);
    report.say(&format!(
        "A bare Argon2id takes {} ms of CPU in the same run, {} at least; all cores make {hashes:.1} a second at best ({:.1}, median), \
         which is {:.1} recoveries.",
        ms(median(&bare.cpu).unwrap_or_default()),
        ms(least(&bare.cpu).unwrap_or_default()),
        median(&bare.a_second).unwrap_or_default(),
        hashes / HASHES,
    ));
    let steps: Vec<String> = flags.at_a_time.iter().map(ToString::to_string).collect();
    let line = |name: &str, figures: Vec<f64>| Line { name: name.to_owned(), figures };
    let drawn = [
        line("best", seen.iter().map(|seen| most(&seen.a_second)).collect()),
        line("median", seen.iter().map(|seen| median(&seen.a_second).unwrap_or_default()).collect()),
        line("the hashes alone", vec![hashes / HASHES; seen.len()]),
    ];
    let title = "Recoveries a second, by how many go on at a time";
    report.picture("recoveries.svg", title, &lines(title, &steps, &drawn)?, flags.write)?;
    report.end(flags.write)
}

fn most(values: &[f64]) -> f64 {
    values.iter().copied().fold(0.0, f64::max)
}

/// The quantile `part` of the values.
fn at(values: &[Duration], part: f64) -> Duration {
    let mut sorted = values.to_vec();
    sorted.sort();
    let last = sorted.len().saturating_sub(1);
    sorted.get((last as f64 * part).round() as usize).copied().unwrap_or_default()
}
