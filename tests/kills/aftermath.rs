//! After a kill: finds out whether the interrupted act was done, and checks the expected state of the person.

use readmit_tests::Reply;
use reqwest::Method;
use serde_json::{Value, json};

use crate::act::Act;
use crate::expected_state::Passcode;
use crate::figures::{Figures, Found};
use crate::site::{Events, Site};
use crate::walker::{Walker, code_in};

impl Walker {
    /// Finds the result of the interrupted act in the audit events and the rows, and checks that they agree.
    pub(crate) async fn recalls(&mut self, site: &Site, admin: &str, trail: &Events, figures: &mut Figures) {
        let row = site.passcode_row(&self.email).await;
        let Some(act) = self.in_flight.take() else {
            assert_eq!(*trail, self.expected.events, "{}", self.email);
            self.row_agrees(&row);
            return self.knows_the_mail(site, &row).await;
        };
        let found = self.became(&act, trail, &row);
        println!("{}: {act:?} was under way, and is there: {found:?}", self.email);
        figures.found(act.name(), found);
        let before = self.expected.passcode.clone();
        match (found, &mut self.expected.passcode) {
            (Found::Nothing, _) => {}
            // A try is counted before the comparison.
            (Found::Part, Passcode::Live { wrong, .. }) if !act.issues() => *wrong += 1,
            _ => self.expected.apply(&act, None),
        }
        if found == Found::Part && act.issues() {
            self.expected.passcode = Passcode::Stuck;
        }
        self.row_agrees(&row);
        self.knows_the_mail(site, &row).await;
        match found {
            // Nothing changed, except perhaps the count of tries: so the same act succeeds now.
            Found::Nothing => self.surely_does(site, admin, act).await,
            Found::Part if matches!(act, Act::Redeem) && !self.has_no_tries() => {
                self.surely_does(site, admin, act).await
            }
            Found::Part => {}
            Found::Whole => self.cannot_do_again(site, admin, &act, &before, &row).await,
        }
    }

    fn has_no_tries(&self) -> bool {
        matches!(self.expected.passcode, Passcode::Live { wrong: 5, .. })
    }

    fn became(&self, act: &Act, trail: &Events, row: &Value) -> Found {
        let events = act.events(&self.expected);
        let is_there = if events.is_empty() {
            match (act, &self.expected.passcode) {
                (Act::Guess, Passcode::Live { wrong, .. }) => tries(row) == wrong + 1,
                (Act::ChoosePassword(_), _) => !row["pending_password"].is_null(),
                (Act::Enrol, _) => !row["pending_totp_key"].is_null(),
                _ => panic!("{act:?} without a passcode"),
            }
        } else {
            let (before, after) = (&self.expected.events, self.expected.events_with(&events));
            assert!(trail == before || *trail == after, "{}: {act:?} is half there: {trail:?}", self.email);
            *trail == after
        };
        let counted = matches!(self.expected.passcode, Passcode::Live { wrong, .. } if tries(row) == wrong + 1);
        match is_there {
            false if counted && matches!(act, Act::Redeem | Act::Guess) => Found::Part,
            false => Found::Nothing,
            true if act.issues() && status(row) == "sending" => Found::Part,
            true => Found::Whole,
        }
    }

    /// Checks that the row of the passcode agrees with the expected state.
    #[track_caller]
    fn row_agrees(&self, row: &Value) {
        let recovery = row["recovery_state"]["S"].as_str().unwrap_or_default();
        let agrees = match &self.expected.passcode {
            Passcode::Over => {
                !matches!(status(row), "sending" | "sent" | "delayed" | "delivered") && recovery != "open"
            }
            Passcode::Live { wrong, is_delivered, .. } => {
                status(row) == if *is_delivered { "delivered" } else { "sent" } && tries(row) == *wrong
            }
            Passcode::Stuck => status(row) == "sending",
            Passcode::Open { password, authenticator, .. } => {
                let has = |name: &str| !row[name].is_null();
                let keeps_all = has("pending_password") || password.is_none();
                recovery == "open" && keeps_all && (has("pending_totp_key") || authenticator.is_none())
            }
        };
        assert!(agrees, "{} has another passcode than was answered: {row}", self.email);
    }

    /// Checks that a usable passcode was mailed, and that an unusable one was not answered as sent.
    async fn knows_the_mail(&mut self, site: &Site, row: &Value) {
        if !matches!(self.expected.passcode, Passcode::Live { .. } | Passcode::Stuck) {
            return;
        }
        let mails = site.sure_mails(&self.email).await;
        let mail = mails.iter().find(|mail| mail["tags"]["passcode_id"] == row["passcode_id"]["S"]);
        match (&mut self.expected.passcode, mail) {
            (Passcode::Live { code, .. }, Some(mail)) => *code = Some(code_in(mail)),
            (Passcode::Live { .. }, None) => panic!("{} has a live passcode that was not mailed", self.email),
            (_, Some(mail)) => {
                self.redeems(site, &code_in(mail)).await.is_problem(401, "passcode_rejected");
            }
            (_, None) => {}
        }
    }

