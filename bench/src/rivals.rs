//! Whole recoveries with the local stack and with three other systems, alternately on one machine.
//!
//! A recovery is as similar as possible for each system: a code or a link is mailed to a person without an authenticator, and redeemed; a new
//! password is set; a new authenticator is enrolled and confirmed; then the person signs in with both. The requests of each system are in its
//! file. Each uses its default password hash. All keep their databases in memory, or all on one disk.
//!
//! It is the first authenticator of each person. If there were an earlier one, better-auth and django-allauth would ask for its code after the
//! reset, which is impossible with a lost phone.

use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::Args;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use reqwest::Method;

mod better_auth;
mod django_allauth;
mod glewlwyd;
mod mailbox;
mod outcome;
mod server;
mod visitor;

use better_auth::BetterAuth;
use django_allauth::DjangoAllauth;
use glewlwyd::Glewlwyd;
use outcome::{Outcome, report};

use crate::Failure;
use crate::api::{Api, Ask};
use crate::company::Company;
use crate::local_stack::LocalStack;
use crate::process::cpu_of;
use crate::recoveries;

/// OWASP's number of rounds for PBKDF2-SHA256. Glewlwyd's default is a quarter of it.
const OWASP_ROUNDS: u32 = 600_000;

/// The number of recoveries of each system before the measured ones.
const WARM_UP: usize = 8;

/// Measures whole recoveries of rivals; the first that fails ends it.
#[derive(Args)]
pub struct Flags {
    /// The local stack, readmit-local
    #[arg(long, value_name = "FILE")]
    local: PathBuf,
    /// The program glewlwyd
    #[arg(long, value_name = "FILE", default_value = "glewlwyd")]
    glewlwyd: PathBuf,
    /// A Node.js; bench/rivals/better-auth/node_modules has better-auth
    #[arg(long, value_name = "FILE")]
    node: PathBuf,
    /// A Python that has django-allauth and gunicorn
    #[arg(long, value_name = "FILE")]
    python: PathBuf,
    /// A folder on a disk for everybody's database, the local stack's too; without it they lie in memory
    #[arg(long, value_name = "FOLDER")]
    databases: Option<PathBuf>,
    /// How many go on at a time
    #[arg(long, default_value = "16")]
    at_a_time: NonZeroUsize,
    /// How many there are of the quick in a round; of the slower half as many, of django-allauth a quarter
    #[arg(long, default_value = "128")]
    recoveries: NonZeroUsize,
    /// How often all of it is done
    #[arg(long, default_value = "3")]
    rounds: NonZeroUsize,
    /// Put the section into docs/performance.md
    #[arg(long)]
    write: bool,
}

/// A measured system.
enum System<'a> {
    Readmit(&'a LocalStack, &'a Api, &'a Company<'a>),
    Glewlwyd(Glewlwyd),
    GlewlwydAsOwaspAsks(Glewlwyd),
    BetterAuth(BetterAuth),
    DjangoAllauth(DjangoAllauth),
}

/// A folder for the databases of this run. It is removed when it is dropped.
struct Folder(PathBuf);

/// Runs it.
pub async fn run(flags: &Flags) -> Result<(), Failure> {
    let (recoveries, rounds) = (flags.recoveries.get(), flags.rounds.get());
    let people = WARM_UP + rounds * recoveries;
    let folder = Folder::make(flags.databases.as_deref())?;
    let data_dir = flags.databases.as_ref().map(|_| folder.0.join("readmit"));
    let stack = LocalStack::start(&flags.local, data_dir.as_deref(), None).await?;
    let api = &stack.api;
    let company = Company::found(api, people, "").await?;
    let systems = [
        System::Readmit(&stack, api, &company),
        System::Glewlwyd(Glewlwyd::start(&flags.glewlwyd, &folder.0, None, (0..people).map(email)).await?),
        System::GlewlwydAsOwaspAsks(
            Glewlwyd::start(&flags.glewlwyd, &folder.inside("owasp")?, Some(OWASP_ROUNDS), (0..people).map(email))
                .await?,
        ),
        System::BetterAuth(BetterAuth::start(&flags.node, &folder.0, people).await?),
        System::DjangoAllauth(DjangoAllauth::start(&flags.python, &folder.0, people).await?),
    ];
    let versions = [
        env!("CARGO_PKG_VERSION").to_owned(),
        Glewlwyd::version(&flags.glewlwyd)?,
        Glewlwyd::version(&flags.glewlwyd)?,
        BetterAuth::version()?,
        DjangoAllauth::version(&flags.python)?,
    ];

    let mut outcomes = Vec::new();
    for (system, version) in systems.iter().zip(&versions) {
        system.together(flags.at_a_time.get(), 0, WARM_UP).await?;
        let (name, hashes) = system.name_and_hashes();
        outcomes.push(Outcome::new(format!("{name} {version}"), hashes));
    }
    for round in 0..rounds {
        for (system, outcome) in systems.iter().zip(&mut outcomes) {
            let count = (recoveries / system.parts()).max(1);
            system.get_ready().await?;
            let (before, started) = (system.cpu()?, Instant::now());
            system.together(flags.at_a_time.get(), WARM_UP + round * count, count).await?;
            outcome.add(count, started.elapsed(), system.cpu()?.saturating_sub(before));
        }
    }
    report(&outcomes, flags)
}

