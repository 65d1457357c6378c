//! The mails that SES would deliver: in memory, and in a file of the data directory if there is one.
//!
//! A mail knows SES's report about it. A mail without one, also of an earlier process, waits in [`Arrivals`] until its delivery is reported.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::Instant;

use crate::aws_ids;
use crate::data_dir::{DataDir, DataDirError, PrivateFile};

/// A sent mail.
#[derive(Clone, Serialize, Deserialize)]
pub struct Email {
    pub message_id: String,
    pub from: String,
    pub to: Vec<String>,
    pub subject: String,
    pub text: Option<String>,
    pub html: Option<String>,
    pub tags: BTreeMap<String, String>,
    /// When SES accepted it, in milliseconds since 1970 UTC, by the stack's clock.
    pub at: i64,
    /// What SES reported last.
    #[serde(default)]
    pub report: Option<Report>,
}

/// A report of SES about a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Report {
    /// The receiving mail server accepted the mail.
    Delivery,
    /// The address does not accept mail.
    Bounce,
    /// The mail was reported as spam.
    Complaint,
    /// Delivery is being tried again.
    Delay,
}

impl Report {
    /// A mail's report is only replaced by one of a higher rank, like the status of a passcode.
    fn rank(self) -> u8 {
        match self {
            Self::Delay => 0,
            Self::Delivery => 1,
            Self::Bounce | Self::Complaint => 2,
        }
    }
}

/// All mails, oldest first. Clones share one mailbox.
#[derive(Clone)]
pub struct Mailbox {
    held: Arc<Mutex<Held>>,
    arrivals: UnboundedSender<Arrival>,
    /// One mail in JSON on each line. A mail whose report has changed is there again, and its last line counts.
    file: Option<PrivateFile>,
}

struct Held {
    emails: Vec<Email>,
    /// Changes with the mails, and is never the same in two processes.
    version: String,
}

/// The mails that need a report, in the order in which they came.
pub struct Arrivals(pub UnboundedReceiver<Arrival>);

/// A mail that needs a report, and when it came.
pub struct Arrival {
    pub message_id: String,
    pub at: Instant,
}

impl Mailbox {
    pub(crate) fn open(data_dir: Option<&DataDir>) -> Result<(Self, Arrivals), DataDirError> {
        let file = data_dir.map(|data_dir| data_dir.file("mail.jsonl"));
        let (mut emails, mut places) = (Vec::new(), HashMap::new());
        if let Some(file) = &file {
            let text = file.read_appended()?;
            for (number, line) in (1..).zip(text.lines()) {
                // The last line may be incomplete if the process was killed.
                match serde_json::from_str(line) {
                    Ok(email) => put(&mut emails, &mut places, email),
                    Err(_) => tracing::warn!(line = number, "malformed mail on disk ignored"),
                }
            }
            file.write(&lines(&emails))?;
        }
        let (sender, receiver) = unbounded_channel();
        let mailbox =
            Self { held: Arc::new(Mutex::new(Held { emails, version: new_version() })), arrivals: sender, file };
        for email in mailbox.held().emails.iter().filter(|email| email.report.is_none()) {
            mailbox.announce(email);
        }
        Ok((mailbox, Arrivals(receiver)))
    }

    /// Adds a mail.
    pub(crate) fn deliver(&self, email: Email) -> Result<(), DataDirError> {
        let mut held = self.held();
        self.append(&email)?;
        self.announce(&email);
        held.emails.push(email);
        held.version = new_version();
        Ok(())
    }

    /// The mail with this id.
    pub(crate) fn email(&self, message_id: &str) -> Option<Email> {
        self.held().emails.iter().rfind(|email| email.message_id == message_id).cloned()
    }

    /// Remembers a report about a mail. A report of a lower or the same rank as the last one changes nothing.
    pub(crate) fn remember(&self, message_id: &str, report: Report) -> Result<(), DataDirError> {
        let mut held = self.held();
        let Held { emails, version } = &mut *held;
        let Some(email) = emails.iter_mut().rfind(|email| email.message_id == message_id) else { return Ok(()) };
        if email.report.is_some_and(|last| last.rank() >= report.rank()) {
            return Ok(());
        }
        let reported = Email { report: Some(report), ..email.clone() };
        self.append(&reported)?;
        *email = reported;
        *version = new_version();
        Ok(())
    }

    /// The mails to this address, in any spelling; all mails if there is no address. Oldest first.
    pub fn emails_to(&self, address: Option<&str>) -> Vec<Email> {
        self.held().emails.iter().filter(|email| address.is_none_or(|address| is_to(email, address))).cloned().collect()
    }

    /// A text that is another one after each change of the mails.
    pub(crate) fn version(&self) -> String {
        self.held().version.clone()
    }

    /// Deletes all mails.
    pub fn clear(&self) -> Result<(), DataDirError> {
        self.keep_only(|_| false)
    }

    /// Deletes the mails to this address.
    pub(crate) fn forget(&self, address: &str) -> Result<(), DataDirError> {
        self.keep_only(|email| !is_to(email, address))
    }

