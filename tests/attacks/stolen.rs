//! Two valid tokens, and a check that any other token is refused.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use readmit_tests::World;
use reqwest::header::AUTHORIZATION;

use crate::forger::Token;
use crate::gateway::{Route, routes};

const ADA: &str = "ada@northwind.example";
const MIKE: &str = "mike@northwind.example";

/// The tokens of a session and of an open recovery.
pub(crate) struct Stolen {
    /// The world in which they are valid.
    pub(crate) world: World,
    /// The access token of a Security Admin.
    pub(crate) access: String,
    /// The recovery token of an employee who has redeemed a code.
    pub(crate) recovery: String,
}

impl Stolen {
    /// Starts a new world and gets the two tokens.
    pub(crate) async fn tokens() -> Self {
        let world = World::start().await;
        let access = world.enrolled(ADA).await.token;
        let code = world.operator_mails_a_code_to(MIKE).await;
        let recovery = world.recovers(MIKE, &code).await.token;
        Self { world, access, recovery }
    }

    /// The decoded token that a route accepts.
    fn for_route(&self, route: &Route) -> Token {
        Token::read(if route.path.starts_with("/v1/recovery/") { &self.recovery } else { &self.access })
    }

    /// Sends a request with these headers. The answer must be 401.
    pub(crate) async fn is_refused(&self, route: &Route, name: &str, authorization: &[String]) {
        let path = route.about(self.world.id("sam@northwind.example"));
        let mut request = self.world.request(route.method(), &path);
        for value in authorization {
            request = request.header(AUTHORIZATION, value);
        }
        let reply = self.world.send(request).await;
        assert_eq!(reply.status, 401, "{name} on {}: {}", route.key(), reply.text);
        reply.is_problem(401, "unauthenticated");
    }

    /// Checks that every route refuses these tokens and still accepts the real one.
    pub(crate) async fn are_all_refused(&self, forge: impl Fn(&Token) -> BTreeMap<String, String>) {
        for route in routes().iter().filter(|route| !route.is_public()) {
            let forged = forge(&self.for_route(route));
            let tries = forged.iter().map(async |(name, token)| {
                self.is_refused(route, name, &[format!("Bearer {token}")]).await;
            });
            join_all(tries).await;
        }
        assert_eq!(self.world.call(reqwest::Method::GET, "/v1/employees", Some(&self.access), None).await.status, 200);
        let open = self.world.call(reqwest::Method::POST, "/v1/recovery/totp", Some(&self.recovery), None).await;
        assert_eq!(open.status, 200, "{}", open.text);
        assert_eq!(self.world.mails_to("sam@northwind.example").await.len(), 0);
    }
}

/// Tokens by name.
pub(crate) fn named<const N: usize>(tokens: [(&str, String); N]) -> BTreeMap<String, String> {
    tokens.into_iter().map(|(name, token)| (name.to_owned(), token)).collect()
}
