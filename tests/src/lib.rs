//! The test harness: a world of two companies, their people, and their acts through HTTP.

#![expect(clippy::unwrap_used, clippy::panic, clippy::expect_used, reason = "a test that cannot go on ends here")]

pub mod acts;
pub mod contract;
pub mod cost;
mod imported_files;
mod injected_fault;
mod late_indexes;
mod log;
mod mailbox;
mod person;
pub mod policy;
mod proxy;
mod reconcile;
mod reply;
pub mod sample_mails;
mod tables;
mod world;

pub use cost::Cost;
pub use injected_fault::{Attempts, InjectedFault};
pub use late_indexes::LateIndexes;
pub use log::Log;
pub use person::{Person, Recovery};
pub use proxy::{Proxy, Recorded};
pub use reply::Reply;
pub use tables::stream_record;
pub use world::{PASSWORD, World};
