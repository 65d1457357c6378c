//! The import of a file of people into the local stack, which is killed twice meanwhile: its speed, and what the tables hold afterwards.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use aws_config::Region;
use aws_credential_types::Credentials;
use clap::Args;
use readmit::domain::{CompanyId, ImportId};
use readmit::{Aws, Clock, Environment};
use readmit_operator::check::{Tables, check};
use readmit_operator::import::{Counts, Importer};
use serde_json::json;
use tokio::sync::watch;

use super::ledger::Ledger;
use super::people::People;
use crate::Failure;
use crate::api::text;
use crate::deployed::scratch;
use crate::local_stack::LocalStack;
use crate::progress;
use crate::report::{Report, mb};

/// The rows of a piece of a file.
const PIECE: usize = 1_000;

/// Measures the import of a file.
#[derive(Args)]
pub struct Flags {
    /// The program of the local stack
    #[arg(long, value_name = "FILE")]
    local: PathBuf,
    /// How many people are imported
    #[arg(long, default_value_t = 100_000)]
    employees: usize,
    /// Put the section into docs/performance.md
    #[arg(long)]
    write: bool,
}

pub async fn run(flags: &Flags) -> Result<(), Failure> {
    let folder = scratch();
    std::fs::create_dir_all(&folder)?;
    let people = People::make_up(flags.employees, 1);
    let founder_file = folder.join("founder.json");
    std::fs::write(&founder_file, people.import(&people.founder).to_string())?;
    let data_dir = folder.join("file");
    let start = || LocalStack::start(&flags.local, Some(&data_dir), Some(&founder_file));
    let pieces = flags.employees.div_ceil(PIECE);

    let mut stack = start().await?;
    let told = stack.api.invoke("import-employees", people.import(&people.founder)).await?;
    let company_id: CompanyId = text(&told, "company_id")?.parse()?;
    let event = json!({"mode": "update", "company": {"company_id": company_id}});
    let begun = Instant::now();
    let started = importer(&stack)?.start(&"uploads/people.csv".parse()?, csv(&people).as_bytes(), event).await?;
    let mut restarts = Duration::ZERO;
    for kill in 1..=2 {
        run_until(&stack, started.import_id, pieces * kill / 3).await?;
        stack.kill()?;
        let killed = Instant::now();
        stack = start().await?;
        restarts += killed.elapsed();
    }
    let bar = progress::bar("imports", flags.employees);
    let follow = importer(&stack)?;
    let (sum, _) = follow.follow(started.import_id, |_, sum| bar.set_position(sum.rows())).await?;
    bar.finish_and_clear();
    let took = begun.elapsed();
    let taken = stack.taken()?;

    let all = Counts { created: people.rows.len() as u64, ..Counts::default() };
    if sum != all {
        return Err(format!("the reports count {sum:?}").into());
    }
    Ledger::read(&stack.dynamodb).await?.holds_exactly(people.everybody())?;
    let faults = check(&tables(&stack)?).await?;
    if let Some(fault) = faults.first() {
        return Err(format!("readmit-check finds {} faults, first {fault:?}", faults.len()).into());
    }
    let mut report = Report::new("import-file");
    report.say(&format!(
        "{} people of a file into a data directory in {:.1} s: {:.0} a second. SIGKILL came during two of its {pieces} pieces; the two \
         new starts, {:.1} s, are part of the time. After the last start the process had at most {} MB of memory. Each person is there \
         once, the reports count each as created, and `readmit-check` finds nothing.",
        flags.employees,
        took.as_secs_f64(),
        flags.employees as f64 / took.as_secs_f64(),
        restarts.as_secs_f64(),
        mb(taken.peak_rss),
    ));
    report.end(flags.write)
}

/// Follows the import until this many pieces are done and the next one is under way.
async fn run_until(stack: &LocalStack, import_id: ImportId, pieces: usize) -> Result<(), Failure> {
    let (done, mut seen) = watch::channel(0);
    let importer = importer(stack)?;
    let begun = Instant::now();
    tokio::select! {
        ended = importer.follow(import_id, |_, _| done.send_modify(|done| *done += 1)) => {
            ended?;
            return Err("the import ended before it was killed: take more people".into());
        }
        seen = seen.wait_for(|done| *done >= pieces) => drop(seen?),
    }
    // A third of the time of a piece: then some of its people are written.
    tokio::time::sleep(begun.elapsed() / pieces.max(1) as u32 / 3).await;
    Ok(())
}

fn csv(people: &People) -> String {
    let columns = ["email", "name", "external_id", "role", "account_type", "status"];
    let line = |row: &serde_json::Value| columns.map(|name| row[name].as_str().unwrap_or_default()).join(",");
    std::iter::once(columns.join(",")).chain(people.rows.iter().map(line)).map(|line| line + "\n").collect()
}

fn importer(stack: &LocalStack) -> Result<Importer, Failure> {
    let (aws, environment) = operator(stack)?;
    Ok(Importer::new(&aws, &environment, Clock::system(), "import-employees".to_owned())?)
}

fn tables(stack: &LocalStack) -> Result<Tables, Failure> {
    let (aws, environment) = operator(stack)?;
    Ok(Tables::of(aws.dynamodb(), &environment, Clock::system().now())?)
}

/// The clients and the environment of an operator of this stack.
fn operator(stack: &LocalStack) -> Result<(Aws, Environment), Failure> {
    let table = |name: &str| format!("readmit-{name}");
    let environment = Environment::of_process()
        .with("AWS_ENDPOINT_URL_S3", &stack.files)
        .with("AWS_ENDPOINT_URL_LAMBDA", stack.api.url())
        .with("AWS_ENDPOINT_URL_DYNAMODB", &stack.dynamodb)
        .with("READMIT_IMPORT_BUCKET", &table("import"))
        .with("READMIT_EMPLOYEES_TABLE", &table("employees"))
        .with("READMIT_CREDENTIALS_TABLE", &table("credentials"))
        .with("READMIT_PASSCODES_TABLE", &table("passcodes"))
        .with("READMIT_AUDIT_TABLE", &table("audit"));
    let credentials = Credentials::new("operator", "local", None, None, "local");
    Ok((Aws::new(&environment, Region::from_static("eu-west-1"), credentials)?, environment))
}
