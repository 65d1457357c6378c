//! Measures the figures of docs/performance.md. Each command makes one section. On a shared machine only CPU time, minima and counts are
//! reliable, so every command reports them in addition to times.

mod api;
mod bare_hash;
mod cold_start;
mod company;
mod compare;
mod costs;
mod deployed;
mod guard;
mod import;
mod local_stack;
mod log_lines;
mod plot;
mod prices;
mod process;
mod profile;
mod progress;
mod recoveries;
mod report;
mod rivals;
mod routes;
mod runtime_api;
mod scale;
mod tls_proxy;

use std::process::ExitCode;

use clap::Parser;

/// Why a measurement failed.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Measures Readmit.
#[derive(Parser)]
#[command(name = "readmit-bench", version)]
enum Command {
    /// Starts of every function, and their first events over TLS
    ColdStart(cold_start::Flags),
    /// Warm requests of every route, beside a bare Argon2id
    Routes(routes::Flags),
    /// Instructions of a warm request, by the origin of the code
    Profile(profile::Flags),
    /// Starts, first events and warm requests of two builds side by side
    Compare(compare::Flags),
    /// Whether starts, requests and memory are within their limits
    Guard(guard::Flags),
    /// Requests, units and the price of a million recoveries
    Costs(costs::Flags),
    /// Whole recoveries against the local stack, several at a time
    Recoveries(recoveries::Flags),
    /// The same recoveries beside those of Glewlwyd, better-auth and django-allauth
    Rivals(rivals::Flags),
    /// The import of a large company into the local stack, and the state after a kill
    Import(import::Flags),
    /// The import of a file into the local stack, which is killed twice meanwhile
    ImportFile(import::file::Flags),
    /// The same requests of companies of very different sizes
    Scale(scale::Flags),
}

#[tokio::main]
#[expect(clippy::print_stderr, reason = "the last word of a command that fails")]
async fn main() -> ExitCode {
    let ended = match Command::parse() {
        Command::ColdStart(flags) => cold_start::run(&flags).await,
        Command::Routes(flags) => routes::run(&flags).await,
        Command::Profile(flags) => profile::run(&flags).await,
        Command::Compare(flags) => compare::run(&flags).await,
        Command::Guard(flags) => guard::run(&flags).await,
        Command::Costs(flags) => costs::run(&flags).await,
        Command::Recoveries(flags) => recoveries::run(&flags).await,
        Command::Rivals(flags) => rivals::run(&flags).await,
        Command::Import(flags) => import::run(&flags).await,
        Command::ImportFile(flags) => import::file::run(&flags).await,
        Command::Scale(flags) => scale::run(&flags).await,
    };
    // Certificates of this run, if it made any.
    let _ = std::fs::remove_dir_all(deployed::scratch());
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("readmit-bench: {error}");
            ExitCode::FAILURE
        }
    }
}
