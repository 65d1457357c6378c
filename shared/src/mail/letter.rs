//! The contents of each mail: its blocks, in the recipient's language. Without I/O: this file sends nothing.

use readmit_domain::{ApprovalStatus, Company, Device, Employee, IssuedPasscode, Notice, NoticeKind};
use secrecy::{ExposeSecret as _, SecretString};

use super::color::ButtonColors;
use super::line::{Line, Value, Values};
use super::page::{Block, Link, Page};
use super::words::{NoticesWords, PagesWords, Words, words_for};

pub struct Letterhead {
    pub brand_name: String,
    pub portal_url: String,
    /// The contact for help if the company has none.
    pub support_contact: String,
}

/// A mail, ready to be sent. It may hold a passcode, so never log any part of it.
pub struct Letter {
    pub subject: String,
    pub text: String,
    /// The same as HTML. It loads no external resource.
    pub html: String,
    /// SES repeats these in its reports. Names and values have only letters, digits, `_` and `-`.
    pub tags: Vec<(&'static str, String)>,
}

impl Letterhead {
    pub fn passcode(
        &self,
        issued: &IssuedPasscode,
        company: &Company,
        disown_token: &SecretString,
    ) -> Result<Letter, askama::Error> {
        let language = language(&issued.holder, company);
        let words = &language.passcode;
        let (code, portal) = (issued.code.grouped(), self.portal());
        let mut values = self.values(&issued.holder, company);
        let lifetime = (issued.latest.expires_at.millis() - issued.latest.issued_at.millis()) / 60_000;
        values.add("lifetime", Value::together((language.span)(lifetime)));
        values.add("expires_at", Value::told(&(language.moment)(&company.time_zone.show(issued.latest.expires_at))));
        let from = match &issued.issuer {
            Some(admin) => {
                values.add("issuer", Value::told(admin.full_name.as_str()));
                values.add("issuer_address", Value::address(admin.login.as_str()));
                words.from_admin
            }
            None => words.from_operator,
        };
        let disown = format!("{portal}/#/disown/{}", disown_token.expose_secret());
        // The code comes late: some mail programs show the first lines of a mail on a locked screen.
        let mut blocks = vec![Block::Paragraph(values.fill(language.greeting)), Block::Paragraph(values.fill(from))];
        let reason = issued.reason.as_ref().map(|reason| one_line(reason.as_str())).filter(|reason| !reason.is_empty());
        if let Some(reason) = reason.filter(|_| company.reason_in_mail) {
            blocks.push(Block::Facts(vec![(values.fill(words.reason), Value::told(&reason).into())]));
        }
        blocks
            .extend([Block::Paragraph(values.fill(words.validity)), Block::Paragraph(values.fill(words.never_asked))]);
        if issued.proof_required {
            blocks.push(Block::Paragraph(values.fill(words.proof)));
        }
        blocks.extend([
            Block::Code(code.to_string()),
            Block::Note(values.fill(words.how_to_type)),
            Block::Button(Link { label: values.fill(words.redeem), address: format!("{portal}/#/redeem/{}", *code) }),
            Block::Note(values.fill(words.by_hand)),
            Block::Paragraph(values.fill(words.what_follows)),
            Block::Rule,
            Block::Paragraph(values.fill(words.unexpected)),
            Block::Choice(Link { label: values.fill(words.disown), address: disown }),
            Block::Note(values.fill(words.help)),
        ]);
        // SES's reports about the mail have these tags.
        let tags = vec![
            ("kind", "passcode".to_owned()),
            ("company_id", issued.company_id.to_string()),
            ("employee_id", issued.holder.employee_id.to_string()),
            ("passcode_id", issued.latest.passcode_id.to_string()),
        ];
        self.letter(language, company, &values, [words.subject, words.preview], blocks, tags)
    }

    pub fn notice(&self, to: &Employee, company: &Company, notice: &Notice) -> Result<Letter, askama::Error> {
        let language = language(to, company);
        let (common, words) = (&language.notices, language.notices.of(&notice.kind));
        let mut values = self.values(to, company);
        if let Some(concerned) = notice.kind.concerned() {
            values.add("employee", Value::told(concerned.full_name.as_str()));
            values.add("address", Value::address(concerned.login.as_str()));
        }
        let [before, now] = change(&notice.kind, common, &values);
        let [act, requester] = waiting(&notice.kind, common, &values);
        let known = [
            (common.waiting_act, act),
            (common.requester, requester),
            (common.before, before),
            (common.now, now),
            (common.at, Some(Value::told(&(language.moment)(&company.time_zone.show(notice.at))).into())),
            (common.source_ip, notice.origin.source_ip.as_deref().map(|address| Value::told(address).into())),
            (common.browser, notice.origin.user_agent.as_deref().and_then(|header| browser(header, common))),
        ];
        let facts = known.into_iter().filter_map(|(label, value)| Some((values.fill(label), value?)));
        let mut blocks = vec![
            Block::Paragraph(values.fill(language.greeting)),
            Block::Paragraph(values.fill(words.news)),
            Block::Facts(facts.collect()),
            Block::Paragraph(values.fill(words.advice)),
        ];
        if let Some((label, page)) = page_to_act(&notice.kind, &common.pages) {
            let address = format!("{}/#/{page}", self.portal());
            blocks.push(Block::Button(Link { label: values.fill(label), address }));
        }
        blocks.push(Block::Rule);
        if notice.kind.is_for_admins() {
            blocks.push(Block::Note(values.fill(common.to_admins)));
        }
        blocks.push(Block::Note(values.fill(common.asks_nothing)));
        let tags = vec![("kind", notice.kind.name().to_owned()), ("event_id", notice.event_id.to_string())];
        self.letter(language, company, &values, [words.subject, common.preview], blocks, tags)
    }

