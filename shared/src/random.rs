//! The one source of randomness. Everything that needs it is given it.

pub use rand::CryptoRng;
use rand::rngs::ThreadRng;

/// A cryptographic generator, seeded and reseeded by the operating system.
#[expect(clippy::disallowed_methods, reason = "this is the one place that makes a source of randomness")]
pub fn system_random() -> ThreadRng {
    rand::rng()
}
