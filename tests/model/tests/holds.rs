//! Checks every scenario completely: all properties that must always hold do hold, and all those that must be reachable are reached in some
//! scenario.
//!
//! With `READMIT_MODEL_MORE=1` each scenario has one more act, which takes minutes. Each further act takes about ten times as long.

#![expect(clippy::print_stdout, reason = "how far it was looked")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::collections::BTreeSet;
use std::time::Instant;

use readmit_model::scenario::Scenario;
use readmit_model::service::Service;
use stateright::{Checker as _, Expectation, Model as _, Property};

/// Acts in each scenario beyond those of `make test`.
#[expect(clippy::disallowed_methods, reason = "a developer sets it for this test; the product does not read it")]
fn more() -> u8 {
    std::env::var("READMIT_MODEL_MORE").map_or(0, |more| more.parse().unwrap())
}

fn names(properties: &[Property<Service>], of: Expectation) -> BTreeSet<&'static str> {
    properties.iter().filter(|property| property.expectation == of).map(|property| property.name).collect()
}

#[test]
fn whatever_comes_between_what_must_hold_holds() {
    let (mut shown, mut wanted, begun) = (BTreeSet::new(), BTreeSet::new(), Instant::now());
    for scenario in Scenario::all(more()) {
        let (name, left, at_once, moments) = (scenario.name, scenario.left, scenario.at_once, scenario.moments);
        let (acts, guesses, reports) = (left.acts, left.guesses, left.reports);
        let service = Service { scenario, mistake: None };
        assert_eq!(service.init_states().len(), 1, "{name} begins nowhere");
        let (properties, begun) = (service.properties(), Instant::now());
        let checker = service.checker().threads(2).spawn_bfs().join();
        println!(
            "{name} (acts {acts}, guesses {guesses}, reports {reports}, at once {at_once}, moments {moments}): \
             {} states, {} transitions, {} steps deep, in {:.1} s",
            checker.unique_state_count(),
            checker.state_count(),
            checker.max_depth() - 1,
            begun.elapsed().as_secs_f64()
        );
        names(&properties, Expectation::Always).into_iter().for_each(|name| checker.assert_no_discovery(name));
        wanted.extend(names(&properties, Expectation::Sometimes));
        shown.extend(checker.discoveries().into_keys());
    }
    println!("in {:.1} s", begun.elapsed().as_secs_f64());
    let missing: Vec<_> = wanted.difference(&shown).collect();
    assert!(missing.is_empty(), "never seen: {missing:?}");
}
