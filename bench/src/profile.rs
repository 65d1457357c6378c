//! The instructions of a warm request under Callgrind, by the origin of their source.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{fs, io};

use clap::Args;

mod callgrind;

use callgrind::{Instructions, Owner};

use crate::Failure;
use crate::api::Api;
use crate::company::{Company, Kind};
use crate::deployed::{Deployed, scratch};
use crate::process::Program;
use crate::report::Report;
use crate::tls_proxy::Certificates;
use readmit::keyring::RootSecret;

/// The kinds of requests: those without a hash, because a hash would dominate the result.
const KINDS: [Kind; 4] = [Kind::ListEmployees, Kind::Issue, Kind::Redeem, Kind::SetUpTotp];
/// The number of requests before the measured ones.
const WARM_UP: usize = 2;

/// Counts instructions.
#[derive(Args)]
pub struct Flags {
    /// What `sam build` made with the profile that is deployed, but for the names in it, which are not stripped
    #[arg(long, value_name = "FOLDER")]
    functions: PathBuf,
    /// How often each is asked
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Put the section into docs/performance.md
    #[arg(long)]
    write: bool,
}

/// Runs it.
pub async fn run(flags: &Flags) -> Result<(), Failure> {
    let folder = scratch();
    let certificates = Certificates::make(&folder)?;
    let mut deployed = Deployed::start(&flags.functions, &certificates).await?;
    for (_, function) in KINDS.map(Kind::name_and_function) {
        deployed.replace(function, |program| under_callgrind(program, &folder.join(function)))?;
    }
    deployed.start_all().await?;
    let api = Api::new(deployed.stack().api())?;
    let people = (WARM_UP + flags.rounds) * KINDS.len();
    let company = Company::found(&api, people, &deployed.stack().secrets().arn(RootSecret::Sessions)).await?;

    let mut seen = Vec::new();
    for kind in KINDS {
        let (_, function) = kind.name_and_function();
        let mut instructions = Instructions::new();
        for round in 0..WARM_UP + flags.rounds {
            let ask = company.prepare(kind).await?;
            let (id, (_, asked)) = (deployed.id(function)?, deployed.idle(function).await?);
            control(id, "--zero")?;
            api.ask(ask).await?;
            deployed.api(function)?.asked(asked + 1).await;
            control(id, "--dump")?;
            for file in dumps(&folder, function)? {
                if round >= WARM_UP {
                    callgrind::add(&fs::read_to_string(&file)?, &mut instructions);
                }
                fs::remove_file(file)?;
            }
        }
        seen.push(instructions);
    }
    report(&seen, flags)
}

fn under_callgrind(program: &Program, out: &Path) -> Program {
    let mut arguments = vec!["--tool=callgrind".to_owned(), format!("--callgrind-out-file={}", out.display())];
    arguments.push(program.file.to_string_lossy().into_owned());
    Program { file: PathBuf::from("valgrind"), arguments }
}

/// Tells Callgrind in the process to reset its counts or to write them.
fn control(id: u32, wish: &str) -> Result<(), Failure> {
    let mut command = Command::new("callgrind_control");
    // It finds the process by the names of user and host, which are not set in the process's environment.
    command.args([wish, &id.to_string()]).env_remove("LOGNAME").env_remove("HOST");
    match command.stdout(Stdio::null()).status()?.success() {
        true => Ok(()),
        false => Err(format!("callgrind_control {wish} failed").into()),
    }
}

/// The files that Callgrind wrote for the function.
fn dumps(folder: &Path, function: &str) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.starts_with(&format!("{function}.")) {
            found.push(path);
        }
    }
    Ok(found)
}

fn report(seen: &[Instructions], flags: &Flags) -> Result<(), Failure> {
    let mut report = Report::new("profile");
    let totals: Vec<u64> = seen.iter().map(|instructions| instructions.values().sum()).collect();
    let mut rows = Vec::new();
    for owner in Owner::ALL {
        let mut row = vec![owner.name().to_owned()];
        for (instructions, total) in seen.iter().zip(&totals) {
            let taken = instructions.get(&owner).copied().unwrap_or_default();
            row.push(format!("{:.1} %", taken as f64 / *total as f64 * 100.0));
        }
        rows.push(row);
    }
    let mut all = vec!["all, in millions".to_owned()];
    all.extend(totals.iter().map(|total| format!("{:.2}", *total as f64 / flags.rounds as f64 / 1e6)));
    rows.push(all);
    let mut header = vec!["instructions in code of"];
    header.extend(KINDS.map(|kind| kind.name_and_function().0));
    report.table(&header, &rows);
    report.end(flags.write)
}
