//! What people do, from outside.

mod cleanup;
mod fixtures;
mod imports;
mod issuing;
mod listing;
mod recovery;
mod redemption;
mod rotation;
mod search;
mod sessions;
mod throttles;
mod trips;
