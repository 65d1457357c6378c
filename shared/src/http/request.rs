//! The parts of a request that handlers read.

use lambda_http::request::RequestContext;
use lambda_http::{Request, RequestExt as _};
use readmit_domain::{Actor, ApprovalId, AuditContext, EmployeeId, Origin, Timestamp};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::body::BodyBytes;
use super::{JsonBody, Problem};
use crate::json::{FieldError, read_object};

/// The origin of a request that did not come through [`super::run`].
static UNKNOWN_ORIGIN: Origin = Origin { source_ip: None, user_agent: None, request_id: String::new() };

/// Readmit's parts of `lambda_http`'s request. `lambda_http` itself reads path parameters and the gateway's context
/// ([`lambda_http::RequestExt`]).
pub trait ApiRequest {
    /// The gateway's route, as the template names it: `POST /v1/sessions`.
    fn route_key(&self) -> &str;

    /// Where the request came from, and its id.
    fn origin(&self) -> &Origin;

    /// The context of the audit events that this request writes.
    fn act(&self, actor: Actor, at: Timestamp) -> AuditContext {
        AuditContext::new(at, actor, self.origin().clone())
    }

    /// The body, if it is well-formed JSON or there is none.
    fn json(&self) -> Result<JsonBody, Problem>;

    /// The query string as `T`, whose fields are strings.
    fn query<T: DeserializeOwned>(&self) -> Result<T, Problem>;

    /// The employee id in the path. None if the text is not an id.
    fn employee_id(&self) -> Option<EmployeeId>;

    /// The id of an approval in the path. None if the text is not an id.
    fn approval_id(&self) -> Option<ApprovalId>;

    /// The value of a cookie, if it was sent once.
    fn cookie(&self, name: &str) -> Option<&str>;

    /// The client's key, if it sent one: 1 to 255 visible ASCII characters.
    fn idempotency_key(&self) -> Result<Option<&str>, Problem>;
}

impl ApiRequest for Request {
    fn route_key(&self) -> &str {
        match self.request_context_ref() {
            Some(RequestContext::ApiGatewayV2(context)) => context.route_key.as_deref().unwrap_or_default(),
            _ => "",
        }
    }

    fn origin(&self) -> &Origin {
        self.extensions().get().unwrap_or(&UNKNOWN_ORIGIN)
    }

    fn json(&self) -> Result<JsonBody, Problem> {
        JsonBody::parse(self.extensions().get::<BodyBytes>().map_or(&[], |body| &body.0))
    }

    /// A repeated parameter is joined by a comma, as in the gateway's own map. The result is neither a number nor a cursor.
    fn query<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        let mut parameters = Map::new();
        for (name, value) in self.query_string_parameters_ref().iter().flat_map(|query| query.iter()) {
            match parameters.get_mut(name) {
                Some(Value::String(values)) => *values = format!("{values},{value}"),
                _ => drop(parameters.insert(name.to_owned(), value.into())),
            }
        }
        read_object(Value::Object(parameters)).map_err(|error| Problem::InvalidRequest(vec![error]))
    }

    fn employee_id(&self) -> Option<EmployeeId> {
        self.path_parameters_ref()?.first("employee_id")?.parse().ok()
    }

    fn approval_id(&self) -> Option<ApprovalId> {
        self.path_parameters_ref()?.first("approval_id")?.parse().ok()
    }

    /// The gateway joins several lines of cookies.
    fn cookie(&self, name: &str) -> Option<&str> {
        let cookies = single_header(self, "cookie")?.split(';').filter_map(|cookie| cookie.trim().split_once('='));
        let mut values = cookies.filter(|(sent, _)| *sent == name).map(|(_, value)| value);
        let value = values.next()?;
        values.next().is_none().then_some(value)
    }

    fn idempotency_key(&self) -> Result<Option<&str>, Problem> {
        let name = "idempotency-key";
        if !self.headers().contains_key(name) {
            return Ok(None);
        }
        let fits = |key: &&str| (1..=255).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
        single_header(self, name).filter(fits).map(Some).ok_or_else(|| {
            let detail = "the header Idempotency-Key must have 1 to 255 visible ASCII characters".to_owned();
            Problem::InvalidRequest(vec![FieldError { pointer: String::new(), detail }])
        })
    }
}

/// A header's value, if it was sent once.
pub(super) fn single_header<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    let mut values = request.headers().get_all(name).iter();
    let value = values.next()?;
    if values.next().is_none() { std::str::from_utf8(value.as_bytes()).ok() } else { None }
}
