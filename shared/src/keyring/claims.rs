//! The claims of tokens.

use readmit_domain::{CompanyId, EmployeeId, Login, PasscodeId, RECENT_SIGN_IN, SessionEpoch, Timestamp};
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize)]
pub struct AccessClaims {
    #[serde(rename = "sub")]
    pub employee_id: EmployeeId,
    pub company_id: CompanyId,
    /// The session epoch. The token is valid only while the employee's directory row has the same one.
    pub epoch: SessionEpoch,
    /// When the person authenticated, in seconds since 1970 (OpenID Connect Core, section 2).
    pub auth_time: i64,
    /// The authentication methods (RFC 8176). A recovery's session has none, because a mailed code is not a sign-in.
    pub amr: Vec<AuthenticationMethod>,
}

/// A factor of a sign-in, with its name in RFC 8176.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AuthenticationMethod {
    Pwd,
    /// A code of the authenticator, or a backup code.
    Otp,
}

impl AccessClaims {
    pub const SIGN_IN: [AuthenticationMethod; 2] = [AuthenticationMethod::Pwd, AuthenticationMethod::Otp];

    /// Whether the session began with a second factor at most [`RECENT_SIGN_IN`] ago (RFC 9470).
    pub fn is_recent_sign_in(&self, now: Timestamp) -> bool {
        let oldest = now.seconds() - i64::try_from(RECENT_SIGN_IN.as_secs()).unwrap_or(0);
        self.amr.contains(&AuthenticationMethod::Otp) && self.auth_time >= oldest
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub struct RecoveryClaims {
    #[serde(rename = "sub")]
    pub employee_id: EmployeeId,
    pub company_id: CompanyId,
    /// The key of the recovery's item in the passcodes table.
    pub login: Login,
    /// The passcode that was redeemed.
    pub passcode_id: PasscodeId,
}

#[cfg(test)]
mod tests {
    use super::super::tests::access_claims;
    use super::*;

    #[test]
    fn a_sign_in_is_recent_for_ten_minutes_and_a_recovery_never() {
        let at = Timestamp::from_millis(1_732_421_884_000);
        let mut claims = access_claims(at);
        assert!(claims.is_recent_sign_in(at) && claims.is_recent_sign_in(at.after(RECENT_SIGN_IN)));
        let later = Timestamp::from_millis(at.after(RECENT_SIGN_IN).millis() + 1_000);
        assert!(!claims.is_recent_sign_in(later));
        claims.amr.clear();
        assert!(!claims.is_recent_sign_in(at));
    }
}
