//! The one-time passcode: the code a person types, and the states it goes through.

use std::time::Duration;

use rand::CryptoRng;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::crockford::{grouped, random_symbols, read_symbols};
use crate::keyed_hash::{HashKey, KeyedHash};
use crate::{CompanyId, EmployeeId, Login, Name, PasscodeId, RECOVERY_LIFETIME, Timestamp};

/// Wrong secrets after which a code ends. With 40 secret bits, five tries succeed once in 2·10¹¹ codes.
pub const MAX_TRIES: u32 = 5;
/// How long a code lives unless the admin asks otherwise.
pub const DEFAULT_LIFETIME: Duration = Duration::from_secs(60 * 60);
/// The shortest lifetime, in minutes: mail may take a few.
pub const MIN_LIFETIME_MINUTES: u32 = 10;
/// The longest lifetime, in minutes (NIST SP 800-63B-4, section 4.2.1.2: a day).
pub const MAX_LIFETIME_MINUTES: u32 = 24 * 60;
/// A code still `sending` after this was left behind by a process that died, and is withdrawn.
pub const SENDING_LIMIT: Duration = Duration::from_secs(5 * 60);

/// A one-time passcode: 12 symbols, of which the first four select and the other eight are the secret.
pub struct Code(Zeroizing<[u8; 12]>);

impl Code {
    /// A new code: 60 random bits.
    pub fn generate(random: &mut impl CryptoRng) -> Self {
        Self(random_symbols(random))
    }

    /// What a person typed, if it can be a code at all.
    pub fn read(typed: &str) -> Option<Self> {
        read_symbols(typed).map(Self)
    }

    /// The public part: it finds the passcode, and a wrong one costs its holder no try.
    pub fn selector(&self) -> String {
        self.0[..4].iter().copied().map(char::from).collect()
    }

    /// As it is mailed: `7K3M-9QXT-2BHW`.
    pub fn grouped(&self) -> Zeroizing<String> {
        grouped(self.0.as_slice(), 4)
    }

    /// What is stored of the secret: a keyed hash, bound to the login and the passcode.
    pub fn hash(&self, key: &HashKey, login: &Login, passcode_id: PasscodeId) -> KeyedHash {
        KeyedHash::of(key, &[login.as_str().as_bytes(), passcode_id.to_string().as_bytes(), &self.0[4..]])
    }
}

/// What became of a passcode. It moves forward only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PasscodeStatus {
    /// In the directory, not yet accepted by the mail service: opens nothing.
    Sending,
    /// The mail service has accepted the mail.
    Sent,
    /// Delivery is being tried again.
    Delayed,
    /// The receiving mail server took the mail.
    Delivered,
    /// The address does not take mail.
    Bounced,
    /// The mail was reported as unwanted.
    Complained,
    /// The mail service refused the mail or gave no answer: withdrawn.
    Failed,
    /// Used: it has become a recovery.
    Redeemed,
    /// Taken back by an admin, or ended with a change of the account.
    Revoked,
    /// Taken back by its holder.
    Disowned,
    /// Replaced by a newer one.
    Superseded,
    /// Ended by wrong secrets.
    Exhausted,
    /// Ended by time.
    Expired,
}

impl PasscodeStatus {
    /// The states from which a code can be redeemed.
    pub const LIVE: [Self; 3] = [Self::Sent, Self::Delayed, Self::Delivered];
    /// The states of a code that has neither been used nor ended.
    pub const PENDING: [Self; 4] = [Self::Sending, Self::Sent, Self::Delayed, Self::Delivered];

    /// Whether a code in this state can be redeemed until it expires.
    pub fn is_live(self) -> bool {
        Self::LIVE.contains(&self)
    }

    /// Whether the code has neither been used nor ended yet; `Sending` is pending but opens nothing.
    pub fn is_pending(self) -> bool {
        Self::PENDING.contains(&self)
    }
}