    fn keep_only(&self, is_kept: impl Fn(&Email) -> bool) -> Result<(), DataDirError> {
        let mut held = self.held();
        held.emails.retain(is_kept);
        held.version = new_version();
        self.file.as_ref().map_or(Ok(()), |file| file.write(&lines(&held.emails)))
    }

    fn append(&self, email: &Email) -> Result<(), DataDirError> {
        self.file.as_ref().map_or(Ok(()), |file| file.append(&lines(std::slice::from_ref(email))))
    }

    fn announce(&self, email: &Email) {
        // Without automatic delivery there is no receiver.
        let _ = self.arrivals.send(Arrival { message_id: email.message_id.clone(), at: Instant::now() });
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        // A panic cannot leave a half-added mail, so the poisoned lock can be used.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn new_version() -> String {
    aws_ids::hex::<8>()
}

/// Adds the mail, or puts it in the place of the one with the same id. `places` has the place of each id.
fn put(emails: &mut Vec<Email>, places: &mut HashMap<String, usize>, email: Email) {
    let place = *places.entry(email.message_id.clone()).or_insert(emails.len());
    match emails.get_mut(place) {
        Some(other) => *other = email,
        None => emails.push(email),
    }
}

fn is_to(email: &Email, address: &str) -> bool {
    let address = address.to_lowercase();
    email.to.iter().any(|to| to.to_lowercase() == address)
}

fn lines(emails: &[Email]) -> String {
    emails.iter().filter_map(|email| serde_json::to_string(email).ok()).map(|line| line + "\n").collect()
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn opened(data_dir: &DataDir) -> Mailbox {
        Mailbox::open(Some(data_dir)).unwrap().0
    }

    fn mail(subject: &str) -> Email {
        Email {
            message_id: aws_ids::uuid(),
            from: "no-reply@portal.example".to_owned(),
            to: vec!["mike@northwind.example".to_owned()],
            subject: subject.to_owned(),
            text: None,
            html: None,
            tags: BTreeMap::new(),
            at: 0,
            report: None,
        }
    }

    /// A process can be killed in the middle of a write, even in the middle of a character.
    #[test]
    fn an_incomplete_mail_is_ignored_and_the_others_are_read() {
        let path = std::env::temp_dir().join(aws_ids::uuid());
        let data_dir = DataDir::open(&path).unwrap();
        let cut_off = lines(&[mail("Šťastná •••")]);
        for length in 0..cut_off.len() - 1 {
            opened(&data_dir).clear().unwrap();
            opened(&data_dir).deliver(mail("whole")).unwrap();
            let mut file = std::fs::OpenOptions::new().append(true).open(path.join("mail.jsonl")).unwrap();
            file.write_all(&cut_off.as_bytes()[..length]).unwrap();
            let again = opened(&data_dir);
            let subjects: Vec<String> = again.emails_to(None).into_iter().map(|email| email.subject).collect();
            assert_eq!(subjects, ["whole"], "cut off after {length} bytes");
        }
        std::fs::remove_dir_all(path).unwrap();
    }

    #[test]
    fn a_report_is_kept_and_is_only_replaced_by_a_more_serious_one() {
        let path = std::env::temp_dir().join(aws_ids::uuid());
        let data_dir = DataDir::open(&path).unwrap();
        let mail = mail("one");
        let mailbox = opened(&data_dir);
        mailbox.deliver(mail.clone()).unwrap();
        let reported = |mailbox: &Mailbox| mailbox.email(&mail.message_id).unwrap().report;
        for (report, expected) in [
            (Report::Delay, Report::Delay),
            (Report::Delivery, Report::Delivery),
            (Report::Delay, Report::Delivery),
            (Report::Bounce, Report::Bounce),
            (Report::Complaint, Report::Bounce),
            (Report::Delivery, Report::Bounce),
        ] {
            mailbox.remember(&mail.message_id, report).unwrap();
            assert_eq!(reported(&mailbox), Some(expected), "{report:?}");
            let again = opened(&data_dir);
            assert_eq!((reported(&again), again.emails_to(None).len()), (Some(expected), 1), "{report:?}");
        }
        std::fs::remove_dir_all(path).unwrap();
    }

    /// The process may have been killed before it reported the delivery.
    #[test]
    fn mails_without_a_report_wait_again_after_a_restart() {
        let path = std::env::temp_dir().join(aws_ids::uuid());
        let data_dir = DataDir::open(&path).unwrap();
        let (mailbox, _) = Mailbox::open(Some(&data_dir)).unwrap();
        let mails = ["reported", "first", "second"].map(mail);
        for mail in &mails {
            mailbox.deliver(mail.clone()).unwrap();
        }
        mailbox.remember(&mails[0].message_id, Report::Bounce).unwrap();
        let (_mailbox, Arrivals(mut waiting)) = Mailbox::open(Some(&data_dir)).unwrap();
        let waiting: Vec<String> = std::iter::from_fn(|| Some(waiting.try_recv().ok()?.message_id)).collect();
        assert_eq!(waiting, [mails[1].message_id.clone(), mails[2].message_id.clone()]);
        std::fs::remove_dir_all(path).unwrap();
    }
}
