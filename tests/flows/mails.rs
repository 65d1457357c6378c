//! The texts of the mails: equal to their snapshots in `tests/mails`, in the recipient's language.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use readmit::domain::{NoticeKind, SecondProof};
use readmit::keyring::KeyNeeds;
use readmit::mail::{Letter, Mail, languages};
use readmit::{Clock, Environment, Random, Services};
use readmit_local::functions;
use readmit_local::sample_mails::{CODE, Cast};
use readmit_local::template::Template;
use readmit_tests::sample_mails::files;
use readmit_tests::{Recovery, World};
use serde_json::{Value, json};

const RENEW: &str = "Renew: cargo run -p readmit-tests --example mails -- tests/mails";

const MIKE: &str = "mike@northwind.example";

/// The contents of a folder's files, by name.
fn kept_files(folder: &Path) -> BTreeMap<String, String> {
    let entries = fs::read_dir(folder).unwrap_or_else(|_| panic!("{RENEW}")).map(Result::unwrap);
    entries.map(|entry| (entry.file_name().into_string().unwrap(), fs::read_to_string(entry.path()).unwrap())).collect()
}

#[test]
fn every_mail_in_every_language_reads_as_its_snapshot() {
    for language in languages() {
        let kept = kept_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("mails").join(language));
        let made: BTreeMap<String, String> = files(&Cast::default(), language).into_iter().collect();
        assert_eq!(kept.keys().collect::<Vec<_>>(), made.keys().collect::<Vec<_>>(), "{RENEW}");
        for (name, content) in made {
            assert_eq!(kept[&name], content, "{language}/{name} has changed. {RENEW}");
        }
    }
}

#[test]
fn every_language_says_as_much_as_the_others() {
    let said = |locale| {
        let marks =
            ["Mike Brandt", "Ada Lindqvist", "ada@", "Northwind Partners", "Partner Portal", "2026", "UTC", CODE];
        let more = [
            "https://portal.example",
            "/#/redeem/7K3M",
            "/#/disown/1.",
            "help@northwind",
            "2001:db8",
            "Safari",
            "iPhone",
        ];
        let letters = Cast::default().letters(locale).unwrap().into_iter();
        letters
            .map(|(name, letter)| {
                assert!(!letter.text.contains(['{', '}']), "{locale} {name}: {}", letter.text);
                assert!(!letter.subject.contains("Ada") && !letter.subject.contains("Mike"), "{}", letter.subject);
                let said = marks.iter().chain(&more).filter(|mark| letter.text.contains(**mark)).count();
                (name, said, letter.tags)
            })
            .collect::<Vec<_>>()
    };
    for language in languages() {
        assert_eq!(said(language), said("en"), "{language}");
    }
}

#[test]
fn no_name_sticks_to_the_word_before_or_after_it() {
    for language in languages() {
        for (name, letter) in Cast::default().letters(language).unwrap() {
            for value in ["Mike Brandt", "Ada Lindqvist", "Northwind Partners", "Partner Portal"] {
                for (at, _) in letter.text.match_indices(value) {
                    let (before, after) = (&letter.text[..at], &letter.text[at + value.len()..]);
                    let beside = [before.chars().next_back(), after.chars().next()];
                    let sticks = beside.into_iter().flatten().any(char::is_alphanumeric);
                    assert!(!sticks, "{language} {name}: {value} in {}", letter.text);
                }
            }
        }
    }
}

#[test]
fn a_company_without_an_address_for_help_sends_its_people_to_the_providers() {
    let cast = Cast { support_email: None, ..Cast::default() };
    for language in languages() {
        for (name, letter) in cast.letters(language).unwrap() {
            assert!(letter.text.contains("Technical Support"), "{language} {name}: {}", letter.text);
            assert!(letter.html.contains("<bdi>Technical Support</bdi>"), "{language} {name}");
        }
    }
}

/// S24: the recipient of a code's mail controls the `User-Agent` of the request that disowns it. This text must not reach mails.
#[test]
fn no_notice_repeats_what_a_client_calls_itself() {
    let typed = "Call +1 555 0100 and read out your password";
    for user_agent in [typed.to_owned(), format!("{} {typed}", Cast::default().user_agent)] {
        let cast = Cast { user_agent, ..Cast::default() };
        for language in languages() {
            for (name, letter) in cast.letters(language).unwrap() {
                for content in [&letter.subject, &letter.text, &letter.html] {
                    assert!(
                        !content.contains("555 0100") && !content.contains("read out"),
                        "{language} {name}: {content}"
                    );
                }
            }
        }
    }
}

