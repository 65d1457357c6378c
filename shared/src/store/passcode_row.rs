//! An item of the passcodes table.

use readmit_domain::lifecycle::{CodeStatus, Passcode, PasscodeStatus, Phase};
use readmit_domain::passcode::SHOWN_FOR;
use readmit_domain::{Issuer, KeyedHash, LatestPasscode, Login, PasscodeRef, Pending, Timestamp, Versioned, limit};
use serde::{Deserialize, Serialize};

use super::attributes::*;
use super::change::{Item, key};

/// The item without the keys of the indexes. After the end of a passcode its secrets are deleted.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PasscodeRow {
    /// A newer passcode of the same login overwrites the item.
    #[serde(flatten)]
    pub held: PasscodeRef,
    #[serde(flatten)]
    pub phase: Phase,
    /// The masked address that the mail was sent to.
    pub sent_to: String,
    pub issued_at: Timestamp,
    pub issued_by: Issuer,
    #[serde(flatten)]
    pub history: IssueHistory,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_hash: Option<Versioned<KeyedHash>>,
    /// How many secrets were compared with this code, including the current one.
    #[serde(default)]
    pub try_count: u32,
    /// Until when the code can be redeemed.
    pub expires_at: Timestamp,
    /// Whether a second proof is required in addition to the code.
    #[serde(default)]
    pub proof_required: bool,
    /// Until when the recovery can be completed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recovery_until: Option<Timestamp>,
    /// The new password and authenticator of the recovery, as far as they are set.
    #[serde(flatten)]
    pub pending: Pending,
    /// When the recovery's password was set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password_set_at: Option<Timestamp>,
    /// How often the completion of the recovery was tried.
    #[serde(default)]
    pub completion_tries: u32,
    /// When the holder said "this was not me".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disowned_at: Option<Timestamp>,
}

/// What counts for the limits of the codes to one holder, over all codes.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct IssueHistory {
    /// When codes were issued to the holder, without those that no longer count. Milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub codes_at: Vec<i64>,
    /// How many secrets were compared since the last success.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tries_without_success: Option<u32>,
    /// When the last secret was compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_try_at: Option<Timestamp>,
}

impl IssueHistory {
    /// When the lock after too many wrong secrets ends, if there were so many.
    pub fn lock_end(&self) -> Option<Timestamp> {
        limit::lock_end(self.tries_without_success.unwrap_or_default(), self.last_try_at)
    }
}

impl PasscodeRow {
    pub fn lifecycle(&self) -> Passcode {
        Passcode { phase: self.phase, until: self.recovery_until.unwrap_or(self.expires_at), tries: self.try_count }
    }

    /// The passcode as admins see it.
    pub fn latest(&self) -> LatestPasscode {
        LatestPasscode {
            passcode_id: self.held.passcode_id,
            phase: self.phase,
            sent_to: self.sent_to.clone(),
            issued_at: self.issued_at,
            expires_at: self.expires_at,
            issued_by: self.issued_by.clone(),
        }
    }

    /// Whether the mail failed, or the process died before it could record the result.
    pub fn has_failed_at(&self, now: Timestamp) -> bool {
        self.latest().status_at(now) == PasscodeStatus::Code(CodeStatus::Failed)
    }

    /// Whether the mail is being sent, the code can be redeemed, or the recovery can be completed.
    pub fn is_usable_at(&self, now: Timestamp) -> bool {
        !self.has_failed_at(now) && self.lifecycle().is_usable_at(now)
    }
}

pub(super) fn passcode_key(login: &Login) -> Item {
    key([(LOGIN, login)])
}

/// When DynamoDB may delete the item of a code that expires at `expires_at`.
pub(super) fn delete_after(expires_at: Timestamp) -> i64 {
    expires_at.after(SHOWN_FOR).seconds()
}
