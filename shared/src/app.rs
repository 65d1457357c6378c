//! Use cases that several functions share. They take decisions from the domain, write through store and mail, and do not know HTTP.

#![warn(missing_docs)]

pub mod approvals;
pub mod authenticate;
mod error;
pub mod issue;
pub mod passwords;
pub mod people;
mod services;

pub use error::AppError;
pub use services::Services;
