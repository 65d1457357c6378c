//! The functions' own code by their package's name: the same handlers, given the same events, as where they are deployed.

use std::sync::Arc;

use lambda_runtime::{Context, Diagnostic, LambdaEvent};
use readmit::environment::BadVariable;
use readmit::{Clock, Environment, MailingServices, Services};
use serde::Serialize;
use serde_json::Value;

/// Every function, built once with what it is told from outside.
pub struct Functions {
    services: Arc<Services>,
    mailing: Arc<MailingServices>,
}

/// An invocation has brought no output.
#[derive(Debug, thiserror::Error)]
pub enum InvokeError {
    /// There is no function of that name.
    #[error("there is no such function")]
    NoSuchFunction,
    /// The function has failed, as Lambda would report it.
    #[error("{error_type}: {error_message}")]
    Failed {
        /// The kind of error.
        error_type: String,
        /// Its words.
        error_message: String,
    },
}

impl InvokeError {
    fn failed(error: impl Into<Diagnostic>) -> Self {
        let Diagnostic { error_type, error_message } = error.into();
        Self::Failed { error_type, error_message }
    }
}

impl Functions {
    /// Builds every function as its `main.rs` would.
    pub fn new(environment: &Environment, clock: Clock) -> Result<Self, BadVariable> {
        Ok(Self {
            services: Arc::new(Services::new(environment, clock.clone())?),
            mailing: Arc::new(MailingServices::new(environment, clock)?),
        })
    }

    /// Runs the function of the package `name` with the event `payload`.
    pub async fn invoke(&self, name: &str, payload: Value, request_id: &str) -> Result<Value, InvokeError> {
        let mut context = Context::default();
        request_id.clone_into(&mut context.request_id);
        let (services, mailing) = (Arc::clone(&self.services), Arc::clone(&self.mailing));
        let answered = match name {
            "sign-in" => readmit::http::invoke(services, sign_in::handle, payload, context).await,
            "list-employees" => readmit::http::invoke(services, list_employees::handle, payload, context).await,
            "issue-passcode" => readmit::http::invoke(mailing, issue_passcode::handle, payload, context).await,
            "redeem-passcode" => readmit::http::invoke(services, redeem_passcode::handle, payload, context).await,
            "reset-2fa" => readmit::http::invoke(services, reset_2fa::handle, payload, context).await,
            "cleanup-passcodes" => {
                return output(cleanup_passcodes::handle(services, LambdaEvent::new(payload, context)).await);
            }
            "import-employees" => {
                return output(import_employees::handle(mailing, LambdaEvent::new(payload, context)).await);
            }
            _ => return Err(InvokeError::NoSuchFunction),
        };
        answered.map_err(InvokeError::failed)
    }
}

fn output(result: Result<impl Serialize, impl Into<Diagnostic>>) -> Result<Value, InvokeError> {
    let output = result.map_err(InvokeError::failed)?;
    serde_json::to_value(output).map_err(|error| InvokeError::failed(lambda_runtime::Error::from(error)))
}
