//! Pages of a list: who may read one, how long it is, and the cursor for the next one. A cursor is encrypted, so that a client can
//! neither read nor make one.

use std::sync::Arc;

use lambda_http::Request;
use rand::CryptoRng;
use readmit_domain::{CompanyId, Employee, Timestamp};
use serde::Deserialize;

use super::{Failure, Nothing, Problem, access_claims, admit_admin};
use crate::app::Services;
use crate::keyring::{AccessClaims, Keyring, Seal, SealError};

/// The maximal length of a page: 1 to 100, by default 50.
#[derive(Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub struct PageLimit(u8);

impl PageLimit {
    pub fn get(self) -> u8 {
        self.0
    }
}

impl Default for PageLimit {
    fn default() -> Self {
        Self(50)
    }
}

impl TryFrom<String> for PageLimit {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        let limit = text.parse().ok().filter(|limit: &u8| (1..=100).contains(limit) && text == limit.to_string());
        limit.map(Self).ok_or("must be a number from 1 to 100")
    }
}

pub struct PageRequest<L> {
    pub listing: L,
    /// The listing's name, which a cursor is bound to.
    pub name: String,
    pub limit: PageLimit,
    /// The cursor that the previous page returned.
    pub cursor: Option<String>,
}

/// A list that Security Admins read page by page.
pub struct Pager<'a> {
    services: &'a Services,
    request: &'a Request,
    claims: AccessClaims,
    keyring: Arc<Keyring>,
    pub now: Timestamp,
}

impl<'a> Pager<'a> {
    pub async fn new(services: &'a Services, request: &'a Request) -> Result<Self, Failure> {
        let claims = access_claims(services, request).await?;
        Ok(Self { services, request, claims, keyring: services.keyring().await?, now: services.now() })
    }

    pub fn company_id(&self) -> CompanyId {
        self.claims.company_id
    }

    /// Reads a page and the caller's row in one round trip, and returns both only if the caller is authorized. Errors of the query or
    /// the cursor are reported only after that.
    pub async fn read<'q, L, T, F: Future<Output = Result<T, Failure>>>(
        &self,
        page_request: &'q Result<PageRequest<L>, Problem>,
        read: impl FnOnce(&'q PageRequest<L>, Option<String>) -> F,
    ) -> Result<(Employee, T), Failure> {
        let open = |page_request: &PageRequest<L>| {
            page_request
                .cursor
                .as_ref()
                .map(|cursor| open_cursor(&self.keyring, &page_request.name, cursor, self.now))
                .transpose()
        };
        let start = page_request.as_ref().map_err(Problem::clone).and_then(open);
        let page = async {
            match (page_request, &start) {
                (Ok(page_request), Ok(start)) => Some(read(page_request, start.clone()).await),
                _ => None,
            }
        };
        let caller = self.services.store.employee(self.claims.company_id, self.claims.employee_id);
        let (caller, page) = tokio::join!(caller, page);
        let caller = caller?;
        let (admin, body) = admit_admin(&self.claims, caller.as_ref(), self.request)?;
        let Nothing {} = body.read()?;
        start?;
        let page = page.transpose()?.ok_or_else(|| Failure::Fault("a page was not read".to_owned()))?;
        Ok((admin.employee().clone(), page))
    }

    pub fn next(&self, name: &str, last: &str) -> Result<String, Failure> {
        Ok(seal_cursor(&self.keyring, name, last, self.now, &mut self.services.random())?)
    }
}

pub fn seal_cursor(
    keyring: &Keyring,
    query: &str,
    last: &str,
    now: Timestamp,
    random: &mut impl CryptoRng,
) -> Result<String, SealError> {
    keyring.seal_as_text(&Seal::Cursor(query), last.as_bytes(), now, random)
}

pub fn open_cursor(keyring: &Keyring, query: &str, cursor: &str, now: Timestamp) -> Result<String, Problem> {
    let opened = keyring.open_text(&Seal::Cursor(query), cursor, now);
    opened.and_then(|plain| String::from_utf8(plain.to_vec()).ok()).ok_or(Problem::InvalidCursor)
}
