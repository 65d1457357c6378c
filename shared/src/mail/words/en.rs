//! English.

use readmit_domain::Timestamp;

use super::{NoticeWords, NoticesWords, PasscodeWords, SecondProofWords, Words, whole_hours};

pub(super) static WORDS: Words = Words {
    tag: "en",
    span,
    moment,
    greeting: "Hello {name},",
    passcode: PasscodeWords {
        subject: "Your one-time passcode for {brand}",
        from_admin: "{issuer}, a Security Admin of {company}, has sent you a one-time passcode for {brand}:",
        from_operator: "The operator of {brand} has sent you a one-time passcode for your account at {company}:",
        how_to_type: "Capitals and hyphens do not matter. There is no letter O, I or L in it.",
        validity: "It works once, within {lifetime}: until {expires_at}.",
        proof: "Have your current password or a backup code at hand: the passcode alone is not enough.",
        redeem: "Continue",
        by_hand: "Or open {portal} and type the passcode there.",
        what_follows: "You will choose a new password and set up a new authenticator. Once you have done both, earlier \
            passwords, authenticators, backup codes and open sessions no longer work. The passcode alone changes nothing.",
        unexpected: "Did you not expect this mail? Follow this link and say so: the passcode no longer works then, and \
            every Security Admin of {company} is told.",
        disown: "This was not me",
        never_asked: "Nobody will ask you for this passcode by phone, chat or mail: type it only at {portal}. If anything \
            is unclear, ask {support}.",
    },
    notices: NoticesWords {
        at: "When",
        source_ip: "From the network address",
        browser: "Browser (as it calls itself)",
        before: "Before",
        now: "Now",
        browser_on_system: "{browser} on {system}",
        second_proof: SecondProofWords {
            none: "Nobody needs a second proof",
            security_admins: "Only Security Admins need a second proof",
            everyone: "Everyone needs a second proof",
        },
        to_admins: "You are told this as a Security Admin of {company}.",
        asks_nothing: "{brand} has sent this notice automatically. It asks for no passcode and no password, and needs no answer.",
        passcode_redeemed: NoticeWords {
            subject: "Your one-time passcode was used",
            news: "The one-time passcode for your account at {company} was used. Whoever used it can now choose a new \
                password and set up a new authenticator.",
            advice: "Was it you? Then there is nothing to do. If not, follow the link \u{201c}This was not me\u{201d} in the mail \
                with the passcode at once, which ends the recovery, and tell {support} or a Security Admin of {company}.",
        },
        recovery_completed: NoticeWords {
            subject: "Your password and your authenticator were replaced",
            news: "Your account at {company} has a new password, a new authenticator and new backup codes. Earlier ones no \
                longer work, and all earlier sessions have ended.",
            advice: "Was it you? Then there is nothing to do. If not, somebody else is in your account: tell {support} or a \
                Security Admin of {company} at once.",
        },
        account_suspended: NoticeWords {
            subject: "Your account was suspended",
            news: "A Security Admin of {company} has suspended your account, as for a device that was lost or stolen. Your \
                password, your authenticator and your sessions no longer work.",
            advice: "You get back in with a one-time passcode, which comes in a mail of its own. Were you not expecting \
                this? Then ask {support} or a Security Admin of {company}.",
        },
        account_enabled: NoticeWords {
            subject: "Your account was enabled again",
            news: "Your account at {company} was disabled. Now it is enabled again: you can sign in and receive one-time \
                passcodes.",
            advice: "Did you expect this? Then there is nothing to do. If not, tell {support} or a Security Admin of \
                {company}.",
        },
        backup_codes_renewed: NoticeWords {
            subject: "You have new backup codes",
            news: "Your account at {company} has new backup codes. The earlier ones no longer work.",
            advice: "Was it you? Then there is nothing to do. If not, somebody else is in your account: tell {support} or a \
                Security Admin of {company} at once.",
        },
        address_changed: NoticeWords {
            subject: "The address of your account was changed",
            news: "The address of your account at {company} was changed. From now on, sign in with the new address. \
                One-time passcodes go there too. This notice goes to the old and to the new address.",
            advice: "Did you expect this? Then there is nothing to do. If not, somebody else may receive the passcodes for \
                your account: tell {support} or a Security Admin of {company} at once.",
        },
        role_given: NoticeWords {
            subject: "You are now a Security Admin",
            news: "You are now a Security Admin of {company}. You can send one-time passcodes to others at {company}, \
                suspend their accounts and read the audit trail.",
            advice: "Did you expect this? Then there is nothing to do. If not, tell {support} or another Security Admin of \
                {company}.",
        },
        role_taken: NoticeWords {
            subject: "You are no longer a Security Admin",
            news: "You are no longer a Security Admin of {company}. You can no longer send one-time passcodes to others or \
                suspend their accounts.",
            advice: "Did you expect this? Then there is nothing to do. If not, tell {support} or a Security Admin of \
                {company}.",
        },
        passcode_disowned: NoticeWords {
            subject: "A one-time passcode was disowned",
            news: "Whoever holds the mail to {employee} ({address}) has said of a one-time passcode: \u{201c}This was not \
                me.\u{201d} The passcode can no longer be used, and a recovery that was still open has ended.",
            advice: "Ask {employee}, not by mail, what happened. Does the audit trail show that the recovery had been \
                completed before? Then somebody else may be in the account: suspend it at {portal}. Help: {support}.",
        },
        passcode_bounced: NoticeWords {
            subject: "A one-time passcode could not be delivered",
            news: "The mail with the one-time passcode for {employee} ({address}) came back. The passcode can \
                no longer be used.",
            advice: "Find out whether the address is right and takes mail, have it corrected, and send a new passcode at \
                {portal}. Help: {support}.",
        },
        passcode_complained: NoticeWords {
            subject: "A one-time passcode was reported as unwanted",
            news: "The mail with the one-time passcode for {employee} ({address}) was reported as unwanted. The \
                passcode can no longer be used.",
            advice: "Ask {employee}, not by mail, whether a passcode was expected, and send a new one at {portal} if so. \
                Help: {support}.",
        },
        admin_passcode_redeemed: NoticeWords {
            subject: "A Security Admin\u{2019}s one-time passcode was used",
            news: "The one-time passcode for {employee} ({address}), a Security Admin of {company}, was used. Whoever used \
                it can now choose a new password and set up a new authenticator.",
            advice: "Do you know of it? Then there is nothing to do. If not, ask {employee}, not by mail. Was it somebody \
                else? Send {employee} a new passcode at {portal}, which ends this recovery. Help: {support}.",
        },
        admin_recovery_completed: NoticeWords {
            subject: "A Security Admin\u{2019}s password and authenticator were replaced",
            news: "The account of {employee} ({address}), a Security Admin of {company}, has a new password, a new \
                authenticator and new backup codes. Earlier ones no longer work, and all earlier sessions have ended.",
            advice: "Do you know of it? Then there is nothing to do. If not, ask {employee}, not by mail. Was it somebody \
                else? Suspend the account at {portal}, and tell {support} at once.",
        },
        admin_role_given: NoticeWords {
            subject: "There is a new Security Admin",
            news: "{employee} ({address}) is now a Security Admin of {company}, and can send one-time passcodes to others \
                at {company} and suspend their accounts.",
            advice: "Do you know of it? Then there is nothing to do. If not, tell {support} at once, and ask them to take \
                the role away again.",
        },
        admin_role_taken: NoticeWords {
            subject: "Somebody is no longer a Security Admin",
            news: "{employee} ({address}) is no longer a Security Admin of {company}, and can no longer send one-time \
                passcodes or suspend accounts.",
            advice: "Do you know of it? Then there is nothing to do. If not, tell {support} at once.",
        },
        admin_account_enabled: NoticeWords {
            subject: "An account at your company was enabled again",
            news: "The account of {employee} ({address}) at {company} was disabled. Now it is enabled again: it can be used \
                to sign in and to receive one-time passcodes.",
            advice: "Do you know of it? Then there is nothing to do. If not, tell {support} at once, and ask them to \
                disable the account again.",
        },
        admin_account_suspended: NoticeWords {
            subject: "An account at your company was suspended",
            news: "A Security Admin of {company} has suspended the account of {employee} ({address}). The password, the \
                authenticator and the sessions no longer work. {employee} gets back in with a one-time passcode, which \
                comes in a mail of its own.",
            advice: "Do you know of it? Then there is nothing to do. If not, look in the audit trail at {portal}: it says \
                who suspended the account. Ask that person, not by mail. Does nobody know of it? Then tell {support} at \
                once.",
        },
        policy_weakened: NoticeWords {
            subject: "Fewer people now need a second proof",
            news: "A second proof is the current password or a backup code. {company} now asks fewer people for it when \
                they use a one-time passcode. For everybody else, the passcode from the mail is enough.",
            advice: "Do you know of it? Then there is nothing to do. If not, tell {support} at once, and ask them to undo \
                the change.",
        },
    },
};

/// `1 hour`, `90 minutes`.
fn span(minutes: i64) -> String {
    let (count, unit) = whole_hours(minutes).map_or((minutes, "minute"), |hours| (hours, "hour"));
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

/// `24 November 2026, 14:05 UTC`.
fn moment(moment: Timestamp) -> String {
    let t = moment.to_calendar();
    format!("{} {} {}, {:02}:{:02} UTC", t.day(), t.month(), t.year(), t.hour(), t.minute())
}
