//! Runs the functions' handlers by their package's name. They are the same handlers, with the same events, as in a deployment.

use std::sync::Arc;

use aws_config::Region;
use aws_credential_types::Credentials;
use import_employees::ImportServices;
use lambda_runtime::{Context, Diagnostic, LambdaEvent};
use readmit::environment::BadVariable;
use readmit::http::{Body, Failure, Request, Response};
use readmit::keyring::KeyNeeds;
use readmit::mail::Mail;
use readmit::{Aws, Clock, Environment, Process, Random, Services};
use rotate_root_secret::RotationServices;
use serde::Serialize;
use serde_json::Value;

use crate::environment::REGION;

/// All functions. Each is built once, and they share nothing, because in a deployment they are separate processes.
pub struct Functions {
    sign_in: Arc<Services>,
    list_audit_events: Arc<Services>,
    list_employees: Arc<Services>,
    issue_passcode: Arc<Services<Mail>>,
    notify: Arc<Services<Mail>>,
    redeem_passcode: Arc<Services>,
    reset_2fa: Arc<Services>,
    revoke_passcode: Arc<Services>,
    cleanup_passcodes: Arc<Services>,
    import_employees: Arc<ImportServices>,
    rotate_root_secret: Arc<RotationServices>,
    track_delivery: Arc<Services>,
    manage_employees: Arc<Services<Mail>>,
}

/// Why an invocation has no output.
#[derive(Debug, thiserror::Error)]
pub enum InvokeError {
    /// There is no function with this name.
    #[error("there is no such function")]
    NoSuchFunction,
    /// The function failed. The fields are those of Lambda's report.
    #[error("{error_type}: {error_message}")]
    Failed { error_type: String, error_message: String },
}

impl InvokeError {
    fn failed(error: impl Into<Diagnostic>) -> Self {
        let Diagnostic { error_type, error_message } = error.into();
        Self::Failed { error_type, error_message }
    }
}

impl Functions {
    /// Builds every function in the same way as its `main.rs`.
    pub fn new(environment: &Environment, clock: &Clock, random: &Random) -> Result<Self, BadVariable> {
        Self::of(|name| process(name, environment, clock, random))
    }

    /// Builds every function. `process` returns the process of a package.
    pub fn of(process: impl Fn(&str) -> Result<Process, BadVariable>) -> Result<Self, BadVariable> {
        let services = |name: &str, keys| Ok::<_, BadVariable>(Arc::new(Services::new(process(name)?, keys)?));
        let mailing = |name: &str, keys| Ok::<_, BadVariable>(Arc::new(Services::with_mail(process(name)?, keys)?));
        Ok(Self {
            sign_in: services("sign-in", sign_in::KEYS)?,
            list_audit_events: services("list-audit-events", list_audit_events::KEYS)?,
            list_employees: services("list-employees", list_employees::KEYS)?,
            issue_passcode: mailing("issue-passcode", issue_passcode::KEYS)?,
            notify: mailing("notify", KeyNeeds::NONE)?,
            redeem_passcode: services("redeem-passcode", redeem_passcode::KEYS)?,
            reset_2fa: services("reset-2fa", reset_2fa::KEYS)?,
            revoke_passcode: services("revoke-passcode", revoke_passcode::KEYS)?,
            cleanup_passcodes: services("cleanup-passcodes", KeyNeeds::NONE)?,
            import_employees: Arc::new(ImportServices::new(process("import-employees")?)?),
            rotate_root_secret: Arc::new(RotationServices::new(&process("rotate-root-secret")?)?),
            track_delivery: services("track-delivery", KeyNeeds::NONE)?,
            manage_employees: mailing("manage-employees", manage_employees::KEYS)?,
        })
    }

    /// Runs the function of the package `name` with the event `payload`.
    pub async fn invoke(&self, name: &str, payload: Value, request_id: &str) -> Result<Value, InvokeError> {
        let mut context = Context::default();
        request_id.clone_into(&mut context.request_id);
        let event = LambdaEvent::new(payload, context);
        match name {
            "sign-in" => http(&self.sign_in, sign_in::handle, event).await,
            "list-audit-events" => http(&self.list_audit_events, list_audit_events::handle, event).await,
            "list-employees" => http(&self.list_employees, list_employees::handle, event).await,
            "issue-passcode" => http(&self.issue_passcode, issue_passcode::handle, event).await,
            "redeem-passcode" => http(&self.redeem_passcode, redeem_passcode::handle, event).await,
            "reset-2fa" => http(&self.reset_2fa, reset_2fa::handle, event).await,
            "revoke-passcode" => http(&self.revoke_passcode, revoke_passcode::handle, event).await,
            "cleanup-passcodes" => output(cleanup_passcodes::handle(Arc::clone(&self.cleanup_passcodes), event).await),
            "import-employees" => output(import_employees::handle(Arc::clone(&self.import_employees), event).await),
            "notify" => output(notify::handle(Arc::clone(&self.notify), event).await),
            "rotate-root-secret" => {
                output(rotate_root_secret::handle(Arc::clone(&self.rotate_root_secret), event).await)
            }
            "track-delivery" => output(track_delivery::handle(Arc::clone(&self.track_delivery), event).await),
            "manage-employees" => http(&self.manage_employees, manage_employees::handle, event).await,
            _ => Err(InvokeError::NoSuchFunction),
        }
    }
}

/// The process of one function. It uses the package's name as its access key, because each deployed function has its own role, and the
/// test engine checks the policy of that role.
pub fn process(name: &str, environment: &Environment, clock: &Clock, random: &Random) -> Result<Process, BadVariable> {
    let credentials = Credentials::new(name, "local", None, None, "local");
    let aws = Aws::new(environment, Region::from_static(REGION), credentials)?;
    Ok(Process { aws, environment: environment.clone(), clock: clock.clone(), random: random.clone() })
}

async fn http<M, F>(
    services: &Arc<Services<M>>,
    handler: fn(Arc<Services<M>>, Request) -> F,
    event: LambdaEvent<Value>,
) -> Result<Value, InvokeError>
where
    F: Future<Output = Result<Response<Body>, Failure>> + Send + 'static,
{
    let answer = readmit::http::invoke(
        services.trusted_proxy(),
        |request| handler(Arc::clone(services), request),
        event.payload,
        event.context,
    );
    // Boxed: otherwise the caller's future would have space for the futures of all functions.
    Box::pin(answer).await.map_err(InvokeError::failed)
}

fn output(result: Result<impl Serialize, impl Into<Diagnostic>>) -> Result<Value, InvokeError> {
    let output = result.map_err(InvokeError::failed)?;
    serde_json::to_value(output).map_err(|error| InvokeError::failed(lambda_runtime::Error::from(error)))
}
