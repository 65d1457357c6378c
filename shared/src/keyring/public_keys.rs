//! Public keys, for functions that verify tokens but may not read the secret that signs them.
//!
//! Before a function signs, it publishes all public keys of its root secret's current value in the keys table.

use data_encoding::BASE64URL_NOPAD;
use ed25519_dalek::SigningKey;
use readmit_domain::{KeyVersion, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::versions::{Version, Versions};
use super::{Root, TokenKind, UnknownVersion};

#[derive(Clone, Debug, PartialEq)]
pub struct PublicKeys(Versions<PublicKey>);

#[derive(Clone, Debug, PartialEq)]
struct PublicKey {
    kid: String,
    bytes: [u8; 32],
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PublishedKey {
    /// The key in base64url, as RFC 8037 writes it.
    pub x: String,
    /// When it begins to sign, in seconds since 1970.
    pub signs_from: i64,
}

impl PublicKey {
    fn new(bytes: [u8; 32]) -> Self {
        Self { kid: thumbprint(&BASE64URL_NOPAD.encode(&bytes)), bytes }
    }
}

/// The key's id: its thumbprint (RFC 7638; for Ed25519, RFC 8037, appendix A.3), so that two keys never have the same id.
fn thumbprint(x: &str) -> String {
    let required = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#);
    BASE64URL_NOPAD.encode(&Sha256::digest(required.as_bytes()))
}

impl PublicKeys {
    pub(super) fn of(root: &Root, kind: TokenKind) -> Result<Self, UnknownVersion> {
        let mut all = std::collections::BTreeMap::new();
        for (number, Version { signs_from, .. }) in root.versions.iter() {
            let seed = root.derive::<32>(kind.purpose(), number)?;
            let material = PublicKey::new(SigningKey::from_bytes(&seed).verifying_key().to_bytes());
            all.insert(number, Version { material, signs_from: *signs_from });
        }
        let secret = kind.purpose().secret();
        Versions::new(all, root.versions.voided_before()).map(Self).ok_or(UnknownVersion(secret, 0))
    }

    /// Reads published keys. None if there are none, or if one of them is malformed.
    pub fn published(
        keys: impl IntoIterator<Item = (KeyVersion, PublishedKey)>,
        voided_before: KeyVersion,
    ) -> Option<Self> {
        let read = |(number, key): (KeyVersion, PublishedKey)| {
            let bytes = BASE64URL_NOPAD.decode(key.x.as_bytes()).ok()?.try_into().ok()?;
            Some((number, Version { material: PublicKey::new(bytes), signs_from: key.signs_from }))
        };
        Versions::new(keys.into_iter().map(read).collect::<Option<_>>()?, voided_before).map(Self)
    }

    pub fn to_publish(&self) -> impl Iterator<Item = (KeyVersion, PublishedKey)> {
        self.0.iter().map(|(number, Version { material, signs_from })| {
            (number, PublishedKey { x: BASE64URL_NOPAD.encode(&material.bytes), signs_from: *signs_from })
        })
    }

    pub fn voided_before(&self) -> KeyVersion {
        self.0.voided_before()
    }

    /// Whether a key with this id exists, even if its tokens are no longer accepted.
    pub(super) fn knows(&self, kid: &str) -> bool {
        self.0.iter().any(|(_, version)| version.material.kid == kid)
    }

    /// The key with this id, if its tokens are accepted now.
    pub(super) fn accepted(&self, kid: &str, now: Timestamp) -> Option<&[u8; 32]> {
        let (number, version) = self.0.iter().find(|(_, version)| version.material.kid == kid)?;
        self.0.accepts(number, now).then_some(&version.material.bytes)
    }

    pub(super) fn kid(&self, version: KeyVersion) -> Option<&str> {
        self.0.get(version).map(|key| key.kid.as_str())
    }

    /// All keys whose tokens are accepted now, for other services that verify tokens.
    pub fn to_json_web_keys(&self, now: Timestamp) -> Vec<JsonWebKey> {
        let accepted = self.0.iter().filter(|(number, _)| self.0.accepts(*number, now));
        accepted
            .map(|(_, Version { material: PublicKey { kid, bytes }, .. })| JsonWebKey {
                kty: "OKP",
                crv: "Ed25519",
                alg: "EdDSA",
                usage: "sig",
                kid: kid.clone(),
                x: BASE64URL_NOPAD.encode(bytes),
            })
            .collect()
    }
}

/// A public key as a JSON Web Key (RFC 8037).
#[derive(Debug, Serialize)]
pub struct JsonWebKey {
    kty: &'static str,
    crv: &'static str,
    alg: &'static str,
    #[serde(rename = "use")]
    usage: &'static str,
    kid: String,
    x: String,
}

#[cfg(test)]
mod tests {
    use super::super::tests::{TWO, keyring};
    use super::*;

    #[test]
    fn the_thumbprint_is_that_of_the_rfc() {
        // RFC 8037, appendix A.3.
        let kid = thumbprint("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
        assert_eq!(kid, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }

    #[test]
    fn what_is_published_reads_back() {
        let keyring = keyring(TWO);
        for kind in TokenKind::ALL {
            let keys = keyring.public_keys(kind).unwrap();
            assert_eq!(PublicKeys::published(keys.to_publish(), keys.voided_before()).as_ref(), Some(keys));
        }
        let broken = PublishedKey { x: "AAAA".to_owned(), signs_from: 0 };
        assert_eq!(PublicKeys::published([(1, broken)], 0), None);
        assert_eq!(PublicKeys::published([], 0), None);
    }
}
