//! The allowed sequences of a passcode's events, by rules independent of the product's.

use crate::invocation::Claim;

/// The largest number of wrong secrets that are compared with a code.
const MOST_GUESSES: usize = 5;
/// A code that nobody chose a time for lives for so long, and a recovery for so long, in milliseconds.
const MINUTE: i64 = 60_000;
const CODE_LIVES: i64 = 60 * MINUTE;
const RECOVERY_LIVES: i64 = 15 * MINUTE;
/// Two clocks differ by so much at most, and a request is on its way for some seconds between the look at the clock and the write.
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

/// How far a passcode has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Code,
    Recovery,
    Over,
}

/// A passcode, as its events tell it.
pub struct Passcode {
    pub stage: Stage,
    pub holder: String,
    pub mails: usize,
    /// Wrong secrets that were refused.
    pub guesses: usize,
    is_delivered: bool,
    is_disowned: bool,
    /// Until then a code may be redeemed, or a recovery completed.
    lasts_until: i64,
}

impl Passcode {
    /// It was issued now.
    pub fn issued(holder: &str, claim: &Claim, now: i64) -> Self {
        let lives = claim.lifetime_minutes.map_or(CODE_LIVES, |minutes| i64::from(minutes) * MINUTE);
        Self {
            stage: Stage::Code,
            holder: holder.to_owned(),
            mails: 0,
            guesses: 0,
            is_delivered: false,
            is_disowned: false,
            lasts_until: now + lives + CLOCKS_DIFFER,
        }
    }

    /// Something happens to it now. What is wrong with that, if anything is.
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
