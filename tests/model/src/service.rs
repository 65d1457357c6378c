//! The object of the check: the service in a scenario, with or without a mistake.

use crate::mistake::Mistake;
use crate::scenario::Scenario;

/// The service, in a scenario, with a mistake or none.
#[derive(Clone, Debug)]
pub struct Service {
    /// Who acts, and how much.
    pub scenario: Scenario,
    /// A mistake in a condition.
    pub mistake: Option<Mistake>,
}
