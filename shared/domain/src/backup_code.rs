//! Backup codes. Each one replaces the authenticator for one sign-in.

use rand::CryptoRng;
use zeroize::Zeroizing;

use crate::crockford::{grouped, random_symbols, read_symbols};
use crate::keyed_hash::{HashKey, KeyedHash};
use crate::{EmployeeId, TotpCode};

/// How many backup codes a person has.
pub const BACKUP_CODES: usize = 10;

/// A backup code: 24 symbols, 120 bits (OWASP ASVS 5.0, 6.5.2: from 112 bits on a fast hash is enough).
pub struct BackupCode(Zeroizing<[u8; 24]>);

impl BackupCode {
    /// A new random code.
    pub fn generate(random: &mut impl CryptoRng) -> Self {
        Self(random_symbols(random))
    }

    /// Reads a typed text. None if it is not a backup code.
    pub fn read(typed: &str) -> Option<Self> {
        read_symbols(typed).map(Self)
    }

    /// The text that is shown: four groups of six symbols.
    pub fn grouped(&self) -> Zeroizing<String> {
        grouped(self.0.as_slice(), 6)
    }

    /// The hash that is stored: keyed, and bound to the person.
    pub fn hash(&self, key: &HashKey, owner: EmployeeId) -> KeyedHash {
        KeyedHash::of(key, &[owner.to_string().as_bytes(), self.0.as_slice()])
    }
}

/// The second factor of a sign-in.
pub enum SecondFactor {
    /// A code of the authenticator: six digits.
    Totp(TotpCode),
    /// A backup code in place of the authenticator.
    Backup(BackupCode),
}

impl SecondFactor {
    /// Reads a typed text. None if it is neither.
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
