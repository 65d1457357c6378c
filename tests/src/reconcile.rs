//! Checks with `readmit-check` that the tables agree.

use readmit::Random;
use readmit_local::functions;
use readmit_operator::check::{Tables, check};

use crate::World;

impl World {
    /// Direct access to the tables, without the proxy that records requests and injects faults.
    pub fn tables_to_check(&self) -> Tables {
        let environment = self.stack.environment().with("AWS_ENDPOINT_URL_DYNAMODB", self.stack.dynamodb());
        let (clock, random) = (self.stack.clock().clock(), Random::system());
        let process = functions::process("cleanup-passcodes", &environment, &clock, &random).unwrap();
        Tables::of(process.aws.dynamodb(), &environment, clock.now()).unwrap()
    }

    /// Panics unless the tables agree: every passcode was issued once and ended at most once, every recovery likewise, and nothing
    /// is left of people who are gone.
    pub async fn reconcile(&self) {
        let faults = check(&self.tables_to_check()).await.unwrap();
        assert!(faults.is_empty(), "{faults:#?}");
    }
}
