//! The one source of randomness. Everything that needs it is given it.

pub use rand::CryptoRng;
use rand::rand_core::UnwrapErr;
use rand::rngs::SysRng;

/// The operating system's generator, asked each time: an instance that was frozen and copied cannot repeat itself. It panics
/// if the system has no randomness to give, which ends the invocation before anything weak is made.
pub type SystemRandom = UnwrapErr<SysRng>;

/// A source of randomness.
pub fn system_random() -> SystemRandom {
    UnwrapErr(SysRng)
}
