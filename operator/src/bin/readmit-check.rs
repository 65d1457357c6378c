//! `readmit-check`: writes each inconsistency of the tables to standard output, as one line of JSON.
//!
//! It needs `dynamodb:Scan` on the four tables, and with `--repair` also `GetItem`, `PutItem`, `UpdateItem`, `DeleteItem` and
//! `ConditionCheckItem` on employees, credentials and passcodes. It needs about a kilobyte of memory for each person.

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::Parser;
use readmit::{Aws, Clock, Environment};
use readmit_operator::check::{Failure, Fault, Tables, check, repair};
use serde::Serialize;

const ENVIRONMENT: &str =
    "From the environment: AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN (if there is one),
READMIT_EMPLOYEES_TABLE, READMIT_CREDENTIALS_TABLE, READMIT_PASSCODES_TABLE, READMIT_AUDIT_TABLE,
READMIT_AUDIT_RETENTION_DAYS (if the trail is not kept for ever), and AWS_ENDPOINT_URL_DYNAMODB for another store
than AWS's. Ends with 0 if nothing disagrees, with 1 if something does, with 2 if that could not be found out.";

/// Reports where live or restored tables disagree.
#[derive(Parser)]
#[command(name = "readmit-check", version, after_help = ENVIRONMENT)]
struct Flags {
    /// Repair what is safe: delete rows without a person, write missing search words, correct index keys
    #[arg(long)]
    repair: bool,
}

#[derive(Serialize)]
struct Line<'a> {
    #[serde(flatten)]
    fault: &'a Fault,
    repaired: bool,
}

#[tokio::main(flavor = "current_thread")]
#[expect(clippy::print_stderr, reason = "standard output has the faults")]
async fn main() -> ExitCode {
    match run(&Flags::parse()).await {
        Ok(0) => ExitCode::SUCCESS,
        Ok(left) => {
            eprintln!("readmit-check: {left} left");
            ExitCode::from(1)
        }
        Err(error) => {
            eprintln!("readmit-check: {error}");
            ExitCode::from(2)
        }
    }
}

/// Returns the number of faults that are left.
async fn run(flags: &Flags) -> Result<usize, Failure> {
    let environment = Environment::of_process();
    let client = Aws::of_process(&environment).await.map_err(|error| error.to_string())?.dynamodb();
    let tables = Tables::of(client, &environment, Clock::system().now())?;
    let (mut out, mut left) = (io::stdout().lock(), 0);
    for fault in check(&tables).await? {
        let repaired = flags.repair && repair(&tables, &fault).await?;
        left += usize::from(!repaired);
        serde_json::to_writer(&mut out, &Line { fault: &fault, repaired })?;
        writeln!(out)?;
    }
    Ok(left)
}
