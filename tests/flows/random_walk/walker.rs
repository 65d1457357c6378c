//! One person, and the model of this person's state.

use std::collections::BTreeMap;

use rand::RngExt as _;
use rand::rngs::StdRng;
use readmit_tests::{PASSWORD, Person, Recovery, Reply, World};
use reqwest::Method;
use serde_json::json;

const ACTS: usize = 40;
/// The number of codes that admins may issue to an employee in 15 minutes. The clock does not move in this test.
const ADMINS_CODES: usize = 3;

/// The state of a person's passcode.
pub(crate) enum Passcode {
    /// There is none, or it has ended.
    Over,
    /// It can be redeemed.
    Live { code: String, wrong: u32, delivered: bool },
    /// It was redeemed.
    Recovering { token: String },
}

/// An act by or about the person.
#[derive(Clone, Copy, Debug)]
enum Doing {
    OperatorIssues,
    AdminIssues,
    AdminSuspends,
    Revokes,
    Redeems,
    RedeemsWrongly,
    Disowns,
    MailArrives,
    MailBounces,
    Completes,
    SignsIn,
    SignsOut,
    RenewsBackupCodes,
}

const DOINGS: [Doing; 13] = [
    Doing::OperatorIssues,
    Doing::AdminIssues,
    Doing::AdminSuspends,
    Doing::Revokes,
    Doing::Redeems,
    Doing::RedeemsWrongly,
    Doing::Disowns,
    Doing::MailArrives,
    Doing::MailBounces,
    Doing::Completes,
    Doing::SignsIn,
    Doing::SignsOut,
    Doing::RenewsBackupCodes,
];

/// A person, and the model of the person's state.
pub(crate) struct Walker<'w> {
    pub(crate) world: &'w World,
    pub(crate) admin: &'w Person<'w>,
    pub(crate) email: String,
    pub(crate) random: StdRng,
    pub(crate) passcode: Passcode,
    pub(crate) issued: bool,
    pub(crate) disowned: bool,
    pub(crate) admins_codes: usize,
    pub(crate) suspended: bool,
    pub(crate) backup_codes: Vec<String>,
    pub(crate) token: Option<String>,
    pub(crate) events: BTreeMap<String, usize>,
}

