//! An attempt to sign in: what was typed, and from where.

use readmit_domain::{Login, Password, SecondFactor, Timestamp};
use secrecy::{ExposeSecret as _, SecretString};

use crate::app::AppError;
use crate::keyring::{Device, Keyring};
use crate::store::AttemptSource;

/// A login that nobody can have (RFC 2606 reserves `.invalid`). Malformed addresses are looked up as this one.
const NOBODY: &str = "nobody@readmit.invalid";

/// What was typed, and from where.
pub struct Attempt<'a> {
    pub(super) login: Login,
    pub(super) password: Password,
    pub(super) factor: Option<SecondFactor>,
    source_ip: Option<&'a str>,
    pub(super) device: Option<Device>,
}

impl<'a> Attempt<'a> {
    /// Reads an attempt. A malformed address is treated as an unknown one.
    pub fn read(
        email: &str,
        password: &SecretString,
        code: &SecretString,
        source_ip: Option<&'a str>,
    ) -> Result<Self, AppError> {
        let nobody = || NOBODY.parse().map_err(|_| AppError::Fault("the placeholder login is not a valid login"));
        Ok(Self {
            login: email.parse().or_else(|_| nobody())?,
            password: Password::new(password.expose_secret()),
            factor: SecondFactor::read(code.expose_secret()),
            source_ip,
            device: None,
        })
    }

    /// Adds the known device of a token, if this service made the token for this address.
    pub fn on_device(mut self, keyring: &Keyring, token: Option<&str>, now: Timestamp) -> Self {
        self.device = token.and_then(|token| keyring.read_device(token, &self.login, now));
        self
    }

    pub(super) fn source(&self) -> AttemptSource {
        match &self.device {
            Some(device) => AttemptSource::Device(device.id.clone()),
            None => AttemptSource::Network(self.source_ip.map(str::to_owned)),
        }
    }
}
