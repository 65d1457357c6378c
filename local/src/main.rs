//! `cargo run`: starts the stack, prints its addresses, and ends with Ctrl-C or SIGTERM.

mod flags;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use readmit::Environment;
use readmit_local::{Stack, log};
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::flags::Flags;

type Failure = Box<dyn std::error::Error>;

#[tokio::main]
#[expect(clippy::print_stderr, reason = "the last word of a command that fails")]
async fn main() -> ExitCode {
    match run(Flags::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("readmit: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(flags: Flags) -> Result<(), Failure> {
    log::start(&Environment::of_process())?;
    let mut end = End::new()?;
    let stack = tokio::select! {
        stack = Stack::start(flags.into()) => stack?,
        () = end.asked() => return Ok(()),
    };
    writeln!(io::stdout(), "{}", serde_json::to_string(stack.ready())?)?;
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
