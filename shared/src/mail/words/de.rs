//! German.

use readmit_domain::LocalTime;

use super::{
    ActsWords, NoticeWords, NoticesWords, PagesWords, PasscodeWords, SecondProofWords, Words, whole_hours, zone,
};

pub(super) static WORDS: Words = Words {
    tag: "de",
    span,
    moment,
    greeting: "Guten Tag {name},",
    passcode: PasscodeWords {
        subject: "Ihr Einmalcode für {brand}",
        preview: "Öffnen Sie diese Mail, um wieder Zugang zu {brand} zu bekommen. Haben Sie sie nicht erwartet, dann sagen Sie \
            es uns über den Link am Ende.",
        from_admin: "{issuer} ({issuer_address}), Security Admin bei {company}, hat Ihnen einen Einmalcode für {brand} \
            geschickt.",
        from_operator: "der Betreiber von {brand} hat Ihnen einen Einmalcode für Ihr Konto bei {company} geschickt.",
        reason: "Angegebener Grund",
        validity: "Er gilt einmal, {lifetime} lang, bis {expires_at}.",
        never_asked: "Niemand wird Sie am Telefon, im Chat oder per Mail nach diesem Einmalcode fragen. Geben Sie ihn nur auf \
            {portal} ein.",
        proof: "Halten Sie Ihr jetziges Passwort oder einen Backup-Code bereit: Der Einmalcode allein genügt nicht.",
        how_to_type: "Groß- und Kleinschreibung und Bindestriche spielen keine Rolle. Die Buchstaben O, I und L kommen \
            nicht vor.",
        redeem: "Zurück ins Konto bei {brand}",
        by_hand: "Oder öffnen Sie {portal} und geben Sie den Einmalcode dort ein.",
        what_follows: "Sie wählen ein neues Passwort und richten einen neuen Authenticator ein. Sobald Sie beides getan \
            haben, gelten frühere Passwörter, Authenticatoren, Backup-Codes und offene Sitzungen nicht mehr. Der Einmalcode \
            allein ändert nichts.",
        unexpected: "Haben Sie diese Mail nicht erwartet? Folgen Sie diesem Link und drücken Sie den Knopf. Dann gilt der \
            Einmalcode nicht mehr, und alle Security Admins von {company} werden benachrichtigt.",
        disown: "Das war ich nicht",
        help: "Ist etwas unklar? Fragen Sie {support}.",
    },
    notices: NoticesWords {
        preview: "Was geschehen ist, wann, und was zuerst zu tun ist.",
        at: "Wann",
        source_ip: "Von der Netzadresse",
        browser: "Browser (nach Angabe des Browsers)",
        before: "Vorher",
        now: "Jetzt",
        browser_on_system: "{browser} auf {system}",
        second_proof: SecondProofWords {
            none: "Niemand braucht einen zweiten Nachweis",
            security_admins: "Nur Security Admins brauchen einen zweiten Nachweis",
            everyone: "Alle brauchen einen zweiten Nachweis",
        },
        waiting_act: "Worum es geht",
        requester: "Beantragt von",
        acts: ActsWords {
            weaker_policy: "Weniger Prüfungen: eine schwächere Regel von {company}",
            new_security_admin: "Eine neue Person als Security Admin",
            security_admin_address: "Eine andere Adresse für Security Admins",
            security_admin_passcode: "Ein Einmalcode für Security Admins",
        },
        pages: PagesWords {
            account: "Mein Konto öffnen",
            redeem: "Einmalcode eingeben",
            employees: "Personen verwalten",
            employee: "Konto von {employee} ansehen",
            approvals: "Antrag ansehen",
            audit: "Protokoll lesen",
        },
        to_admins: "Sie erhalten diese Mitteilung, weil Sie Security Admin von {company} sind.",
        asks_nothing: "Diese Mitteilung kommt automatisch von {brand}. Sie fragt nach keinem Einmalcode und keinem Passwort und \
            braucht keine Antwort.",
        passcode_redeemed: NoticeWords {
            subject: "Ihr Einmalcode wurde benutzt",
            news: "der Einmalcode für Ihr Konto bei {company} wurde benutzt. Die Person, die ihn benutzt hat, kann jetzt \
                ein neues Passwort wählen und einen neuen Authenticator einrichten.",
            advice: "Waren Sie es? Dann ist nichts zu tun. Wenn nicht, öffnen Sie zuerst die Mail mit dem Einmalcode und \
                folgen Sie dem Link \u{201e}Das war ich nicht\u{201c}, der die Wiederherstellung beendet. Sagen Sie es \
                danach {support} oder einem Security Admin von {company}.",
        },
        recovery_completed: NoticeWords {
            subject: "Ihr Passwort und Ihr Authenticator wurden ersetzt",
            news: "Ihr Konto bei {company} hat ein neues Passwort, einen neuen Authenticator und neue Backup-Codes. Frühere \
                gelten nicht mehr, und alle früheren Sitzungen sind beendet.",
            advice: "Waren Sie es? Dann ist nichts zu tun. Wenn nicht, bitten Sie zuerst einen Security Admin von \
                {company}, Ihr Konto zu sperren: Dann kann es niemand benutzen. Auch {support} kann helfen.",
        },
        account_suspended: NoticeWords {
            subject: "Ihr Konto wurde gesperrt",
            news: "ein Security Admin von {company} hat Ihr Konto gesperrt. Security Admins tun das, wenn ein Gerät \
                verloren ging oder gestohlen wurde. Ihr Passwort, Ihr Authenticator und Ihre Sitzungen gelten nicht mehr.",
            advice: "Um wieder Zugang zu bekommen, suchen Sie zuerst den Einmalcode, der in einer eigenen Mail kommt. \
                Haben Sie das nicht erwartet? Dann fragen Sie {support} oder einen Security Admin von {company}.",
        },
        account_enabled: NoticeWords {
            subject: "Ihr Konto wurde wieder aktiviert",
            news: "Ihr Konto bei {company} war deaktiviert. Jetzt ist es wieder aktiviert: Sie können sich anmelden und \
                Einmalcodes bekommen.",
            advice: "Haben Sie das erwartet? Dann ist nichts zu tun. Wenn nicht, fragen Sie zuerst {support} oder einen \
                Security Admin von {company}.",
        },
        backup_codes_renewed: NoticeWords {
            subject: "Sie haben neue Backup-Codes",
            news: "Ihr Konto bei {company} hat neue Backup-Codes. Die früheren gelten nicht mehr.",
            advice: "Waren Sie es? Dann ist nichts zu tun. Wenn nicht, bitten Sie zuerst einen Security Admin von \
                {company}, Ihr Konto zu sperren: Dann kann es niemand benutzen. Auch {support} kann helfen.",
        },
        address_changed: NoticeWords {
            subject: "Die Adresse Ihres Kontos wurde geändert",
            news: "die Adresse Ihres Kontos bei {company} wurde geändert. Melden Sie sich ab jetzt mit der neuen Adresse \
                an. Auch Einmalcodes gehen dorthin. Diese Mitteilung geht an die alte und an die neue Adresse.",
            advice: "Haben Sie das erwartet? Dann ist nichts zu tun. Wenn nicht, bitten Sie zuerst einen Security Admin \
                von {company}, Ihr Konto zu sperren, weil vielleicht jemand anders die Einmalcodes dafür bekommt. Auch \
                {support} kann helfen.",
        },
        role_given: NoticeWords {
            subject: "Sie sind jetzt Security Admin",
            news: "Sie sind jetzt Security Admin bei {company}. Sie können anderen bei {company} Einmalcodes schicken, ihre \
                Konten sperren und das Protokoll lesen.",
            advice: "Haben Sie das erwartet? Dann ist nichts zu tun. Wenn nicht, fragen Sie zuerst {support} oder einen \
                anderen Security Admin von {company}.",
        },
        role_taken: NoticeWords {
            subject: "Sie sind nicht mehr Security Admin",
            news: "Sie sind nicht mehr Security Admin bei {company}. Sie können anderen keine Einmalcodes mehr schicken und \
                ihre Konten nicht mehr sperren.",
            advice: "Haben Sie das erwartet? Dann ist nichts zu tun. Wenn nicht, fragen Sie zuerst {support} oder einen \
                Security Admin von {company}.",
        },
        passcode_disowned: NoticeWords {
            subject: "Ein Einmalcode wurde zurückgewiesen",
            news: "die Person, die die Mail mit einem Einmalcode für {employee} ({address}) bekommen hat, hat uns \
                mitgeteilt: \u{201e}Das war ich nicht.\u{201c} Der Einmalcode gilt nicht mehr, und eine noch offene \
                Wiederherstellung ist beendet.",
            advice: "Fragen Sie zuerst {employee}, aber nicht per Mail, was geschehen ist. Zeigt das Protokoll, dass die \
                Wiederherstellung schon abgeschlossen war? Dann benutzt vielleicht jemand anders das Konto: Sperren Sie \
                es auf {portal}. Hilfe: {support}.",
        },
        passcode_bounced: NoticeWords {
            subject: "Ein Einmalcode konnte nicht zugestellt werden",
            news: "die Mail mit dem Einmalcode für {employee} ({address}) kam zurück. Der Einmalcode gilt nicht mehr.",
            advice: "Klären Sie zuerst, ob die Adresse stimmt und Mails annimmt. Lassen Sie sie berichtigen, wenn nötig. \
                Schicken Sie dann auf {portal} einen neuen Einmalcode. Hilfe: {support}.",
        },
        passcode_complained: NoticeWords {
            subject: "Ein Einmalcode wurde als unerwünscht gemeldet",
            news: "die Mail mit dem Einmalcode für {employee} ({address}) wurde als unerwünscht gemeldet. Der Einmalcode \
                gilt nicht mehr.",
            advice: "Fragen Sie zuerst {employee}, aber nicht per Mail, ob ein Einmalcode erwartet wurde. Wenn ja, \
                schicken Sie auf {portal} einen neuen. Hilfe: {support}.",
        },
        admin_passcode_redeemed: NoticeWords {
            subject: "Der Einmalcode eines Security Admins wurde benutzt",
            news: "der Einmalcode für {employee} ({address}), Security Admin bei {company}, wurde benutzt. Die Person, die \
                ihn benutzt hat, kann jetzt ein neues Passwort wählen und einen neuen Authenticator einrichten.",
            advice: "Wissen Sie davon? Dann ist nichts zu tun. Wenn nicht, fragen Sie zuerst {employee}, aber nicht per \
                Mail. War es jemand anders? Schicken Sie {employee} auf {portal} einen neuen Einmalcode, der diese \
                Wiederherstellung beendet. Hilfe: {support}.",
        },
        admin_recovery_completed: NoticeWords {
            subject: "Passwort und Authenticator eines Security Admins wurden ersetzt",
            news: "das Konto von {employee} ({address}), Security Admin bei {company}, hat ein neues Passwort, einen neuen \
                Authenticator und neue Backup-Codes. Frühere gelten nicht mehr, und alle früheren Sitzungen sind beendet.",
            advice: "Wissen Sie davon? Dann ist nichts zu tun. Wenn nicht, fragen Sie zuerst {employee}, aber nicht per \
                Mail. War es jemand anders? Sperren Sie das Konto auf {portal} und sagen Sie es sofort {support}.",
        },
        admin_role_given: NoticeWords {
            subject: "Es gibt einen neuen Security Admin",
            news: "{employee} ({address}) ist jetzt Security Admin bei {company} und kann anderen bei {company} Einmalcodes \
                schicken und ihre Konten sperren.",
            advice: "Wissen Sie davon? Dann ist nichts zu tun. Wenn nicht, sagen Sie es zuerst {support}, und bitten Sie \
                darum, die Rolle wieder zu entziehen.",
        },
        admin_role_taken: NoticeWords {
            subject: "Jemand ist nicht mehr Security Admin",
            news: "{employee} ({address}) ist nicht mehr Security Admin bei {company} und kann keine Einmalcodes mehr \
                schicken und keine Konten mehr sperren.",
            advice: "Wissen Sie davon? Dann ist nichts zu tun. Wenn nicht, sagen Sie es zuerst {support}.",
        },
        admin_account_enabled: NoticeWords {
            subject: "Ein Konto in Ihrer Firma wurde wieder aktiviert",
            news: "das Konto von {employee} ({address}) bei {company} war deaktiviert. Jetzt ist es wieder aktiviert: Man \
                kann sich damit anmelden und Einmalcodes dafür bekommen.",
            advice: "Wissen Sie davon? Dann ist nichts zu tun. Wenn nicht, sagen Sie es zuerst {support}, und bitten Sie \
                darum, das Konto wieder zu deaktivieren.",
        },
        admin_account_suspended: NoticeWords {
            subject: "Ein Konto in Ihrer Firma wurde gesperrt",
            news: "ein Security Admin von {company} hat das Konto von {employee} ({address}) gesperrt. Passwort, \
                Authenticator und Sitzungen gelten nicht mehr. {employee} kommt mit einem Einmalcode aus einer eigenen \
                Mail wieder hinein.",
            advice: "Wissen Sie davon? Dann ist nichts zu tun. Wenn nicht, sehen Sie zuerst im Protokoll auf {portal} \
                nach, wer das Konto gesperrt hat, und fragen Sie diese Person, aber nicht per Mail. Weiß niemand davon? \
                Dann sagen Sie es sofort {support}.",
        },
        policy_weakened: NoticeWords {
            subject: "Weniger Personen brauchen jetzt einen zweiten Nachweis",
            news: "ein zweiter Nachweis ist das jetzige Passwort oder ein Backup-Code. {company} verlangt ihn jetzt von \
                weniger Personen, wenn sie einen Einmalcode benutzen. Bei allen anderen genügt der Einmalcode aus der \
                Mail.",
            advice: "Wissen Sie davon? Dann ist nichts zu tun. Wenn nicht, sagen Sie es zuerst {support}, und bitten Sie \
                darum, die Änderung rückgängig zu machen.",
        },
        approval_requested: NoticeWords {
            subject: "Ein Antrag wartet auf einen zweiten Security Admin",
            news: "ein Security Admin von {company} hat etwas beantragt, das ein zweiter Security Admin freigeben \
                muss. Bis dahin geschieht nichts. Gibt es innerhalb von drei Tagen niemand frei, verfällt der \
                Antrag.",
            advice: "Wissen Sie davon? Fragen Sie zuerst die Person, die es beantragt hat, aber nicht per Mail, \
                und geben Sie den Antrag dann frei oder ziehen Sie ihn zurück. Weiß niemand davon? Ziehen Sie ihn \
                zurück, und sagen Sie es sofort {support}.",
        },
        approval_approved: NoticeWords {
            subject: "Ein Antrag wurde freigegeben",
            news: "ein Antrag bei {company}, der auf einen zweiten Security Admin gewartet hat, wurde freigegeben \
                und ausgeführt.",
            advice: "Wissen Sie davon? Dann ist nichts zu tun. Wenn nicht, sehen Sie zuerst im Protokoll auf \
                {portal} nach, wer den Antrag gestellt und wer ihn freigegeben hat. Weiß niemand davon? Dann sagen \
                Sie es sofort {support}.",
        },
        approval_cancelled: NoticeWords {
            subject: "Ein Antrag wurde zurückgezogen",
            news: "ein Antrag bei {company}, der auf einen zweiten Security Admin gewartet hat, wurde \
                zurückgezogen. Geändert wurde nichts.",
            advice: "Wissen Sie davon? Dann ist nichts zu tun. Wenn nicht, sehen Sie zuerst im Protokoll auf \
                {portal} nach, wer den Antrag zurückgezogen hat. Auch {support} kann helfen.",
        },
        approval_expired: NoticeWords {
            subject: "Ein Antrag ist verfallen",
            news: "einen Antrag bei {company} hat niemand rechtzeitig freigegeben. Geändert wurde nichts.",
            advice: "Wird der Antrag noch gebraucht? Dann fragen Sie zuerst einen zweiten Security Admin, ob er \
                Zeit dafür hat, und stellen Sie ihn noch einmal. Auch {support} kann helfen.",
        },
    },
};

const MONTHS: [&str; 12] = [
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
];

/// `1 Stunde`, `90 Minuten`.
fn span(minutes: i64) -> String {
    let (count, unit) = whole_hours(minutes).map_or((minutes, "Minute"), |hours| (hours, "Stunde"));
    format!("{count} {unit}{}", if count == 1 { "" } else { "n" })
}

/// `24. November 2026, 15:05 Uhr MEZ`, with spaces that do not break within the date and within the time.
fn moment(local: &LocalTime) -> String {
    let t = local.at;
    let month = MONTHS[usize::from(u8::from(t.month())) - 1];
    let zone = match local.abbreviation.as_str() {
        "CET" => "MEZ".to_owned(),
        "CEST" => "MESZ".to_owned(),
        _ => zone(local),
    };
    format!("{}.\u{a0}{month} {}, {:02}:{:02}\u{a0}Uhr\u{a0}{zone}", t.day(), t.year(), t.hour(), t.minute())
}
