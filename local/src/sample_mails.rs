//! A sample of every mail, to invented people. The preview shows these mails, and the tests compare them with their snapshots.

use std::error::Error;

use readmit::domain::lifecycle::{CodeStatus, Phase};
use readmit::domain::{
    ApprovalStatus, Approvals, Company, Employee, IssuedPasscode, Issuer, LatestPasscode, Locale, Notice, NoticeKind,
    NoticeSubject, Origin, SecondProof, SensitiveAct, Timestamp, passcode,
};
use readmit::mail::{Letter, Letterhead};
use secrecy::SecretString;
use serde_json::{Value, json};

/// The code in the mails with a passcode.
pub const CODE: &str = "7K3M-9QXT-2BHW";

/// 24 November 2026, 14:05 UTC.
const NOW: Timestamp = Timestamp::from_millis(1_795_529_100_000);

/// A text of [`Cast`] is no name, address or language.
pub type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// The external texts in the mails.
#[derive(Clone)]
pub struct Cast {
    pub brand: String,
    pub portal_url: String,
    /// The full name of the recipient.
    pub name: String,
    /// The admin who issued the passcode, and the person whom notices to Security Admins are about.
    pub other: String,
    /// Whose people they are.
    pub company: String,
    /// The company's support address.
    pub support_email: Option<String>,
    /// The company's colour, such as `#1d4ed8`.
    pub color: Option<String>,
    /// The reason that the admin gave. The company shows it.
    pub reason: String,
    /// The company's time zone.
    pub time_zone: String,
    /// The client's `User-Agent`.
    pub user_agent: String,
}

impl Default for Cast {
    fn default() -> Self {
        Self {
            brand: "Partner Portal".to_owned(),
            portal_url: "https://portal.example/".to_owned(),
            name: "Mike Brandt".to_owned(),
            other: "Ada Lindqvist".to_owned(),
            company: "Northwind Partners".to_owned(),
            support_email: Some("help@northwind.example".to_owned()),
            color: None,
            reason: "Lost the phone".to_owned(),
            time_zone: "UTC".to_owned(),
            user_agent:
                "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                Version/19.1 Mobile/15E148 Safari/604.1"
                    .to_owned(),
        }
    }
}

impl Cast {
    /// Whose people they are.
    pub fn company(&self) -> Result<Company> {
        Ok(Company {
            company_id: "cmp_01J00000000000000000000000".parse()?,
            external_id: None,
            company_name: self.company.parse()?,
            support_email: self.support_email.as_ref().map(|email| email.parse()).transpose()?,
            mail_locale: None,
            second_proof: SecondProof::default(),
            brand_color: self.color.as_ref().map(|color| color.parse()).transpose()?,
            reason_in_mail: true,
            time_zone: self.time_zone.parse()?,
            domains: Vec::new(),
            approvals: Approvals::None,
        })
    }

    /// The recipient of the mails.
    pub fn recipient(&self, locale: &str) -> Result<Employee> {
        employee(&self.name, "mike@northwind.example", locale)
    }

    fn admin(&self) -> Result<Employee> {
        employee(&self.other, "ada@northwind.example", "en")
    }

    fn issued(&self, locale: &str, issued_by: Issuer) -> Result<IssuedPasscode> {
        let holder = self.recipient(locale)?;
        let is_from_admin = matches!(issued_by, Issuer::Admin(_));
        let latest = LatestPasscode {
            passcode_id: "pco_01J00000000000000000000002".parse()?,
            phase: Phase::Code(CodeStatus::Sending),
            sent_to: holder.login.masked(),
            issued_at: NOW,
            expires_at: NOW.after(passcode::DEFAULT_LIFETIME),
            issued_by,
        };
        Ok(IssuedPasscode {
            company_id: holder.company_id,
            holder,
            latest,
            issuer: is_from_admin.then(|| self.admin()).transpose()?,
            reason: is_from_admin.then(|| self.reason.clone().try_into()).transpose()?,
            suspend: false,
            proof_required: is_from_admin,
            code: passcode::Code::read(CODE).ok_or("the sample's code is no code")?,
        })
    }