#[test]
fn a_browser_is_named_by_family_and_system_and_an_app_not_at_all() {
    let disowned = |user_agent: &str, locale| {
        let cast = Cast { user_agent: user_agent.to_owned(), ..Cast::default() };
        let letters: BTreeMap<String, Letter> = cast.letters(locale).unwrap().into_iter().collect();
        letters["passcode_disowned"].text.clone()
    };
    let usual = Cast::default().user_agent;
    assert!(disowned(&usual, "en").contains("Browser (as reported by the browser): Safari on iPhone\n"));
    assert!(disowned(&usual, "de").contains(": Safari auf iPhone\n"));
    assert!(disowned(&usual, "ja").contains(": iPhone の Safari\n"));
    let firefox = disowned("Mozilla/5.0 (X11; FreeBSD amd64; rv:145.0) Gecko/20100101 Firefox/145.0", "de");
    assert!(firefox.contains("(nach Angabe des Browsers): Firefox\n"), "{firefox}");
    assert!(disowned("curl/8.16.0", "en").contains("Browser (as reported by the browser): curl\n"));
    // An app has no browser's name, and this script is not known.
    let app =
        "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148";
    for user_agent in [app, "python-requests/2.32.5"] {
        assert!(!disowned(user_agent, "en").contains("Browser"), "{user_agent}");
    }
}

/// S24: the policy's three values in words, and why the recipient gets the notice.
#[test]
fn a_weaker_policy_is_told_to_security_admins_in_words() {
    let cast = Cast::default();
    for (from, to, before, now) in [
        (SecondProof::Everyone, SecondProof::None, "Everyone needs", "Nobody needs"),
        (SecondProof::SecurityAdmins, SecondProof::None, "Only Security Admins need", "Nobody needs"),
    ] {
        let text = cast.letter("en", NoticeKind::PolicyWeakened { from, to }).unwrap().text;
        assert!(text.contains(&format!("Before: {before} a second proof\nNow: {now} a second proof\n")), "{text}");
        assert!(
            text.contains("You receive this notice because you are a Security Admin of Northwind Partners."),
            "{text}"
        );
    }
}

/// The page of the portal that a notice leads to, after `#/`. Only one act is in another mail.
fn page_of(name: &str) -> Option<&'static str> {
    match name {
        "passcode_redeemed" => None,
        "account_suspended" => Some("redeem"),
        "role_given" => Some("employees"),
        "passcode_disowned"
        | "passcode_bounced"
        | "passcode_complained"
        | "admin_passcode_redeemed"
        | "admin_recovery_completed" => Some("employees?employee=emp_01J00000000000000000000001"),
        "admin_role_given" | "admin_role_taken" | "admin_account_enabled" | "admin_account_suspended" => {
            Some("audit?employee_id=emp_01J00000000000000000000001")
        }
        "policy_weakened" | "approval_approved" | "approval_cancelled" | "approval_expired" => Some("audit"),
        "approval_requested" => Some("approvals"),
        _ => Some("account"),
    }
}

#[test]
fn a_notice_links_only_to_the_page_where_one_acts_and_is_tagged_with_its_event() {
    for (name, letter) in Cast::default().letters("en").unwrap().split_off(2) {
        let page = page_of(&name).map(|page| format!("https://portal.example/#/{page}"));
        let links: Vec<_> = letter.html.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert_eq!(links, page.as_deref().into_iter().collect::<Vec<_>>(), "{name}");
        assert_eq!(letter.text.matches("/#/").count(), usize::from(page.is_some()), "{name}");
        assert!(page.is_none_or(|page| letter.text.contains(&format!(":\n{page}\n"))), "{name}");
        let is_tag = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        assert!(letter.tags.iter().all(|(_, value)| is_tag(value)), "{:?}", letter.tags);
        let event = ("event_id", "evt_01J00000000000000000000004".to_owned());
        assert_eq!(letter.tags, [("kind", name), event]);
    }
}

#[test]
fn every_notice_says_what_to_do_first() {
    for (language, first) in [("en", "first"), ("de", "zuerst"), ("ja", "まず")] {
        for (name, letter) in Cast::default().letters(language).unwrap().split_off(2) {
            assert!(letter.text.to_lowercase().contains(first), "{language} {name}: {}", letter.text);
        }
    }
}

