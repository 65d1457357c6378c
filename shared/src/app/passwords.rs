//! Hashes and compares passwords, each on its own thread, because a hash takes longer than the rest of a request.

use std::sync::Arc;

use readmit_domain::{Password, PasswordHash, Salt, Timestamp, Versioned};

use super::{AppError, Services};
use crate::keyring::{Keyring, RootSecret};
use crate::store::Credentials;

/// The result of comparing a password.
pub struct Comparison {
    /// Whether the password belongs to the stored hash.
    pub matches: bool,
    /// The password that was compared.
    pub password: Password,
    /// The keys that were used.
    pub keyring: Arc<Keyring>,
}

/// Hashes a password with the current key.
pub async fn hash<M>(
    services: &Services<M>,
    keyring: &Keyring,
    password: Password,
    now: Timestamp,
) -> Result<Versioned<PasswordHash>, AppError> {
    let version = keyring.current(RootSecret::Credentials, now);
    let (pepper, salt) = (keyring.password_pepper(version)?, Salt::generate(&mut services.random()));
    let memory = Arc::clone(&services.hash_memory);
    let value = tokio::task::spawn_blocking(move || PasswordHash::of(&password, &pepper, salt, &memory)).await??;
    Ok(Versioned { version, value })
}

/// Compares a password with the stored hash. Computes one hash even if there are no credentials. A hash whose key no longer exists
/// matches no password.
pub async fn compare<M>(
    services: &Services<M>,
    credentials: Option<&Credentials>,
    password: Password,
    now: Timestamp,
) -> Result<Comparison, AppError> {
    let stored = credentials.and_then(|credentials| credentials.password_hash.clone());
    let keyring = match &stored {
        Some(stored) => services.keyring_knowing(RootSecret::Credentials, stored.version).await?,
        None => services.keyring().await?,
    };
    let stored = stored.filter(|stored| keyring.knows(RootSecret::Credentials, stored.version));
    let version =
        stored.as_ref().map_or_else(|| keyring.current(RootSecret::Credentials, now), |stored| stored.version);
    let (pepper, memory) = (keyring.password_pepper(version)?, Arc::clone(&services.hash_memory));
    let comparing = tokio::task::spawn_blocking(move || {
        let matches = match stored {
            Some(stored) => stored.value.verify(&password, &pepper, &memory),
            None => PasswordHash::verify_nobody(&password, &pepper, &memory),
        };
        matches.map(|matches| (matches, password))
    });
    let (matches, password) = comparing.await??;
    Ok(Comparison { matches, password, keyring })
}