    /// Repeats earlier acts. Checks that they are refused or answered as before.
    async fn cannot_do_again(&self, site: &Site, admin: &str, act: &Act, before: &Passcode, row: &Value) {
        match (act, before) {
            (Act::Redeem, Passcode::Live { code: Some(code), .. }) => {
                self.redeems(site, code).await.is_problem(401, "passcode_rejected");
            }
            (Act::SignIn(code) | Act::RenewBackupCodes(code), _) => {
                let password =
                    self.expected.factors.as_ref().map(|factors| factors.password.clone()).unwrap_or_default();
                self.signs_in(site, &password, code).await.is_problem(401, "sign_in_rejected");
            }
            (Act::Complete(digits), Passcode::Open { token, .. }) => {
                let body = Some(json!({"code": digits}));
                let again = self.asks(site, Method::POST, "/v1/recovery/complete", token.as_deref(), body);
                site.sure(again).await.is_problem(401, "unauthenticated");
            }
            (Act::AdminIssues { suspend, key: Some(key) }, _) if status(row) == "sent" => {
                let mails = site.sure_mails(&self.email).await.len();
                let again = self.issues_again(site, admin, *suspend, key).await.is(201);
                assert_eq!(again.body["passcode"]["passcode_id"], row["passcode_id"]["S"], "{}", again.text);
                assert_eq!(site.sure_mails(&self.email).await.len(), mails, "a key has mailed twice");
            }
            _ => {}
        }
    }

    async fn issues_again(&self, site: &Site, admin: &str, suspend: bool, key: &str) -> Reply {
        let act = Act::AdminIssues { suspend, key: Some(key.to_owned()) };
        let request = self.request(site, admin, &act).await.unwrap();
        site.sure(site.send(request)).await
    }

    /// Checks the sessions and that the credentials still work.
    async fn is_as_answered(&mut self, site: &Site, admin: &str) {
        for token in &self.expected.ended {
            self.has_session(site, token).await.is_problem(401, "unauthenticated");
        }
        if let Some(token) = &self.expected.token {
            self.has_session(site, token).await.is(200);
        }
        let is_suspended = self.expected.is_suspended;
        let Some(factors) = &mut self.expected.factors else { return };
        let digits = factors.authenticator.digits(site.now()).expect("a step has begun");
        if is_suspended {
            let password = factors.password.clone();
            self.signs_in(site, &password, &digits).await.is_problem(401, "sign_in_rejected");
        } else {
            self.surely_does(site, admin, Act::SignIn(digits)).await;
        }
    }

    async fn has_session(&self, site: &Site, token: &str) -> Reply {
        let reply = site.sure(self.asks(site, Method::GET, "/v1/session", Some(token), None)).await;
        println!("{}: asks for the session, {}", self.email, reply.status);
        reply
    }

    /// Checks that all that was answered is done. Then the person uses the code or recovery that is left. True if that does not get
    /// the person back in, so that a new code is needed.
    pub(crate) async fn goes_on(&mut self, site: &Site, admin: String) -> bool {
        self.is_as_answered(site, &admin).await;
        !self.comes_back(site, &admin).await
    }

    pub(crate) async fn comes_back_by_a_new_code(&mut self, site: &Site, admin: String) {
        let issue = self.issue();
        self.surely_does(site, &admin, issue).await;
        assert!(self.comes_back(site, &admin).await, "{} is locked out", self.email);
    }

    /// Continues with an existing passcode or recovery to the end. Returns whether this succeeded.
    pub(crate) async fn comes_back(&mut self, site: &Site, admin: &str) -> bool {
        loop {
            let act = match &self.expected.passcode {
                Passcode::Live { wrong: 5, code: Some(code), .. } => {
                    self.redeems(site, code).await.is_problem(401, "passcode_rejected");
                    return false;
                }
                Passcode::Live { .. } => Act::Redeem,
                Passcode::Open { token: Some(token), password, .. } => {
                    // The key of an authenticator may be stored although its answer was lost.
                    if password.is_none() {
                        let early = Some(json!({"code": "000000"}));
                        let early = self.asks(site, Method::POST, "/v1/recovery/complete", Some(token), early);
                        site.sure(early).await.is_problem(409, "recovery_incomplete");
                    }
                    self.step_of_recovery(site.now())
                }
                Passcode::Over | Passcode::Stuck | Passcode::Open { .. } => return false,
            };
            let completes = matches!(act, Act::Complete(_));
            self.surely_does(site, admin, act).await;
            if completes {
                return true;
            }
        }
    }

    /// Checks that the credentials of the last recovery work and the replaced ones do not.
    pub(crate) async fn is_in_by_the_new_alone(&mut self, site: &Site, admin: &str) {
        if let Some(factors) = &mut self.expected.factors
            && !self.expected.is_suspended
        {
            let digits = factors.authenticator.digits(site.now()).expect("a step has begun");
            self.surely_does(site, admin, Act::SignIn(digits)).await;
        }
        if let Some(mut replaced) = self.expected.replaced.take() {
            let digits = replaced.authenticator.digits(site.now()).expect("a step has begun");
            self.signs_in(site, &replaced.password, &digits).await.is_problem(401, "sign_in_rejected");
        }
    }
}

fn status(row: &Value) -> &str {
    row["passcode_status"]["S"].as_str().unwrap_or_default()
}

fn tries(row: &Value) -> u32 {
    row["try_count"]["N"].as_str().map(|tries| tries.parse().unwrap()).unwrap_or_default()
}
