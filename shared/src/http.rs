//! HTTP: turns the gateway's event into a typed request, and an answer or a problem into the gateway's response.
//!
//! A handler takes `lambda_http`'s request, which [`ApiRequest`] reads, and returns a response made by [`answer`], or a
//! [`Failure`]; [`run`] turns a failure into a response, adds the headers that every answer has, and logs the request once.

pub mod answer;
mod approval_views;
mod body;
mod caller;
mod company_views;
mod failure;
mod gateway;
mod json;
mod page;
mod problem;
mod request;
mod serve;
mod version;
mod views;

pub use approval_views::{ApprovalView, WaitingView};
pub use caller::{access_claims, access_session, admit_admin, live_caller, recovery_claims, require_recent_sign_in};
pub use company_views::{CompanySettingsView, CompanyView};
pub use failure::Failure;
pub use json::{JsonBody, Nothing};
pub use lambda_http::{Body, Request, Response};
pub use page::{PageLimit, PageRequest, Pager, open_cursor, seal_cursor};
pub use problem::Problem;
pub use request::ApiRequest;
pub use serve::{invoke, run};
pub use version::{Version, require_version, with_version};
pub use views::{
    EmployeeView, EventView, IssuedView, LiveSessionView, PasscodeView, PersonView, RefusalView, SessionView, exposed,
};
