//! Tokens of known devices. A device on which the person has signed in before has its own limit of attempts, which a stranger cannot
//! use up (OWASP, "Slow Down Online Guessing Attacks with Device Cookies").

use data_encoding::BASE64URL_NOPAD;
use rand::{CryptoRng, RngExt as _};
use readmit_domain::{DEVICE_LIFETIME, KeyVersion, KeyedHash, Login, SessionEpoch, Timestamp};
use secrecy::SecretString;

use super::{Keyring, Purpose, RootSecret, UnknownVersion};

/// A known device of an account.
#[derive(Clone, Debug, PartialEq)]
pub struct Device {
    /// 128 random bits. Attempts are counted by this id.
    pub id: String,
    /// The device epoch. The device is known only while the account has the same one.
    pub epoch: SessionEpoch,
}

impl Keyring {
    /// Makes a token of five parts, separated by dots: the key's version, the time in seconds, 128 random bits, the epoch, and a keyed
    /// hash of the other parts and the login.
    pub fn device_token(
        &self,
        login: &Login,
        epoch: &SessionEpoch,
        now: Timestamp,
        random: &mut impl CryptoRng,
    ) -> Result<SecretString, UnknownVersion> {
        let version = self.current(RootSecret::Sessions, now);
        let id = BASE64URL_NOPAD.encode(&random.random::<[u8; 16]>());
        let said = format!("{version}.{}.{id}.{}", now.seconds(), epoch.as_str());
        let hash = self.device_hash(version, login, &said)?;
        Ok(SecretString::from(format!("{said}.{hash}")))
    }

    /// Reads a token of this login. The caller must check the epoch. A token is valid for longer than a version signs, so any version is
    /// accepted that is not void.
    pub fn read_device(&self, token: &str, login: &Login, now: Timestamp) -> Option<Device> {
        let (said, hash) = token.rsplit_once('.')?;
        let mut parts = said.split('.');
        let (version, made_at, id, epoch) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let version = version.parse().ok().filter(|version| !self.is_void(RootSecret::Sessions, *version))?;
        let made_at = Timestamp::from_millis(made_at.parse::<i64>().ok()?.checked_mul(1_000)?);
        let shown: KeyedHash = hash.parse().ok()?;
        let is_ours = self.device_hash(version, login, said).ok()? == shown;
        let lasts = now < made_at.after(DEVICE_LIFETIME);
        (is_ours && lasts).then(|| Some(Device { id: id.to_owned(), epoch: epoch.parse().ok()? }))?
    }

    fn device_hash(&self, version: KeyVersion, login: &Login, said: &str) -> Result<KeyedHash, UnknownVersion> {
        let key = (*self.derive::<64>(Purpose::HashDevices, version)?).into();
        Ok(KeyedHash::of(&key, &[login.as_str().as_bytes(), said.as_bytes()]))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{ONE, TWO, altered, keyring, random};
    use super::*;
    use proptest::prelude::*;
    use secrecy::ExposeSecret as _;

    const NOW: Timestamp = Timestamp::from_millis(1_732_421_884_000);

    fn mike() -> Login {
        "mike@northwind.example".parse().unwrap()
    }

    fn epoch() -> SessionEpoch {
        "ABCDEFGHIJKLMNOP".parse().unwrap()
    }

    fn token(keyring: &Keyring) -> String {
        keyring.device_token(&mike(), &epoch(), NOW, &mut random()).unwrap().expose_secret().to_owned()
    }

    #[test]
    fn a_token_is_read_for_its_login_for_ninety_days() {
        let keyring = keyring(TWO);
        let device = keyring.read_device(&token(&keyring), &mike(), NOW).unwrap();
        assert_eq!((device.id.len(), device.epoch), (22, epoch()));
        let end = NOW.after(DEVICE_LIFETIME);
        assert!(keyring.read_device(&token(&keyring), &mike(), Timestamp::from_millis(end.millis() - 1)).is_some());
        assert_eq!(keyring.read_device(&token(&keyring), &mike(), end), None);
        assert_eq!(keyring.read_device(&token(&keyring), &"ada@northwind.example".parse().unwrap(), NOW), None);
    }

    #[test]
    fn a_token_outlives_its_key_and_not_the_leak_of_it() {
        let (before, after) = (keyring(ONE), keyring(TWO));
        assert!(after.read_device(&token(&before), &mike(), NOW).is_some());
        let void = keyring(&TWO.replace("\"signs_from\"", "\"voided_before\":2,\"signs_from\""));
        assert_eq!(void.read_device(&token(&before), &mike(), NOW), None);
    }

    #[test]
    fn an_altered_token_is_none() {
        let keyring = keyring(ONE);
        for altered in altered(&token(&keyring)) {
            assert_eq!(keyring.read_device(&altered, &mike(), NOW), None, "{altered}");
        }
    }

    proptest! {
        #[test]
        fn anything_else_is_none(text in "\\PC{0,80}", dots in "[0-2]\\.[0-9]{0,20}\\.[A-Za-z0-9_-]{0,30}\\.[A-Z]{16}\\.[A-Za-z0-9_-]{0,50}") {
            let keyring = keyring(TWO);
            prop_assert_eq!(keyring.read_device(&text, &mike(), NOW), None);
            prop_assert_eq!(keyring.read_device(&dots, &mike(), NOW), None);
        }
    }
}
