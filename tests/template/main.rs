//! Rules for `template.yaml`.
//!
//! Each rule is tested twice: on the template, where it must find nothing, and on changed templates, where it must find the breach.
//! `flows/fixtures.rs` checks that every route has an event that succeeds. `attacks/authorization.rs` checks who may call each route.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on ends here")]

mod alarms;
mod api;
mod document;
mod environment;
mod functions;
mod imports;
mod parameters;
mod permissions;
mod policies;
mod portal;
mod stateful;
mod stream;
mod tables;