    /// A notice of each kind.
    pub fn notices(&self) -> Result<Vec<Notice>> {
        let concerned = NoticeSubject::from(&self.admin()?);
        let kinds = [
            NoticeKind::PasscodeRedeemed,
            NoticeKind::RecoveryCompleted,
            NoticeKind::AccountSuspended,
            NoticeKind::AccountEnabled,
            NoticeKind::BackupCodesRenewed,
            NoticeKind::AddressChanged {
                from: "m•••@northwind.example".to_owned(),
                to: "m•••@northwind-partners.example".to_owned(),
            },
            NoticeKind::RoleGiven,
            NoticeKind::RoleTaken,
            NoticeKind::PasscodeDisowned(concerned.clone()),
            NoticeKind::PasscodeBounced(concerned.clone()),
            NoticeKind::PasscodeComplained(concerned.clone()),
            NoticeKind::AdminPasscodeRedeemed(concerned.clone()),
            NoticeKind::AdminRecoveryCompleted(concerned.clone()),
            NoticeKind::AdminRoleGiven(concerned.clone()),
            NoticeKind::AdminRoleTaken(concerned.clone()),
            NoticeKind::AdminAccountEnabled(concerned.clone()),
            NoticeKind::AdminAccountSuspended(concerned),
            NoticeKind::PolicyWeakened { from: SecondProof::Everyone, to: SecondProof::SecurityAdmins },
        ];
        let approvals =
            [ApprovalStatus::Open, ApprovalStatus::Approved, ApprovalStatus::Cancelled, ApprovalStatus::Expired];
        let requester = self.admin()?.full_name;
        let approval = |status| NoticeKind::Approval {
            act: SensitiveAct::NewSecurityAdmin,
            status,
            requester: Some(requester.clone()),
        };
        kinds.into_iter().chain(approvals.map(approval)).map(|kind| self.notice(kind)).collect()
    }

    fn notice(&self, kind: NoticeKind) -> Result<Notice> {
        // Reports of the mail service have no source address.
        let is_reported = matches!(kind, NoticeKind::PasscodeBounced(_) | NoticeKind::PasscodeComplained(_));
        let origin = Origin {
            source_ip: (!is_reported).then(|| "2001:db8:85a3::8a2e:370:7334".to_owned()),
            user_agent: (!is_reported).then(|| self.user_agent.clone()),
            request_id: String::new(),
        };
        Ok(Notice { event_id: "evt_01J00000000000000000000004".parse()?, at: NOW, origin, kind })
    }

    fn letterhead(&self) -> Letterhead {
        Letterhead {
            brand_name: self.brand.clone(),
            portal_url: self.portal_url.clone(),
            support_contact: "Technical Support".to_owned(),
        }
    }

    /// The notice of this kind to a person with this locale.
    pub fn letter(&self, locale: &str, kind: NoticeKind) -> Result<Letter> {
        Ok(self.letterhead().notice(&self.recipient(locale)?, &self.company()?, &self.notice(kind)?)?)
    }

    /// Every mail to a person with this locale, by name.
    pub fn letters(&self, locale: &str) -> Result<Vec<(String, Letter)>> {
        let (letterhead, company) = (self.letterhead(), self.company()?);
        let admin = Issuer::Admin("emp_01J00000000000000000000003".parse()?);
        let operator = Issuer::Operator(passcode::OperatorTag::Operator);
        let disown_token = SecretString::from(format!("1.{}", "dGhpcyBpcyBub3QgYSB0b2tlbiBhdCBhbGwu".repeat(6)));
        let mut letters = Vec::new();
        for (name, issued_by) in [("passcode_from_admin", admin), ("passcode_from_operator", operator)] {
            let letter = letterhead.passcode(&self.issued(locale, issued_by)?, &company, &disown_token)?;
            letters.push((name.to_owned(), letter));
        }
        for notice in self.notices()? {
            let letter = letterhead.notice(&self.recipient(locale)?, &company, &notice)?;
            letters.push((notice.kind.name().to_owned(), letter));
        }
        Ok(letters)
    }
}

fn employee(name: &str, email: &str, locale: &str) -> Result<Employee> {
    let mut row = json!({"company_id": "cmp_01J00000000000000000000000", "employee_id": "emp_01J00000000000000000000001",
        "full_name": name, "login": email, "granted_role": "member", "account_type": "employee",
        "account_status": "active", "two_factor": "enrolled", "session_epoch": "AAAAAAAAAAAAAAAA"});
    row["mail_locale"] = Value::from(locale.parse::<Locale>()?.as_str());
    Ok(serde_json::from_value(row)?)
}
