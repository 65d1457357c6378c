//! The whole of Readmit in one process on loopback, without a network, Docker or an account: `cargo run`.
//!
//! What AWS does around the functions is played here: an embedded DynamoDB (`database`), API Gateway (`gateway`), SES
//! (`ses`, with the mails in `mailbox`), Secrets Manager (`secrets`), Lambda's own address (`lambda_api`), the scheduler
//! (`schedule`) and the host of the portal's files (`portal`); `authenticator` plays the app on a phone. Routes, tables,
//! schedules and the secret are read from `template.yaml`, and the functions are the deployed ones, given the same
//! events: nothing in them knows that it runs here.

mod answer;
mod api_page;
mod authenticator;
mod aws_ids;
mod control;
mod data_dir;
mod database;
pub mod dynamodb;
pub mod environment;
mod event;
pub mod functions;
mod gateway;
mod guard;
mod invoker;
mod lambda_api;
pub mod log;
mod loopback;
mod mailbox;
mod mailbox_page;
mod moving_clock;
mod portal;
pub mod reports;
mod schedule;
mod secrets;
pub mod seed;
mod ses;
mod ses_and_secrets;
mod stack;
mod stream;
pub mod template;

use std::path::PathBuf;

pub use data_dir::DataDirError;
pub use database::{Database, DatabaseError, engine};
pub use dynoxide::Database as Engine;
pub use invoker::Process;
pub use mailbox::{Email, Mailbox};
pub use moving_clock::MovingClock;
pub use secrets::Secrets;
pub use seed::enrolment::Admin;
pub use stack::{Detours, Ready, Stack, StartError};

/// How the stack is to be started.
pub struct Options {
    /// The port of the API on 127.0.0.1; 0 picks a free one.
    pub port: u16,
    /// Where everything is kept; in memory if there is none.
    pub data_dir: Option<PathBuf>,
    /// Who is in the directory at the start.
    pub employees: Employees,
    /// Whether `POST /_local/clock` is there.
    pub clock_control: bool,
    /// Whether the portal is at `/`.
    pub portal: bool,
    /// Whether the stream of the trail is followed by itself.
    pub follow_stream: bool,
}

/// Who is in the directory at the start.
pub enum Employees {
    /// The sample company, whose first Security Admin is enrolled.
    Sample,
    /// Those of a file: JSON (one `import-employees` event or a list of them) or CSV of one company.
    File(PathBuf),
    /// Nobody: tests bring their own.
    Nobody,
}
