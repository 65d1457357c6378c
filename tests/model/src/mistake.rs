//! Possible mistakes in the conditions of the writes. A test makes each one on purpose, to show that a property finds it.

/// A condition that is left out, or an order that is turned round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mistake {
    /// A new code is written over whatever lies there, instead of over what was read.
    IssueOverwrites,
    /// A code is issued without another look at the admin's row.
    IssueWithoutAuthority,
    /// A code is issued without another look at the holder's row.
    IssueWithoutHolder,
    /// A code is revoked without another look at the admin's row.
    RevokeWithoutAuthority,
    /// A code is stored as `sent`, before its mail was accepted.
    SentBeforeMailed,
    /// Whatever code lies there is marked as sent, not the one that was mailed.
    SentWhicheverItIs,
    /// A code that is `sending` can be tried.
    TryWhileSending,
    /// A try is counted after five.
    TryWithoutLimit,
    /// The fifth wrong secret ends whatever code lies there.
    ExhaustWhicheverItIs,
    /// A redemption looks at the time once, before the secret is compared.
    RedeemLate,
    /// A redemption does not say which phase it starts from.
    RedeemAnyPhase,
    /// The completion takes password and authenticator as it read them, whatever was set since.
    CompleteWithStaleFactors,
    /// The completion does not look whether the recovery is still open.
    CompleteWhateverBecame,
    /// The completion replaces the password first, and the authenticator in a second write.
    CompleteInTwoWrites,
    /// A sign-in does not say which password and authenticator it has compared.
    SignInWithStaleCredentials,
    /// A sign-in does not look again whether the account is suspended, and whether its session lasts.
    SignInWhileSuspended,
    /// A report is written without the phases that it moves.
    ReportWhateverBecame,
    /// A report makes a code live that is shown as failed.
    ReportRevives,
    /// The cleanup writes without the phase that it has read.
    ExpireWhateverBecame,
    /// A holder can disown twice.
    DisownTwice,
    /// A disabling does not look whether there is a passcode since.
    DisableUnaware,
    /// A disabling leaves the passcode alone.
    DisableLeavesPasscode,
    /// A changed address takes the passcode along as it is.
    MoveKeepsPhase,
    /// An erasure leaves the passcode.
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
