//! The texts of the mails: what each language file must have, and which language a recipient gets.
//!
//! A language is a file in `words/` and two lines here: the module, and its place in [`LANGUAGES`]. If a file lacks a text, it
//! does not compile; if the list lacks a file, the compiler warns.

mod de;
mod en;
mod ja;

use readmit_domain::{ApprovalStatus, LocalTime, Locale, NoticeKind, SecondProof, SensitiveAct};

/// All languages. The first is the default.
const LANGUAGES: &[&Words] = &[&en::WORDS, &de::WORDS, &ja::WORDS];

/// One language. Its lines have names of values in braces, which `shared/src/mail/letter.rs` defines.
pub(super) struct Words {
    /// Its BCP 47 tag.
    pub tag: &'static str,
    /// A duration, given in minutes, as people say it.
    pub span: fn(i64) -> String,
    /// A time as people write it, with the name of its zone.
    pub moment: fn(&LocalTime) -> String,
    /// `{name}`
    pub greeting: &'static str,
    pub passcode: PasscodeWords,
    pub notices: NoticesWords,
}

/// The mail with a passcode. Values: `{name}`, `{brand}`, `{company}`, `{portal}`, `{support}`, `{lifetime}`, `{expires_at}`, and
/// `{issuer}` and `{issuer_address}` only in `from_admin`.
pub(super) struct PasscodeWords {
    pub subject: &'static str,
    /// See [`NoticesWords::preview`].
    pub preview: &'static str,
    pub from_admin: &'static str,
    pub from_operator: &'static str,
    /// The label of the reason that the admin gave.
    pub reason: &'static str,
    pub validity: &'static str,
    pub never_asked: &'static str,
    /// If the passcode alone is not enough.
    pub proof: &'static str,
    pub how_to_type: &'static str,
    pub redeem: &'static str,
    pub by_hand: &'static str,
    pub what_follows: &'static str,
    pub unexpected: &'static str,
    pub disown: &'static str,
    pub help: &'static str,
}

/// The notices. Values: `{name}`, `{brand}`, `{company}`, `{portal}`, `{support}`; and `{employee}`, `{address}` in notices about
/// another person's account.
pub(super) struct NoticesWords {
    /// What a mail program shows of the mail beside its subject, also on a locked screen. It names nobody.
    pub preview: &'static str,
    pub at: &'static str,
    pub source_ip: &'static str,
    pub browser: &'static str,
    /// Labels of the old and the new value.
    pub before: &'static str,
    pub now: &'static str,
    /// `{browser}`, `{system}`
    pub browser_on_system: &'static str,
    pub second_proof: SecondProofWords,
    /// Labels of the act that waits, and of who asked for it.
    pub waiting_act: &'static str,
    pub requester: &'static str,
    pub acts: ActsWords,
    pub pages: PagesWords,
    /// Why a Security Admin gets the notice.
    pub to_admins: &'static str,
    /// Small print below every notice.
    pub asks_nothing: &'static str,

    pub passcode_redeemed: NoticeWords,
    pub recovery_completed: NoticeWords,
    pub account_suspended: NoticeWords,
    pub account_enabled: NoticeWords,
    pub backup_codes_renewed: NoticeWords,
    pub address_changed: NoticeWords,
    pub role_given: NoticeWords,
    pub role_taken: NoticeWords,
    pub passcode_disowned: NoticeWords,
    pub passcode_bounced: NoticeWords,
    pub passcode_complained: NoticeWords,
    pub admin_passcode_redeemed: NoticeWords,
    pub admin_recovery_completed: NoticeWords,
    pub admin_role_given: NoticeWords,
    pub admin_role_taken: NoticeWords,
    pub admin_account_enabled: NoticeWords,
    pub admin_account_suspended: NoticeWords,
    pub policy_weakened: NoticeWords,
    pub approval_requested: NoticeWords,
    pub approval_approved: NoticeWords,
    pub approval_cancelled: NoticeWords,
    pub approval_expired: NoticeWords,
}

