//! What two functions of Readmit need: the domain, the store, the mail, the answers.
//!
//! Requests come in through [`http`]. [`app`] has the use cases that functions share, [`domain`] the decisions. [`store`] writes
//! acts, [`mail`] sends mails. [`Services`] is all of it, built once for a [`Process`].

pub mod app;
pub mod aws;
pub mod clock;
pub mod environment;
pub mod files;
pub mod http;
pub mod json;
pub mod keyring;
pub mod log;
pub mod mail;
pub mod people_file;
pub mod process;
pub mod queue;
pub mod random;
pub mod signed;
pub mod store;
pub mod telemetry;
mod trusted_proxy;

pub use app::Services;
pub use aws::Aws;
pub use clock::Clock;
pub use environment::{BadVariable, Environment};
pub use process::Process;
pub use random::Random;
pub use readmit_domain as domain;
pub use trusted_proxy::TrustedProxy;
