//! Issuing a passcode: stored, mailed, and told as it is. What `issue-passcode` and `import-employees` have in common.

use readmit_domain::lifecycle::{CodeStatus, Phase};
use readmit_domain::{Act, Company, Employee, EventType, IssuedPasscode, LatestPasscode, Versioned};

use secrecy::SecretString;

use crate::http::{Failure, IssuedView, Problem};
use crate::keyring::RootSecret;
use crate::services::MailingServices;
use crate::store::{Beginning, Begun, Outcome, Takes, Throttled};

/// A passcode that is stored, `sending`, and not mailed yet.
pub struct Stored {
    issued: IssuedPasscode,
    begun: Box<Begun>,
    disown_token: SecretString,
}

impl MailingServices {
    /// Stores and mails a passcode. None if its holder, or the admin's authority, changed since the decision: decide again, a
    /// little later.
    pub async fn deliver(
        &self,
        issued: IssuedPasscode,
        company: &Company,
        takes: Takes,
        act: &Act,
    ) -> Result<Option<LatestPasscode>, Failure> {
        match self.store_code(issued, takes, act).await? {
            Some(stored) => Ok(Some(self.mail_code(stored, company, act).await?)),
            None => Ok(None),
        }
    }

    /// Stores a passcode. None as [`Self::deliver`].
    pub async fn store_code(&self, issued: IssuedPasscode, takes: Takes, act: &Act) -> Result<Option<Stored>, Failure> {
        let keyring = self.services.keyring().await?;
        let version = keyring.current(RootSecret::Passcodes, act.at);
        let value = issued.code.hash(&keyring.passcode_key(version)?, issued.login(), issued.latest.passcode_id);
        let held = issued.holder.held(issued.latest.passcode_id);
        let disown_token = keyring.seal_disown(&held, act.at, &mut self.services.random())?;
        match self.services.store.begin(&issued, &Versioned { version, value }, takes, act).await? {
            Beginning::Begun(begun) => Ok(Some(Stored { issued, begun, disown_token })),
            Beginning::Changed => Ok(None),
            Beginning::Locked(throttled) => Err(self.throttled(&throttled, &issued.holder, act).await?.into()),
        }
    }

    /// Mails a passcode that was stored.
    ///
    /// When this returns a passcode, the mail service has accepted the mail. When it returns a problem, nothing is left that
    /// could be redeemed; only a process that dies in between leaves something, which opens nothing and is cleaned up.
    pub async fn mail_code(&self, stored: Stored, company: &Company, act: &Act) -> Result<LatestPasscode, Failure> {
        let Stored { issued, begun, disown_token } = stored;
        if let Err(refused) = self.mail.passcode(&issued, company, &disown_token).await {
            self.services.store.withdraw(&begun, act).await?;
            return Err(Failure::Caused(Problem::EmailNotSent, refused.to_string()));
        }
        self.mark_sent(&issued, &begun, act).await
    }

    /// Tells the trail, once, that a limit of codes was reached, and says what the client is told.
    pub async fn throttled(&self, throttled: &Throttled, holder: &Employee, act: &Act) -> Result<Problem, Failure> {
        if let Some(untold) = &throttled.untold {
            let store = &self.services.store;
            let event = store.event(act, EventType::PasscodeThrottled, holder.company_id, holder.employee_id);
            store.tell_throttled(untold, Some(event), act).await?;
        }
        Ok(Problem::too_many_until(throttled.until, act.at))
    }

    async fn mark_sent(&self, issued: &IssuedPasscode, begun: &Begun, act: &Act) -> Result<LatestPasscode, Failure> {
        let store = &self.services.store;
        let answer = |passcode: &LatestPasscode| serde_json::to_string(&IssuedView::new(passcode, act.at));
        let sent = LatestPasscode { phase: Phase::Code(CodeStatus::Sent), ..issued.latest.clone() };
        if store.sent(begun, &answer(&sent)?, act).await? == Outcome::Done {
            return Ok(sent);
        }
        // Something ended it, or SES reported of it, while the mail was on its way: say what.
        let holder = store.employee(issued.company_id, issued.holder.employee_id).await?;
        let latest = holder
            .and_then(|holder| holder.latest_passcode)
            .filter(|latest| latest.passcode_id == issued.latest.passcode_id)
            .unwrap_or(LatestPasscode { phase: Phase::Code(CodeStatus::Superseded), ..issued.latest.clone() });
        store.keep(begun, &answer(&latest)?).await?;
        Ok(latest)
    }
}
