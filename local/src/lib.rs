//! The whole system in one process on localhost, without a network, Docker or an AWS account: `cargo run`.
//!
//! This crate replaces the AWS services around the functions: an embedded DynamoDB (`database`), API Gateway (`gateway`), SES (`ses`, with
//! the mails in `mailbox`), Secrets Manager (`secrets`), S3 (`objects`), SQS (`queue`), Lambda's API (`lambda_api`), the scheduler
//! (`schedule`) and the host of the portal's files (`portal`). `authenticator` replaces the app on a phone. Routes, tables, schedules and
//! secrets are read from `template.yaml`. The functions are the deployed ones with the same events; they do not know that they run locally.

mod answer;
mod api_page;
mod authenticator;
mod aws_ids;
mod control;
mod cors;
mod data_dir;
mod database;
pub mod dynamodb;
pub mod environment;
mod etag;
mod event;
mod files_and_queues;
pub mod functions;
mod gateway;
mod guard;
mod invoker;
mod lambda_api;
mod log;
mod loopback;
mod mail_preview;
mod mailbox;
mod mailbox_page;
mod moving_clock;
mod objects;
mod pages;
mod portal;
mod queue;
mod queue_reader;
mod ready;
pub mod reports;
pub mod sample_mails;
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
pub use files_and_queues::FilesAndQueues;
pub use invoker::Process;
pub use log::Log;
pub use mailbox::{Email, Mailbox, Report};
pub use moving_clock::MovingClock;
pub use objects::Objects;
pub use queue::Queue;
pub use ready::Ready;
pub use secrets::Secrets;
pub use seed::enrolment::Admin;
pub use stack::{Detours, Stack, StartError};

/// The options of a start.
pub struct Options {
    /// The port of the API on 127.0.0.1 and ::1; 0 picks a free one.
    pub port: u16,
    /// The directory that keeps everything. None means in memory.
    pub data_dir: Option<PathBuf>,
    /// The people in the directory at the start.
    pub employees: Employees,
    /// Whether `POST /_local/clock` exists.
    pub clock_control: bool,
    /// Whether the portal is served at `/`.
    pub portal: bool,
    /// Whether every page of the portal has the dock at its foot, and the sign-in page its help.
    pub dock: bool,
    /// Whether the stream of the audit table and the queue of imports are read automatically.
    pub follow_stream: bool,
    /// Whether each mail is reported as delivered after a second. Otherwise only `POST /_local/delivery` reports.
    pub delivers_mail: bool,
}

/// The people in the directory at the start.
pub enum Employees {
    /// The sample company, with an enrolled Security Admin.
    Sample,
    /// The people of a file: JSON (one `import-employees` event or a list of them) or CSV of one company.
    File(PathBuf),
    /// Nobody. Tests add their own people.
    Nobody,
}
