//! What two functions of Readmit need: the domain, the store, the mail, the answers.
pub mod clock;
pub mod environment;

pub use clock::Clock;
pub use environment::Environment;
pub use readmit_domain as domain;
