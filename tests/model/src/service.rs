//! The object of the check: the service in a scenario, with or without a mistake.

use crate::mistake::Mistake;
use crate::scenario::Scenario;

/// The service in a scenario.
#[derive(Clone, Debug)]
pub struct Service {
    /// The scenario.
    pub scenario: Scenario,
    /// The mistake that is made on purpose, if any.
    pub mistake: Option<Mistake>,
}
