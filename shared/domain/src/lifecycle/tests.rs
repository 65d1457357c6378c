//! Tests of all rules: every command in every phase, before and after the expiry, and the diagram in docs/architecture.md.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::*;
use crate::{DeliveryReport, EventType, Timestamp};

const UNTIL: Timestamp = Timestamp::from_millis(1_000);
const IN_TIME: Timestamp = Timestamp::from_millis(999);
const DIAGRAM: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/architecture.md"));

fn commands() -> impl Iterator<Item = Command> {
    use Command::*;
    let of_codes = [MarkSent, Withdraw, CountTry, Redeem, Exhaust];
    let of_recoveries = [SetPassword, ShowFactor, Complete, Abandon];
    let of_both = [Revoke, Disown, Supersede, Expire, EndWithAccount];
    DeliveryReport::ALL.into_iter().map(Report).chain(of_codes).chain(of_recoveries).chain(of_both)
}

/// Every command in every phase.
fn pairs() -> impl Iterator<Item = (Phase, Command)> {
    Phase::ALL.into_iter().flat_map(|phase| commands().map(move |command| (phase, command)))
}

/// Every transition, with the phase that it starts from and the command that makes it.
fn transitions() -> impl Iterator<Item = (Phase, Command, Transition)> {
    pairs().flat_map(|(phase, command)| outcomes(phase, command).map(move |outcome| (phase, command, outcome)))
}

/// The effects of the command in this phase, before and after the expiry, with and without tries left.
fn outcomes(phase: Phase, command: Command) -> impl Iterator<Item = Transition> {
    let cases = [(IN_TIME, 0), (IN_TIME, MAX_TRIES), (UNTIL, 0), (UNTIL, MAX_TRIES)];
    cases.into_iter().filter_map(move |(now, tries)| Passcode { phase, until: UNTIL, tries }.apply(command, now).ok())
}

/// The name of a phase in the diagram.
fn name(phase: Phase) -> String {
    let name = match phase {
        Phase::Code(status) => serde_json::to_value(status),
        Phase::Recovery(status) => serde_json::to_value(status),
    };
    name.unwrap().as_str().unwrap().to_owned()
}

fn command_name(command: Command) -> String {
    format!("{command:?}").split('(').next().unwrap().to_owned()
}

/// An arrow: from, to, command.
type Arrow = (String, String, String);

/// The diagram's arrows. An arrow from a group is returned as one arrow from each phase of the group.
fn drawn() -> BTreeSet<Arrow> {
    let diagram = DIAGRAM.split("flowchart LR").nth(1).and_then(|text| text.split("```").next()).unwrap();
    let (mut groups, mut members) = (Vec::<&str>::new(), BTreeMap::<&str, BTreeSet<&str>>::new());
    let mut arrows = Vec::new();
    for line in diagram.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if let Some(group) = line.strip_prefix("subgraph ") {
            groups.push(group);
        } else if line == "end" {
            groups.pop();
        } else if let Some((from, rest)) = line.split_once(" -->|") {
            let (label, to) = rest.split_once("| ").unwrap();
            arrows.push((from, to, label));
        } else {
            for group in &groups {
                members.entry(group).or_default().insert(line);
            }
        }
    }
    let mut drawn = BTreeSet::new();
    for (from, to, label) in arrows {
        let starts = members.get(from).cloned().unwrap_or_else(|| BTreeSet::from([from]));
        for start in starts {
            drawn.extend(label.split(", ").map(|label| (start.to_owned(), to.to_owned(), label.to_owned())));
        }
    }
    drawn
}

#[test]
fn the_diagram_has_every_change_of_phase_and_no_other() {
    let mut changes = BTreeSet::from([("start(( ))".to_owned(), "sending".to_owned(), "Issue".to_owned())]);
    for (phase, command, outcome) in transitions().filter(|(phase, _, outcome)| outcome.to != *phase) {
        changes.insert((name(phase), name(outcome.to), command_name(command)));
    }
    let drawn = drawn();
    let (not_drawn, cannot_be) = (&changes - &drawn, &drawn - &changes);
    assert!(not_drawn.is_empty() && cannot_be.is_empty(), "not drawn: {not_drawn:?}, cannot be: {cannot_be:?}");
}

#[test]
fn a_command_works_only_in_its_allowed_phases() {
    for (phase, command) in pairs() {
        let can_be_given = outcomes(phase, command).next().is_some();
        assert_eq!(can_be_given, command.allowed().contains(&phase), "{command:?} in {phase:?}");
    }
}

#[test]
fn a_transition_names_all_phases_in_which_the_command_has_the_same_effects() {
    for (phase, command, transition) in transitions() {
        assert!(transition.from.contains(&phase), "{command:?} in {phase:?}");
        // The store can express a condition on several codes, or on one phase of a recovery.
        let only_codes = transition.from.iter().all(|from| from.recovery().is_none());
        assert!(only_codes || transition.from.len() == 1, "{command:?} in {phase:?}");
        for from in Phase::ALL {
            let leads_there = outcomes(from, command).any(|other| other == transition);
            assert_eq!(transition.from.contains(&from), leads_there, "{command:?} in {phase:?}, not {from:?}");
        }
    }
}

#[test]
fn what_has_ended_never_changes() {
    for (phase, command, outcome) in transitions().filter(|(phase, ..)| phase.is_ended()) {
        assert_eq!((command, outcome.to), (Command::Disown, phase));
        assert_eq!((outcome.events, outcome.wipes), (vec![EventType::PasscodeDisowned], Wipes::Nothing));
    }
}

