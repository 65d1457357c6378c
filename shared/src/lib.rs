//! What two functions of Readmit need: the domain, the store, the mail, the answers.
//!
//! Requests come in through [`http`], decisions are made in [`domain`], acts are written by [`store`], mails are sent by
//! [`mail`]. [`services`] builds all of it once a process, from [`Aws`], an [`Environment`] and a [`Clock`].

pub mod aws;
pub mod clock;
pub mod environment;
pub mod http;
pub mod issuing;
pub mod keyring;
pub mod log;
pub mod mail;
pub mod random;
pub mod services;
pub mod store;
pub mod telemetry;
pub mod verifying;

pub use aws::Aws;
pub use clock::Clock;
pub use environment::Environment;
pub use readmit_domain as domain;
pub use services::{MailingServices, Services};
