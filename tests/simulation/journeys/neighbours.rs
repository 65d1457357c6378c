//! Several companies at the same time.

use reqwest::Method;
use serde_json::json;

use super::Journey;
use crate::asking::Request;
use crate::cast::Person;
use crate::invocation::Claim;

impl Journey {
    pub(super) async fn look(&mut self, holder: &Person) {
        let admin = self.admin_for(holder);
        let paths = [
            "/v1/employees",
            "/v1/employees?filter=passcode_pending",
            "/v1/employees?query=person",
            "/v1/employees/count",
            "/v1/session",
            "/v1/audit-events",
        ];
        for path in paths {
            let request = |session: &crate::cast::Session| {
                Request::new("read a person", Method::GET, path, admin.number).by(&session.token)
            };
            let Some(reply) = self.asks_as(&admin, false, request).await else { continue };
            let others = self.cast.people.iter().filter(|one| one.company != holder.company);
            let text = reply.body.to_string();
            for other in others {
                if text.contains(&other.id) || text.contains(&other.email()) {
                    self.asker.world.oracle.finds(format!(
                        "{} is shown {} of another company",
                        admin.email(),
                        other.email()
                    ));
                }
            }
        }
    }

    /// An unauthorized person tries to issue and revoke codes, and to change and erase the person: an admin of another company, and a
    /// colleague who is not a Security Admin.
    pub(super) async fn trespass(&mut self, holder: &Person) {
        let other = self.cast.admins((holder.company + 1) % self.cast.companies())[0].clone();
        let colleagues = self.cast.people.iter().filter(|one| one.company == holder.company && !one.is_admin);
        let colleague = colleagues.filter(|one| one.id != holder.id).nth(holder.number % 5).cloned();
        for stranger in [Some(other), colleague].into_iter().flatten() {
            let (code, person) = (holder.path(), format!("/v1/employees/{}", holder.id));
            for (method, path, body) in [
                (Method::POST, code.clone(), Some(json!({}))),
                (Method::DELETE, code, None),
                (Method::PATCH, person.clone(), Some(json!({"role": "security_admin"}))),
                (Method::DELETE, format!("{person}/sessions"), None),
                (Method::DELETE, person, None),
            ] {
                let request = |session: &crate::cast::Session| {
                    let claim = Claim { session_since: Some(session.since), ..Claim::default() };
                    let request =
                        Request::new("reach into another company", method.clone(), path.clone(), stranger.number)
                            .by(&session.token);
                    let request = request.claiming(claim);
                    match &body {
                        Some(body) => request.with(body.clone()),
                        None => request,
                    }
                };
                let reply = self.asks_as(&stranger, false, request).await;
                if reply.is_some_and(|reply| reply.status < 400) {
                    self.asker.world.oracle.finds(format!("{} may {method} {path}", stranger.email()));
                }
            }
        }
    }
}
