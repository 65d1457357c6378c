//! `readmit-trail`: writes a company's audit events to standard output, newest first, as JSON Lines or CSV.
//!
//! It keeps only one page in memory. Region and credentials come from the environment, like a function's; with `AWS_ENDPOINT_URL_DYNAMODB` it
//! reads the local stack. It needs the permission `dynamodb:Query` on the index `by_company`.

mod csv_row;
mod export;
mod json;

use std::io::{self, BufWriter};
use std::process::ExitCode;

use clap::Parser;
use readmit::domain::CompanyId;
use readmit::store::AuditReader;
use readmit::{Aws, Environment};

use crate::export::{Export, Failure, Format};

const ENVIRONMENT: &str =
    "From the environment: AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN (if there is one),
READMIT_AUDIT_TABLE, and AWS_ENDPOINT_URL_DYNAMODB for another store than AWS's.";

/// Writes a company's audit events to standard output, newest first.
#[derive(Parser)]
#[command(name = "readmit-trail", version, after_help = ENVIRONMENT)]
struct Flags {
    /// The id of the company
    #[arg(long, value_name = "COMPANY_ID")]
    company: CompanyId,
    /// The format
    #[arg(long, value_enum)]
    format: Format,
}

#[tokio::main(flavor = "current_thread")]
#[expect(clippy::print_stderr, reason = "standard output is the export's")]
async fn main() -> ExitCode {
    match run(&Flags::parse()).await {
        Ok(count) => {
            eprintln!("readmit-trail: {count} events");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("readmit-trail: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Returns the number of written events.
async fn run(flags: &Flags) -> Result<u64, Failure> {
    let environment = Environment::of_process();
    let reader = AuditReader::new(&Aws::of_process(&environment).await?, &environment)?;
    Export::begin(flags.format, BufWriter::new(io::stdout().lock()))?.write_all(&reader, flags.company).await
}
