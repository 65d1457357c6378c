//! Runs functions like Lambda: to their end, even if the caller is gone, and a crash is reported as an answer.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;

use serde_json::Value;

use crate::aws_ids;
use crate::functions::{Functions, InvokeError};
use crate::template::{Function, Template};

/// A function in another process. It gets an event and the request id.
pub type Process = Arc<dyn Fn(Value, String) -> Pin<Box<dyn Future<Output = Outcome> + Send>> + Send + Sync>;

type Outcome = Result<Value, InvokeError>;

/// Finds and runs functions. Clones share one invoker.
#[derive(Clone)]
pub struct Invoker {
    template: Arc<Template>,
    functions: Arc<Functions>,
    processes: Arc<BTreeMap<String, Process>>,
}

impl Invoker {
    /// The packages in `processes` run in those processes, the others in this one.
    pub fn new(template: Arc<Template>, functions: Functions, processes: BTreeMap<String, Process>) -> Self {
        Self { template, functions: Arc::new(functions), processes: Arc::new(processes) }
    }

    pub fn template(&self) -> &Template {
        &self.template
    }

    /// The function with this logical id or package.
    pub fn function(&self, name: &str) -> Option<&Function> {
        self.template.function(name)
    }

    /// Runs the function of this package.
    pub async fn invoke(&self, package: &str, payload: Value) -> Outcome {
        let functions = Arc::clone(&self.functions);
        let request_id = aws_ids::uuid();
        if let Some(process) = self.processes.get(package) {
            return process(payload, request_id).await;
        }
        let package = package.to_owned();
        // Its own task: it goes on if the caller is gone, and a panic ends only this task.
        let run = tokio::spawn(async move { functions.invoke(&package, payload, &request_id).await });
        run.await.unwrap_or_else(|_| {
            Err(InvokeError::Failed {
                error_type: "Runtime.ExitError".to_owned(),
                error_message: "the function has crashed".to_owned(),
            })
        })
    }
}
