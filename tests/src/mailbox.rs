//! The mails that people got.

use reqwest::Method;
use serde_json::Value;

use crate::World;

impl World {
    /// All passcode mails to an address, oldest first.
    pub async fn mails_to(&self, email: &str) -> Vec<Value> {
        let mails = self.all_mails_to(email).await;
        mails.into_iter().filter(|mail| mail["tags"]["kind"] == "passcode").collect()
    }

    /// The kinds of the notices to an address, oldest first. Reads the stream to its end first.
    pub async fn notices_to(&self, email: &str) -> Vec<String> {
        self.stack.catch_up_with_the_stream().await;
        let kinds =
            self.all_mails_to(email).await.into_iter().map(|mail| mail["tags"]["kind"].as_str().unwrap().to_owned());
        kinds.filter(|kind| kind != "passcode").collect()
    }

    /// All mails to an address, oldest first.
    pub async fn all_mails_to(&self, email: &str) -> Vec<Value> {
        let reply = self.call(Method::GET, &format!("/_local/mail?to={}", email.replace('+', "%2B")), None, None).await;
        reply.body["emails"].as_array().unwrap().clone()
    }

    /// The number of mails to each address.
    pub async fn mail_counts<const N: usize>(&self, emails: [&str; N]) -> [usize; N] {
        let mut counts = [0; N];
        for (count, email) in counts.iter_mut().zip(emails) {
            *count = self.mails_to(email).await.len();
        }
        counts
    }

    /// The code in the newest mail to an address.
    pub async fn mailed_code(&self, email: &str) -> String {
        let mails = self.mails_to(email).await;
        let text = mails.last().unwrap_or_else(|| panic!("no mail to {email}"))["text"].as_str().unwrap().to_owned();
        let is_code = |line: &&str| line.len() == 14 && line.chars().filter(|c| *c == '-').count() == 2;
        text.lines().map(str::trim).find(is_code).expect("the mail has a code").to_owned()
    }

    /// The token in the link "this was not me" of the newest mail to an address.
    pub async fn disown_token(&self, email: &str) -> String {
        let mails = self.mails_to(email).await;
        let text = mails.last().unwrap_or_else(|| panic!("no mail to {email}"))["text"].as_str().unwrap().to_owned();
        let (_, token) = text.split_once("/#/disown/").expect("the mail has the link");
        token.split_whitespace().next().unwrap().to_owned()
    }
}
