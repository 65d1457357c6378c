//! The scheduler: runs each function with a schedule at its rate.

use readmit::Clock;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval_at};

use crate::aws_ids;
use crate::environment::{ACCOUNT, REGION};
use crate::functions::InvokeError;
use crate::invoker::Invoker;

/// Runs scheduled functions. Clones share one scheduler.
#[derive(Clone)]
pub struct Scheduler {
    invoker: Invoker,
    clock: Clock,
}

impl Scheduler {
    pub fn new(invoker: Invoker, clock: Clock) -> Self {
        Self { invoker, clock }
    }

    /// Starts all schedules. The first run is after one interval. Dropping the result ends them.
    pub fn start(&self) -> JoinSet<()> {
        let mut running = JoinSet::new();
        for function in &self.invoker.template().functions {
            let Some(rate) = function.rate else { continue };
            let (scheduler, package) = (self.clone(), function.package.clone());
            running.spawn(async move {
                let mut due = interval_at(Instant::now() + rate, rate);
                due.set_missed_tick_behavior(MissedTickBehavior::Delay);
                loop {
                    due.tick().await;
                    if let Err(error) = scheduler.run(&package).await {
                        tracing::error!(function = package, %error, "scheduled function failed");
                    }
                }
            });
        }
        running
    }

    /// Runs a scheduled function at once, and returns its output. Functions without a schedule are unknown here.
    pub async fn run(&self, name: &str) -> Result<Value, InvokeError> {
        let function = self.invoker.function(name).filter(|function| function.rate.is_some());
        let function = function.ok_or(InvokeError::NoSuchFunction)?;
        self.invoker.invoke(&function.package, self.event(&function.logical_id)).await
    }

    /// The default input of EventBridge Scheduler.
    fn event(&self, logical_id: &str) -> Value {
        json!({
            "version": "0",
            "id": aws_ids::uuid(),
            "detail-type": "Scheduled Event",
            "source": "aws.scheduler",
            "account": ACCOUNT,
            "time": self.clock.now(),
            "region": REGION,
            "resources": [format!("arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/default/{logical_id}")],
            "detail": "{}",
        })
    }
}
