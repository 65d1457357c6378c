//! What a typed secret comes to.

/// Secrets that are compared with one code, and codes that are compared with one recovery's new authenticator.
/// With a code's 40 secret bits, five tries succeed once in 2·10¹¹ codes.
pub const MAX_TRIES: u32 = 5;

/// What a typed secret comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// The secret and the proof are right: the act goes on.
    Accept,
    /// One of them is wrong. There are tries left.
    Reject,
    /// One of them is wrong, and that was the last try: the code or the recovery ends.
    Exhaust,
}

/// Judges a try that is the `tries`th: whether its secret matches, and whether the second proof is there if one is asked for.
pub fn judge(tries: u32, matches: bool, has_proof: bool) -> Judgement {
    if matches && has_proof {
        Judgement::Accept
    } else if tries < MAX_TRIES {
        Judgement::Reject
    } else {
        Judgement::Exhaust
    }
}
