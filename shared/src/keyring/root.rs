//! A root secret: `{"1":"<64 random characters>","signs_from":{"1":0}}`.
//!
//! Versions are only added, never removed. `signs_from` says when each version begins to sign, in seconds since 1970. After a leak
//! `voided_before` is the first version that did not leak.

use std::collections::BTreeMap;

use hkdf::Hkdf;
use readmit_domain::KeyVersion;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::versions::{Version, Versions};
use super::{Purpose, UnknownVersion};

pub struct Root {
    pub(super) versions: Versions<SecretString>,
}

#[derive(Debug, thiserror::Error)]
#[error("a root secret {0}")]
pub struct BadRootSecret(pub(super) &'static str);

#[derive(serde::Deserialize)]
pub(super) struct RootJson {
    #[serde(default)]
    pub signs_from: BTreeMap<String, i64>,
    #[serde(default)]
    pub voided_before: KeyVersion,
    #[serde(flatten)]
    pub versions: BTreeMap<String, SecretString>,
}

impl RootJson {
    pub fn read(json: &SecretString) -> Result<Self, BadRootSecret> {
        serde_json::from_str(json.expose_secret()).map_err(|_| BadRootSecret("is not an object of versions"))
    }
}

impl Root {
    pub fn parse(json: &SecretString) -> Result<Self, BadRootSecret> {
        let root = RootJson::read(json)?;
        let mut versions = BTreeMap::new();
        for (name, material) in root.versions {
            let number: KeyVersion = name.parse().map_err(|_| BadRootSecret("has a version that is no number"))?;
            if material.expose_secret().len() < 43 {
                return Err(BadRootSecret("has a version of under 256 bits"));
            }
            let signs_from = root.signs_from.get(&name).copied();
            let signs_from = signs_from.ok_or(BadRootSecret("does not say from when a version signs"))?;
            versions.insert(number, Version { material, signs_from });
        }
        let versions = Versions::new(versions, root.voided_before);
        Ok(Self { versions: versions.ok_or(BadRootSecret("has no version that is not void"))? })
    }

    pub(super) fn derive<const N: usize>(
        &self,
        purpose: Purpose,
        version: KeyVersion,
    ) -> Result<Zeroizing<[u8; N]>, UnknownVersion> {
        let (secret, label) = purpose.derivation();
        let unknown = || UnknownVersion(secret, version);
        let material = self.versions.get(version).ok_or_else(unknown)?;
        let mut key = Zeroizing::new([0; N]);
        let label = format!("{label}/{version}");
        // HKDF fails only for lengths of more than 255 hashes; all keys here are shorter.
        Hkdf::<Sha256>::new(None, material.expose_secret().as_bytes())
            .expand(label.as_bytes(), key.as_mut_slice())
            .map_err(|_| unknown())?;
        Ok(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_root_that_is_not_one_is_refused() {
        let long = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJ";
        let void = format!(r#"{{"1":"{long}","signs_from":{{"1":0}},"voided_before":2}}"#);
        for json in ["", "[]", "{}", r#"{"one":"x","signs_from":{}}"#, r#"{"1":"short","signs_from":{"1":0}}"#, &void] {
            assert!(Root::parse(&SecretString::from(json)).is_err(), "{json}");
        }
        assert!(Root::parse(&SecretString::from(void.replace(":2}", ":1}"))).is_ok());
    }
}
