//! `readmit-people`: imports a file of people, follows it with a progress bar, and writes the report to standard output as JSON Lines.
//!
//! It needs `s3:PutObject` on `uploads/*` and `s3:GetObject` on `reports/*` of the bucket of imports, `s3:ListBucket` on the bucket, and
//! `lambda:InvokeFunction` on `import-employees`.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use readmit::domain::{CompanyId, ImportId, ObjectKey};
use readmit::{Aws, Clock, Environment, Random};
use readmit_operator::import::{Counts, Importer};
use serde_json::{Value, json};

type Failure = Box<dyn std::error::Error>;

const ENVIRONMENT: &str =
    "From the environment: AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN (if there is one),
READMIT_IMPORT_BUCKET, and AWS_ENDPOINT_URL_S3 and AWS_ENDPOINT_URL_LAMBDA for other services than AWS's.
Ends with 0 if no row was refused, with 1 if some were, with 2 if the import could not be started or followed.";

/// Imports files of people.
#[derive(Parser)]
#[command(name = "readmit-people", version, after_help = ENVIRONMENT)]
struct Flags {
    /// The function: the stack's output ImportEmployees, and :live
    #[arg(long, global = true, default_value = "import-employees", env = "READMIT_IMPORT_FUNCTION")]
    function: String,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Uploads a file, CSV or JSON Lines, and imports it
    Import(Import),
    /// Follows an import that was started before
    Follow { import_id: ImportId },
}

#[derive(Args)]
struct Import {
    /// The file
    file: PathBuf,
    #[command(flatten)]
    company: Company,
    /// The name of a new company. Its first 1,000 rows must have a Security Admin
    #[arg(long, value_name = "NAME")]
    create: Option<String>,
    /// Mail a first passcode to each person who has none
    #[arg(long)]
    issue_passcodes: bool,
}

#[derive(Args)]
#[group(required = true, multiple = false)]
struct Company {
    /// The id of the company
    #[arg(long, value_name = "COMPANY_ID", conflicts_with = "create")]
    company: Option<CompanyId>,
    /// Your own id of the company
    #[arg(long, value_name = "ID")]
    external_id: Option<String>,
}

#[tokio::main(flavor = "current_thread")]
#[expect(clippy::print_stderr, reason = "standard output has the report")]
async fn main() -> ExitCode {
    match run(&Flags::parse()).await {
        Ok(sum) if sum.refused == 0 => ExitCode::SUCCESS,
        Ok(sum) => {
            eprintln!("readmit-people: {} rows were refused", sum.refused);
            ExitCode::from(1)
        }
        Err(error) => {
            eprintln!("readmit-people: {error}");
            ExitCode::from(2)
        }
    }
}

async fn run(flags: &Flags) -> Result<Counts, Failure> {
    let (environment, clock) = (Environment::of_process(), Clock::system());
    let aws = Aws::of_process(&environment).await?;
    let importer = Importer::new(&aws, &environment, clock.clone(), flags.function.clone())?;
    let mut out = io::stdout().lock();
    let import_id = match &flags.command {
        Command::Follow { import_id } => *import_id,
        Command::Import(import) => {
            let bytes = std::fs::read(&import.file).map_err(|error| format!("{}: {error}", import.file.display()))?;
            let key = key(ImportId::new(clock.now(), &mut Random::system()))?;
            let started = importer.start(&key, &bytes, event(import)).await?;
            writeln!(out, "{}", json!({"import_id": started.import_id, "company_id": started.company_id}))?;
            started.import_id
        }
    };
    let bar = bar();
    let followed = importer.follow(import_id, |report, sum| {
        bar.set_length(report.file_bytes);
        bar.set_position(report.to_byte);
        bar.set_message(format!("{} people, {} refused", sum.rows(), sum.refused));
    });
    let (sum, problems) = followed.await.inspect_err(|_| bar.abandon())?;
    bar.finish_and_clear();
    for problem in &problems {
        writeln!(out, "{}", json!(problem))?;
    }
    writeln!(out, "{}", json!(sum))?;
    Ok(sum)
}

/// The import's event without its rows.
fn event(import: &Import) -> Value {
    let mut event = json!({"mode": "update", "company": {}, "issue_passcodes": import.issue_passcodes});
    if let Some(company_id) = import.company.company {
        event["company"]["company_id"] = json!(company_id);
    }
    if let Some(external_id) = &import.company.external_id {
        event["company"]["external_id"] = json!(external_id);
    }
    if let Some(name) = &import.create {
        event["mode"] = json!("create");
        event["company"]["name"] = json!(name);
    }
    event
}

/// The key of an upload. The file's own name stays on this machine: it may name a person.
fn key(unique: ImportId) -> Result<ObjectKey, Failure> {
    Ok(format!("uploads/{unique}").parse::<ObjectKey>()?)
}

/// The progress in bytes of the file.
fn bar() -> ProgressBar {
    let style = ProgressStyle::with_template("[{wide_bar}] {percent} % {msg}, {eta} left");
    ProgressBar::new(1).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
