//! HTTP: from the gateway's event to a typed request, and from an answer or a problem back.
//!
//! A handler returns an [`Answer`] or a [`Failure`]; [`run`] turns either into a response, adds the headers that every
//! answer has, and logs the request once.

mod answer;
mod caller;
mod edge;
mod failure;
mod gateway;
mod json;
mod page;
mod problem;
mod request;
mod serve;
mod views;

pub use answer::Answer;
pub use caller::{live_caller, require_security_admin};
pub use edge::Edge;
pub use failure::Failure;
pub use json::{JsonBody, Nothing, read_object};
pub use page::{PageLimit, open_cursor, seal_cursor};
pub use problem::{FieldError, Problem};
pub use request::ApiRequest;
pub use serve::{invoke, run};
pub use views::{EmployeeView, EventView, IssuedView, PasscodeView, SessionView, exposed};
