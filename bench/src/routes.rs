//! The CPU and time of each route in a warm function, and of a bare Argon2id hash in the same run.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use readmit::domain::HashMemory;

use crate::Failure;
use crate::api::Api;
use crate::bare_hash::hash;
use crate::company::{Company, Kind};
use crate::deployed::{Deployed, scratch};
use crate::plot::{Bar, bars};
use crate::process::Taken;
use crate::report::{Report, least, mb, median, ms};
use crate::tls_proxy::Certificates;
use readmit::keyring::RootSecret;

/// The number of rounds before the measured ones.
const WARM_UP: usize = 3;

/// The requests from the issue of a code to the holder's next sign-in.
const RECOVERY: [Kind; 6] =
    [Kind::Issue, Kind::Redeem, Kind::SetPassword, Kind::SetUpTotp, Kind::Complete, Kind::SignIn];

/// Measures warm requests.
#[derive(Args)]
pub struct Flags {
    /// What `sam build` made with the profile that is deployed
    #[arg(long, value_name = "FOLDER")]
    functions: PathBuf,
    /// How often each is asked
    #[arg(long, default_value_t = 40)]
    rounds: usize,
    /// These requests alone, by their names in the table
    #[arg(long, value_name = "REQUEST", conflicts_with = "write")]
    only: Vec<String>,
    /// Put the section into docs/performance.md
    #[arg(long)]
    write: bool,
}

/// The measurements of one kind of request.
pub struct Seen {
    /// The kind.
    pub kind: Kind,
    /// The CPU time of each request.
    pub cpu: Vec<Duration>,
    /// The time from the event to the answer of each request.
    wall: Vec<Duration>,
}

/// The measurements of warm functions.
pub struct Measured {
    /// The measurements by kind.
    pub seen: Vec<Seen>,
    /// The CPU times of Argon2id alone.
    pub bare: Vec<Duration>,
    /// The resources of each function after its last request, by package.
    pub taken: Vec<(String, Taken)>,
}

impl Flags {
    fn asks(&self, kind: Kind) -> bool {
        self.only.is_empty() || self.only.iter().any(|name| name == kind.name_and_function().0)
    }
}

/// Runs it.
pub async fn run(flags: &Flags) -> Result<(), Failure> {
    let certificates = Certificates::make(&scratch())?;
    let mut deployed = Deployed::start(&flags.functions, &certificates).await?;
    let kinds: Vec<Kind> = Kind::ALL.into_iter().filter(|kind| flags.asks(*kind)).collect();
    report(&measure(&mut deployed, &kinds, flags.rounds).await?, flags.write)
}

/// Sends one request of each kind in every round.
pub async fn measure(deployed: &mut Deployed, kinds: &[Kind], rounds: usize) -> Result<Measured, Failure> {
    deployed.start_all().await?;
    let api = Api::new(deployed.stack().api())?;
    let people = (WARM_UP + rounds) * kinds.len();
    let company = Company::found(&api, people, &deployed.stack().secrets().arn(RootSecret::Sessions)).await?;

    let mut seen: Vec<Seen> =
        kinds.iter().map(|kind| Seen { kind: *kind, cpu: Vec::new(), wall: Vec::new() }).collect();
    let (mut bare, memory) = (Vec::new(), HashMemory::default());
    for round in 0..WARM_UP + rounds {
        for seen in &mut seen {
            let (_, function) = seen.kind.name_and_function();
            let ask = company.prepare(seen.kind).await?;
            let cpu = deployed.cpu_of(function, api.ask(ask)).await?;
            if round >= WARM_UP {
                seen.cpu.push(cpu);
                seen.wall.push(deployed.api(function)?.latest());
            }
        }
        let cpu = hash(&memory)?;
        if round >= WARM_UP {
            bare.push(cpu);
        }
    }
    let mut taken = Vec::new();
    for package in deployed.packages() {
        let (of_function, _) = deployed.idle(&package).await?;
        taken.push((package, of_function));
    }
    Ok(Measured { seen, bare, taken })
}

fn report(measured: &Measured, write: bool) -> Result<(), Failure> {
    let middle = |values: &[Duration]| median(values).unwrap_or_default();
    let both = |values: &[Duration]| [ms(middle(values)), ms(least(values).unwrap_or_default())];
    let hash = middle(&measured.bare).as_secs_f64();
    let [bare, least_bare] = both(&measured.bare);
    let mut rows = vec![vec!["Argon2id alone".to_owned(), bare, least_bare, "1.00".to_owned(), String::new()]];
    for seen in &measured.seen {
        let [cpu, least_cpu] = both(&seen.cpu);
        let over = format!("{:.2}", middle(&seen.cpu).as_secs_f64() / hash);
        let name = seen.kind.name_and_function().0.to_owned();
        let over = if seen.kind.hashes() { over } else { String::new() };
        rows.push(vec![name, cpu, least_cpu, over, ms(middle(&seen.wall))]);
    }
    let mut report = Report::new("routes");
    report.table(&["request", "CPU, ms", "least", "over the hash", "from event to answer, ms"], &rows);
    let of_recovery = measured.seen.iter().filter(|seen| RECOVERY.contains(&seen.kind));
    if of_recovery.clone().count() == RECOVERY.len() {
        let [sum, least_sum] = [median::<Duration>, least::<Duration>]
            .map(|choose| ms(of_recovery.clone().filter_map(|seen| choose(&seen.cpu)).sum()));
        report.say(&format!(
            "The requests of a whole recovery (issue, redeem, the password, TOTP, completion, sign-in) take {sum} ms of the functions' CPU \
             together, {least_sum} at least."
        ));
    }
    let light = measured.seen.iter().filter(|seen| !seen.kind.hashes() && seen.kind != Kind::Import);
    let light: Vec<Bar> =
        light.map(|seen| Bar::new(seen.kind.name_and_function().0, middle(&seen.cpu).as_secs_f64() * 1e3)).collect();
    let picture = bars("CPU of a warm request without a hash, ms", &light)?;
    report.picture("routes.svg", "CPU of a warm request without a hash", &picture, write)?;
    let memory = |(package, taken): &(String, Taken)| vec![format!("`{package}`"), mb(taken.peak_rss), mb(taken.rss)];
    report.table(
        &["function", "most memory, MB", "memory at the end, MB"],
        &measured.taken.iter().map(memory).collect::<Vec<_>>(),
    );
    report.end(write)
}
