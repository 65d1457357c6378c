//! The one-time passcode: the code that a person types, and the data that admins see.

use std::time::Duration;

use rand::CryptoRng;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::crockford::{grouped, random_symbols, read_symbols};
use crate::keyed_hash::{HashKey, KeyedHash};
use crate::lifecycle::{CodeStatus, PasscodeStatus, Phase};
use crate::{CompanyId, EmployeeId, Login, PasscodeId, Timestamp};

/// How long a code is valid unless the admin says otherwise.
pub const DEFAULT_LIFETIME: Duration = Duration::from_secs(60 * 60);
/// The shortest lifetime, in minutes, because a mail may take a few minutes.
pub const MIN_LIFETIME_MINUTES: u32 = 10;
/// The longest lifetime, in minutes (NIST SP 800-63B-4, section 4.2.1.2: a day).
pub const MAX_LIFETIME_MINUTES: u32 = 24 * 60;
/// A code that is still `sending` after this time belongs to a process that died. It counts as failed.
pub const SENDING_LIMIT: Duration = Duration::from_secs(5 * 60);
/// How long a passcode is shown after its code has expired.
pub const SHOWN_FOR: Duration = Duration::from_secs(400 * 24 * 60 * 60);

/// A code of 12 symbols: the first four are the selector, the other eight are the secret.
pub struct Code(Zeroizing<[u8; 12]>);

impl Code {
    /// A new code of 60 random bits.
    pub fn generate(random: &mut impl CryptoRng) -> Self {
        Self(random_symbols(random))
    }

    /// Reads a typed text. None if it is not a code.
    pub fn read(typed: &str) -> Option<Self> {
        read_symbols(typed).map(Self)
    }

    /// The public part. It finds the passcode; a wrong selector does not count as a try.
    pub fn selector(&self) -> String {
        self.0[..4].iter().copied().map(char::from).collect()
    }

    /// The text in the mail: `7K3M-9QXT-2BHW`.
    pub fn grouped(&self) -> Zeroizing<String> {
        grouped(self.0.as_slice(), 4)
    }

    /// The hash of the secret that is stored: keyed, and bound to the login and the passcode.
    pub fn hash(&self, key: &HashKey, login: &Login, passcode_id: PasscodeId) -> KeyedHash {
        KeyedHash::of(key, &[login.as_str().as_bytes(), passcode_id.to_string().as_bytes(), &self.0[4..]])
    }
}

/// Identifies a passcode and its holder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasscodeRef {
    /// The holder's login, the key of the passcodes table.
    pub login: Login,
    /// The holder's company.
    pub company_id: CompanyId,
    /// The holder's id.
    pub employee_id: EmployeeId,
    /// The passcode's id.
    pub passcode_id: PasscodeId,
}

/// Who issued a passcode.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Issuer {
    /// A Security Admin of the company. The directory has the name.
    Admin(EmployeeId),
    /// The operator, through an import: the text `operator`.
    Operator(OperatorTag),
}

/// Is serialized as `"operator"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum OperatorTag {
    /// The only value.
    #[serde(rename = "operator")]
    Operator,
}

/// The latest passcode of a person, as admins see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LatestPasscode {
    /// The passcode's id.
    pub passcode_id: PasscodeId,
    /// The current phase.
    #[serde(flatten)]
    pub phase: Phase,
    /// The masked address that the mail was sent to.
    pub sent_to: String,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// When the code expires.
    pub expires_at: Timestamp,
    /// Who issued it.
    pub issued_by: Issuer,
}

impl LatestPasscode {
    /// The status at `now`. It does not depend on the cleanup: an overdue code is expired, and a code that is `sending` for too long has
    /// failed.
    pub fn status_at(&self, now: Timestamp) -> PasscodeStatus {
        let status = match self.phase {
            Phase::SENDING if now >= self.issued_at.after(SENDING_LIMIT) => CodeStatus::Failed,
            phase if phase.is_pending() && now >= self.expires_at => CodeStatus::Expired,
            phase => return phase.status(),
        };
        PasscodeStatus::Code(status)
    }

