//! Backup codes: each good for one sign-in in place of the authenticator.

use rand::CryptoRng;
use zeroize::Zeroizing;

use crate::crockford::{grouped, random_symbols, read_symbols};
use crate::keyed_hash::{HashKey, KeyedHash};
use crate::{EmployeeId, TotpCode};

/// How many a person gets at a time.
pub const BACKUP_CODES: usize = 10;

/// 24 symbols, 120 bits (OWASP ASVS 5.0, 6.5.2: at 112 bits and more a fast hash will do).
pub struct BackupCode(Zeroizing<[u8; 24]>);

impl BackupCode {
    /// A new one.
    pub fn generate(random: &mut impl CryptoRng) -> Self {
        Self(random_symbols(random))
    }

    /// What a person typed, if it can be a backup code.
    pub fn read(typed: &str) -> Option<Self> {
        read_symbols(typed).map(Self)
    }

    /// As it is shown: four groups of six.
    pub fn grouped(&self) -> Zeroizing<String> {
        grouped(self.0.as_slice(), 6)
    }

    /// What is stored: a keyed hash, bound to the person.
    pub fn hash(&self, key: &HashKey, owner: EmployeeId) -> KeyedHash {
        KeyedHash::of(key, &[owner.to_string().as_bytes(), self.0.as_slice()])
    }
}

/// What proves possession beside the password.
pub enum SecondFactor {
    /// Six digits of the authenticator.
    Totp(TotpCode),
    /// A backup code.
    Backup(BackupCode),
}

impl SecondFactor {
    /// What a person typed, if it can be either.
    pub fn read(typed: &str) -> Option<Self> {
        TotpCode::read(typed).map(Self::Totp).or_else(|| BackupCode::read(typed).map(Self::Backup))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng as _;
    use rand::rngs::StdRng;

    #[test]
    fn a_backup_code_reads_back_and_belongs_to_one_person() {
        let mut random = StdRng::seed_from_u64(3);
        let code = BackupCode::generate(&mut random);
        assert_eq!(code.grouped().len(), 27);
        let read = BackupCode::read(&code.grouped().to_lowercase()).unwrap();
        let key = HashKey::from([1; 64]);
        let (mike, ada) = (crate::Timestamp::from_millis(1), crate::Timestamp::from_millis(2));
        let (mike, ada) = (EmployeeId::new(mike, &mut random), EmployeeId::new(ada, &mut random));
        assert!(read.hash(&key, mike) == code.hash(&key, mike));
        assert!(read.hash(&key, ada) != code.hash(&key, mike));
    }

    #[test]
    fn six_digits_are_the_authenticators() {
        assert!(matches!(SecondFactor::read("123456"), Some(SecondFactor::Totp(_))));
        assert!(matches!(SecondFactor::read("0123456789ABCDEFGHJKMNPQ"), Some(SecondFactor::Backup(_))));
        assert!(SecondFactor::read("0123456").is_none());
    }
}
