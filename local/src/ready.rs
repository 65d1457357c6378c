//! What the stack says when it is ready: one line for programs, and a table for people.

use serde::Serialize;

use crate::seed::enrolment::Admin;

/// The line that the stack prints when it is ready. URLs have no slash at the end, except the portal's.
#[derive(Clone, Serialize)]
pub struct Ready {
    pub(crate) ready: bool,
    pub portal: Option<String>,
    pub api: String,
    pub mailbox: String,
    pub authenticator: String,
    pub dynamodb: String,
    pub secrets_and_mail: String,
    pub files_and_queues: String,
    pub admin: Option<Admin>,
}

impl Ready {
    /// The addresses that people open, where the `log` is, and how to stop. It contains no password: a terminal's text is often kept or shared.
    pub fn table(&self, log: &str) -> String {
        let sign_in = self.admin.as_ref().map(|admin| format!("{} (password and digits: Authenticator)", admin.email));
        let rows = [
            ("Portal", self.portal.clone()),
            ("Sign in as", sign_in.filter(|_| self.portal.is_some())),
            ("Mailbox", Some(self.mailbox.clone())),
            ("Authenticator", Some(self.authenticator.clone())),
            ("Mail preview", Some(format!("{}/_local/mails", self.api))),
            ("API", Some(format!("{}/_local/api", self.api))),
            ("Log", Some(log.to_owned())),
            ("Stop", Some("Ctrl-C".to_owned())),
        ];
        let rows = rows.into_iter().filter_map(|(name, value)| Some(format!("  {name:<15}{}\n", value?)));
        format!("\nReadmit is ready.\n\n{}", rows.collect::<String>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_names_every_page_and_no_secret() {
        let url = |path: &str| format!("http://localhost:3000{path}");
        let admin = Admin {
            email: "ada@northwind.example".to_owned(),
            password: "hidden-password".to_owned(),
            otpauth_uri: "otpauth://totp/hidden".to_owned(),
        };
        let mut ready = Ready {
            ready: true,
            portal: Some(url("/")),
            api: url(""),
            mailbox: url("/_local/mailbox"),
            authenticator: url("/_local/authenticator"),
            dynamodb: "http://localhost:3001".to_owned(),
            secrets_and_mail: "http://localhost:3002".to_owned(),
            files_and_queues: "http://localhost:3003".to_owned(),
            admin: Some(admin),
        };
        let expected = "
Readmit is ready.

  Portal         http://localhost:3000/
  Sign in as     ada@northwind.example (password and digits: Authenticator)
  Mailbox        http://localhost:3000/_local/mailbox
  Authenticator  http://localhost:3000/_local/authenticator
  Mail preview   http://localhost:3000/_local/mails
  API            http://localhost:3000/_local/api
  Log            /tmp/log
  Stop           Ctrl-C
";
        assert_eq!(ready.table("/tmp/log"), expected);
        ready.portal = None;
        let without_portal = ready.table("/tmp/log");
        assert!(!without_portal.contains("Portal") && !without_portal.contains("Sign in"), "{without_portal}");
    }
}
