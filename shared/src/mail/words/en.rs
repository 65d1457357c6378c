//! English.

use readmit_domain::LocalTime;

use super::{
    ActsWords, NoticeWords, NoticesWords, PagesWords, PasscodeWords, SecondProofWords, Words, whole_hours, zone,
};

pub(super) static WORDS: Words = Words {
    tag: "en",
    span,
    moment,
    greeting: "Hello {name},",
    passcode: PasscodeWords {
        subject: "Your one-time passcode for {brand}",
        preview: "Open this mail to get back into {brand}. If you did not expect it, tell us by the link at its end.",
        from_admin: "{issuer} ({issuer_address}), a Security Admin of {company}, has sent you a one-time passcode for \
            {brand}.",
        from_operator: "The operator of {brand} has sent you a one-time passcode for your account at {company}.",
        reason: "Reason given",
        validity: "It works once, within {lifetime}: until {expires_at}.",
        never_asked: "Nobody will ask you for this passcode by phone, chat or mail. Type it only at {portal}.",
        proof: "Have your current password or a backup code at hand: the passcode alone is not enough.",
        how_to_type: "Capitals and hyphens do not matter. There is no letter O, I or L in it.",
        redeem: "Get back into {brand}",
        by_hand: "Or open {portal} and type the passcode there.",
        what_follows: "You will choose a new password and set up a new authenticator. Once you have done both, earlier \
            passwords, authenticators, backup codes and open sessions no longer work. The passcode alone changes nothing.",
        unexpected: "Did you not expect this mail? Follow this link and press the button. The passcode then stops working, \
            and every Security Admin of {company} is notified.",
        disown: "This was not me",
        help: "Is anything unclear? Ask {support}.",
    },
    notices: NoticesWords {
        preview: "What happened, when, and what to do first.",
        at: "When",
        source_ip: "From the network address",
        browser: "Browser (as reported by the browser)",
        before: "Before",
        now: "Now",
        browser_on_system: "{browser} on {system}",
        second_proof: SecondProofWords {
            none: "Nobody needs a second proof",
            security_admins: "Only Security Admins need a second proof",
            everyone: "Everyone needs a second proof",
        },
        waiting_act: "What",
        requester: "Asked for by",
        acts: ActsWords {
            weaker_policy: "Fewer checks: a weaker policy of {company}",
            new_security_admin: "A new Security Admin",
            security_admin_address: "Another address of a Security Admin",
            security_admin_passcode: "A one-time passcode for a Security Admin",
        },
        pages: PagesWords {
            account: "Open My account",
            redeem: "Type the passcode",
            employees: "Manage employees",
            employee: "Look at the account of {employee}",
            approvals: "See the request",
            audit: "Read the audit",
        },
        to_admins: "You receive this notice because you are a Security Admin of {company}.",
        asks_nothing: "{brand} has sent this notice automatically. It asks for no passcode and no password, and needs no answer.",
        passcode_redeemed: NoticeWords {
            subject: "Your one-time passcode was used",
            news: "The one-time passcode for your account at {company} was used. The person who used it can now choose a \
                new password and set up a new authenticator.",
            advice: "Was it you? Then you need to do nothing. If not, first open the mail with the passcode and follow \
                the link \u{201c}This was not me\u{201d}, which ends the recovery. Then tell {support} or a Security \
                Admin of {company}.",
        },
        recovery_completed: NoticeWords {
            subject: "Your password and your authenticator were replaced",
            news: "Your account at {company} has a new password, a new authenticator and new backup codes. Earlier ones no \
                longer work, and all earlier sessions have ended.",
            advice: "Was it you? Then you need to do nothing. If not, first ask a Security Admin of {company} to suspend \
                your account: then nobody can use it. {support} can help too.",
        },
        account_suspended: NoticeWords {
            subject: "Your account was suspended",
            news: "A Security Admin of {company} has suspended your account. Security Admins do this when a device was \
                lost or stolen. Your password, your authenticator and your sessions no longer work.",
            advice: "To get back in, first find the one-time passcode, which comes in a separate mail. Did you not \
                expect this? Then ask {support} or a Security Admin of {company}.",
        },
        account_enabled: NoticeWords {
            subject: "Your account was enabled again",
            news: "Your account at {company} was disabled. Now it is enabled again: you can sign in and receive one-time \
                passcodes.",
            advice: "Did you expect this? Then you need to do nothing. If not, first ask {support} or a Security Admin \
                of {company}.",
        },
        backup_codes_renewed: NoticeWords {
            subject: "You have new backup codes",
            news: "Your account at {company} has new backup codes. The earlier ones no longer work.",
            advice: "Was it you? Then you need to do nothing. If not, first ask a Security Admin of {company} to suspend \
                your account: then nobody can use it. {support} can help too.",
        },
        address_changed: NoticeWords {
            subject: "The address of your account was changed",
            news: "The address of your account at {company} was changed. From now on, sign in with the new address. \
                One-time passcodes go there too. This notice goes to the old and to the new address.",
            advice: "Did you expect this? Then you need to do nothing. If not, first ask a Security Admin of {company} \
                to suspend your account, because somebody else may receive the passcodes for it. {support} can help too.",
        },
        role_given: NoticeWords {
            subject: "You are now a Security Admin",
            news: "You are now a Security Admin of {company}. You can send one-time passcodes to others at {company}, \
                suspend their accounts and read the audit.",
            advice: "Did you expect this? Then you need to do nothing. If not, first ask {support} or another Security \
                Admin of {company}.",
        },
        role_taken: NoticeWords {
            subject: "You are no longer a Security Admin",
            news: "You are no longer a Security Admin of {company}. You can no longer send one-time passcodes to others or \
                suspend their accounts.",
            advice: "Did you expect this? Then you need to do nothing. If not, first ask {support} or a Security Admin \
                of {company}.",
        },
        passcode_disowned: NoticeWords {
            subject: "A one-time passcode was disowned",
            news: "The person who received the mail with a one-time passcode for {employee} ({address}) has told us: \
                \u{201c}This was not me.\u{201d} The passcode no longer works, and a recovery that was still open has \
                ended.",
            advice: "First ask {employee}, not by mail, what happened. Does the audit show that the recovery was already \
                completed? Then somebody else may be using the account: suspend it at {portal}. Help: {support}.",
        },
        passcode_bounced: NoticeWords {
            subject: "A one-time passcode could not be delivered",
            news: "The mail with the one-time passcode for {employee} ({address}) came back. The passcode no longer works.",
            advice: "First find out whether the address is correct and can receive mail. If not, have it corrected. Then \
                send a new passcode at {portal}. Help: {support}.",
        },
        passcode_complained: NoticeWords {
            subject: "A one-time passcode was reported as unwanted",
            news: "The mail with the one-time passcode for {employee} ({address}) was reported as unwanted. The passcode \
                no longer works.",
            advice: "First ask {employee}, not by mail, whether a passcode was expected. If so, send a new one at \
                {portal}. Help: {support}.",
        },
        admin_passcode_redeemed: NoticeWords {
            subject: "A Security Admin\u{2019}s one-time passcode was used",
            news: "The one-time passcode for {employee} ({address}), a Security Admin of {company}, was used. The person \
                who used it can now choose a new password and set up a new authenticator.",
            advice: "Did you know about this? Then you need to do nothing. If not, first ask {employee}, not by mail. \
                Was it somebody else? Send {employee} a new passcode at {portal}, which ends this recovery. Help: \
                {support}.",
        },
        admin_recovery_completed: NoticeWords {
            subject: "A Security Admin\u{2019}s password and authenticator were replaced",
            news: "The account of {employee} ({address}), a Security Admin of {company}, has a new password, a new \
                authenticator and new backup codes. Earlier ones no longer work, and all earlier sessions have ended.",
            advice: "Did you know about this? Then you need to do nothing. If not, first ask {employee}, not by mail. \
                Was it somebody else? Suspend the account at {portal}, and tell {support} at once.",
        },
        admin_role_given: NoticeWords {
            subject: "There is a new Security Admin",
            news: "{employee} ({address}) is now a Security Admin of {company}, and can send one-time passcodes to others \
                at {company} and suspend their accounts.",
            advice: "Did you know about this? Then you need to do nothing. If not, first tell {support}, and ask them to \
                take the role away again.",
        },
        admin_role_taken: NoticeWords {
            subject: "Somebody is no longer a Security Admin",
            news: "{employee} ({address}) is no longer a Security Admin of {company}, and can no longer send one-time \
                passcodes or suspend accounts.",
            advice: "Did you know about this? Then you need to do nothing. If not, first tell {support}.",
        },
        admin_account_enabled: NoticeWords {
            subject: "An account at your company was enabled again",
            news: "The account of {employee} ({address}) at {company} was disabled. Now it is enabled again: it can be used \
                to sign in and to receive one-time passcodes.",
            advice: "Did you know about this? Then you need to do nothing. If not, first tell {support}, and ask them to \
                disable the account again.",
        },
        admin_account_suspended: NoticeWords {
            subject: "An account at your company was suspended",
            news: "A Security Admin of {company} has suspended the account of {employee} ({address}). The password, the \
                authenticator and the sessions no longer work. {employee} gets back in with a one-time passcode, which \
                comes in a separate mail.",
            advice: "Did you know about this? Then you need to do nothing. If not, first look in the audit at {portal}: \
                it says who suspended the account. Ask that person, not by mail. Does nobody know about it? Then tell \
                {support} at once.",
        },
        policy_weakened: NoticeWords {
            subject: "Fewer people now need a second proof",
            news: "A second proof is the current password or a backup code. {company} now asks fewer people for it when \
                they use a one-time passcode. For everybody else, the passcode from the mail is enough.",
            advice: "Did you know about this? Then you need to do nothing. If not, first tell {support}, and ask them to \
                undo the change.",
        },
        approval_requested: NoticeWords {
            subject: "A request waits for a second Security Admin",
            news: "A Security Admin of {company} has asked for something that a second Security Admin must \
                approve. Nothing happens until then. If nobody approves it within three days, it expires.",
            advice: "Do you know about this? First ask the person who asked for it, not by mail, and then approve \
                or cancel the request. Does nobody know about it? Cancel it, and tell {support} at once.",
        },
        approval_approved: NoticeWords {
            subject: "A request was approved",
            news: "A request at {company} that waited for a second Security Admin was approved, and is done.",
            advice: "Did you know about this? Then you need to do nothing. If not, first look in the audit at \
                {portal}: it says who asked for it and who approved it. Does nobody know about it? Then tell \
                {support} at once.",
        },
        approval_cancelled: NoticeWords {
            subject: "A request was cancelled",
            news: "A request at {company} that waited for a second Security Admin was cancelled. Nothing was \
                changed.",
            advice: "Did you know about this? Then you need to do nothing. If not, first look in the audit at \
                {portal}: it says who cancelled it. {support} can help too.",
        },
        approval_expired: NoticeWords {
            subject: "A request has expired",
            news: "Nobody approved a request at {company} in time. Nothing was changed.",
            advice: "Is it still needed? Then first ask a second Security Admin for the time to look at it, and \
                ask for it again. {support} can help too.",
        },
    },
};

/// `1 hour`, `90 minutes`.
fn span(minutes: i64) -> String {
    let (count, unit) = whole_hours(minutes).map_or((minutes, "minute"), |hours| (hours, "hour"));
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

/// `24 November 2026, 15:05 CET`, with spaces that do not break within the date and within the time.
fn moment(local: &LocalTime) -> String {
    let (t, zone) = (local.at, zone(local));
    format!("{}\u{a0}{} {}, {:02}:{:02}\u{a0}{zone}", t.day(), t.month(), t.year(), t.hour(), t.minute())
}
