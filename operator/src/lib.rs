//! What an operator's commands share with the tests.

pub mod check;
pub mod import;
