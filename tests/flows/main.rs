//! What people do with Readmit, through HTTP.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on ends here")]

mod altered_trail;
mod audit;
mod audit_period;
mod authenticator;
mod brand;
mod branded_mails;
mod cleanup;
mod clocks;
mod companies;
mod counting;
mod delivery;
mod devices;
mod fixtures;
mod idempotency;
mod imports;
mod issuing;
mod lasting_notices;
mod late_indexes;
mod leaked;
mod listing;
mod long_trail;
mod mails;
mod managing;
mod moved_passcodes;
mod notices;
mod own_session;
mod policy;
mod previews;
mod proof;
mod random_walk;
mod recent_sign_in;
mod recovery;
mod redemption;
mod refusals;
mod replay;
mod revoking;
mod rotation;
mod search;
mod sessions;
mod several;
mod starting;
mod throttles;
mod trips;
mod units;
