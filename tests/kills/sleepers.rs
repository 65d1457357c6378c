//! People who never do anything. Codes are issued to all of them in one request, and the cleanup ends the codes after their expiry.

use std::time::Duration;

use rand::RngExt as _;
use rand::rngs::StdRng;
use reqwest::Method;
use serde_json::{Value, json};

use crate::figures::{Figures, Found};
use crate::site::{Site, Unanswered};
use crate::walker::Walker;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Doing {
    Nothing,
    CleaningUp,
    CleanedUp,
    Issuing,
    Issued,
}

pub(crate) struct Sleepers {
    pub(crate) admin: Walker,
    all: Vec<Walker>,
    /// The stage of the round, and whether it was interrupted.
    doing: Doing,
    /// The passcodes before the round, and whether each had expired.
    before: Vec<(String, bool)>,
    random: StdRng,
    pub(crate) answered: usize,
}

impl Sleepers {
    pub(crate) fn new(admin: Walker, all: Vec<Walker>, random: StdRng) -> Self {
        Self { admin, all, doing: Doing::Nothing, before: Vec::new(), random, answered: 0 }
    }

    /// Reads the passcodes before the round.
    pub(crate) async fn look(&mut self, site: &Site) {
        self.doing = Doing::Nothing;
        self.before.clear();
        for sleeper in &self.all {
            let row = site.passcode_row(&sleeper.email).await;
            self.before.push((id_of(&row), is_due(&row)));
        }
    }

    /// Runs the cleanup and then issues a code to each. It starts at a random time, so that kills also come at its end.
    pub(crate) async fn work(&mut self, site: &Site) {
        tokio::time::sleep(Duration::from_millis(self.random.random_range(0..800))).await;
        self.doing = Doing::CleaningUp;
        match site.clean_up().await {
            Ok(_) => self.doing = Doing::CleanedUp,
            Err(why) => return self.cut(why, Doing::Nothing),
        }
        let ids: Vec<&str> = self.all.iter().map(|sleeper| site.id(&sleeper.email)).collect();
        let body = Some(json!({"employee_ids": ids}));
        let token = self.admin.expected.token.clone();
        self.doing = Doing::Issuing;
        match self.admin.asks(site, Method::POST, "/v1/passcodes", token.as_deref(), body).await {
            Ok(reply) => {
                let is_issued = |result: &Value| result["passcode"]["status"] == "sent";
                assert!(reply.body["results"].as_array().unwrap().iter().all(is_issued), "{}", reply.text);
                self.doing = Doing::Issued;
                self.answered += 2;
            }
            Err(why) => self.cut(why, Doing::CleanedUp),
        }
    }

    fn cut(&mut self, why: Unanswered, before: Doing) {
        if why == Unanswered::NotSent {
            self.doing = before;
        }
    }

    /// Checks that an answered act is done for all, and an interrupted one for each person completely or not at all.
    pub(crate) async fn recall(&mut self, site: &Site, figures: &mut Figures) {
        let (mut ended, mut due, mut issued, mut stuck) = (0, 0, 0, 0);
        for (sleeper, (id, was_due)) in self.all.iter().zip(&self.before) {
            let row = site.passcode_row(&sleeper.email).await;
            let is_new = id_of(&row) != *id;
            due += usize::from(*was_due);
            ended += usize::from(*was_due && (is_new || !is_due(&row)));
            issued += usize::from(is_new);
            stuck += usize::from(is_new && row["passcode_status"]["S"] == "sending");
            sleeper.code_opens_as_the_row_says(site).await;
        }
        let all = self.all.len();
        match self.doing {
            Doing::Nothing => assert_eq!(issued, 0, "nobody asked for it"),
            Doing::CleaningUp if due > 0 => figures.found_of("cleanup of six", ended, due),
            Doing::CleaningUp => {}
            Doing::CleanedUp => assert_eq!((ended, issued), (due, 0), "the cleanup was answered"),
            Doing::Issuing if issued > 0 && stuck > 0 => figures.found("issue to six", Found::Part),
            Doing::Issuing => figures.found_of("issue to six", issued, all),
            Doing::Issued => assert_eq!((ended, issued, stuck), (due, all, 0), "six codes were answered as sent"),
        }
    }

    /// One of the people recovers.
    pub(crate) async fn come_back(&mut self, site: &Site) {
        let index = self.random.random_range(0..self.all.len());
        self.all[index].comes_back_by_the_operator(site).await;
    }
}

fn id_of(row: &Value) -> String {
    row["passcode_id"]["S"].as_str().unwrap_or_default().to_owned()
}

/// Whether the cleanup's index has the passcode.
fn is_due(row: &Value) -> bool {
    row["due_shard"].is_object()
}
