//! Fixed keys with four versions: the third one signs, the second one is still accepted, the first one no longer.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use data_encoding::HEXLOWER;
use ed25519_dalek::SigningKey;
use readmit::domain::Timestamp;
use readmit::keyring::{Keyring, Root, RootSecret};
use serde_json::json;

/// The current time of the tests.
pub(crate) const NOW: Timestamp = Timestamp::from_millis(1_732_421_884_000);
/// A time at which the first version signed.
pub(crate) const LONG_AGO: Timestamp = Timestamp::from_millis(1_000);

const ALPHANUMERICS: &str = "123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJ";

/// A key that signs tokens, computed without the keyring.
pub(crate) struct Key {
    pub media_type: &'static str,
    pub kid: &'static str,
    /// HKDF of a version's secret for `readmit/sign-sessions/ed25519` or `readmit/sign-recoveries/ed25519`.
    seed: &'static str,
    /// Whether its tokens are accepted at [`NOW`].
    pub is_taken: bool,
}

const fn key(media_type: &'static str, kid: &'static str, seed: &'static str, is_taken: bool) -> Key {
    Key { media_type, kid, seed, is_taken }
}

/// The first four versions of each kind of key.
pub(crate) const KEYS: [Key; 8] = [
    key(
        "at+jwt",
        "h6PN_5TGTa6djciaaLl15X1ceuozUuN1IMKTwEVIhwM",
        "4c180327158403852b149a304cdd1035a41105741a6256e7d7ccde6d4f209d6e",
        false,
    ),
    key(
        "at+jwt",
        "wIpAYykRXCl8xlZjft3JnOH1DWbHZ5W-OUJKqcrkVUE",
        "99e2f1f3abaf2bcf30b7b355abf60814bbb4ad9c20118ea63721e078207d0e32",
        true,
    ),
    key(
        "at+jwt",
        "yDGjILikr0iRc9N0K5O3Xr62ZXK1E7H7CP4fpYFYu3Q",
        "514c94742c2d0598c3b0cc005a98cb90b43f5138de06c3ecb7b3990e092a3568",
        true,
    ),
    key(
        "at+jwt",
        "jmFHxCG50YP2bGFBmoHtG7s0HlQQwTV6kh2_VxOoGZw",
        "f2d4d4addf31a70b771ae5623ba58e333166b172143c982a5caa9a764425e6a8",
        true,
    ),
    key(
        "recovery+jwt",
        "BUHWkERiYkbtyIqRP0aUaNwiFcel9JnoLnD6wpQCma8",
        "6df0a1b69edaae096c80d47ccc625dc08a5a6c02541f4e420008b3fce4d86573",
        false,
    ),
    key(
        "recovery+jwt",
        "K7l8_FHFt7Z1tGY2vYde219DZifYtqidaMUh6KBUky4",
        "051bf9b881952f8656f25e9fcd87407b9156023d3cc5dd3322f954bfafb47f3e",
        true,
    ),
    key(
        "recovery+jwt",
        "hqLhBdmurBfzfopxmg9jTlhsRmYcY74MIwnbPtjjfeY",
        "85283b20ad7648c0f5d4276aef94ec409b2b551d8d23db2db68dc628d1cad5e0",
        true,
    ),
    key(
        "recovery+jwt",
        "M2qDVTpiXwXmMkwPgKeBHcGbWPqBQ5ZhKlIFi67Af84",
        "9fdef3a2cf67b9136a8787e18c4b075961ea4bac4df412c45d57568e38266012",
        true,
    ),
];

impl Key {
    /// For tokens that `Tokens` does not sign.
    pub(crate) fn signing_key(&self) -> SigningKey {
        SigningKey::from_bytes(&HEXLOWER.decode(self.seed.as_bytes()).unwrap().try_into().unwrap())
    }
}

/// All root secrets, each with the same four versions.
pub(crate) static KEYRING: LazyLock<Keyring> = LazyLock::new(|| {
    let material = |version: u8| format!("{version}{ALPHANUMERICS}");
    let root = json!({
        "1": material(1), "2": material(2), "3": material(3), "4": material(4),
        "signs_from": {"1": 0, "2": 1_600_000_000, "3": 1_700_000_000, "4": 1_800_000_000},
    });
    let root = |secret| (secret, Root::parse(&root.to_string().into()).unwrap());
    Keyring::new(RootSecret::ALL.map(root).into_iter().collect(), BTreeMap::new()).unwrap()
});