#[test]
fn every_change_writes_its_events_and_deletes_the_secrets_that_are_no_longer_needed() {
    use EventType::*;
    let events_of = |to: &str| match to {
        "sent" | "delayed" => vec![],
        "delivered" => vec![PasscodeDelivered],
        "bounced" => vec![PasscodeBounced],
        "complained" => vec![PasscodeComplained],
        "failed" => vec![PasscodeDeliveryFailed],
        "revoked" => vec![PasscodeRevoked],
        "disowned" => vec![PasscodeDisowned],
        "superseded" => vec![PasscodeSuperseded],
        "exhausted" => vec![PasscodeExhausted],
        "expired" => vec![PasscodeExpired],
        "open" => vec![PasscodeRedeemed],
        "completed" => vec![RecoveryCompleted],
        "abandoned" => vec![RecoveryAbandoned],
        _ => panic!("no event is written down for {to}"),
    };
    for (phase, command, outcome) in transitions().filter(|(phase, _, outcome)| outcome.to != *phase) {
        let disowns_a_recovery = (command, phase) == (Command::Disown, Phase::OPEN);
        let first = if disowns_a_recovery { vec![PasscodeDisowned] } else { vec![] };
        let expected = [first, events_of(&name(outcome.to))].concat();
        assert_eq!(outcome.events, expected, "{command:?} in {phase:?}");

        let wipes = match (outcome.to.is_pending(), phase) {
            (true, _) => Wipes::Nothing,
            (false, Phase::Code(_)) => Wipes::Code,
            (false, Phase::Recovery(_)) => Wipes::Factors,
        };
        assert_eq!(outcome.wipes, wipes, "{command:?} in {phase:?}");
    }
    let set = Passcode { phase: Phase::OPEN, until: UNTIL, tries: 0 }.apply(Command::SetPassword, IN_TIME).unwrap();
    assert_eq!(set.events, []);
}

#[test]
fn expiry_and_the_limit_of_tries_are_exact() {
    let code = |tries| Passcode { phase: Phase::Code(CodeStatus::Sent), until: UNTIL, tries };
    let leads = |passcode: Passcode, command, now| passcode.apply(command, now).ok().map(|outcome| name(outcome.to));
    for command in [Command::CountTry, Command::Redeem, Command::Revoke] {
        assert!(leads(code(0), command, IN_TIME).is_some(), "{command:?}");
        assert_eq!(leads(code(0), command, UNTIL), None, "{command:?}");
    }
    let recovery = Passcode { phase: Phase::OPEN, ..code(0) };
    for command in [Command::SetPassword, Command::ShowFactor, Command::Complete, Command::Revoke] {
        assert!(leads(recovery, command, IN_TIME).is_some(), "{command:?}");
        assert_eq!(leads(recovery, command, UNTIL), None, "{command:?}");
    }
    assert_eq!(leads(code(0), Command::Expire, IN_TIME), None);
    assert_eq!(leads(code(MAX_TRIES - 1), Command::CountTry, IN_TIME), Some("sent".to_owned()));
    assert_eq!(leads(code(MAX_TRIES), Command::CountTry, IN_TIME), None);

    let due = |passcode: Passcode| leads(passcode, Command::Expire, UNTIL).unwrap();
    assert_eq!(due(code(MAX_TRIES - 1)), "expired");
    assert_eq!(due(code(MAX_TRIES)), "exhausted");
    assert_eq!(due(Passcode { phase: Phase::Code(CodeStatus::Sending), ..code(0) }), "failed");
    assert_eq!(due(recovery), "abandoned");
    for (command, in_time) in [(Command::Supersede, "superseded"), (Command::EndWithAccount, "revoked")] {
        assert_eq!(leads(code(0), command, IN_TIME).unwrap(), in_time);
        assert_eq!(leads(code(0), command, UNTIL).unwrap(), "expired");
    }
}

#[test]
fn pending_codes_and_open_recoveries_can_be_used_until_they_expire() {
    let of = |is: fn(Phase) -> bool| Phase::ALL.into_iter().filter(|p| is(*p)).map(name).collect::<Vec<_>>();
    assert_eq!(of(Phase::is_live), ["sent", "delayed", "delivered"]);
    assert_eq!(of(Phase::is_pending), ["sending", "sent", "delayed", "delivered"]);
    for phase in Phase::ALL {
        let passcode = Passcode { phase, until: UNTIL, tries: 0 };
        let may_be_used = phase.is_pending() || phase == Phase::OPEN;
        assert_eq!(passcode.is_usable_at(IN_TIME), may_be_used, "{phase:?}");
        assert!(!passcode.is_usable_at(UNTIL), "{phase:?}");
        assert_eq!(phase.is_ended(), !may_be_used, "{phase:?}");
    }
}

#[test]
fn the_fifth_try_is_the_last() {
    for tries in 1..=MAX_TRIES {
        let wrong = if tries < 5 { Judgement::Reject } else { Judgement::Exhaust };
        assert_eq!(judge(tries, true, true), Judgement::Accept);
        assert_eq!([judge(tries, false, true), judge(tries, true, false), judge(tries, false, false)], [wrong; 3]);
    }
}

#[test]
fn impossible_pairs_of_status_and_recovery_are_refused() {
    let read = |item: Value| serde_json::from_value::<Phase>(item).ok();
    for phase in Phase::ALL {
        assert_eq!(read(serde_json::to_value(phase).unwrap()), Some(phase), "{phase:?}");
    }
    assert_eq!(read(json!({"passcode_status": "redeemed", "recovery_state": "open"})), Some(Phase::OPEN));
    for item in [
        json!({"passcode_status": "sent", "recovery_state": "open"}),
        json!({"passcode_status": "redeemed"}),
        json!({"passcode_status": "lost"}),
        json!({"recovery_state": "open"}),
    ] {
        assert_eq!(read(item.clone()), None, "{item}");
    }
}
