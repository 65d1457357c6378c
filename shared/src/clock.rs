//! The only clock. Code that needs the time gets a [`Clock`].

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use readmit_domain::Timestamp;

/// Tells the time. Cheap to clone; clones tell the same time.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    pub fn new(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the system's clock")]
    pub fn system() -> Self {
        Self::new(|| {
            let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
            Timestamp::from_millis(i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX))
        })
    }

    pub fn now(&self) -> Timestamp {
        (self.0)()
    }
}
