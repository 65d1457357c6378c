//! An item of the passcodes table.

use readmit_domain::lifecycle::{CodeStatus, Passcode, PasscodeStatus, Phase};
use readmit_domain::passcode::SHOWN_FOR;
use readmit_domain::{Issuer, KeyedHash, LatestPasscode, Login, PasscodeRef, Pending, Timestamp, Versioned};
use serde::{Deserialize, Serialize};

use super::attributes::*;
use super::change::{Item, key};

/// The item as the table holds it, without what only its indexes need. Ended ones have lost their secrets.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PasscodeRow {
    /// A newer passcode of the login replaces the item.
    #[serde(flatten)]
    pub held: PasscodeRef,
    #[serde(flatten)]
    pub phase: Phase,
    /// The address it went to, masked.
    pub sent_to: String,
    pub issued_at: Timestamp,
    pub issued_by: Issuer,
    /// When codes were issued to the holder, as far as that still counts. Milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub codes_at: Vec<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_hash: Option<Versioned<KeyedHash>>,
    /// Secrets compared so far, the one in hand included.
    #[serde(default)]
    pub try_count: u32,
    /// Secrets compared since the last success, over all codes of the login.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tries_without_success: Option<u32>,
    /// When the last secret was compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_try_at: Option<Timestamp>,
    /// Until when the code can be redeemed.
    pub expires_at: Timestamp,
    /// Whether the code alone does not open the door.
    #[serde(default)]
    pub proof_required: bool,
    /// Until when the recovery can be completed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recovery_until: Option<Timestamp>,
    /// What was chosen in the recovery so far.
    #[serde(flatten)]
    pub pending: Pending,
    /// When its password was chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password_set_at: Option<Timestamp>,
    /// Completions tried in the recovery.
    #[serde(default)]
    pub completion_tries: u32,
    /// When its holder said that it was not asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disowned_at: Option<Timestamp>,
}

impl PasscodeRow {
    pub fn lifecycle(&self) -> Passcode {
        Passcode { phase: self.phase, until: self.recovery_until.unwrap_or(self.expires_at), tries: self.try_count }
    }

    /// What admins see of it.
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

    /// Whether its mail failed; also one of a process that died before it could say so.
    pub fn has_failed_at(&self, now: Timestamp) -> bool {
        self.latest().status_at(now) == PasscodeStatus::Code(CodeStatus::Failed)
    }

    /// Whether its mail is on its way, the code can be redeemed or the recovery completed.
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
