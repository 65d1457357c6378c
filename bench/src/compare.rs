//! Compares two builds of the same functions: starts, first events and warm requests, alternately in one run.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::Failure;
use crate::api::Api;
use crate::company::{Company, Kind};
use crate::deployed::{Deployed, scratch};
use crate::process::Program;
use crate::report::{Report, least, median, ms};
use crate::tls_proxy::Certificates;
use readmit::keyring::RootSecret;

/// At least one kind of request for each function. Not for notify, which only the stream calls.
const KINDS: [Kind; 14] = [
    Kind::ListEmployees,
    Kind::ListAuditEvents,
    Kind::Issue,
    Kind::Redeem,
    Kind::Revoke,
    Kind::SetUpTotp,
    Kind::SetPassword,
    Kind::Complete,
    Kind::SignIn,
    Kind::SignOut,
    Kind::TrackDelivery,
    Kind::CleanUp,
    Kind::Import,
    Kind::RotateRootSecret,
];
/// The number of requests to a process after its first.
const WARM: usize = 4;

/// Compares two builds.
#[derive(Args)]
pub struct Flags {
    /// What `sam build` made of the tree as it is
    #[arg(long, value_name = "FOLDER")]
    functions: PathBuf,
    /// What `sam build` made of another commit, with the same tables
    #[arg(long, value_name = "FOLDER")]
    before: PathBuf,
    /// How often each is started
    #[arg(long, default_value_t = 15)]
    rounds: usize,
    /// Put the section into docs/performance.md
    #[arg(long)]
    write: bool,
}

/// The CPU times of one build for one kind of request.
#[derive(Default)]
struct Seen {
    start: Vec<Duration>,
    first: Vec<Duration>,
    warm: Vec<Duration>,
}

/// Runs it.
pub async fn run(flags: &Flags) -> Result<(), Failure> {
    let certificates = Certificates::make(&scratch())?;
    let mut deployed = Deployed::start(&flags.functions, &certificates).await?;
    deployed.start_all().await?;
    let api = Api::new(deployed.stack().api())?;
    let people = 2 * flags.rounds * (1 + WARM) * KINDS.len();
    let company = Company::found(&api, people, &deployed.stack().secrets().arn(RootSecret::Sessions)).await?;

    let mut seen: Vec<[Seen; 2]> = KINDS.iter().map(|_| Default::default()).collect();
    for round in 0..flags.rounds {
        for (kind, builds) in KINDS.into_iter().zip(&mut seen) {
            let (_, package) = kind.name_and_function();
            // The first build has colder caches, so the order alternates.
            let turns = if round % 2 == 0 { [0, 1] } else { [1, 0] };
            for (build, seen) in turns.into_iter().zip(in_order(builds, turns)) {
                let folder = if build == 0 { &flags.before } else { &flags.functions };
                // Before the start, because preparing may call the function itself.
                let first = company.prepare(kind).await?;
                deployed.replace(package, |now| in_folder(now, folder))?;
                seen.start.push(deployed.restart(package).await?.taken.cpu);
                seen.first.push(deployed.cpu_of(package, api.ask(first)).await?);
                for _ in 0..WARM {
                    seen.warm.push(deployed.cpu_of(package, api.ask(company.prepare(kind).await?)).await?);
                }
            }
            // Later requests are prepared with the build of this tree.
            deployed.replace(package, |now| in_folder(now, &flags.functions))?;
            deployed.restart(package).await?;
        }
    }
    report(&seen, flags.write)
}

fn in_order(builds: &mut [Seen; 2], turns: [usize; 2]) -> [&mut Seen; 2] {
    let [before, after] = builds;
    if turns[0] == 0 { [before, after] } else { [after, before] }
}

/// The same function in another build.
fn in_folder(program: &Program, folder: &std::path::Path) -> Program {
    let logical_id = program.file.parent().and_then(|parent| parent.file_name()).unwrap_or_default();
    Program { file: folder.join(logical_id).join("bootstrap"), arguments: Vec::new() }
}

fn report(seen: &[[Seen; 2]], write: bool) -> Result<(), Failure> {
    let part = |before: &[Duration], after: &[Duration]| {
        let [was, is] = [before, after].map(|cpu| median(cpu).unwrap_or_default());
        let [least_was, least_is] = [before, after].map(|cpu| least(cpu).unwrap_or_default());
        let over =
            |is: Duration, was: Duration| format!("{:+.0} %", (is.as_secs_f64() / was.as_secs_f64() - 1.0) * 100.0);
        [ms(was), ms(is), over(is, was), over(least_is, least_was)]
    };
    let rows: Vec<Vec<String>> = KINDS
        .iter()
        .zip(seen)
        .map(|(kind, [before, after])| {
            let parts = [(&before.start, &after.start), (&before.first, &after.first), (&before.warm, &after.warm)];
            let figures = parts.into_iter().flat_map(|(before, after)| part(before, after));
            [kind.name_and_function().0.to_owned()].into_iter().chain(figures).collect()
        })
        .collect();
    let mut report = Report::new("compare");
    report.table(
        &[
            "request",
            "start before, ms of CPU",
            "now",
            "median",
            "least",
            "first event before",
            "now",
            "median",
            "least",
            "warm before",
            "now",
            "median",
            "least",
        ],
        &rows,
    );
    report.end(write)
}
