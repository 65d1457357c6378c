//! The command line. Each flag also has an environment variable.

use std::path::PathBuf;

use clap::Parser;
use clap::builder::BoolishValueParser;
use readmit_local::{Employees, Log, Options};

/// Starts the whole system on localhost, without a network.
#[derive(Parser)]
#[command(name = "readmit-local", version)]
pub struct Flags {
    /// The port of the API on localhost; 0 picks a free one
    #[arg(long, env = "READMIT_LOCAL_PORT", default_value_t = 3000)]
    port: u16,
    /// Keep everything in this directory; in memory if left out
    #[arg(long, env = "READMIT_LOCAL_DATA_DIR", value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Load these employees at the start: JSON (import-employees events) or CSV of one company; the sample company if left out
    #[arg(long, env = "READMIT_LOCAL_EMPLOYEES", value_name = "FILE")]
    employees: Option<PathBuf>,
    /// Let POST /_local/clock move every function's clock
    #[arg(long, env = "READMIT_LOCAL_CLOCK_CONTROL", value_parser = BoolishValueParser::new())]
    clock_control: bool,
    /// Do not serve the portal at /
    #[arg(long, env = "READMIT_LOCAL_NO_PORTAL", value_parser = BoolishValueParser::new())]
    no_portal: bool,
    /// Leave out the dock at the foot of every page, and the help on the sign-in page
    #[arg(long, env = "READMIT_LOCAL_NO_DOCK", value_parser = BoolishValueParser::new())]
    no_dock: bool,
    /// Do not report mails as delivered by itself: only POST /_local/delivery reports
    #[arg(long, env = "READMIT_LOCAL_NO_DELIVERY", value_parser = BoolishValueParser::new())]
    no_delivery: bool,
    /// Write the log to standard error, not to a file
    #[arg(long, env = "READMIT_LOCAL_LOG", value_parser = BoolishValueParser::new())]
    log: bool,
}

impl Flags {
    /// Where the log goes.
    pub fn log(&self) -> Log {
        if self.log { Log::StandardError } else { Log::in_file(self.data_dir.as_deref()) }
    }
}

impl From<Flags> for Options {
    fn from(flags: Flags) -> Self {
        Self {
            port: flags.port,
            data_dir: flags.data_dir,
            employees: flags.employees.map_or(Employees::Sample, Employees::File),
            clock_control: flags.clock_control,
            portal: !flags.no_portal,
            dock: !flags.no_dock,
            follow_stream: true,
            delivers_mail: !flags.no_delivery,
        }
    }
}
