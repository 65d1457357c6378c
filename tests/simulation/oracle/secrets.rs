//! Searches answers, logs and tables for secrets that must not be there.

use std::collections::{BTreeSet, HashMap};

/// The secrets of a run.
#[derive(Default)]
pub struct Secrets(BTreeSet<String>);

impl Secrets {
    pub fn keep(&mut self, secret: &str) {
        self.0.insert(secret.to_owned());
    }

    /// The secrets in a text. The text is read once: the words are looked up, and then the whole secret at its longest word.
    pub fn found_in(&self, text: &str) -> BTreeSet<&str> {
        let mut by_word: HashMap<&[u8], Vec<&str>> = HashMap::new();
        for secret in &self.0 {
            by_word.entry(words(secret).max_by_key(|word| word.len()).unwrap()).or_default().push(secret);
        }
        let suspected = words(text).filter_map(|word| by_word.get(word)).flatten();
        suspected.copied().collect::<BTreeSet<_>>().into_iter().filter(|secret| text.contains(secret)).collect()
    }
}

fn words(text: &str) -> impl Iterator<Item = &[u8]> {
    text.as_bytes().split(|byte| !byte.is_ascii_alphanumeric())
}
