//! The mails that SES would deliver: in memory, and in a file of the data directory if there is one.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

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
}

/// All mails, oldest first. Clones share one mailbox.
#[derive(Clone)]
pub struct Mailbox {
    emails: Arc<Mutex<Vec<Email>>>,
    /// One mail in JSON on each line.
    file: Option<PrivateFile>,
}

impl Mailbox {
    pub(crate) fn open(data_dir: Option<&DataDir>) -> Result<Self, DataDirError> {
        let file = data_dir.map(|data_dir| data_dir.file("mail.jsonl"));
        let mut emails = Vec::new();
        if let Some(file) = &file {
            let text = file.read_appended()?;
            for (number, line) in (1..).zip(text.lines()) {
                // The last line may be incomplete if the process was killed.
                match serde_json::from_str(line) {
                    Ok(email) => emails.push(email),
                    Err(_) => tracing::warn!(line = number, "malformed mail on disk ignored"),
                }
            }
            file.write(&lines(&emails))?;
        }
        Ok(Self { emails: Arc::new(Mutex::new(emails)), file })
    }

    /// Adds a mail.
    pub(crate) fn deliver(&self, email: Email) -> Result<(), DataDirError> {
        let mut emails = self.emails();
        if let Some(file) = &self.file {
            file.append(&lines(std::slice::from_ref(&email)))?;
        }
        emails.push(email);
        Ok(())
    }

    /// The mails to this address, in any spelling; all mails if there is no address. Oldest first.
    pub fn emails_to(&self, address: Option<&str>) -> Vec<Email> {
        self.emails().iter().filter(|email| address.is_none_or(|address| is_to(email, address))).cloned().collect()
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
        let mut emails = self.emails();
        emails.retain(is_kept);
        self.file.as_ref().map_or(Ok(()), |file| file.write(&lines(&emails)))
    }

    fn emails(&self) -> MutexGuard<'_, Vec<Email>> {
        // A panic cannot leave a half-added mail, so the poisoned lock can be used.
        self.emails.lock().unwrap_or_else(PoisonError::into_inner)
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
    use crate::aws_ids;

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
        }
    }

    /// A process can be killed in the middle of a write, even in the middle of a character.
    #[test]
    fn an_incomplete_mail_is_ignored_and_the_others_are_read() {
        let path = std::env::temp_dir().join(aws_ids::uuid());
        let data_dir = DataDir::open(&path).unwrap();
        let cut_off = lines(&[mail("Šťastná •••")]);
        for length in 0..cut_off.len() - 1 {
            Mailbox::open(Some(&data_dir)).unwrap().clear().unwrap();
            Mailbox::open(Some(&data_dir)).unwrap().deliver(mail("whole")).unwrap();
            let mut file = std::fs::OpenOptions::new().append(true).open(path.join("mail.jsonl")).unwrap();
            file.write_all(&cut_off.as_bytes()[..length]).unwrap();
            let again = Mailbox::open(Some(&data_dir)).unwrap();
            let subjects: Vec<String> = again.emails_to(None).into_iter().map(|email| email.subject).collect();
            assert_eq!(subjects, ["whole"], "cut off after {length} bytes");
        }
        std::fs::remove_dir_all(path).unwrap();
    }
}
