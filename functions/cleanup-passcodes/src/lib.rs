//! Runs every minute. Ends overdue passcodes and recoveries, writes the audit event and deletes the secrets.
//!
//! Effects: `passcode.expired` for overdue codes, `recovery.abandoned` for overdue recoveries, `passcode.delivery_failed` for codes
//! whose process died before the mail was accepted, `approval.expired` for requests that nobody approved in time. Each event is written
//! once, even if two runs overlap.
//! Answers: how many of each. No other function depends on the cleanup: every write checks the expiry itself.

use std::sync::Arc;

use aws_lambda_events::eventbridge::EventBridgeEvent;
use lambda_runtime::{Error, LambdaEvent};
use readmit::Services;
use readmit::domain::lifecycle::{CodeStatus, Command, Phase};
use readmit::domain::{Actor, ApprovalCommand, AuditContext, Login, Origin};
use readmit::store::{Outcome, Store, StoreError};
use readmit::telemetry::{code_and_text, failure, inherit_tally, run_logged};
use serde::Serialize;
use serde_json::Value;
use tokio::task::JoinSet;

#[derive(Debug, Default, Serialize)]
pub struct Counts {
    /// Codes that expired, and codes whose fifth wrong try did not end them because the process died.
    expired: u64,
    abandoned: u64,
    withdrawn: u64,
    /// Requests for approvals that nobody approved in time.
    approvals: u64,
}

/// The result of one shard: the phases that its passcodes ended in, and the first error.
#[derive(Default)]
struct ShardResult {
    ends: Vec<Phase>,
    error: Option<StoreError>,
}

/// One run. A payload that is not the schedule's event counts as a run by hand; the log names the source.
pub async fn handle(services: Arc<Services>, event: LambdaEvent<Value>) -> Result<Counts, Error> {
    let scheduled = serde_json::from_value::<EventBridgeEvent>(event.payload).is_ok();
    let source = if scheduled { "schedule" } else { "by hand" };
    let cleaned = clean_up(services, &event.context.request_id);
    let cleaned = async { cleaned.await.map_err(|error| failure("left_due", error.to_string())) };
    run_logged(&event.context, source, cleaned, code_and_text).await.map_err(|failed| failed.error_message.into())
}

async fn clean_up(services: Arc<Services>, request_id: &str) -> Result<Counts, Error> {
    let origin = Origin { request_id: request_id.to_owned(), ..Origin::default() };
    let act = AuditContext::new(services.now(), Actor::System, origin);
    let mut shards = JoinSet::new();
    for shard in Store::DUE_SHARDS {
        let (services, act) = (Arc::clone(&services), act.clone());
        shards.spawn(inherit_tally(async move { clean_shard(&services.store, shard, &act).await }));
    }
    let (mut counts, mut first_error) = (Counts::default(), None);
    let approvals = expire_approvals(&services.store, &act);
    let ended = async {
        let mut results = Vec::with_capacity(Store::DUE_SHARDS.len());
        while let Some(result) = shards.join_next().await {
            results.push(result);
        }
        results
    };
    let (approvals, ended) = tokio::join!(approvals, ended);
    for result in ended {
        let ShardResult { ends, error } = result?;
        for end in ends {
            match end {
                Phase::Code(CodeStatus::Failed) => counts.withdrawn += 1,
                Phase::Code(_) => counts.expired += 1,
                Phase::Recovery(_) => counts.abandoned += 1,
            }
        }
        first_error = first_error.or(error);
    }
    let (expired, error) = approvals;
    counts.approvals = expired;
    first_error = first_error.or(error);
    // The next run finds what is left, because it is still due.
    first_error.map_or(Ok(counts), |error| Err(error.into()))
}

/// Ends the requests for approvals whose time is over. One that fails stays due; the others are still ended. Returns how many ended, and
/// the first error.
async fn expire_approvals(store: &Store, act: &AuditContext) -> (u64, Option<StoreError>) {
    let due = match store.due_approvals(act.at).await {
        Ok(due) => due,
        Err(error) => return (0, Some(error)),
    };
    let (mut expired, mut first_error) = (0, None);
    for approval in due {
        // Refused: it is not due, or somebody has ended it meanwhile.
        let Ok(to) = approval.apply(ApprovalCommand::Expire, act.at) else { continue };
        match store.end_approval(&approval, to, None, act).await {
            Ok(outcome) => expired += u64::from(outcome == Outcome::Done),
            Err(error) => {
                let approval_id = approval.approval_id.to_string();
                tracing::error!(approval_id, cause = %error, "cleanup deferred");
                first_error.get_or_insert(error);
            }
        }
    }
    (expired, first_error)
}

/// Ends what is due in one shard, page by page. A passcode that fails stays due; the others are still ended.
async fn clean_shard(store: &Store, shard: u8, act: &AuditContext) -> ShardResult {
    let mut result = ShardResult::default();
    let mut next = None;
    loop {
        let due = match store.due(shard, act.at, next).await {
            Ok(due) => due,
            Err(error) => return ShardResult { error: Some(error), ..result },
        };
        for login in due.logins {
            match end(store, login, act).await {
                Ok(end) => result.ends.extend(end),
                Err(error) => {
                    tracing::error!(shard, cause = %error, "cleanup deferred");
                    result.error.get_or_insert(error);
                }
            }
        }
        next = due.next;
        if next.is_none() {
            return result;
        }
    }
}

/// Ends the passcode and returns its new phase. None if it is not due, or if another run has ended it.
async fn end(store: &Store, login: Result<Login, StoreError>, act: &AuditContext) -> Result<Option<Phase>, StoreError> {
    match store.passcode(&login?).await? {
        Some(row) => store.end(&row, Command::Expire, act).await,
        None => Ok(None),
    }
}
