//! Idempotency keys: a repeated request gets the same answer, and nothing is done twice.
//!
//! Each key has a row in the limits table. While the request is in progress the row has its lease, afterwards its answer. A lease that
//! has expired belongs to a process that died, and the next request takes it over.

use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;
use readmit_domain::{EmployeeId, LatestPasscode, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::attributes::*;
use super::change::Change;
use super::limits::{KEPT_AFTER_END, limit_key};
use super::{Store, StoreError};

/// Longer than any request takes, plus the difference of two clocks: each may be wrong by 90 seconds.
const LEASE: Duration = Duration::from_secs(200);
/// How long an answer is kept.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);

/// An admin's key together with its request. Only hashes of both are stored.
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
    answer: Option<KeptAnswer>,
}

/// The answer of a finished request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum KeptAnswer {
    /// The passcode that was issued.
    Passcode(Box<LatestPasscode>),
    /// The person who was added.
    Person { employee_id: EmployeeId },
}

pub enum KeyState {
    /// The key is unused or has expired: the request may take this lease.
    Free(Lease),
    InProgress,
    Answered(KeptAnswer),
    /// The key was used for a different request.
    OtherRequest,
}

/// The right of one request to use a key.
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
    /// The key that `admin` sent with `request`.
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
            KeyState::Answered(answer.clone())
        } else if under_way {
            KeyState::InProgress
        } else {
            free(Some(row.leased_until))
        }
    }
}

impl Store {
    /// Refused if another request has taken the lease.
    pub(super) fn take_lease(&self, lease: &Lease) -> Change {
        self.use_key(lease).remove(ANSWER)
    }

    /// Takes a lease and answers it in the same transaction, for a request that is one transaction.
    pub(super) fn answer_at_once(&self, lease: &Lease, employee_id: EmployeeId) -> Change {
        self.use_key(lease).set(ANSWER, KeptAnswer::Person { employee_id })
    }

    fn use_key(&self, lease: &Lease) -> Change {
        Change::update(&self.tables.limits, limit_key(&lease.key.subject))
            .set("request_hash", &lease.key.request_hash)
            .set(LEASED_UNTIL, lease.until)
            .set("kept_until", lease.kept_until)
            .set(DELETE_AFTER, lease.kept_until.after(KEPT_AFTER_END).seconds())
            .if_as_seen(LEASED_UNTIL, lease.seen)
    }

    pub(super) fn keep_answer(&self, lease: &Lease, answer: &LatestPasscode) -> Change {
        Change::update(&self.tables.limits, limit_key(&lease.key.subject))
            .set(ANSWER, answer)
            .if_equal(LEASED_UNTIL, lease.until)
    }

    /// Deletes the lease of a failed request, so that it can be repeated at once.
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

    fn answer() -> KeptAnswer {
        KeptAnswer::Passcode(Box::new(LatestPasscode {
            passcode_id: "pco_01J00000000000000000000002".parse().unwrap(),
            phase: Phase::Code(CodeStatus::Sent),
            sent_to: "m***@northwind.example".to_owned(),
            issued_at: Timestamp::from_millis(0),
            expires_at: Timestamp::from_millis(3_600_000),
            issued_by: Issuer::Operator(OperatorTag::Operator),
        }))
    }

    fn row(answer: Option<KeptAnswer>) -> KeyRow {
        KeyRow {
            request_hash: key("a").request_hash,
            leased_until: Timestamp::from_millis(30_000),
            kept_until: Timestamp::from_millis(86_400_000),
            answer,
        }
    }

    #[test]
    fn a_key_is_in_progress_then_answered_then_free() {
        let key_state = |answer, at| key("a").key_state(Some(&row(answer)), Timestamp::from_millis(at));
        assert!(matches!(key("a").key_state(None, Timestamp::from_millis(0)), KeyState::Free(_)));
        assert!(matches!(key_state(None, 29_999), KeyState::InProgress));
        assert!(matches!(key_state(None, 30_000), KeyState::Free(_)));
        assert!(matches!(key_state(Some(answer()), 86_399_999), KeyState::Answered(kept) if kept == answer()));
        assert!(matches!(key_state(Some(answer()), 86_400_000), KeyState::Free(_)));
    }

    #[test]
    fn a_different_request_with_a_used_key_is_refused_until_the_key_expires() {
        let key_state = |answer, at| key("b").key_state(Some(&row(answer)), Timestamp::from_millis(at));
        assert!(matches!(key_state(None, 0), KeyState::OtherRequest));
        assert!(matches!(key_state(Some(answer()), 50_000), KeyState::OtherRequest));
        assert!(matches!(key_state(None, 30_000), KeyState::Free(_)));
    }
}
