//! Issuing a passcode: stored, mailed, and told as it is. What `issue-passcode` and `import-employees` have in common.

use readmit_domain::{Act, Company, IssuedPasscode, LatestPasscode, PasscodeStatus, Versioned};

use crate::http::{Failure, Problem};
use crate::services::MailingServices;
use crate::store::{Begun, Outcome};

/// How often a decision is made again after others changed what it was based on.
pub const DECISIONS: u32 = 5;

impl MailingServices {
    /// Stores and mails a passcode. None if its holder changed since the decision: decide again.
    ///
    /// When this returns a passcode, the mail service has accepted the mail. When it returns a problem, nothing is left that
    /// could be redeemed; only a process that dies in between leaves something, which opens nothing and is cleaned up.
    pub async fn deliver(
        &self,
        issued: &IssuedPasscode,
        company: &Company,
        act: &Act,
    ) -> Result<Option<LatestPasscode>, Failure> {
        let keyring = self.services.keyring().await?;
        let version = keyring.current(act.at);
        let value = issued.code.hash(&keyring.passcode_key(version)?, issued.login(), issued.latest.passcode_id);
        let Some(begun) = self.services.store.begin(issued, Versioned { version, value }, act).await? else {
            return Ok(None);
        };
        if let Err(refused) = self.mail.passcode(issued, company).await {
            // Refused: it was replaced or ended in the meantime, and is as dead as it should be.
            let _: Outcome = self.services.store.withdraw(&begun, act).await?;
            return Err(Failure::Caused(Problem::EmailNotSent, refused.to_string()));
        }
        Ok(Some(self.mark_sent(issued, &begun).await?))
    }

    async fn mark_sent(&self, issued: &IssuedPasscode, begun: &Begun) -> Result<LatestPasscode, Failure> {
        if self.services.store.sent(begun).await? == Outcome::Done {
            return Ok(LatestPasscode { passcode_status: PasscodeStatus::Sent, ..issued.latest.clone() });
        }
        // Something ended it while the mail was on its way: say what.
        let holder = self.services.store.employee(issued.company_id, issued.holder.employee_id).await?;
        let latest = holder
            .and_then(|holder| holder.latest_passcode)
            .filter(|latest| latest.passcode_id == issued.latest.passcode_id);
        Ok(latest.unwrap_or(LatestPasscode { passcode_status: PasscodeStatus::Superseded, ..issued.latest.clone() }))
    }
}
