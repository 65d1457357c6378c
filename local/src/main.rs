//! `cargo run`: starts the stack, prints its addresses, and ends with Ctrl-C or SIGTERM.
//!
//! Standard output has one line of JSON, for programs. Standard error has a table of the addresses, for people.

mod flags;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use readmit::Environment;
use readmit_local::{Log, Stack};
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::flags::Flags;

type Failure = Box<dyn std::error::Error>;

#[tokio::main]
#[expect(clippy::print_stderr, reason = "the last word of a command that fails")]
async fn main() -> ExitCode {
    let flags = Flags::parse();
    let log = flags.log();
    match run(flags, &log).await {
        Ok(()) => {
            log.delete_temporary();
            ExitCode::SUCCESS
        }
        Err(error) => {
            let log = log.written_file().map(|path| format!(" (log: {})", path.display()));
            eprintln!("readmit: {error}{}", log.unwrap_or_default());
            ExitCode::FAILURE
        }
    }
}

async fn run(flags: Flags, log: &Log) -> Result<(), Failure> {
    log.start(&Environment::of_process())?;
    let mut end = End::new()?;
    let stack = tokio::select! {
        stack = Stack::start(flags.into()) => stack?,
        () = end.asked() => return Ok(()),
    };
    let ready = stack.ready();
    writeln!(io::stdout(), "{}", serde_json::to_string(ready)?)?;
    // Without anybody who reads the table the stack runs all the same.
    let _ = write!(io::stderr(), "{}", ready.table(&log.place()));
    end.asked().await;
    tokio::select! {
        () = stack.stop() => Ok(()),
        // The second signal ends the process without waiting.
        () = end.asked() => Err("ended without waiting".into()),
    }
}

/// The signals that end the process.
struct End {
    interrupt: Signal,
    terminate: Signal,
}

impl End {
    fn new() -> io::Result<Self> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn asked(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
