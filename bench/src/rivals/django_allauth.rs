//! django-allauth: its API without pages, with a password by a mailed code and TOTP, on SQLite under gunicorn.
//!
//! A recovery: request a code; set the password with it; sign in, because a reset creates no session; get an authenticator's key;
//! prove the password again, which allauth requires before a change of the second factor; confirm the authenticator with a code.
//! Then a new sign-in with password and code. Four password hashes: PBKDF2 with Django's default 1,000,000 rounds.
//!
//! It has two workers for two cores. rivals/django-allauth/settings.py lists the differences from the documented set-up.

use std::path::Path;
use std::process::{Command, Stdio};

use reqwest::Method;
use serde_json::{Value, json};

use super::mailbox::Mailbox;
use super::server::{Server, finish, free_port};
use super::visitor::{Site, Visitor, code_of};
use crate::Failure;
use crate::api::{PASSWORD, text};

const PROJECT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/rivals/django-allauth");
const PEOPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/rivals/django-allauth/people.py");

/// A running django-allauth.
pub struct DjangoAllauth {
    /// Its process.
    pub server: Server,
    site: Site,
    mailbox: Mailbox,
}

impl DjangoAllauth {
    /// Starts it with its database in `folder`, with `people` people.
    pub async fn start(python: &Path, folder: &Path, people: usize) -> Result<Self, Failure> {
        let (mailbox, smtp) = Mailbox::with_smtp().await?;
        let command = |arguments: &[&str]| {
            let mut command = Command::new(python);
            command.args(arguments).current_dir(folder).stdout(Stdio::null());
            command.env("DJANGO_SETTINGS_MODULE", "settings").env("PYTHONPATH", PROJECT);
            command.env("PYTHONDONTWRITEBYTECODE", "1").env("BENCH_SMTP_PORT", smtp.to_string());
            command
        };
        finish(&mut command(&["-m", "django", "migrate", "--verbosity", "0"]))?;
        finish(&mut command(&[PEOPLE, &people.to_string()]))?;
        let port = free_port()?;
        let address = format!("127.0.0.1:{port}");
        let gunicorn = ["-m", "gunicorn", "--bind", &address, "--workers", "2", "--no-control-socket"];
        let rest = ["--log-level", "warning", "django.core.wsgi:get_wsgi_application()"];
        let server = Server::start(&mut command(&[&gunicorn[..], &rest].concat()), port).await?;
        let site = Site::new(format!("{}/_allauth/app/v1", server.url))?;
        Ok(Self { server, site, mailbox })
    }

    /// The version that is installed.
    pub fn version(python: &Path) -> Result<String, Failure> {
        finish(Command::new(python).args(["-c", "import allauth; print(allauth.__version__)"]))
    }

    /// A whole recovery. An answer 401 with the next step means that the sign-in is incomplete.
    pub async fn recover(&self, email: &str) -> Result<(), Failure> {
        let mut app = self.site.visitor();
        ask(&mut app, "/auth/password/request", json!({"email": email}), 401).await?;
        let mail = self.mailbox.take(email).await?;
        let reset = json!({"key": code_in(&mail)?, "password": PASSWORD});
        ask(&mut app, "/auth/password/reset", reset, 401).await?;

        let proof = json!({"email": email, "password": PASSWORD});
        let mut app = self.site.visitor();
        ask(&mut app, "/auth/login", proof.clone(), 200).await?;
        let told = app.ask(Method::GET, "/account/authenticators/totp", Value::Null, 404).await?;
        let key = text(&told["meta"], "secret")?;
        ask(&mut app, "/auth/reauthenticate", json!({"password": PASSWORD}), 200).await?;
        ask(&mut app, "/account/authenticators/totp", json!({"code": code_of(&key)?}), 200).await?;

        let mut app = self.site.visitor();
        ask(&mut app, "/auth/login", proof, 401).await?;
        let told = ask(&mut app, "/auth/2fa/authenticate", json!({"code": code_of(&key)?}), 200).await?;
        match told["meta"]["is_authenticated"].as_bool() {
            Some(true) => Ok(()),
            _ => Err("django-allauth does not sign in".into()),
        }
    }
}

/// Sends a request, and stores the session's token if the answer has a new one.
async fn ask(app: &mut Visitor<'_>, path: &str, body: Value, status: u16) -> Result<Value, Failure> {
    let told = app.ask(Method::POST, path, body, status).await?;
    if let Some(token) = told["meta"]["session_token"].as_str() {
        app.send_header("x-session-token", token)?;
    }
    Ok(told)
}

/// The code in a mail: two groups of four characters on their own line.
fn code_in(mail: &str) -> Result<&str, Failure> {
    let is_code = |line: &&str| line.len() == 9 && line.as_bytes()[4] == b'-';
    Ok(mail.lines().find(is_code).ok_or("a mail has no code")?)
}
