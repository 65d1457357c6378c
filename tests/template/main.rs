//! Rules for `template.yaml`.
//!
//! Each rule is tried twice: on the template, where it must find nothing, and on templates that break it, where it must find
//! what was broken. That every route has an event that succeeds is `flows/fixtures.rs`, that every route has a row of who may
//! call it `attacks/authorization.rs`.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on ends here")]

mod alarms;
mod api;
mod document;
mod environment;
mod functions;
mod parameters;
mod permissions;
mod policies;
mod portal;
mod stateful;
mod stream;
mod tables;
