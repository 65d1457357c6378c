//! Sealing: authenticated encryption by XChaCha20-Poly1305. Its nonces of 192 bits may be random.

use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};
use data_encoding::BASE64URL_NOPAD;
use rand::CryptoRng;
use readmit_domain::{EmployeeId, KeyVersion, SealedTotpKey, Timestamp, TotpKey, Versioned};
use zeroize::Zeroizing;

use super::{Keyring, Purpose, RootSecret, UnknownVersion};

const NONCE_BYTES: usize = 24;

/// The kind of a seal, and the context that it is bound to. A seal opens only in the same context.
pub enum Seal<'a> {
    TotpKey(EmployeeId),
    /// The cursor of a page, for one company and one query.
    Cursor(&'a str),
    /// The passcode that the link "This was not me" names.
    Disown,
}

impl Seal<'_> {
    fn purpose(&self) -> Purpose {
        match self {
            Self::TotpKey(_) => Purpose::SealTotpKeys,
            Self::Cursor(_) => Purpose::SealCursors,
            Self::Disown => Purpose::SealDisownTokens,
        }
    }

    fn bound_to(&self) -> String {
        match self {
            Self::TotpKey(owner) => owner.to_string(),
            Self::Cursor(query) => (*query).to_owned(),
            Self::Disown => String::new(),
        }
    }
}

/// The seal was changed, or made with another key or in another context.
#[derive(Debug, thiserror::Error)]
#[error("the seal does not open")]
pub struct SealError;

impl From<UnknownVersion> for SealError {
    fn from(_: UnknownVersion) -> Self {
        Self
    }
}

impl Keyring {
    /// Seals `plain` with the key of `version`. The result is the nonce, then the ciphertext.
    pub fn seal(
        &self,
        seal: &Seal<'_>,
        version: KeyVersion,
        plain: &[u8],
        random: &mut impl CryptoRng,
    ) -> Result<Vec<u8>, SealError> {
        let mut nonce = [0; NONCE_BYTES];
        random.fill_bytes(&mut nonce);
        let bound_to = seal.bound_to();
        let payload = Payload { msg: plain, aad: bound_to.as_bytes() };
        let ciphertext = self.cipher(seal, version)?.encrypt(&XNonce::from(nonce), payload).map_err(|_| SealError)?;
        Ok([nonce.as_slice(), &ciphertext].concat())
    }

    pub fn unseal(&self, seal: &Seal<'_>, version: KeyVersion, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let (nonce, ciphertext) = sealed.split_first_chunk::<NONCE_BYTES>().ok_or(SealError)?;
        let bound_to = seal.bound_to();
        let payload = Payload { msg: ciphertext, aad: bound_to.as_bytes() };
        let plain = self.cipher(seal, version)?.decrypt(&XNonce::from(*nonce), payload).map_err(|_| SealError)?;
        Ok(Zeroizing::new(plain))
    }

    /// Seals short-lived data with the current version, as a text for a URL: the version, a dot, the seal in base64url.
    pub fn seal_as_text(
        &self,
        seal: &Seal<'_>,
        plain: &[u8],
        now: Timestamp,
        random: &mut impl CryptoRng,
    ) -> Result<String, SealError> {
        let version = self.current(seal.purpose().secret(), now);
        Ok(format!("{version}.{}", BASE64URL_NOPAD.encode(&self.seal(seal, version, plain, random)?)))
    }

    /// Opens a text of [`Self::seal_as_text`] while its version is accepted. Other spellings of the same version are refused.
    pub fn open_text(&self, seal: &Seal<'_>, text: &str, now: Timestamp) -> Option<Zeroizing<Vec<u8>>> {
        let (version, sealed) = text.split_once('.')?;
        let read: KeyVersion = version.parse().ok()?;
        if read.to_string() != version || !self.accepts(seal.purpose().secret(), read, now) {
            return None;
        }
        self.unseal(seal, read, &BASE64URL_NOPAD.decode(sealed.as_bytes()).ok()?).ok()
    }

    fn cipher(&self, seal: &Seal<'_>, version: KeyVersion) -> Result<XChaCha20Poly1305, UnknownVersion> {
        Ok(XChaCha20Poly1305::new((&*self.derive::<32>(seal.purpose(), version)?).into()))
    }

    pub fn seal_totp_key(
        &self,
        owner: EmployeeId,
        key: &TotpKey,
        now: Timestamp,
        random: &mut impl CryptoRng,
    ) -> Result<Versioned<SealedTotpKey>, SealError> {
        let version = self.current(RootSecret::Authenticators, now);
        let sealed = self.seal(&Seal::TotpKey(owner), version, key.expose(), random)?;
        Ok(Versioned { version, value: SealedTotpKey::from_bytes(&sealed) })
    }

    /// Opens a person's TOTP key. None if the root secret no longer has the version of the seal.
    pub fn unseal_totp_key(
        &self,
        owner: EmployeeId,
        sealed: &Versioned<SealedTotpKey>,
    ) -> Result<Option<TotpKey>, SealError> {
        if !self.knows(RootSecret::Authenticators, sealed.version) {
            return Ok(None);
        }
        let plain = self.unseal(&Seal::TotpKey(owner), sealed.version, &sealed.value.to_bytes())?;
        TotpKey::from_bytes(&plain).map(Some).map_err(|_| SealError)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{ONE, keyring, random};
    use super::*;

    #[test]
    fn a_seal_opens_for_its_owner_alone_and_unaltered() {
        let keyring = keyring(ONE);
        let mut random = random();
        let [mike, ada] = [1, 2].map(|at| EmployeeId::new(Timestamp::from_millis(at), &mut random));
        let key = TotpKey::generate(&mut random);
        let sealed = keyring.seal_totp_key(mike, &key, Timestamp::from_millis(0), &mut random).unwrap();
        assert_eq!(keyring.unseal_totp_key(mike, &sealed).unwrap().unwrap().expose(), key.expose());
        assert!(keyring.unseal_totp_key(ada, &sealed).is_err());

        let mut bytes = sealed.value.to_bytes();
        for index in 0..bytes.len() {
            bytes[index] ^= 1;
            assert!(keyring.unseal(&Seal::TotpKey(mike), 1, &bytes).is_err());
            bytes[index] ^= 1;
        }
    }
}