/// Which passcode, and whose: what a write must name to mean this one and no other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldPasscode {
    /// The holder's login, the key of the passcodes table.
    pub login: Login,
    /// The holder's company.
    pub company_id: CompanyId,
    /// The holder.
    pub employee_id: EmployeeId,
    /// The passcode.
    pub passcode_id: PasscodeId,
}

/// What a passcode that has not ended is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StillOpen {
    /// A code that waits to be redeemed, or for its mail.
    Code,
    /// A recovery under way.
    Recovery,
}

/// Who issued a passcode.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Issuer {
    /// A Security Admin of the company.
    Admin {
        /// The admin.
        employee_id: EmployeeId,
        /// The admin's name at that time.
        name: Name,
    },
    /// Whoever runs the service, through an import: the text `operator`.
    Operator(OperatorTag),
}

/// Writes itself as `"operator"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum OperatorTag {
    /// The only value.
    #[serde(rename = "operator")]
    Operator,
}

/// How far a recovery, which a redeemed passcode is, has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecoveryState {
    /// Under way.
    Open,
    /// Password and authenticator were replaced.
    Completed,
    /// Ended without that.
    Abandoned,
}

/// The latest passcode of a person as the directory shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LatestPasscode {
    /// Which one it is.
    pub passcode_id: PasscodeId,
    /// What became of it.
    pub passcode_status: PasscodeStatus,
    /// The address it went to, masked.
    pub sent_to: String,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// Until when it can be redeemed.
    pub expires_at: Timestamp,
    /// Who issued it.
    pub issued_by: Issuer,
    /// How far the recovery has come, once there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovery_state: Option<RecoveryState>,
}

impl LatestPasscode {
    /// The status at `now`: time ends a code at once, whenever the cleanup comes round.
    pub fn status_at(&self, now: Timestamp) -> PasscodeStatus {
        if self.passcode_status.is_pending() && now >= self.expires_at {
            PasscodeStatus::Expired
        } else {
            self.passcode_status
        }
    }

    /// What can still be done with it at `now`, if anything.
    pub fn still_open(&self, now: Timestamp) -> Option<StillOpen> {
        if self.is_recovering_at(now) {
            Some(StillOpen::Recovery)
        } else {
            self.status_at(now).is_pending().then_some(StillOpen::Code)
        }
    }

    /// Whether a recovery can still be completed: it lasts from a redemption, which is before the code's own expiry.
    pub fn is_recovering_at(&self, now: Timestamp) -> bool {
        self.is_recovering() && now < self.expires_at.after(RECOVERY_LIFETIME)
    }

    /// Whether a recovery is open, or ran out without the cleanup having come round.
    pub fn is_recovering(&self) -> bool {
        self.recovery_state == Some(RecoveryState::Open)
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
    fn hyphens_blanks_case_and_look_alike_letters_are_forgiven() {
        let code = Code::read("7K3M-91XT-2B0W").unwrap();
        for typed in [" 7k3m 91xt 2b0w ", "7K3M9IXT2BOW", "7k3m-9lxt-2bow", "7K3M–91XT–2B0W"] {
            assert_eq!(Code::read(typed).unwrap().grouped(), code.grouped(), "{typed}");
        }
    }

    #[test]
    fn what_cannot_be_a_code_is_none() {
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
    fn time_ends_a_code_to_the_millisecond() {
        let at = Timestamp::from_millis;
        let latest = LatestPasscode {
            passcode_id: passcode_id(1),
            passcode_status: PasscodeStatus::Sent,
            sent_to: login().masked(),
            issued_at: at(0),
            expires_at: at(1_000),
            issued_by: Issuer::Operator(OperatorTag::Operator),
            recovery_state: None,
        };
        assert_eq!(latest.status_at(at(999)), PasscodeStatus::Sent);
        assert_eq!(latest.status_at(at(1_000)), PasscodeStatus::Expired);
        let used = LatestPasscode { passcode_status: PasscodeStatus::Redeemed, ..latest };
        assert_eq!(used.status_at(at(1_000)), PasscodeStatus::Redeemed);
    }
}
