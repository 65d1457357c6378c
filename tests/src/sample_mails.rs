//! The sample of every mail as files.

use readmit_local::sample_mails::Cast;

/// Every mail in this language: name and content of its text, below its subject, and of its HTML.
pub fn files(cast: &Cast, locale: &str) -> Vec<(String, String)> {
    let files = cast.letters(locale).unwrap().into_iter().map(|(name, letter)| {
        let text = format!("Subject: {}\n\n{}\n", letter.subject, letter.text);
        [(format!("{name}.txt"), text), (format!("{name}.html"), letter.html + "\n")]
    });
    files.flatten().collect()
}