#[test]
fn the_link_that_a_notice_sends_people_to_is_called_so_in_the_mail_with_the_passcode() {
    for language in languages() {
        let letters: BTreeMap<String, Letter> = Cast::default().letters(language).unwrap().into_iter().collect();
        let link = letters["passcode_from_admin"].html.split("<a class=\"link\"").nth(1).unwrap();
        let label = link.split_once('>').unwrap().1.split_once("</a>").unwrap().0;
        let text = &letters["passcode_redeemed"].text;
        assert!(text.contains(label), "{label} is not in {text}");
    }
}

/// The subject of Mike's latest mail, after its code was redeemed.
async fn subject_of_a_code_that_works(world: &World) -> String {
    let code = world.operator_mails_a_code_to(MIKE).await;
    let _: Recovery<'_> = world.recovers(MIKE, &code).await;
    world.mails_to(MIKE).await.pop().unwrap()["subject"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_person_is_written_to_in_the_own_language_else_the_companys() {
    let world = World::start().await;
    assert_eq!(subject_of_a_code_that_works(&world).await, "Your one-time passcode for Partner Portal");

    let company =
        json!({"company_id": world.companies["Northwind Partners"], "name": "Northwind Partners", "locale": "ja"});
    world.import(json!({"company": company, "employees": []})).await;
    assert_eq!(subject_of_a_code_that_works(&world).await, "Partner Portal のワンタイムパスコード");

    world.change(MIKE, json!({"locale": "de-AT"})).await;
    assert_eq!(subject_of_a_code_that_works(&world).await, "Ihr Einmalcode für Partner Portal");
}

/// The extra headers in the latest request to the mail service.
fn asked_headers(world: &World) -> Value {
    let latest = world.ses.recorded().pop().unwrap();
    serde_json::from_str::<Value>(&latest.body).unwrap()["Content"]["Simple"]["Headers"].clone()
}

/// The mail services of a function that may send mail.
fn mailing(world: &World) -> Services<Mail> {
    let variables = Template::of_this_build().unwrap().variables;
    let any = |value: &Value| value.as_str().unwrap_or("1").to_owned();
    let mut environment: Environment = variables.iter().map(|(name, value)| (name.clone(), any(value))).collect();
    for (name, value) in [
        ("READMIT_BRAND_NAME", "取引先ポータル"),
        ("READMIT_MAIL_FROM", "no-reply@portal.example"),
        ("READMIT_EDGE_SECRET", ""),
        ("READMIT_BACKEND_SECRET", ""),
        ("READMIT_REQUIRE_EDGE", ""),
        ("AWS_ENDPOINT_URL", world.ses.url()),
    ] {
        environment = environment.with(name, value);
    }
    let process = functions::process("issue-passcode", &environment, &Clock::system(), &Random::system()).unwrap();
    Services::with_mail(process, KeyNeeds::NONE).unwrap()
}

#[tokio::test]
async fn every_mail_goes_only_to_its_recipient_and_is_marked_as_automatic() {
    let (world, cast) = (World::start().await, Cast::default());
    let automatic = json!([{"Name": "Auto-Submitted", "Value": "auto-generated"}]);
    world.operator_mails_a_code_to(MIKE).await;
    assert_eq!(asked_headers(&world), automatic);

    let mailing = mailing(&world);
    for notice in cast.notices().unwrap() {
        mailing.mail.notice(&cast.recipient("ja").unwrap(), &cast.company().unwrap(), &notice).await.unwrap();
        assert_eq!(asked_headers(&world), automatic);
        let mail = world.all_mails_to(MIKE).await.pop().unwrap();
        assert_eq!(mail["to"], json!([MIKE]));
        let tags = json!({"kind": notice.kind.name(), "event_id": notice.event_id.to_string()});
        assert_eq!(mail["tags"], tags);
        assert_eq!(mail["from"], "=?UTF-8?B?5Y+W5byV5YWI44Od44O844K/44Or?= <no-reply@portal.example>");
    }
}

#[tokio::test]
async fn the_mail_says_that_a_second_proof_is_required() {
    const GRACE: &str = "grace@northwind.example";
    let world = World::start().await;
    let ada = world.enrolled("ada@northwind.example").await;
    for email in [GRACE, MIKE] {
        world.enrolled(email).await;
        ada.issues(email, None).await.is(201);
        let mail = world.mails_to(email).await.pop().unwrap();
        let text = mail["text"].as_str().unwrap();
        assert_eq!(text.contains("your current password or a backup code"), email == GRACE, "{text}");
    }
}