/// The acts that wait for a second Security Admin.
pub(super) struct ActsWords {
    pub weaker_policy: &'static str,
    pub new_security_admin: &'static str,
    pub security_admin_address: &'static str,
    pub security_admin_passcode: &'static str,
}

impl ActsWords {
    pub(super) fn of(&self, act: SensitiveAct) -> &'static str {
        match act {
            SensitiveAct::WeakerPolicy => self.weaker_policy,
            SensitiveAct::NewSecurityAdmin => self.new_security_admin,
            SensitiveAct::SecurityAdminAddress => self.security_admin_address,
            SensitiveAct::SecurityAdminPasscode => self.security_admin_passcode,
        }
    }
}

/// Who must show a second proof, by the company's policy.
pub(super) struct SecondProofWords {
    pub none: &'static str,
    pub security_admins: &'static str,
    pub everyone: &'static str,
}

impl SecondProofWords {
    pub(super) fn of(&self, policy: SecondProof) -> &'static str {
        match policy {
            SecondProof::None => self.none,
            SecondProof::SecurityAdmins => self.security_admins,
            SecondProof::Everyone => self.everyone,
        }
    }
}

/// The links to the portal's pages, by what the recipient does there. `{employee}` is a value only in `employee`.
pub(super) struct PagesWords {
    pub account: &'static str,
    pub redeem: &'static str,
    pub employees: &'static str,
    pub employee: &'static str,
    pub approvals: &'static str,
    pub audit: &'static str,
}

/// One notice. Its subject names nobody, because locked screens show it.
pub(super) struct NoticeWords {
    pub subject: &'static str,
    /// The first sentences: what happened to the account.
    pub news: &'static str,
    /// What to do about it, and what first.
    pub advice: &'static str,
}

impl NoticesWords {
    pub(super) fn of(&self, kind: &NoticeKind) -> &NoticeWords {
        match kind {
            NoticeKind::PasscodeRedeemed => &self.passcode_redeemed,
            NoticeKind::RecoveryCompleted => &self.recovery_completed,
            NoticeKind::AccountSuspended => &self.account_suspended,
            NoticeKind::AccountEnabled => &self.account_enabled,
            NoticeKind::BackupCodesRenewed => &self.backup_codes_renewed,
            NoticeKind::AddressChanged { .. } => &self.address_changed,
            NoticeKind::RoleGiven => &self.role_given,
            NoticeKind::RoleTaken => &self.role_taken,
            NoticeKind::PasscodeDisowned(_) => &self.passcode_disowned,
            NoticeKind::PasscodeBounced(_) => &self.passcode_bounced,
            NoticeKind::PasscodeComplained(_) => &self.passcode_complained,
            NoticeKind::AdminPasscodeRedeemed(_) => &self.admin_passcode_redeemed,
            NoticeKind::AdminRecoveryCompleted(_) => &self.admin_recovery_completed,
            NoticeKind::AdminRoleGiven(_) => &self.admin_role_given,
            NoticeKind::AdminRoleTaken(_) => &self.admin_role_taken,
            NoticeKind::AdminAccountEnabled(_) => &self.admin_account_enabled,
            NoticeKind::AdminAccountSuspended(_) => &self.admin_account_suspended,
            NoticeKind::PolicyWeakened { .. } => &self.policy_weakened,
            NoticeKind::Approval { status, .. } => match status {
                ApprovalStatus::Open => &self.approval_requested,
                ApprovalStatus::Approved => &self.approval_approved,
                ApprovalStatus::Cancelled => &self.approval_cancelled,
                ApprovalStatus::Expired => &self.approval_expired,
            },
        }
    }
}

/// The BCP 47 tags of the languages that mails are written in.
pub fn languages() -> impl Iterator<Item = &'static str> {
    LANGUAGES.iter().map(|words| words.tag)
}

