//! What the mail service reports of a mail, and where that takes its passcode: forward, whatever comes first or twice.

use crate::{EventType, PasscodeStatus};

/// What became of a mail that the mail service had accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryReport {
    /// The receiving server does not take it yet, or a passing failure outlasted the attempts.
    Delayed,
    /// The receiving server took it.
    Delivered,
    /// The address does not take mail.
    Bounced,
    /// Whoever received it reported it as unwanted.
    Complained,
    /// The mail service found that it must not be sent.
    Rejected,
}

impl DeliveryReport {
    /// The status that the passcode comes to.
    pub fn leads_to(self) -> PasscodeStatus {
        match self {
            Self::Delayed => PasscodeStatus::Delayed,
            Self::Delivered => PasscodeStatus::Delivered,
            Self::Bounced => PasscodeStatus::Bounced,
            Self::Complained => PasscodeStatus::Complained,
            Self::Rejected => PasscodeStatus::Failed,
        }
    }

    /// The states from which it does: those before it. A report can be faster than the answer to the mail.
    pub fn leaves(self) -> &'static [PasscodeStatus] {
        match self {
            Self::Delayed => &[PasscodeStatus::Sending, PasscodeStatus::Sent],
            Self::Delivered => &[PasscodeStatus::Sending, PasscodeStatus::Sent, PasscodeStatus::Delayed],
            Self::Bounced | Self::Complained | Self::Rejected => &PasscodeStatus::PENDING,
        }
    }

    /// What the trail is told; of a delay, nothing.
    pub fn event(self) -> Option<EventType> {
        match self {
            Self::Delayed => None,
            Self::Delivered => Some(EventType::PasscodeDelivered),
            Self::Bounced => Some(EventType::PasscodeBounced),
            Self::Complained => Some(EventType::PasscodeComplained),
            Self::Rejected => Some(EventType::PasscodeDeliveryFailed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use PasscodeStatus as S;
    use proptest::prelude::*;

    const REPORTS: [DeliveryReport; 5] = [
        DeliveryReport::Delayed,
        DeliveryReport::Delivered,
        DeliveryReport::Bounced,
        DeliveryReport::Complained,
        DeliveryReport::Rejected,
    ];
    const STATUSES: [S; 13] = [
        S::Sending,
        S::Sent,
        S::Delayed,
        S::Delivered,
        S::Bounced,
        S::Complained,
        S::Failed,
        S::Redeemed,
        S::Revoked,
        S::Disowned,
        S::Superseded,
        S::Exhausted,
        S::Expired,
    ];

    /// How far along a status is, told independently of the rule: all ends are equally far.
    fn distance(status: S) -> usize {
        STATUSES.iter().position(|other| *other == status).unwrap().min(4)
    }

    fn after(status: S, report: DeliveryReport) -> S {
        if report.leaves().contains(&status) { report.leads_to() } else { status }
    }

    #[test]
    fn every_report_moves_every_status_forward_or_not_at_all() {
        for status in STATUSES {
            for report in REPORTS {
                let next = after(status, report);
                let moves = distance(report.leads_to()) > distance(status);
                assert_eq!(next, if moves { report.leads_to() } else { status }, "{status:?} {report:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn no_order_and_no_repetition_takes_a_status_back(
            start in prop::sample::select(&STATUSES[..]),
            reports in prop::collection::vec(prop::sample::select(&REPORTS[..]), 0..12),
        ) {
            let mut status = start;
            for report in reports {
                let next = after(status, report);
                prop_assert!(next == status || distance(next) > distance(status));
                prop_assert!(status.is_pending() || next == status, "an end was left");
                prop_assert_eq!(after(next, report), next, "a repetition moved it");
                status = next;
            }
        }
    }
}
