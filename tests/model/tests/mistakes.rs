//! The properties can fail: if a condition is left out on purpose, a property fails.

#![expect(clippy::print_stdout, reason = "what was found, and how")]

use std::collections::BTreeSet;

use readmit_model::mistake::Mistake;
use readmit_model::properties::*;
use readmit_model::scenario::Scenario;
use readmit_model::service::Service;
use stateright::{Checker as _, HasDiscoveries, Model as _};

/// The scenario in which a mistake is made, and the property that must fail.
fn seen_by(mistake: Mistake) -> (Scenario, &'static str) {
    match mistake {
        Mistake::IssueOverwrites => (Scenario::issuing(0), AUDIT_IS_COMPLETE),
        Mistake::IssueWithoutAuthority => (Scenario::issuing(0), WITH_AUTHORITY),
        Mistake::IssueWithoutHolder => (Scenario::issuing(0), WITH_AUTHORITY),
        Mistake::RevokeWithoutAuthority => (Scenario::issuing(0), WITH_AUTHORITY),
        Mistake::SentBeforeMailed => (Scenario::mailing(0), ONLY_MAILED_WORKS),
        Mistake::SentWhicheverItIs => (Scenario::mailing(1), ONLY_MAILED_WORKS),
        Mistake::TryWhileSending => (Scenario::mailing(0), ONLY_MAILED_WORKS),
        Mistake::TryWithoutLimit => (Scenario::guessing(0), FIVE_SECRETS),
        Mistake::ExhaustWhicheverItIs => (Scenario::guessing(0), EXHAUSTED_BY_TRIES),
        Mistake::RedeemLate => (Scenario::mailing(0), IN_TIME),
        Mistake::RedeemAnyPhase => (Scenario::guessing(0), ENDS_ARE_FINAL),
        Mistake::CompleteWithStaleFactors => (Scenario::completing(0), AS_CHOSEN),
        Mistake::CompleteWhateverBecame => (Scenario::completing(0), ENDS_ARE_FINAL),
        Mistake::CompleteInTwoWrites => (Scenario::completing(0), NEVER_MIXED),
        Mistake::SignInWithStaleCredentials => (Scenario::completing(0), SIGNED_IN_BY_CURRENT),
        Mistake::SignInWhileSuspended => (Scenario::completing(0), SIGNED_IN_BY_CURRENT),
        Mistake::ReportWhateverBecame => (Scenario::mailing(0), ENDS_ARE_FINAL),
        Mistake::ReportRevives => (Scenario::mailing(0), ENDS_ARE_FINAL),
        Mistake::ExpireWhateverBecame => (Scenario::mailing(0), ENDS_ARE_FINAL),
        Mistake::DisownTwice => (Scenario::completing(0), EVENTS_ARE_UNIQUE),
        Mistake::DisableUnaware => (Scenario::issuing(0), NONE_WITHOUT_ACCOUNT),
        Mistake::DisableLeavesPasscode => (Scenario::account(0), NONE_WITHOUT_ACCOUNT),
        Mistake::MoveKeepsPhase => (Scenario::account(0), AUDIT_IS_COMPLETE),
        Mistake::EraseLeavesPasscode => (Scenario::account(0), NONE_WITHOUT_ACCOUNT),
    }
}

#[test]
fn every_mistake_is_seen_by_the_property_that_is_there_for_it() {
    for mistake in Mistake::ALL {
        let (scenario, property) = seen_by(mistake);
        let service = Service { scenario, mistake: Some(mistake) };
        let found = HasDiscoveries::AllOf(BTreeSet::from([property]));
        let checker = service.checker().threads(2).finish_when(found).spawn_bfs().join();
        let way = checker.assert_any_discovery(property);
        println!("{mistake:?}, in {}: not \"{property}\", by", checker.model().scenario.name);
        way.into_actions().into_iter().for_each(|step| println!("    {step:?}"));
    }
}
