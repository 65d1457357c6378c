//! The expected cost of each act.

use crate::Cost;

/// An act and its expected cost.
pub type Act = (&'static str, Cost);

const fn act(name: &'static str, requests: usize, trips: usize, reads: f64, writes: f64) -> Act {
    (name, Cost { requests, trips, reads, writes })
}

/// The expected cost of each act, in the order of [`super::measured`]. Unless the name says more, the person is enrolled, has one of
/// everything, and is not a Security Admin.
#[rustfmt::skip]
pub const EXPECTED: [Act; 73] = [
    act("issue", 4, 4, 5.0, 14.0),
    act("delivery report", 2, 2, 1.0, 5.0),
    act("redeem", 4, 3, 2.0, 7.0),
    act("notice of the redemption", 3, 3, 2.0, 2.0),
    act("set the password", 3, 2, 2.0, 2.0),
    act("set up TOTP", 1, 1, 0.0, 1.0),
    act("complete", 4, 2, 2.0, 12.0),
    act("notice of the completion", 3, 3, 2.0, 2.0),
    act("sign in", 5, 3, 4.0, 8.0),
    act("issue to somebody who was never enrolled", 4, 4, 5.0, 14.0),
    act("issue, in place of a code", 4, 4, 5.0, 20.0),
    act("issue, with an Idempotency-Key", 4, 4, 6.0, 19.0),
    act("issue, answered before", 1, 1, 5.0, 0.0),
    act("issue, by a member", 1, 1, 4.0, 0.0),
    act("issue, where the device was stolen", 4, 4, 5.0, 27.0),
    act("issue to ten at once", 23, 14, 23.0, 121.0),
    act("revoke", 3, 3, 4.0, 10.0),
    act("disown", 2, 2, 1.0, 10.0),
    act("disown again", 1, 1, 1.0, 0.0),
    act("redeem, a wrong code", 3, 3, 1.0, 2.0),
    act("redeem, an unknown address", 3, 3, 1.0, 2.0),
    act("redeem, the fifth wrong code", 4, 4, 1.0, 10.0),
    act("set the password, a weak one", 2, 1, 2.0, 1.0),
    act("complete, a wrong code", 3, 1, 2.0, 1.0),
    act("sign in, a wrong password", 4, 3, 3.0, 2.0),
    act("sign in, an unknown address", 4, 3, 3.0, 2.0),
    act("sign in with a backup code", 5, 3, 4.0, 8.0),
    act("new backup codes", 5, 4, 4.0, 9.0),
    act("sign in, the first of a day", 5, 3, 4.0, 9.0),
    act("sign out", 2, 2, 1.0, 7.0),
    act("the public keys", 0, 0, 0.0, 0.0),
    act("clean up nothing", 17, 1, 8.5, 0.0),
    act("clean up one code", 19, 3, 9.5, 8.0),
    act("notice, to an admin and another", 6, 6, 2.5, 4.0),
    act("import a new person", 4, 4, 3.0, 15.0),
    act("import a person as known", 3, 3, 4.0, 0.0),
    act("import ten new people", 13, 4, 12.0, 150.0),
    act("import ten new people from a file", 16, 5, 22.0, 140.0),
    act("change a person's address", 7, 7, 7.0, 20.0),
    act("disable a Security Admin", 7, 7, 6.5, 15.0),
    act("erase a person", 6, 6, 6.0, 18.0),
    act("change a company's policy", 3, 3, 2.0, 6.0),
    act("create a company", 4, 4, 3.0, 22.0),
    act("a code of the operator's", 7, 7, 5.0, 10.0),
    act("list fifty employees", 3, 2, 28.5, 0.0),
    act("list fifty, by a filter", 3, 2, 28.5, 0.0),
    act("list fifty, by a passcode filter", 4, 2, 52.5, 0.0),
    act("search, fifty found", 4, 3, 52.0, 0.0),
    act("count a hundred employees", 2, 1, 6.0, 0.0),
    act("count a hundred, by a search", 2, 1, 2.5, 0.0),
    act("own session", 3, 1, 3.0, 0.0),
    act("read fifty events", 2, 1, 3.5, 0.0),
    act("read fifty events of a type", 2, 1, 3.5, 0.0),
    act("read fifty events of a routine type", 2, 1, 11.0, 0.0),
    act("one employee", 2, 2, 5.0, 0.0),
    act("add a person", 2, 2, 4.0, 18.0),
    act("add a person who gets a passcode", 6, 6, 10.0, 36.0),
    act("rename a person", 2, 2, 3.0, 16.0),
    act("change nothing", 1, 1, 3.0, 0.0),
    act("move a person", 5, 5, 6.0, 22.0),
    act("switch an account off", 3, 3, 4.0, 13.0),
    act("end a person's sessions", 2, 2, 3.0, 11.0),
    act("erase a person from the portal", 4, 4, 5.0, 19.0),
    act("the company's settings", 1, 1, 3.0, 0.0),
    act("change the settings", 2, 2, 3.0, 8.0),
    act("ask for an approval", 4, 4, 4.5, 9.0),
    act("list the requests", 2, 2, 3.0, 0.0),
    act("approve a role", 3, 3, 6.0, 20.0),
    act("approve an address", 6, 6, 9.0, 32.0),
    act("approve a passcode", 6, 6, 11.0, 23.0),
    act("approve a new Security Admin", 4, 4, 9.0, 28.0),
    act("approve a weaker policy", 3, 3, 5.0, 17.0),
    act("cancel a request", 3, 3, 3.0, 9.0),
];

/// The acts of a whole recovery, for a person who was enrolled before.
pub const RECOVERY: [&str; 9] = [
    "issue",
    "delivery report",
    "redeem",
    "notice of the redemption",
    "set the password",
    "set up TOTP",
    "complete",
    "notice of the completion",
    "sign in",
];

/// The expected cost of an act.
pub fn expected(name: &str) -> Option<Cost> {
    EXPECTED.iter().find(|(known, _)| *known == name).map(|(_, cost)| *cost)
}
