//! The allowed sequences of a passcode's events, by rules independent of the product's.

use crate::invocation::Claim;

/// The largest number of wrong secrets that are compared with a code.
const MOST_GUESSES: usize = 5;
/// The default lifetime of a code and the lifetime of a recovery, in milliseconds.
const MINUTE: i64 = 60_000;
const CODE_LIVES: i64 = 60 * MINUTE;
const RECOVERY_LIVES: i64 = 15 * MINUTE;
/// The largest difference of two clocks, plus some seconds between a request's reading of the clock and its write.
const CLOCKS_DIFFER: i64 = 180_000 + 5_000;

/// Events that end a code.
const CODE_ENDS: [&str; 7] = [
    "passcode.bounced",
    "passcode.complained",
    "passcode.delivery_failed",
    "passcode.superseded",
    "passcode.revoked",
    "passcode.exhausted",
    "passcode.expired",
];

/// The stage of a passcode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Code,
    Recovery,
    Over,
}

/// The state of a passcode according to its events.
pub struct Passcode {
    pub stage: Stage,
    pub holder: String,
    pub mails: usize,
    issued_at: i64,
    /// The number of wrong secrets that were refused.
    pub guesses: usize,
    is_delivered: bool,
    is_disowned: bool,
    /// The time until which the code may be redeemed or the recovery completed.
    lasts_until: i64,
}

impl Passcode {
    /// A passcode that was issued now.
    pub fn issued(holder: &str, claim: &Claim, now: i64) -> Self {
        let lives = claim.lifetime_minutes.map_or(CODE_LIVES, |minutes| i64::from(minutes) * MINUTE);
        Self {
            stage: Stage::Code,
            holder: holder.to_owned(),
            mails: 0,
            issued_at: now,
            guesses: 0,
            is_delivered: false,
            is_disowned: false,
            lasts_until: now + lives + CLOCKS_DIFFER,
        }
    }

    /// Whether the code has ended, and was issued at least this many milliseconds before `time`.
    pub fn ended_and_is_older(&self, milliseconds: i64, time: i64) -> bool {
        self.stage == Stage::Over && time - self.issued_at >= milliseconds
    }

    /// Adds an event. Returns the broken rule, if any.
    pub fn goes_on(&mut self, kind: &str, claim: &Claim, id: &str, now: i64) -> Option<String> {
        let from = self.stage;
        let to = match (from, kind) {
            (Stage::Code, "passcode.delivered") if !self.is_delivered => Stage::Code,
            (Stage::Code, "passcode.redeemed") if self.mails == 1 => Stage::Recovery,
            (Stage::Code, "passcode.disowned") => Stage::Over,
            (stage, "passcode.disowned") if !self.is_disowned => stage,
            (Stage::Code, end) if CODE_ENDS.contains(&end) => Stage::Over,
            (Stage::Recovery, "recovery.completed" | "recovery.abandoned") => Stage::Over,
            _ => return Some(format!("{kind} of a passcode that is {from:?}, mailed {} times", self.mails)),
        };
        self.stage = to;
        self.is_delivered |= kind == "passcode.delivered";
        self.is_disowned |= kind == "passcode.disowned";
        match kind {
            "passcode.redeemed" | "recovery.completed" if now > self.lasts_until => {
                Some(format!("{kind} {} s after its end", (now - self.lasts_until) / 1_000))
            }
            "passcode.redeemed" if claim.code.as_deref() != Some(id) => Some(format!("{:?} redeems it", claim.code)),
            "passcode.redeemed" if self.guesses >= MOST_GUESSES => {
                Some(format!("redeemed after {} guesses", self.guesses))
            }
            "passcode.redeemed" => {
                self.lasts_until = now + RECOVERY_LIVES + CLOCKS_DIFFER;
                None
            }
            "recovery.completed" if claim.credentials.is_none() => {
                Some("completed with a wrong second factor".to_owned())
            }
            _ => None,
        }
    }
}
