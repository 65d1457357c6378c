//! Possible mistakes in the conditions of the writes. A test makes each one on purpose, to show that a property finds it.

/// A missing condition, or a wrong order of writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mistake {
    /// A new code replaces any passcode instead of only the one that was read.
    IssueOverwrites,
    /// The write of a code does not check the admin's row.
    IssueWithoutAuthority,
    /// The write of a code does not check the holder's row.
    IssueWithoutHolder,
    /// The write of a revocation does not check the admin's row.
    RevokeWithoutAuthority,
    /// A code is stored as `sent` before its mail was accepted.
    SentBeforeMailed,
    /// Any code of the address is marked as sent instead of only the one that was mailed.
    SentWhicheverItIs,
    /// A code that is `sending` can be redeemed.
    TryWhileSending,
    /// A sixth try is accepted.
    TryWithoutLimit,
    /// The fifth wrong secret ends any code of the address.
    ExhaustWhicheverItIs,
    /// A redemption checks the time only before the secret is compared.
    RedeemLate,
    /// The write of a redemption does not check the phase.
    RedeemAnyPhase,
    /// The completion uses the secrets that it read, even if others were set since.
    CompleteWithStaleFactors,
    /// The completion does not check that the recovery is still open.
    CompleteWhateverBecame,
    /// The completion replaces the password first, and the authenticator in a second write.
    CompleteInTwoWrites,
    /// The write of a sign-in does not check the password and the authenticator that were compared.
    SignInWithStaleCredentials,
    /// The write of a sign-in does not check the suspension of the account and the epoch of its sessions.
    SignInWhileSuspended,
    /// The write of a delivery report does not check the phase.
    ReportWhateverBecame,
    /// A delivery report makes a code valid that is shown as failed.
    ReportRevives,
    /// The write of the cleanup does not check the phase.
    ExpireWhateverBecame,
    /// A holder can disown twice.
    DisownTwice,
    /// The write of a disabling does not check that no new passcode was issued.
    DisableUnaware,
    /// A disabling does not end the passcode.
    DisableLeavesPasscode,
    /// A change of the address moves the passcode without ending it.
    MoveKeepsPhase,
    /// An erasure does not delete the passcode.
    EraseLeavesPasscode,
}

impl Mistake {
    /// All of them.
    pub const ALL: [Self; 24] = [
        Self::IssueOverwrites,
        Self::IssueWithoutAuthority,
        Self::IssueWithoutHolder,
        Self::RevokeWithoutAuthority,
        Self::SentBeforeMailed,
        Self::SentWhicheverItIs,
        Self::TryWhileSending,
        Self::TryWithoutLimit,
        Self::ExhaustWhicheverItIs,
        Self::RedeemLate,
        Self::RedeemAnyPhase,
        Self::CompleteWithStaleFactors,
        Self::CompleteWhateverBecame,
        Self::CompleteInTwoWrites,
        Self::SignInWithStaleCredentials,
        Self::SignInWhileSuspended,
        Self::ReportWhateverBecame,
        Self::ReportRevives,
        Self::ExpireWhateverBecame,
        Self::DisownTwice,
        Self::DisableUnaware,
        Self::DisableLeavesPasscode,
        Self::MoveKeepsPhase,
        Self::EraseLeavesPasscode,
    ];
}