/// The best language for `locales`, the preferred one first: RFC 4647, section 3.4. `de-AT` finds `de`.
pub(super) fn words_for(locales: [Option<&Locale>; 2]) -> &'static Words {
    let wished = locales.into_iter().flatten().find_map(|locale| {
        let mut tag = locale.as_str();
        loop {
            if let Some(words) = LANGUAGES.iter().find(|words| words.tag.eq_ignore_ascii_case(tag)) {
                return Some(*words);
            }
            tag = tag.rsplit_once('-')?.0;
        }
    });
    wished.unwrap_or(&en::WORDS)
}

/// The minutes as hours, if they are whole hours.
fn whole_hours(minutes: i64) -> Option<i64> {
    (minutes % 60 == 0).then_some(minutes / 60)
}

/// The name of a time's zone: its usual abbreviation, or `UTC-03` if it has none.
fn zone(local: &LocalTime) -> String {
    let name = &local.abbreviation;
    if name.starts_with(['+', '-']) { format!("UTC{name}") } else { name.clone() }
}

#[cfg(test)]
mod tests {
    use readmit_domain::{TimeZone, Timestamp};

    use super::*;

    fn tag(locales: [&str; 2]) -> &'static str {
        let locales = locales.map(|text| text.parse::<Locale>().ok());
        words_for([locales[0].as_ref(), locales[1].as_ref()]).tag
    }

    #[test]
    fn the_employees_language_comes_before_the_companys_and_both_before_english() {
        assert_eq!(tag(["ja", "de"]), "ja");
        assert_eq!(tag(["", "de"]), "de");
        assert_eq!(tag(["fr", "de"]), "de");
        assert_eq!(tag(["fr", "it"]), "en");
        assert_eq!(tag(["", ""]), "en");
        assert_eq!(tag(["en", "de"]), "en");
    }

    #[test]
    fn a_locale_finds_its_language_and_no_other() {
        assert_eq!(tag(["de-AT", ""]), "de");
        assert_eq!(tag(["DE-Latn-CH-1996", ""]), "de");
        assert_eq!(tag(["ja-JP", ""]), "ja");
        assert_eq!(tag(["den", "jav"]), "en");
    }

    #[test]
    fn spans_read_as_people_say_them() {
        let read = |words: &Words| [60, 10, 90, 1440].map(words.span).join(", ");
        let [english, german, japanese] = [&en::WORDS, &de::WORDS, &ja::WORDS].map(read);
        assert_eq!(english, "1 hour, 10 minutes, 90 minutes, 24 hours");
        assert_eq!(german, "1 Stunde, 10 Minuten, 90 Minuten, 24 Stunden");
        assert_eq!(japanese, "1時間, 10分, 90分, 24時間");
    }

    #[test]
    fn moments_read_as_people_write_them_where_the_company_is() {
        let moment = Timestamp::from_millis(1_732_421_884_000);
        let read = |zone: &str| {
            let local = zone.parse::<TimeZone>().unwrap().show(moment);
            [&en::WORDS, &de::WORDS, &ja::WORDS].map(|words| (words.moment)(&local).replace('\u{a0}', " "))
        };
        for (zone, [english, german, japanese]) in [
            ("UTC", ["24 November 2024, 04:18 UTC", "24. November 2024, 04:18 Uhr UTC", "2024年11月24日 04:18 UTC"]),
            (
                "Europe/Berlin",
                ["24 November 2024, 05:18 CET", "24. November 2024, 05:18 Uhr MEZ", "2024年11月24日 05:18 CET"],
            ),
            (
                "Asia/Tokyo",
                ["24 November 2024, 13:18 JST", "24. November 2024, 13:18 Uhr JST", "2024年11月24日 13:18 JST"],
            ),
            (
                "America/Sao_Paulo",
                [
                    "24 November 2024, 01:18 UTC-03",
                    "24. November 2024, 01:18 Uhr UTC-03",
                    "2024年11月24日 01:18 UTC-03",
                ],
            ),
        ] {
            assert_eq!(read(zone), [english, german, japanese], "{zone}");
        }
    }
}
