//! What people do, from outside.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on ends here")]

mod cleanup;
mod fixtures;
mod imports;
mod issuing;
mod listing;
mod mails;
mod recovery;
mod redemption;
mod rotation;
mod search;
mod sessions;
mod throttles;
mod trips;
