//! Runs functions as Lambda does: to their end, even if nobody waits any more, and a crash is an answer too.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;

use serde_json::Value;

use crate::aws_ids;
use crate::functions::{Functions, InvokeError};
use crate::template::{Function, Template};

/// A function that runs elsewhere: it is given an event and the request's id.
pub type Process = Arc<dyn Fn(Value, String) -> Pin<Box<dyn Future<Output = Outcome> + Send>> + Send + Sync>;

type Outcome = Result<Value, InvokeError>;

/// Finds and runs functions. Clones are the same.
#[derive(Clone)]
pub struct Invoker {
    template: Arc<Template>,
    functions: Arc<Functions>,
    processes: Arc<BTreeMap<String, Process>>,
}

impl Invoker {
    /// Functions that are in `processes`, by package, run there; the others here.
    pub fn new(template: Arc<Template>, functions: Functions, processes: BTreeMap<String, Process>) -> Self {
        Self { template, functions: Arc::new(functions), processes: Arc::new(processes) }
    }

    pub fn template(&self) -> &Template {
        &self.template
    }

    /// The function of that logical id or package.
    pub fn function(&self, name: &str) -> Option<&Function> {
        self.template.function(name)
    }

    /// Runs the function of that package.
    pub async fn invoke(&self, package: &str, payload: Value) -> Outcome {
        let functions = Arc::clone(&self.functions);
        let request_id = aws_ids::uuid();
        if let Some(process) = self.processes.get(package) {
            return process(payload, request_id).await;
        }
        let package = package.to_owned();
        // A task of its own goes on when the caller hangs up, and a panic ends nothing else.
        let run = tokio::spawn(async move { functions.invoke(&package, payload, &request_id).await });
        run.await.unwrap_or_else(|_| {
            Err(InvokeError::Failed {
                error_type: "Runtime.ExitError".to_owned(),
                error_message: "the function has crashed".to_owned(),
            })
        })
    }
}
