//! The routes that only the local stack has, under `/_local/`: mails and their delivery, clock, schedule, documentation of the API.

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::etag::is_known;
use crate::functions::InvokeError;
use crate::mailbox::Mailbox;
use crate::mailbox_page::{self, ToAddress};
use crate::moving_clock::MovingClock;
use crate::reports::{Reports, Wanted};
use crate::schedule::Scheduler;
use crate::{answer, api_page};

/// The limit for moving the clock in one request: ten years.
const MAX_ADVANCE_SECONDS: u32 = 10 * 365 * 86_400;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    advance_seconds: u32,
}

/// The clock, and whether it may be moved.
#[derive(Clone)]
pub struct ClockControl {
    pub clock: MovingClock,
    pub is_movable: bool,
}

/// The routes for mails and their delivery, the clock, the schedule, and the page of the API.
pub fn router(mailbox: Mailbox, scheduler: Scheduler, reports: Reports, clock: ClockControl, has_dock: bool) -> Router {
    let page = mailbox_page::router(mailbox.clone(), has_dock);
    let mail = Router::new().route("/_local/mail", get(list_mail).delete(empty_mailbox)).with_state(mailbox);
    let delivery = Router::new().route("/_local/delivery", post(report)).with_state(reports);
    let schedule = Router::new().route("/_local/schedule/{function}", post(run_now)).with_state(scheduler);
    let clock = Router::new().route("/_local/clock", get(tell_time).post(move_clock)).with_state(clock);
    mail.merge(page).merge(delivery).merge(schedule).merge(clock).merge(api_page::router(has_dock))
}

/// `{"emails": […]}`, oldest first; with `?to=` only those to this address. Each mail has `report`: `delivery`, `bounce`, `complaint`,
/// `delay`, or null as long as SES has reported nothing.
///
/// The answer has an `ETag`. A page may ask each second with `If-None-Match`: as long as no mail came and no report changed, the answer is 304
/// without a body, and no mail is read. Codes are in the mails, so no cache may store them: the caller keeps the tag.
async fn list_mail(State(mailbox): State<Mailbox>, Query(wanted): Query<ToAddress>, headers: HeaderMap) -> Response {
    // Before the mails, so that a change in between only costs one more request.
    let etag = format!("\"{}\"", mailbox.version());
    let is_unchanged = is_known(&headers, &etag);
    let headers = [(header::ETAG, etag), (header::CACHE_CONTROL, "no-store".to_owned())];
    if is_unchanged {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    (headers, Json(json!({"emails": mailbox.emails_to(wanted.to.as_deref())}))).into_response()
}

async fn empty_mailbox(State(mailbox): State<Mailbox>) -> Response {
    match mailbox.clear() {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => answer::message(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
    }
}

/// `{"now", "movable"}`: the time of all functions, and whether `POST` moves it.
async fn tell_time(State(ClockControl { clock, is_movable }): State<ClockControl>) -> Response {
    Json(json!({"now": clock.now(), "movable": is_movable})).into_response()
}

/// Moves the clock forward. Without clock control there is no such route.
async fn move_clock(State(ClockControl { clock, is_movable }): State<ClockControl>, body: Bytes) -> Response {
    if !is_movable {
        return answer::message(StatusCode::NOT_FOUND, "Not Found");
    }
    match serde_json::from_slice(&body) {
        Ok(Advance { advance_seconds }) if advance_seconds <= MAX_ADVANCE_SECONDS => {
            match clock.advance(advance_seconds) {
                Ok(now) => Json(json!({"now": now})).into_response(),
                Err(error) => answer::message(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
            }
        }
        _ => {
            let expected = format!("expected is {{\"advance_seconds\": N}}, N whole, from 0 to {MAX_ADVANCE_SECONDS}");
            answer::message(StatusCode::BAD_REQUEST, &expected)
        }
    }
}

async fn report(State(reports): State<Reports>, body: Bytes) -> Response {
    let Ok(wanted) = serde_json::from_slice::<Wanted>(&body) else {
        let expected = "expected is {\"message_id\": \"…\", \"event\": \"delivery|bounce|complaint|delay\"}";
        return answer::message(StatusCode::BAD_REQUEST, expected);
    };
    match reports.play(&wanted).await {
        Some(outcome) => of_invocation(outcome),
        None => answer::message(StatusCode::NOT_FOUND, "there is no mail of that message_id"),
    }
}

async fn run_now(State(scheduler): State<Scheduler>, Path(function): Path<String>) -> Response {
    of_invocation(scheduler.run(&function).await)
}

fn of_invocation(outcome: Result<Value, InvokeError>) -> Response {
    match outcome {
        Ok(output) => Json(output).into_response(),
        Err(InvokeError::NoSuchFunction) => answer::message(StatusCode::NOT_FOUND, "Not Found"),
        Err(InvokeError::Failed { error_type, error_message }) => {
            let body = json!({"errorType": error_type, "errorMessage": error_message});
            (StatusCode::INTERNAL_SERVER_ERROR, Json(body)).into_response()
        }
    }
}
