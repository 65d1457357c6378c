//! Glewlwyd: its plugin "register", whose mailed link resets a password and an authenticator, on SQLite.
//!
//! A recovery: request a link and redeem it; set the password; get an authenticator's key and register it; complete the recovery.
//! Glewlwyd accepts a new authenticator without one of its codes, so the first code is used at the sign-in, which is two requests: the
//! password and the code. Two password hashes: PBKDF2 with Glewlwyd's default 150,000 rounds, or with another number: OWASP's Password
//! Storage Cheat Sheet recommends 600,000.
//!
//! It has no rate limit. It accepts an authenticator's code one step early or late.

use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};

use reqwest::Method;
use serde_json::{Value, json};

use super::mailbox::Mailbox;
use super::server::{Server, finish, free_port};
use super::visitor::{Site, code_of};
use crate::Failure;
use crate::api::{PASSWORD, text};

/// The schema of the tables in Debian's package.
const SCHEMA: &str = "/usr/share/dbconfig-common/data/glewlwyd/install/sqlite3";
const SETUP: &str = include_str!("../../rivals/glewlwyd/setup.json");
const CONFIG: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/rivals/glewlwyd/glewlwyd.conf");

/// A running Glewlwyd.
pub struct Glewlwyd {
    /// Its process.
    pub server: Server,
    site: Site,
    mailbox: Mailbox,
}

impl Glewlwyd {
    /// Starts it with its database in `folder`, and imports people. It hashes passwords with `rounds` rounds, or with the default.
    pub async fn start(
        program: &Path,
        folder: &Path,
        rounds: Option<u32>,
        people: impl Iterator<Item = String>,
    ) -> Result<Self, Failure> {
        let schema = File::open(SCHEMA).map_err(|error| format!("{SCHEMA}: {error}"))?;
        let sqlite = || {
            let mut sqlite = Command::new("sqlite3");
            sqlite.arg("glewlwyd.sqlite").current_dir(folder);
            sqlite
        };
        finish(sqlite().stdin(schema))?;
        if let Some(rounds) = rounds {
            let parameters = format!("json_set(gumi_parameters, '$.pbkdf2-iterations', {rounds})");
            finish(sqlite().arg(format!("UPDATE g_user_module_instance SET gumi_parameters = {parameters}")))?;
        }
        let port = free_port()?;
        let mut command = Command::new(program);
        command.args(["--config-file", CONFIG, "--port", &port.to_string()]).current_dir(folder).stdout(Stdio::null());
        let server = Server::start(&mut command, port).await?;
        let (mailbox, smtp) = Mailbox::with_smtp().await?;
        let site = Site::new(format!("{}/api", server.url))?;
        let glewlwyd = Self { server, site, mailbox };
        glewlwyd.set_up(smtp, people).await?;
        Ok(glewlwyd)
    }

    /// The version of the program.
    pub fn version(program: &Path) -> Result<String, Failure> {
        let told = finish(Command::new(program).arg("--version"))?;
        Ok(told.split_whitespace().last().unwrap_or_default().to_owned())
    }

    /// The set-up by an administrator, with Glewlwyd's initial password.
    async fn set_up(&self, smtp: u16, people: impl Iterator<Item = String>) -> Result<(), Failure> {
        let mut setup: Value = serde_json::from_str(SETUP)?;
        setup["recoveries"]["parameters"]["port"] = json!(smtp);
        let mut admin = self.site.visitor();
        admin.ask(Method::POST, "/auth", json!({"username": "admin", "password": "password"}), 200).await?;
        admin.ask(Method::POST, "/mod/scheme/", setup["authenticators"].take(), 200).await?;
        admin.ask(Method::POST, "/mod/plugin/", setup["recoveries"].take(), 200).await?;
        admin.ask(Method::POST, "/scope/", setup["portal"].take(), 200).await?;
        for email in people {
            let person = json!({"username": email, "email": email, "enabled": true, "scope": ["portal"]});
            admin.ask(Method::POST, "/user/", person, 200).await?;
        }
        Ok(())
    }

    /// A whole recovery.
    pub async fn recover(&self, email: &str) -> Result<(), Failure> {
        let mut browser = self.site.visitor();
        browser.ask(Method::POST, "/recoveries/reset-credentials-email", json!({"username": email}), 200).await?;
        let mail = self.mailbox.take(email).await?;
        let token = mail.lines().find_map(|line| line.strip_prefix("token: ")).ok_or("a mail has no token")?;
        let link = format!("/recoveries/reset-credentials-email/{token}");
        browser.ask(Method::PUT, &link, Value::Null, 200).await?;
        let profile = "/recoveries/reset-credentials/profile";
        browser.ask(Method::POST, &format!("{profile}/password"), json!({"password": PASSWORD}), 200).await?;

        let authenticators = format!("{profile}/scheme/register");
        let wish =
            |value: Value| json!({"username": email, "scheme_type": "otp", "scheme_name": "totp", "value": value});
        let told = browser.ask(Method::POST, &authenticators, wish(json!({"generate-secret": true})), 200).await?;
        let key = text(&told, "secret")?;
        let authenticator = json!({"type": "TOTP", "secret": key, "time_step_size": 30});
        browser.ask(Method::POST, &authenticators, wish(authenticator), 200).await?;
        browser.ask(Method::POST, &format!("{profile}/complete"), Value::Null, 200).await?;

        let mut browser = self.site.visitor();
        browser.ask(Method::POST, "/auth", json!({"username": email, "password": PASSWORD}), 200).await?;
        browser.ask(Method::POST, "/auth", wish(json!({"value": code_of(&key)?})), 200).await?;
        Ok(())
    }
}
