//! A model of a passcode's lifecycle. It is checked for every order of the acts of people, programs, the mail service and time.
//!
//! [`stateright`] visits every state that a [`scenario`] can reach. A state ([`world`]) consists of the tables, the running acts and the time.
//! An act ([`acts`]) has a few atomic steps: each is one read, or one write with its conditions. Between two steps anything else can happen:
//! other acts, the end of the process, or the next moment. All properties ([`properties`]) are checked in each state.
//!
//! # Parts of the product, and parts that are repeated by hand
//!
//! The rules are the product's own: every phase, event and deleted secret comes from `readmit_domain::lifecycle`: `Passcode::apply`,
//! `Command::allowed`, `judge`, `MAX_TRIES`, and from `DeliveryReport::leads_to`, `RECOVERY_LIFETIME` and `SENDING_LIMIT`.
//!
//! Written by hand, so it can be wrong:
//!
//! - the rows ([`tables`]): admins, one person, the credentials and the passcodes of two addresses;
//! - which rows a transaction checks and writes, and what an act has read before: [`writes`] for `store/transition.rs`,
//!   [`acts::issuing`] for `app/issue.rs` and `store/issuing.rs`, [`acts::revoking`] for `revoke-passcode` and
//!   `store/endings.rs`, [`acts::redeeming`] for `redeem-passcode` and `store/passcodes.rs`, [`acts::recovering`] for `reset-2fa`
//!   and `store/recovery.rs`, [`acts::signing_in`] for `sign-in` and `store/credentials.rs`, [`acts::tracking`] for
//!   `track-delivery` and `cleanup-passcodes`, [`acts::importing`] for `import-employees` and `store/imports.rs`;
//! - that an admin must be one and the holder active, which `domain::issue` decides;
//! - that a transaction is atomic and a read consistent, as DynamoDB says. A conflict that is tried again is no state of its own;
//! - that a process is over 15 seconds after it began ([`moments`]).
//!
//! The model leaves out some rules that can only refuse more writes: rate limits, the lock after a hundred wrong secrets, second proofs, and
//! the parts of a row that no property needs. A refused act ends; if the product tries it again, that is a new act here. The model also leaves
//! out, and so does not check: idempotency keys, codes of the operator, backup codes, steps of the authenticator, known devices, notices, and
//! eventually consistent reads.
//!
//! A [`story`], which no act reads, records what happened. It knows the names of phases and events but not the rules, so that a mistake in the
//! rules cannot hide itself. Tests show that mistakes are found: [`mistake`] lists conditions that are left out on purpose, and a test for each
//! one names the property that fails.

pub mod acts;
pub mod mistake;
pub mod model;
pub mod moments;
pub mod properties;
pub mod scenario;
pub mod scene;
pub mod service;
pub mod story;
pub mod tables;
pub mod world;
pub mod writes;
