//! Makes a failing run smaller, and prints it as a test.

use std::fmt;

use crate::run::Scenario;

/// The largest number of runs. Each takes some seconds.
const MOST_RUNS: usize = 40;

impl Scenario {
    /// The smallest run found that still breaks a guarantee: with fewer journeys first, and then with fewer faults.
    pub fn shrunk(self) -> Self {
        let mut runs = 0;
        let mut breaks = |scenario: &Self| {
            runs += 1;
            runs <= MOST_RUNS && !scenario.run().broken.is_empty()
        };
        let with_journeys = |scenario: &Self, journeys| Self { journeys, ..scenario.clone() };
        let with_faults = |scenario: &Self, faults| Self { faults, ..scenario.clone() };
        let small = fewer(self, |scenario| scenario.journeys.clone(), with_journeys, &mut breaks);
        fewer(small, |scenario| scenario.faults.clone(), with_faults, &mut breaks)
    }
}

/// Removes halves, quarters and so on from a list while a guarantee is still broken.
fn fewer<T: Clone>(
    mut scenario: Scenario,
    list: impl Fn(&Scenario) -> Vec<T>,
    with: impl Fn(&Scenario, Vec<T>) -> Scenario,
    breaks: &mut impl FnMut(&Scenario) -> bool,
) -> Scenario {
    let mut size = list(&scenario).len().div_ceil(2);
    while size > 0 {
        let mut from = 0;
        while from < list(&scenario).len() {
            let mut less = list(&scenario);
            less.drain(from..less.len().min(from + size));
            let smaller = with(&scenario, less);
            if breaks(&smaller) {
                scenario = smaller;
            } else {
                from += size;
            }
        }
        size /= 2;
    }
    scenario
}

/// The source of a test of this run.
impl fmt::Display for Scenario {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, journeys, faults } = self;
        let faults: Vec<String> = faults.iter().map(|fault| format!("Fault::{fault:?}")).collect();
        let faults = faults.join(", ");
        write!(
            formatter,
            "#[test]\nfn seed_{seed}_keeps_every_promise() {{\n    \
             let (journeys, faults) = (vec!{journeys:?}, vec![{faults}]);\n    \
             keeps_every_promise(&Scenario {{ seed: {seed}, journeys, faults }});\n}}"
        )
    }
}
