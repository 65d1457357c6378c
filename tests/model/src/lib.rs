//! The life of a passcode, checked in every order in which people, programs, the mail service and time can come between each other.
//!
//! [`stateright`] visits every state that a [`scenario`] can reach. A state ([`world`]) is what is stored, who is in the middle of
//! what, and when it is. An act ([`acts`]) is a few steps, each of them atomic: one read, or one write with its conditions. Between
//! two steps anything else can happen: other acts, the death of the process, and a moment later. In each state each property
//! ([`properties`]) is looked at.
//!
//! # What is the product's, and what is by hand
//!
//! The rules are the product's own: every phase, event and deleted secret comes from `readmit_domain::lifecycle`: `Passcode::apply`,
//! `Command::allowed`, `judge`, `MAX_TRIES`, and from `DeliveryReport::leads_to`, `RECOVERY_LIFETIME` and `SENDING_LIMIT`.
//!
//! By hand, and so only as true as the hand was:
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
//! What the model leaves out can only refuse a write that it allows: limits and windows, the lock after a hundred wrong secrets, second
//! proofs, and the parts of a row that no property looks at. A refused act ends; the product tries it again, which is here an act
//! of its own. Left out too, and so not shown: idempotency keys, codes that the operator sends, backup codes, steps of the
//! authenticator, known devices, notices, and what a reader of the tables sees.
//!
//! What happened is told by a [`story`] that no act reads. It knows phases and events by their names, and none of the rules, so that
//! a mistake in the rules cannot hide itself. That it can see mistakes is shown: [`mistake`] has conditions that are left out on
//! purpose, and a test for each says which property sees it.

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
