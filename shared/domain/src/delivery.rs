//! The mail service's reports about a mail, and how they change the passcode's status. A status never goes back, even if reports come
//! late or twice.

use crate::lifecycle::{CodeStatus, Phase};

/// A report about a mail that the mail service had accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DeliveryReport {
    /// The receiving server does not accept the mail yet, or a temporary failure lasted longer than all attempts.
    Delayed,
    /// The receiving server accepted the mail.
    Delivered,
    /// The address does not accept mail.
    Bounced,
    /// The recipient reported the mail as spam.
    Complained,
    /// The mail service decided not to send the mail.
    Rejected,
}

impl DeliveryReport {
    /// Every kind of report, for tests of the rules.
    pub const ALL: [Self; 5] = [Self::Delayed, Self::Delivered, Self::Bounced, Self::Complained, Self::Rejected];

    /// The status that the report sets.
    pub fn leads_to(self) -> CodeStatus {
        match self {
            Self::Delayed => CodeStatus::Delayed,
            Self::Delivered => CodeStatus::Delivered,
            Self::Bounced => CodeStatus::Bounced,
            Self::Complained => CodeStatus::Complained,
            Self::Rejected => CodeStatus::Failed,
        }
    }

    /// The phases that the report changes: those that come before its own. They include `sending`, because a report can arrive before the
    /// mail service's answer to the request.
    pub fn moves(self) -> &'static [Phase] {
        match self {
            Self::Delayed => &[Phase::SENDING, Phase::SENT],
            Self::Delivered => &[Phase::SENDING, Phase::SENT, Phase::DELAYED],
            Self::Bounced | Self::Complained | Self::Rejected => &Phase::PENDING,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// How far a phase is, computed independently of the rule. All ends are equally far.
    fn distance(phase: Phase) -> usize {
        Phase::ALL.iter().position(|other| *other == phase).unwrap().min(4)
    }

    fn after(phase: Phase, report: DeliveryReport) -> Phase {
        if report.moves().contains(&phase) { Phase::Code(report.leads_to()) } else { phase }
    }

    #[test]
    fn every_report_moves_every_phase_forward_or_not_at_all() {
        for phase in Phase::ALL {
            for report in DeliveryReport::ALL {
                let next = after(phase, report);
                let end = Phase::Code(report.leads_to());
                let moves = distance(end) > distance(phase);
                assert_eq!(next, if moves { end } else { phase }, "{phase:?} {report:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn no_order_and_no_repetition_takes_a_phase_back(
            start in prop::sample::select(&Phase::ALL[..]),
            reports in prop::collection::vec(prop::sample::select(&DeliveryReport::ALL[..]), 0..12),
        ) {
            let mut phase = start;
            for report in reports {
                let next = after(phase, report);
                prop_assert!(next == phase || distance(next) > distance(phase));
                prop_assert!(phase.is_pending() || next == phase, "an end was left");
                prop_assert_eq!(after(next, report), next, "a repetition moved it");
                phase = next;
            }
        }
    }
}
