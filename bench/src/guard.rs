//! Checks that the functions are about as fast, and use about as little memory, as docs/performance.md says: a stage of `make test`.
//!
//! It measures only figures that do not depend on the load of the machine: the smallest CPU time of several tries, relative to a reference in the
//! same run, and memory. The limits are loose, so that only a real fault exceeds them.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use readmit_local::template::Template;

use crate::Failure;
use crate::company::Kind;
use crate::deployed::{Deployed, scratch};
use crate::process::Program;
use crate::report::least;
use crate::routes::{Measured, measure};
use crate::tls_proxy::Certificates;

/// Requests of each kind.
const ROUNDS: usize = 8;
/// Starts of each function. Starts vary more, and the smallest counts.
const STARTS: usize = 24;
/// The kinds of requests.
const KINDS: [Kind; 8] = [
    Kind::ListEmployees,
    Kind::Issue,
    Kind::Revoke,
    Kind::Redeem,
    Kind::SetPassword,
    Kind::SetUpTotp,
    Kind::Complete,
    Kind::SignIn,
];
const HELLO: &str = "hello-world";
/// CPU of a start relative to hello-world: 1.4 to 1.9 when this was written, and 3.4 to 4.1 with connections and keys.
const START: f64 = 2.2;
const START_WITH_CONNECTIONS: f64 = 5.0;
/// The same for the function that also builds zxcvbn's tables: about 25.
const START_WITH_TABLES: f64 = 45.0;
const WITH_TABLES: &str = "reset-2fa";
/// CPU of a request without a hash relative to a hash: 0.07 to 0.14.
const LIGHT: f64 = 0.25;
/// CPU of a request with a hash relative to the hash: 1.1 to 1.4, depending on the caches.
const WITH_A_HASH: f64 = 1.8;
/// The largest memory in MB of 2²⁰ bytes: 5 to 7 when this was written, and 26 with the memory of Argon2.
const MEMORY: f64 = 12.0;
const MEMORY_WITH_A_HASH: f64 = 32.0;
/// With zxcvbn's tables beside: 34.
const MEMORY_WITH_TABLES: f64 = 42.0;
/// The same while a hundred people and their admins are imported: 8 to 13.
const MEMORY_OF_AN_IMPORT: f64 = 24.0;

/// Guards it.
#[derive(Args)]
pub struct Flags {
    /// What `sam build` made with the profile that is deployed
    #[arg(long, value_name = "FOLDER")]
    functions: PathBuf,
    /// The function hello-world, built alike
    #[arg(long, value_name = "FILE")]
    hello: PathBuf,
}

/// A figure and its limit.
struct Check {
    what: String,
    figure: f64,
    limit: f64,
}

/// Runs it. Fails if a limit is exceeded.
#[expect(clippy::print_stdout, reason = "what the command is for")]
pub async fn run(flags: &Flags) -> Result<(), Failure> {
    let certificates = Certificates::make(&scratch())?;
    let mut deployed = Deployed::start(&flags.functions, &certificates).await?;
    let mut checks = of_requests(&measure(&mut deployed, &KINDS, ROUNDS).await?);
    checks.extend(of_starts(&mut deployed, &flags.hello).await?);
    let mut past = Vec::new();
    for Check { what, figure, limit } in checks {
        println!("{what:<44}{figure:>8.2}{limit:>8.2}");
        // NaN means that nothing was measured.
        if !(f64::MIN_POSITIVE..=limit).contains(&figure) {
            past.push(what);
        }
    }
    if past.is_empty() { Ok(()) } else { Err(format!("past the limit: {}", past.join(", ")).into()) }
}

fn of_requests(measured: &Measured) -> Vec<Check> {
    let lowest = |values: &[Duration]| least(values).unwrap_or_default().as_secs_f64();
    let hash = lowest(&measured.bare);
    let of_cpu = measured.seen.iter().map(|seen| Check {
        what: format!("{}: CPU over a hash", seen.kind.name_and_function().0),
        figure: lowest(&seen.cpu) / hash,
        limit: if seen.kind.hashes() { WITH_A_HASH } else { LIGHT },
    });
    let hashes = |package: &str| KINDS.iter().any(|kind| kind.hashes() && kind.name_and_function().1 == package);
    let of_memory = measured.taken.iter().map(|(package, taken)| Check {
        what: format!("{package}: most memory, MB"),
        figure: taken.peak_rss as f64 / f64::from(1 << 20),
        limit: match package.as_str() {
            "import-employees" => MEMORY_OF_AN_IMPORT,
            WITH_TABLES => MEMORY_WITH_TABLES,
            package if hashes(package) => MEMORY_WITH_A_HASH,
            _ => MEMORY,
        },
    });
    of_cpu.chain(of_memory).collect()
}

async fn of_starts(deployed: &mut Deployed, hello: &Path) -> Result<Vec<Check>, Failure> {
    let packages = deployed.packages();
    deployed.add(HELLO, Program { file: hello.to_owned(), arguments: Vec::new() }).await?;
    let mut cpu = vec![Duration::MAX; packages.len() + 1];
    for _ in 0..STARTS {
        let names = packages.iter().map(String::as_str).chain([HELLO]);
        for (name, least) in names.zip(&mut cpu) {
            *least = deployed.restart(name).await?.taken.cpu.min(*least);
        }
    }
    let hello = cpu.pop().unwrap_or_default().as_secs_f64();
    let template = Template::of_this_build()?;
    // A client waits for its answers, so it opens connections at its start.
    let answers = |package: &str| template.functions.iter().any(|one| one.package == package && !one.routes.is_empty());
    let check = |(package, cpu): (String, Duration)| Check {
        limit: match package.as_str() {
            WITH_TABLES => START_WITH_TABLES,
            package if answers(package) => START_WITH_CONNECTIONS,
            _ => START,
        },
        figure: cpu.as_secs_f64() / hello,
        what: format!("{package}: start over hello-world"),
    };
    Ok(packages.into_iter().zip(cpu).map(check).collect())
}
