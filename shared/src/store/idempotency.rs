//! Idempotency keys: a request that comes again is answered as before, and nothing is done twice.
//!
//! A row of the limits table a key: while the request is under way its lease, then its answer. A lease that has run out was left
//! behind by a process that died; whoever comes next takes it.

use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;
use readmit_domain::{EmployeeId, LatestPasscode, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::attributes::*;
use super::change::Change;
use super::limits::{KEPT_AFTER_END, limit_key};
use super::{Store, StoreError};

/// Longer than any request lasts, and than two instances' clocks differ: each may be 90 s off.
const LEASE: Duration = Duration::from_secs(200);
/// How long an answer is kept.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);

/// A client's key, of one admin, with what was asked under it. Only hashes of both are stored.
#[derive(Clone)]
pub struct IdempotencyKey {
    pub(super) subject: String,
    request_hash: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct KeyRow {
    request_hash: String,
    leased_until: Timestamp,
    kept_until: Timestamp,
    answer: Option<LatestPasscode>,
}

pub enum KeyState {
    /// Nothing, or no longer: the request may take this lease.
    Free(Lease),
    InProgress,
    Answered(Box<LatestPasscode>),
    /// It came with another request.
    OtherRequest,
}

/// The right to act for a key, for as long as a request can last.
#[derive(Clone)]
pub struct Lease {
    key: IdempotencyKey,
    until: Timestamp,
    kept_until: Timestamp,
    seen: Option<Timestamp>,
}

fn digest(text: &[u8]) -> String {
    BASE64URL_NOPAD.encode(&Sha256::digest(text))
}

impl IdempotencyKey {
    /// The key that `admin` sent along with `request`.
    pub fn new(admin: EmployeeId, key: &str, request: &impl Serialize) -> Result<Self, StoreError> {
        let request = serde_json::to_vec(request).map_err(StoreError::unfit)?;
        Ok(Self { subject: format!("answer to {admin} {}", digest(key.as_bytes())), request_hash: digest(&request) })
    }

    pub(super) fn key_state(&self, row: Option<&KeyRow>, now: Timestamp) -> KeyState {
        let free = |seen: Option<Timestamp>| {
            KeyState::Free(Lease { key: self.clone(), until: now.after(LEASE), kept_until: now.after(KEPT), seen })
        };
        let Some(row) = row else { return free(None) };
        let answered = row.answer.as_ref().filter(|_| now < row.kept_until);
        let under_way = row.answer.is_none() && now < row.leased_until;
        if (answered.is_some() || under_way) && row.request_hash != self.request_hash {
            KeyState::OtherRequest
        } else if let Some(answer) = answered {
            KeyState::Answered(Box::new(answer.clone()))
        } else if under_way {
            KeyState::InProgress
        } else {
            free(Some(row.leased_until))
        }
    }
}

impl Store {
    /// Refused if somebody else has taken it since.
    pub(super) fn take_lease(&self, lease: &Lease) -> Change {
        Change::update(&self.tables.limits, limit_key(&lease.key.subject))
            .set("request_hash", &lease.key.request_hash)
            .set(LEASED_UNTIL, lease.until)
            .set("kept_until", lease.kept_until)
            .set(DELETE_AFTER, lease.kept_until.after(KEPT_AFTER_END).seconds())
            .remove(ANSWER)
            .if_as_seen(LEASED_UNTIL, lease.seen)
    }

    pub(super) fn keep_answer(&self, lease: &Lease, answer: &LatestPasscode) -> Change {
        Change::update(&self.tables.limits, limit_key(&lease.key.subject))
            .set(ANSWER, answer)
            .if_equal(LEASED_UNTIL, lease.until)
    }

    /// A request that was refused may come again at once.
    pub(super) fn free_lease(&self, lease: &Lease) -> Change {
        Change::delete(&self.tables.limits, limit_key(&lease.key.subject)).if_equal(LEASED_UNTIL, lease.until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng as _;
    use rand::rngs::StdRng;
    use readmit_domain::Issuer;
    use readmit_domain::lifecycle::{CodeStatus, Phase};
    use readmit_domain::passcode::OperatorTag;

    fn key(request: &str) -> IdempotencyKey {
        let admin = EmployeeId::new(Timestamp::from_millis(0), &mut StdRng::seed_from_u64(1));
        IdempotencyKey::new(admin, "click 7", &request).unwrap()
    }

    fn answer() -> LatestPasscode {
        LatestPasscode {
            passcode_id: "pco_01J00000000000000000000002".parse().unwrap(),
            phase: Phase::Code(CodeStatus::Sent),
            sent_to: "m***@northwind.example".to_owned(),
            issued_at: Timestamp::from_millis(0),
            expires_at: Timestamp::from_millis(3_600_000),
            issued_by: Issuer::Operator(OperatorTag::Operator),
        }
    }

    fn row(answer: Option<LatestPasscode>) -> KeyRow {
        KeyRow {
            request_hash: key("a").request_hash,
            leased_until: Timestamp::from_millis(30_000),
            kept_until: Timestamp::from_millis(86_400_000),
            answer,
        }
    }

    #[test]
    fn a_key_is_under_way_then_answered_then_free() {
        let key_state = |answer, at| key("a").key_state(Some(&row(answer)), Timestamp::from_millis(at));
        assert!(matches!(key("a").key_state(None, Timestamp::from_millis(0)), KeyState::Free(_)));
        assert!(matches!(key_state(None, 29_999), KeyState::InProgress));
        assert!(matches!(key_state(None, 30_000), KeyState::Free(_)));
        assert!(matches!(key_state(Some(answer()), 86_399_999), KeyState::Answered(kept) if *kept == answer()));
        assert!(matches!(key_state(Some(answer()), 86_400_000), KeyState::Free(_)));
    }

    #[test]
    fn another_request_with_the_key_is_refused_while_it_is_known() {
        let key_state = |answer, at| key("b").key_state(Some(&row(answer)), Timestamp::from_millis(at));
        assert!(matches!(key_state(None, 0), KeyState::OtherRequest));
        assert!(matches!(key_state(Some(answer()), 50_000), KeyState::OtherRequest));
        assert!(matches!(key_state(None, 30_000), KeyState::Free(_)));
    }
}
