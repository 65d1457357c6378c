//! What each route costs a function that is warm, in CPU and time, and a bare Argon2id in the same run.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Args;
use readmit::domain::HashMemory;

use crate::Failure;
use crate::api::Api;
use crate::bare::hash;
use crate::company::{Company, Kind};
use crate::deployed::{Deployed, scratch};
use crate::front::Certificates;
use crate::plot::{Bar, bars};
use crate::report::{Report, least, mb, median, ms};

/// Rounds before those that count.
const WARM_UP: usize = 3;

/// Measures warm requests.
#[derive(Args)]
pub struct Flags {
    /// What `sam build` made with the profile that is deployed
    #[arg(long, value_name = "FOLDER")]
    functions: PathBuf,
    /// How often each is asked
    #[arg(long, default_value_t = 40)]
    rounds: usize,
    /// Put the section into docs/performance.md
    #[arg(long)]
    write: bool,
}

#[derive(Default)]
struct Seen {
    cpu: Vec<Duration>,
    wall: Vec<Duration>,
}

/// Runs it.
pub async fn run(flags: &Flags) -> Result<(), Failure> {
    let certificates = Certificates::make(&scratch())?;
    let mut deployed = Deployed::start(&flags.functions, &certificates).await?;
    deployed.start_all().await?;
    let api = Api::new(deployed.stack().api())?;
    let rounds = WARM_UP + flags.rounds;
    let company = Company::found(&api, rounds * Kind::ALL.len(), &deployed.stack().secrets().arn()).await?;

    let mut seen: Vec<Seen> = Kind::ALL.iter().map(|_| Seen::default()).collect();
    let (mut bare, memory) = (Seen::default(), HashMemory::default());
    for round in 0..rounds {
        for (kind, seen) in Kind::ALL.into_iter().zip(&mut seen) {
            let (_, function) = kind.name_and_function();
            let ask = company.prepare(kind).await?;
            let runtime = deployed.api(function)?;
            let (before, asked) = (deployed.taken(function)?, runtime.times_asked());
            let sent = Instant::now();
            api.ask(ask).await?;
            let wall = sent.elapsed();
            runtime.asked(asked + 1).await;
            let cpu = deployed.taken(function)?.cpu.saturating_sub(before.cpu);
            if round >= WARM_UP {
                seen.cpu.push(cpu);
                seen.wall.push(wall);
            }
        }
        let (cpu, wall) = hash(&memory)?;
        if round >= WARM_UP {
            bare.cpu.push(cpu);
            bare.wall.push(wall);
        }
    }
    let resident = |package: &str| deployed.taken(package).map(|taken| (package.to_owned(), taken.peak_rss));
    let memory = deployed.packages().iter().map(|package| resident(package)).collect::<Result<Vec<_>, _>>()?;
    report(&seen, &bare, &memory, flags.write)
}

fn report(seen: &[Seen], bare: &Seen, memory: &[(String, u64)], write: bool) -> Result<(), Failure> {
    let hash = median(&bare.cpu).unwrap_or_default();
    let row = |name: &str, seen: &Seen, over: String| {
        let of = |values: &[Duration]| [median(values), least(values)].map(|value| ms(value.unwrap_or_default()));
        let [cpu, least_cpu] = of(&seen.cpu);
        let [wall, least_wall] = of(&seen.wall);
        vec![name.to_owned(), cpu, least_cpu, over, wall, least_wall]
    };
    let mut rows = vec![row("Argon2id alone", bare, "1.00".to_owned())];
    for (kind, seen) in Kind::ALL.into_iter().zip(seen) {
        let cpu = median(&seen.cpu).unwrap_or_default();
        let over = || format!("{:.2}", cpu.as_secs_f64() / hash.as_secs_f64());
        rows.push(row(kind.name_and_function().0, seen, if kind.hashes() { over() } else { String::new() }));
    }
    let mut report = Report::new("routes");
    let header = ["request", "CPU, ms", "least", "over the hash", "time, ms", "least"];
    report.table(&header, &rows);
    let light: Vec<Bar> = Kind::ALL
        .into_iter()
        .zip(seen)
        .filter(|(kind, _)| !kind.hashes() && *kind != Kind::Import)
        .map(|(kind, seen)| {
            Bar::new(kind.name_and_function().0, median(&seen.cpu).unwrap_or_default().as_secs_f64() * 1e3)
        })
        .collect();
    let picture = bars("CPU of a warm request without a hash, ms", &light)?;
    report.picture("routes.svg", "CPU of a warm request without a hash", &picture, write)?;
    let rows: Vec<_> = memory.iter().map(|(package, peak)| vec![format!("`{package}`"), mb(*peak)]).collect();
    report.table(&["function", "most memory, MB"], &rows);
    report.end(write)
}
