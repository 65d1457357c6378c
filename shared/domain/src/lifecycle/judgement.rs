//! Judges a typed secret.

/// How many secrets are compared with one code, and how many codes with one recovery's new authenticator. A code has 40 secret bits, so
/// five guesses are right for one in 2·10¹¹ codes.
pub const MAX_TRIES: u32 = 5;

/// The judgement of a typed secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// The secret and the second proof are right.
    Accept,
    /// One of them is wrong, and tries are left.
    Reject,
    /// One of them is wrong, and this was the last try: the code or the recovery ends.
    Exhaust,
}

/// Judges try number `tries`. `matches`: the secret is right. `has_proof`: the second proof is right, or none is required.
pub fn judge(tries: u32, matches: bool, has_proof: bool) -> Judgement {
    if matches && has_proof {
        Judgement::Accept
    } else if tries < MAX_TRIES {
        Judgement::Reject
    } else {
        Judgement::Exhaust
    }
}
