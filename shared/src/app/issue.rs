//! Issues a passcode: stores it, mails it, and returns its state. `issue-passcode`, `manage-employees` and
//! `import-employees` share this.

use readmit_domain::lifecycle::{CodeStatus, Phase};
use readmit_domain::{Admin, AuditContext, Company, Employee, EventType, IssuedPasscode, LatestPasscode, Versioned};
use secrecy::SecretString;

use super::{AppError, Services};
use crate::keyring::RootSecret;
use crate::mail::Mail;
use crate::store::{
    Approved, Authority, BeginOutcome, IssueView, Lease, Outcome, PasscodeRow, Reservations, StoredPasscode, Throttled,
};

/// A passcode that is stored with the status `sending`, and not mailed yet.
pub struct CodeToMail {
    issued: IssuedPasscode,
    stored: Box<StoredPasscode>,
    disown_token: SecretString,
}

/// What an admin's passcode is committed with. The default is a first passcode: it is refused if the holder has one meanwhile.
#[derive(Default)]
pub struct IssuedWith {
    /// The holder's earlier passcode, as it was read.
    pub replaced: Option<PasscodeRow>,
    /// The idempotency key of the request.
    pub lease: Option<Lease>,
    /// The approved request for this passcode.
    pub approved: Option<Approved>,
}

impl Services<Mail> {
    /// Stores and mails a passcode. None if the holder, the earlier passcode or the admin's role changed after the decision: then the
    /// caller must decide again.
    pub async fn deliver(
        &self,
        issued: IssuedPasscode,
        company: &Company,
        reservations: Reservations,
        act: &AuditContext,
    ) -> Result<Option<LatestPasscode>, AppError> {
        match self.store_code(issued, reservations, act).await? {
            Some(stored) => Ok(Some(self.mail_code(stored, company, act).await?)),
            None => Ok(None),
        }
    }

    /// Stores and mails a passcode that an admin issues, within the admin's and the holder's limits, of which `view` has the admin's.
    /// None in the same cases as [`Self::deliver`].
    pub async fn deliver_for(
        &self,
        admin: Admin<'_>,
        view: &IssueView,
        issued: IssuedPasscode,
        company: &Company,
        with: IssuedWith,
        act: &AuditContext,
    ) -> Result<Option<LatestPasscode>, AppError> {
        let IssuedWith { replaced, lease, approved } = with;
        let people = (admin.employee().employee_id, issued.holder.employee_id);
        let (codes_at, admins_place) = match view.places(&self.store, people, replaced.as_ref(), act.at) {
            Ok(places) => places,
            Err(throttled) => return Err(self.throttled(&throttled, &issued.holder, act).await?),
        };
        let (admins_place, authority) = (Some(admins_place), Some(Authority::of(admin)));
        let reservations = Reservations { replaced, codes_at, admins_place, lease, authority, approved };
        self.deliver(issued, company, reservations, act).await
    }

    /// Stores a passcode. None in the same cases as [`Self::deliver`].
    pub async fn store_code(
        &self,
        issued: IssuedPasscode,
        reservations: Reservations,
        act: &AuditContext,
    ) -> Result<Option<CodeToMail>, AppError> {
        let keyring = self.keyring().await?;
        let version = keyring.current(RootSecret::Passcodes, act.at);
        let value = issued.code.hash(&keyring.passcode_key(version)?, issued.login(), issued.latest.passcode_id);
        let held = issued.holder.held(issued.latest.passcode_id);
        let disown_token = keyring.seal_disown(&held, act.at, &mut self.random())?;
        match self.store.begin(&issued, &Versioned { version, value }, reservations, act).await? {
            BeginOutcome::Stored(stored) => Ok(Some(CodeToMail { issued, stored, disown_token })),
            BeginOutcome::Changed => Ok(None),
            BeginOutcome::Locked(throttled) => Err(self.throttled(&throttled, &issued.holder, act).await?),
        }
    }

    /// Mails a stored passcode. If this returns a passcode, the mail service has accepted the mail. If it returns an error, nothing
    /// can be redeemed. If the process dies in between, the passcode stays `sending`: it cannot be redeemed, and the cleanup ends it.
    pub async fn mail_code(
        &self,
        stored: CodeToMail,
        company: &Company,
        act: &AuditContext,
    ) -> Result<LatestPasscode, AppError> {
        let CodeToMail { issued, stored, disown_token } = stored;
        if let Err(refused) = self.mail.passcode(&issued, company, &disown_token).await {
            self.store.withdraw(&stored, act).await?;
            return Err(AppError::EmailNotSent(refused));
        }
        let sent = LatestPasscode { phase: Phase::Code(CodeStatus::Sent), ..issued.latest.clone() };
        if self.store.sent(&stored, &sent, act).await? == Outcome::Done {
            return Ok(sent);
        }
        // While the mail was being sent, the passcode ended, or SES reported its delivery. Return the status that it has now.
        let row = self.store.passcode(issued.login()).await?;
        let latest = row
            .filter(|row| row.held.passcode_id == issued.latest.passcode_id)
            .map(|row| row.latest())
            .unwrap_or(LatestPasscode { phase: Phase::Code(CodeStatus::Superseded), ..issued.latest });
        self.store.keep(&stored, &latest).await?;
        Ok(latest)
    }

    /// [`Services::record_throttled`] for a limit of issued codes.
    pub async fn throttled(
        &self,
        throttled: &Throttled,
        holder: &Employee,
        act: &AuditContext,
    ) -> Result<AppError, AppError> {
        let whose = Some((holder.company_id, holder.employee_id));
        self.record_throttled(throttled, EventType::PasscodeThrottled, whose, act).await
    }
}