impl System<'_> {
    /// The name, and the password hashes of a recovery.
    fn name_and_hashes(&self) -> (&'static str, &'static str) {
        match self {
            Self::Readmit(..) => ("Readmit", "2 × Argon2id, 19 MiB, 2 passes"),
            Self::Glewlwyd(_) => ("Glewlwyd", "2 × PBKDF2-SHA256, 150,000 rounds"),
            Self::GlewlwydAsOwaspAsks(_) => ("Glewlwyd at 600,000 rounds", "2 × PBKDF2-SHA256, 600,000 rounds"),
            Self::BetterAuth(_) => ("better-auth", "4 × scrypt, N 16,384, r 16"),
            Self::DjangoAllauth(_) => ("django-allauth", "4 × PBKDF2-SHA256, 1,000,000 rounds"),
        }
    }

    /// The divisor of the number of recoveries in a round. Slow systems have a larger one.
    fn parts(&self) -> usize {
        match self {
            Self::Readmit(..) | Self::Glewlwyd(_) => 1,
            Self::GlewlwydAsOwaspAsks(_) | Self::BetterAuth(_) => 2,
            Self::DjangoAllauth(_) => 4,
        }
    }

    /// The CPU time of its server so far, with child processes.
    fn cpu(&self) -> Result<Duration, Failure> {
        Ok(match self {
            Self::Readmit(stack, ..) => cpu_of(stack.id())?,
            Self::Glewlwyd(glewlwyd) | Self::GlewlwydAsOwaspAsks(glewlwyd) => glewlwyd.server.cpu()?,
            Self::BetterAuth(better_auth) => better_auth.server.cpu()?,
            Self::DjangoAllauth(allauth) => allauth.server.cpu()?,
        })
    }

    /// Removes the old mails of the local stack before a round, because a search reads all of them.
    async fn get_ready(&self) -> Result<(), Failure> {
        match self {
            Self::Readmit(_, api, _) => api.ask(Ask::new(Method::DELETE, "/_local/mail")).await.map(drop),
            _ => Ok(()),
        }
    }

    /// Runs `count` recoveries from person `first` onwards, `at_a_time` in parallel.
    async fn together(&self, at_a_time: usize, first: usize, count: usize) -> Result<(), Failure> {
        let all = stream::iter(first..first + count).map(|person| self.recover(person));
        all.buffer_unordered(at_a_time).try_collect().await
    }

    async fn recover(&self, person: usize) -> Result<(), Failure> {
        match self {
            // The company chooses the next person itself.
            Self::Readmit(_, api, company) => recoveries::recover(api, company).await.map(drop),
            Self::Glewlwyd(glewlwyd) | Self::GlewlwydAsOwaspAsks(glewlwyd) => glewlwyd.recover(&email(person)).await,
            Self::BetterAuth(better_auth) => better_auth.recover(&email(person)).await,
            Self::DjangoAllauth(allauth) => allauth.recover(&email(person)).await,
        }
    }
}

impl Folder {
    /// Creates it in `disk`, or in memory if Linux offers that.
    fn make(disk: Option<&Path>) -> Result<Self, Failure> {
        let memory = Some(Path::new("/dev/shm")).filter(|memory| memory.is_dir());
        let parent = disk.or(memory).map_or_else(std::env::temp_dir, Path::to_owned);
        let folder = parent.join(format!("readmit-rivals-{}", std::process::id()));
        fs::create_dir(&folder)?;
        Ok(Self(folder))
    }

    /// Creates a folder in it.
    fn inside(&self, name: &str) -> Result<PathBuf, Failure> {
        let folder = self.0.join(name);
        fs::create_dir(&folder)?;
        Ok(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A remaining folder has the id of an ended process in its name.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The address of person number `n` in every system.
fn email(n: usize) -> String {
    format!("member{n}@bench.example")
}
