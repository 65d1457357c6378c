//! Runs functions as Lambda does: to their end, even if nobody waits any more, and a crash is an answer too.

use std::sync::Arc;

use serde_json::Value;

use crate::functions::{Functions, InvokeError};
use crate::made_up;
use crate::template::{Function, Template};

/// Finds and runs functions. Clones are the same.
#[derive(Clone)]
pub struct Invoker {
    template: Arc<Template>,
    functions: Arc<Functions>,
}

impl Invoker {
    pub fn new(template: Arc<Template>, functions: Functions) -> Self {
        Self { template, functions: Arc::new(functions) }
    }

    pub fn template(&self) -> &Template {
        &self.template
    }

    /// The function of that logical id or package.
    pub fn function(&self, name: &str) -> Option<&Function> {
        self.template.function(name)
    }

    /// Runs the function of that package.
    pub async fn invoke(&self, package: &str, payload: Value) -> Result<Value, InvokeError> {
        let functions = Arc::clone(&self.functions);
        let request_id = made_up::uuid();
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
