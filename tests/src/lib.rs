//! The harness: a world of two companies, its people, and what they do, all through HTTP.

#![expect(clippy::unwrap_used, clippy::panic, clippy::expect_used, reason = "a test that cannot go on ends here")]

pub mod contract;
mod person;
mod reply;
mod store_proxy;
mod world;

pub use person::{Person, Recovery};
pub use reply::Reply;
pub use store_proxy::{Recorded, StoreProxy};
pub use world::{PASSWORD, World};