    /// Whether it is still shown at `now`.
    pub fn is_shown_at(&self, now: Timestamp) -> bool {
        now < self.expires_at.after(SHOWN_FOR)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rand::SeedableRng as _;
    use rand::rngs::StdRng;

    fn login() -> Login {
        "mike@northwind.example".parse().unwrap()
    }

    fn passcode_id(seed: u64) -> PasscodeId {
        PasscodeId::new(Timestamp::from_millis(1_732_421_884_000), &mut StdRng::seed_from_u64(seed))
    }

    #[test]
    fn hyphens_blanks_case_and_look_alike_letters_do_not_matter() {
        let code = Code::read("7K3M-91XT-2B0W").unwrap();
        for typed in [" 7k3m 91xt 2b0w ", "7K3M9IXT2BOW", "7k3m-9lxt-2bow", "7K3M–91XT–2B0W"] {
            assert_eq!(Code::read(typed).unwrap().grouped(), code.grouped(), "{typed}");
        }
    }

    #[test]
    fn the_first_four_symbols_are_the_selector() {
        assert_eq!(Code::read("7K3M-9QXT-2BHW").unwrap().selector(), "7K3M");
        let minutes = [DEFAULT_LIFETIME, SENDING_LIMIT].map(|span| span.as_secs() / 60);
        assert_eq!((minutes, MAX_LIFETIME_MINUTES), ([60, 5], 1_440));
        assert_eq!(SHOWN_FOR.as_secs(), 400 * 86_400);
    }

    #[test]
    fn malformed_codes_are_refused() {
        for typed in
            ["", "7K3M-9QXT-2BH", "7K3M-9QXT-2BHWW", "7K3M-9QXT-2BHU", "7K3M-9QXT-2BH\u{ff37}", "7K3M-9QXT-2BH!"]
        {
            assert!(Code::read(typed).is_none(), "{typed}");
        }
    }

    proptest! {
        #[test]
        fn a_new_code_reads_back(seed: u64) {
            let code = Code::generate(&mut StdRng::seed_from_u64(seed));
            let read = Code::read(&code.grouped()).unwrap();
            prop_assert_eq!(read.grouped(), code.grouped());
            prop_assert_eq!(code.grouped().len(), 14);
        }

        #[test]
        fn only_the_same_secret_for_the_same_passcode_matches(a: u64, b: u64) {
            let key = HashKey::from([7; 64]);
            let (first, second) = (Code::generate(&mut StdRng::seed_from_u64(a)), Code::generate(&mut StdRng::seed_from_u64(b)));
            let stored = first.hash(&key, &login(), passcode_id(1));
            prop_assert_eq!(second.hash(&key, &login(), passcode_id(1)) == stored, a == b);
            prop_assert!(first.hash(&key, &login(), passcode_id(2)) != stored);
        }

        #[test]
        fn typing_anything_never_panics(typed in "\\PC{0,80}") {
            let _ = Code::read(&typed);
        }
    }

    #[test]
    fn every_symbol_is_equally_likely() {
        let mut random = StdRng::seed_from_u64(1);
        let mut counts = std::collections::BTreeMap::<char, u32>::new();
        for _ in 0..8_000 {
            for symbol in Code::generate(&mut random).grouped().chars().filter(|c| *c != '-') {
                *counts.entry(symbol).or_default() += 1;
            }
        }
        assert_eq!(counts.len(), 32);
        assert!(counts.values().all(|count| (2_700..3_300).contains(count)), "{counts:?}");
    }

    #[test]
    fn a_code_expires_to_the_millisecond() {
        let at = Timestamp::from_millis;
        let latest = LatestPasscode {
            passcode_id: passcode_id(1),
            phase: Phase::Code(CodeStatus::Sent),
            sent_to: login().masked(),
            issued_at: at(0),
            expires_at: at(1_000),
            issued_by: Issuer::Operator(OperatorTag::Operator),
        };
        assert_eq!(latest.status_at(at(999)), PasscodeStatus::Code(CodeStatus::Sent));
        assert_eq!(latest.status_at(at(1_000)), PasscodeStatus::Code(CodeStatus::Expired));
        let used = LatestPasscode { phase: Phase::OPEN, ..latest.clone() };
        assert_eq!(used.status_at(at(1_000)), Phase::OPEN.status());

        let sending = LatestPasscode { phase: Phase::SENDING, expires_at: at(600_000), ..latest };
        assert_eq!(sending.status_at(at(299_999)), PasscodeStatus::Code(CodeStatus::Sending));
        assert_eq!(
            [at(300_000), at(600_000)].map(|now| sending.status_at(now)),
            [CodeStatus::Failed; 2].map(PasscodeStatus::Code)
        );
        let shown_until = at(600_000).after(SHOWN_FOR).millis();
        assert!(sending.is_shown_at(at(shown_until - 1)) && !sending.is_shown_at(at(shown_until)));
    }
}
