//! Use cases that several functions share: they decide by the domain, write by the store and mail, and know no HTTP.

#![warn(missing_docs)]

pub mod authenticate;
mod error;
pub mod issue;
pub mod passwords;
mod services;

pub use error::AppError;
pub use services::Services;