impl Walker<'_> {
    fn tell(&mut self, kind: &str) {
        *self.events.entry(kind.to_owned()).or_default() += 1;
    }

    /// Runs [`ACTS`] random acts. Returns the expected audit events.
    pub(crate) async fn walk(mut self) -> (String, BTreeMap<String, usize>) {
        for _ in 0..ACTS {
            let doing = DOINGS[self.random.random_range(0..DOINGS.len())];
            self.does(doing).await;
        }
        (self.email, self.events)
    }

    async fn does(&mut self, doing: Doing) {
        match doing {
            Doing::OperatorIssues => {
                self.world.operator_mails_a_code_to(&self.email).await;
                self.has_a_new_code().await;
            }
            Doing::AdminIssues => self.admin_issues(false).await,
            Doing::AdminSuspends => self.admin_issues(true).await,
            Doing::Revokes => self.is_revoked().await,
            Doing::Redeems => self.redeems().await,
            Doing::RedeemsWrongly => self.redeems_wrongly().await,
            Doing::Disowns => self.disowns().await,
            Doing::MailArrives => self.mail_arrives().await,
            Doing::MailBounces => self.mail_bounces().await,
            Doing::Completes => self.completes().await,
            Doing::SignsIn => self.signs_in().await,
            Doing::SignsOut => self.signs_out().await,
            Doing::RenewsBackupCodes => self.renews_backup_codes().await,
        }
    }

    async fn admin_issues(&mut self, suspend: bool) {
        let reply = self.admin.issues(&self.email, Some(json!({"suspend": suspend}))).await;
        if self.admins_codes == ADMINS_CODES {
            reply.is_problem(429, "too_many_requests");
            if !self.events.contains_key("passcode.throttled") {
                self.tell("passcode.throttled");
            }
            return;
        }
        reply.is(201);
        self.admins_codes += 1;
        if suspend {
            self.tell("account.suspended");
            (self.suspended, self.token) = (true, None);
        }
        self.has_a_new_code().await;
    }

    async fn has_a_new_code(&mut self) {
        match self.passcode {
            Passcode::Live { .. } => self.tell("passcode.superseded"),
            Passcode::Recovering { .. } => self.tell("recovery.abandoned"),
            Passcode::Over => {}
        }
        self.tell("passcode.issued");
        let code = self.world.mailed_code(&self.email).await;
        self.passcode = Passcode::Live { code, wrong: 0, delivered: false };
        (self.issued, self.disowned) = (true, false);
    }

    async fn is_revoked(&mut self) {
        let path = format!("/v1/employees/{}/passcode", self.world.id(&self.email));
        let reply = self.admin.calls(Method::DELETE, &path, None).await;
        match self.passcode {
            Passcode::Over => {
                reply.is_problem(404, "passcode_not_found");
                return;
            }
            Passcode::Live { .. } => self.tell("passcode.revoked"),
            Passcode::Recovering { .. } => self.tell("recovery.abandoned"),
        }
        reply.is(204);
        self.passcode = Passcode::Over;
    }

    async fn redeems(&mut self) {
        let Passcode::Live { code, .. } = &self.passcode else { return };
        let token = self.world.redeem(&self.email, code).await.is(200).text_at("/recovery_token");
        self.tell("passcode.redeemed");
        self.passcode = Passcode::Recovering { token };
    }

    async fn redeems_wrongly(&mut self) {
        let Passcode::Live { code, wrong, .. } = &mut self.passcode else { return };
        *wrong += 1;
        let exhausted = *wrong == 5;
        let guess = self.world.wrong_secret(code);
        self.world.redeem(&self.email, &guess).await.is_problem(401, "passcode_rejected");
        if exhausted {
            self.tell("passcode.exhausted");
            self.passcode = Passcode::Over;
        }
    }

    async fn disowns(&mut self) {
        if !self.issued {
            return;
        }
        let body = json!({"token": self.world.disown_token(&self.email).await});
        self.world.call(Method::POST, "/v1/passcodes/disown", None, Some(body)).await.is(204);
        if self.disowned {
            return;
        }
        self.tell("passcode.disowned");
        if matches!(self.passcode, Passcode::Recovering { .. }) {
            self.tell("recovery.abandoned");
        }
        (self.passcode, self.disowned) = (Passcode::Over, true);
    }

    async fn report(&self, event: &str) -> Reply {
        let mails = self.world.mails_to(&self.email).await;
        let body = json!({"message_id": mails.last().unwrap()["message_id"], "event": event});
        self.world.call(Method::POST, "/_local/delivery", None, Some(body)).await
    }

    async fn mail_arrives(&mut self) {
        if !self.issued {
            return;
        }
        let reply = self.report("delivery").await;
        let moves = matches!(self.passcode, Passcode::Live { delivered: false, .. });
        assert_eq!(reply.body, if moves { "moved" } else { "unchanged" });
        if let Passcode::Live { delivered, .. } = &mut self.passcode
            && moves
        {
            *delivered = true;
            self.tell("passcode.delivered");
        }
    }

    async fn mail_bounces(&mut self) {
        if !self.issued {
            return;
        }
        let reply = self.report("bounce").await;
        let moves = matches!(self.passcode, Passcode::Live { .. });
        assert_eq!(reply.body, if moves { "moved" } else { "unchanged" });
        if moves {
            self.tell("passcode.bounced");
            self.passcode = Passcode::Over;
        }
    }

    async fn completes(&mut self) {
        let Passcode::Recovering { token } = &self.passcode else { return };
        let recovery = Recovery::new(self.world, &self.email, token.clone());
        let Person { token, backup_codes, .. } = recovery.completes(PASSWORD).await;
        self.tell("recovery.completed");
        (self.token, self.backup_codes) = (Some(token), backup_codes);
        (self.passcode, self.suspended) = (Passcode::Over, false);
    }

    async fn signs_in(&mut self) {
        let Some(backup_code) = self.backup_codes.last().filter(|_| !self.suspended) else { return };
        let reply = self.world.sign_in(&self.email, PASSWORD, backup_code).await.is(200);
        self.backup_codes.pop();
        self.token = Some(reply.text_at("/access_token"));
        self.tell("session.started");
    }

    async fn signs_out(&mut self) {
        let Some(token) = self.token.take() else { return };
        self.world.call(Method::DELETE, "/v1/sessions", Some(&token), None).await.is(204);
        self.world.call(Method::DELETE, "/v1/sessions", Some(&token), None).await.is_problem(401, "unauthenticated");
        self.tell("session.ended");
    }

    async fn renews_backup_codes(&mut self) {
        let (Some(token), Some(backup_code)) = (&self.token, self.backup_codes.last()) else { return };
        let body = json!({"password": PASSWORD, "code": backup_code});
        let reply = self.world.call(Method::POST, "/v1/backup-codes", Some(token), Some(body)).await.is(200);
        self.backup_codes = reply.body["backup_codes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|code| code.as_str().unwrap().to_owned())
            .collect();
        self.tell("backup_codes.renewed");
    }
}
