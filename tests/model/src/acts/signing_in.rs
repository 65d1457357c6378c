//! Repeated by hand: `sign-in`, with `app/authenticate.rs` and `Store::sign_in`. Only right passwords and codes are modelled, because wrong
//! ones are refused before the write.

use crate::mistake::Mistake;
use crate::scene::Scene;
use crate::tables::{Credentials, Employee, Login};

/// A running sign-in.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SignIn {
    login: Login,
    seen: Credentials,
    /// The employee, which is read after the credentials.
    employee: Option<Employee>,
}

impl SignIn {
    /// Reads the credentials.
    pub fn begin(scene: &Scene<'_>, login: Login) -> Option<Self> {
        let seen = scene.tables.credentials(login)?;
        let has_both = seen.password.is_some() && seen.authenticator.is_some();
        has_both.then(|| Self { login, seen: seen.clone(), employee: None })
    }

    /// Whether it has compared these credentials.
    pub fn has_compared(&self, credentials: &Credentials) -> bool {
        self.employee.is_some() && self.seen == *credentials
    }

    /// Reads the employee and compares, and then writes.
    pub fn step(self, scene: &mut Scene<'_>) -> Option<Self> {
        let Some(employee) = &self.employee else {
            let employee = scene.tables.employee.clone().filter(|it| it.owner == self.seen.owner && it.is_active)?;
            return (!self.seen.is_suspended).then_some(Self { employee: Some(employee), ..self });
        };
        let is_same = |now: &Credentials| {
            let parts = |of: &Credentials| (of.owner, of.password, of.authenticator);
            let stale = scene.makes(Mistake::SignInWithStaleCredentials) && now.owner == self.seen.owner;
            let suspended = now.is_suspended && !scene.makes(Mistake::SignInWhileSuspended);
            (stale || parts(now) == parts(&self.seen)) && !suspended
        };
        let lasts = |now: &Employee| {
            let unaware = scene.makes(Mistake::SignInWhileSuspended);
            now.owner == employee.owner && now.is_active && (unaware || now.epoch == employee.epoch)
        };
        if scene.tables.credentials(self.login).is_some_and(is_same)
            && scene.tables.employee.as_ref().is_some_and(lasts)
        {
            scene.facts.signed_in = Some((self.login, self.seen));
        }
        None
    }
}
