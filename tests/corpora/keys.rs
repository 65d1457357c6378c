//! Keys that are always the same: four versions, of which the third signs, the second is still taken and the first no longer.

use std::sync::LazyLock;

use data_encoding::HEXLOWER;
use ed25519_dalek::SigningKey;
use readmit::domain::Timestamp;
use readmit::keyring::Keyring;
use serde_json::json;

/// The moment at which everything is read.
pub(crate) const NOW: Timestamp = Timestamp::from_millis(1_732_421_884_000);
/// A moment at which the first version signed.
pub(crate) const LONG_AGO: Timestamp = Timestamp::from_millis(1_000);

const ALPHANUMERICS: &str = "123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJ";

/// What HKDF makes of each version's material for `readmit/sign-tokens/ed25519`, computed apart from the keyring.
const SIGNING_SEEDS: [&str; 4] = [
    "3e2c563aebeee2398346db392c500bac62c7231392d7ceadfcba052e1f16b7a0",
    "cb5024cfc5ad0971a0d2cfa468efa485eacae36dcb42b845a6fdfdff19f03220",
    "67b0cf4c6beec7184656428a3597fd7e0bb59686dfd85e9b1ce805eb8e7f3ce1",
    "bc6579e60a8b24ce5157ccf5328116afd901b4f480bbd5b6f943045cbd18e576",
];

/// The root secret's versions.
pub(crate) static KEYRING: LazyLock<Keyring> = LazyLock::new(|| {
    let material = |version: u8| format!("{version}{ALPHANUMERICS}");
    let root = json!({
        "1": material(1), "2": material(2), "3": material(3), "4": material(4),
        "signs_from": {"1": 0, "2": 1_600_000_000, "3": 1_700_000_000, "4": 1_800_000_000},
    });
    Keyring::parse(&serde_json::from_value(json!(root.to_string())).unwrap()).unwrap()
});

/// The key that signs tokens of a version, for tokens that no `Tokens` would sign.
pub(crate) fn signing_key(version: usize) -> SigningKey {
    let seed = HEXLOWER.decode(SIGNING_SEEDS[version - 1].as_bytes()).unwrap();
    SigningKey::from_bytes(&seed.try_into().unwrap())
}