    fn letter(
        &self,
        language: &Words,
        company: &Company,
        values: &Values,
        [subject, preview]: [&'static str; 2],
        blocks: Vec<Block>,
        tags: Vec<(&'static str, String)>,
    ) -> Result<Letter, askama::Error> {
        let subject = values.fill(subject).to_string();
        let page = Page {
            language: language.tag,
            company: values.fill("{company}"),
            brand: &self.brand_name,
            subject: &subject,
            preview: values.fill(preview),
            button: ButtonColors::of(company.brand_color.as_ref()),
            blocks,
        };
        let (text, html) = page.render()?;
        Ok(Letter { subject, text, html, tags })
    }

    fn portal(&self) -> &str {
        self.portal_url.trim_end_matches('/')
    }

    fn values(&self, to: &Employee, company: &Company) -> Values {
        let support = company.support_email.as_ref().map_or(self.support_contact.as_str(), |login| login.as_str());
        Values::from([
            ("brand", Value::address(&self.brand_name)),
            ("portal", Value::address(self.portal())),
            ("support", Value::address(support)),
            ("company", Value::told(company.company_name.as_str())),
            ("name", Value::told(to.full_name.as_str())),
        ])
    }
}

/// The text with one blank between words. A mail drops line breaks in what it was told, and the words around one would stick together.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The old and the new value, if the notice shows a change.
fn change(kind: &NoticeKind, words: &NoticesWords, values: &Values) -> [Option<Line>; 2] {
    match kind {
        NoticeKind::AddressChanged { from, to } => [from, to].map(|address| Some(Value::told(address).into())),
        NoticeKind::PolicyWeakened { from, to } => {
            [from, to].map(|policy| Some(values.fill(words.second_proof.of(*policy))))
        }
        _ => [None, None],
    }
}

/// The act that waits and who asked for it, if the notice is about an approval.
fn waiting(kind: &NoticeKind, words: &NoticesWords, values: &Values) -> [Option<Line>; 2] {
    let NoticeKind::Approval { act, requester, .. } = kind else { return [None, None] };
    [Some(values.fill(words.acts.of(*act))), requester.as_ref().map(|name| Value::told(name.as_str()).into())]
}

/// The page of the portal where the recipient can act, and the words for its link. None if the act is in another mail.
fn page_to_act(kind: &NoticeKind, words: &PagesWords) -> Option<(&'static str, String)> {
    let page = |label, path: &str| Some((label, path.to_owned()));
    match kind {
        NoticeKind::PasscodeRedeemed => None,
        NoticeKind::AccountSuspended => page(words.redeem, "redeem"),
        NoticeKind::RoleGiven => page(words.employees, "employees"),
        NoticeKind::RecoveryCompleted
        | NoticeKind::AccountEnabled
        | NoticeKind::BackupCodesRenewed
        | NoticeKind::AddressChanged { .. }
        | NoticeKind::RoleTaken => page(words.account, "account"),
        NoticeKind::PasscodeDisowned(subject)
        | NoticeKind::PasscodeBounced(subject)
        | NoticeKind::PasscodeComplained(subject)
        | NoticeKind::AdminPasscodeRedeemed(subject)
        | NoticeKind::AdminRecoveryCompleted(subject) => {
            Some((words.employee, format!("employees?employee={}", subject.employee_id)))
        }
        NoticeKind::AdminRoleGiven(subject)
        | NoticeKind::AdminRoleTaken(subject)
        | NoticeKind::AdminAccountEnabled(subject)
        | NoticeKind::AdminAccountSuspended(subject) => {
            Some((words.audit, format!("audit?employee_id={}", subject.employee_id)))
        }
        NoticeKind::PolicyWeakened { .. } => page(words.audit, "audit"),
        NoticeKind::Approval { status: ApprovalStatus::Open, .. } => page(words.approvals, "approvals"),
        NoticeKind::Approval { .. } => page(words.audit, "audit"),
    }
}

/// The browser by names from a fixed list. The header is untrusted text, which no mail repeats.
fn browser(header: &str, words: &NoticesWords) -> Option<Line> {
    let Device { browser, system } = Device::of(header)?;
    let browser = browser?;
    let Some(system) = system else { return Some(Value::told(browser).into()) };
    let values = Values::from([("browser", Value::told(browser)), ("system", Value::told(system))]);
    Some(values.fill(words.browser_on_system))
}

fn language(to: &Employee, company: &Company) -> &'static Words {
    words_for([to.mail_locale.as_ref(), company.mail_locale.as_ref()])
}
