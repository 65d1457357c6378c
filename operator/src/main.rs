//! `readmit-trail`: writes a company's trail to standard output, newest first, as JSON Lines or CSV.
//!
//! It reads page by page and keeps no more than a page. Region and credentials come from the environment, as a function's do;
//! `AWS_ENDPOINT_URL_DYNAMODB` points it at the local stack. What it wants leave for is `dynamodb:Query` on the index
//! `by_company`.

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

/// Writes a company's trail to standard output, newest first.
#[derive(Parser)]
#[command(name = "readmit-trail", version, after_help = ENVIRONMENT)]
struct Flags {
    /// Whose trail
    #[arg(long, value_name = "COMPANY_ID")]
    company: CompanyId,
    /// Written as what
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

/// How many events were written.
async fn run(flags: &Flags) -> Result<u64, Failure> {
    let environment = Environment::of_process();
    let reader = AuditReader::new(&Aws::of_process(&environment).await?, &environment)?;
    Export::begin(flags.format, BufWriter::new(io::stdout().lock()))?.write_all(&reader, flags.company).await
}
