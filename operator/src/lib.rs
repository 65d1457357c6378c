//! What an operator's commands share with the tests.

pub mod check;
