//! better-auth: its plugins for codes by mail and for a second factor, on Node's own SQLite.
//!
//! A recovery: request a code; set the password with it; sign in, because a reset creates no session; enable the second factor,
//! which needs the password again, and confirm it with a code. Then a new sign-in with password and code. Four password hashes:
//! scrypt with better-auth's default N of 16,384 and r of 16.
//!
//! Node runs as one process, as usual, and its thread pool computes the hashes on all cores. rivals/better-auth/server.mjs lists the
//! differences from the documented set-up.

use std::path::Path;
use std::process::{Command, Stdio};

use reqwest::Method;
use serde_json::{Value, json};

use super::mailbox::Mailbox;
use super::server::{Server, finish, free_port};
use super::visitor::{Site, Visitor, code_of};
use crate::Failure;
use crate::api::{PASSWORD, text};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/rivals/better-auth/server.mjs");
const PACKAGE: &str = include_str!("../../rivals/better-auth/package.json");

/// A running better-auth.
pub struct BetterAuth {
    /// Its process.
    pub server: Server,
    site: Site,
    mailbox: Mailbox,
}

impl BetterAuth {
    /// Starts it with its database in `folder`, and imports `people` people.
    pub async fn start(node: &Path, folder: &Path, people: usize) -> Result<Self, Failure> {
        // `node` may be a script that starts Node.
        let node = finish(Command::new(node).args(["--print", "process.execPath"]))?;
        let port = free_port()?;
        let mut command = Command::new(node);
        command.args([SCRIPT, &port.to_string(), "better-auth.sqlite", &people.to_string()]);
        command.current_dir(folder).env("NODE_ENV", "production").stdout(Stdio::piped());
        let mut server = Server::start(&mut command, port).await?;
        let mailbox = Mailbox::of_lines(server.stdout().ok_or("the server has no standard output")?);
        let site = Site::new(format!("{}/api/auth", server.url))?;
        Ok(Self { server, site, mailbox })
    }

    /// The version that is installed.
    pub fn version() -> Result<String, Failure> {
        text(&serde_json::from_str::<Value>(PACKAGE)?["dependencies"], "better-auth")
    }

    /// A whole recovery.
    pub async fn recover(&self, email: &str) -> Result<(), Failure> {
        let mut browser = self.browser()?;
        browser.ask(Method::POST, "/email-otp/request-password-reset", json!({"email": email}), 200).await?;
        let otp = self.mailbox.take(email).await?;
        let reset = json!({"email": email, "otp": otp, "password": PASSWORD});
        browser.ask(Method::POST, "/email-otp/reset-password", reset, 200).await?;

        let proof = json!({"email": email, "password": PASSWORD});
        browser.ask(Method::POST, "/sign-in/email", proof.clone(), 200).await?;
        let told = browser.ask(Method::POST, "/two-factor/enable", json!({"password": PASSWORD}), 200).await?;
        let key = key_in(&text(&told, "totpURI")?)?;
        browser.ask(Method::POST, "/two-factor/verify-totp", json!({"code": code_of(&key)?}), 200).await?;

        let mut browser = self.browser()?;
        let told = browser.ask(Method::POST, "/sign-in/email", proof, 200).await?;
        if told["twoFactorRedirect"] != true {
            return Err("better-auth does not ask for the second factor".into());
        }
        let told = browser.ask(Method::POST, "/two-factor/verify-totp", json!({"code": code_of(&key)?}), 200).await?;
        text(&told, "token").map(drop)
    }

    /// A browser with the server's own origin, because the server refuses others.
    fn browser(&self) -> Result<Visitor<'_>, Failure> {
        let mut browser = self.site.visitor();
        browser.send_header("origin", &self.server.url)?;
        Ok(browser)
    }
}

/// The key in the URI of an authenticator, `otpauth://totp/…?secret=KEY&…`.
fn key_in(uri: &str) -> Result<String, Failure> {
    let parameters = uri.split_once('?').map(|(_, query)| query.split('&')).into_iter().flatten();
    let mut keys = parameters.filter_map(|parameter| parameter.strip_prefix("secret="));
    Ok(keys.next().ok_or("an authenticator has no key")?.to_owned())
}
