#!/usr/bin/env python3
"""Turns off one guard after another, in a copy of the repository, and sees that a test goes red: `tests/guards.py [WORD]`.

With `--there` it only looks whether each guard's text still stands where it is looked for, which takes no time.

Prints a line a guard, and with WORD only those whose name has it. A guard whose text is no longer there, or that no test
misses, ends the run with 1. Takes about half a minute a guard; the copy builds in $CARGO_TARGET_DIR if that is set.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FLOWS, ATTACKS, FAULTS = "-p readmit-tests --test flows", "-p readmit-tests --test attacks", "-p readmit-tests --test faults"
DOMAIN, SHARED, LEAKAGE = "-p readmit-domain --lib", "-p readmit --lib", "-p readmit-tests --test leakage"
OPERATOR, LOCAL = "-p readmit-operator --test trail", "-p readmit-local"

# Name; file; the guard; what stands there without it; which tests are run.
GUARDS = [
    ("S1 a code's hash is bound to its passcode", "shared/domain/src/passcode.rs",
     "passcode_id.to_string().as_bytes(), &self.0[4..]", "&self.0[4..]", f"{DOMAIN} passcode"),
    ("S1 parts of a keyed hash carry their length", "shared/domain/src/keyed_hash.rs",
     "            mac.update(&(part.len() as u64).to_be_bytes());\n", "", f"{DOMAIN} keyed_hash"),
    ("S2 a try names the expiry", "shared/src/store/passcodes.rs",
     '            .if_above("expires_at", now)\n', "", f"{FLOWS} redemption::a_code_expires"),
    ("S3 a code that was used is not live", "shared/src/store/transition.rs",
     "if_phase(passcode, &transition.from)", "passcode", f"{FLOWS} redemption::of_fifty"),
    ("S4 a try is counted only under five", "shared/src/store/passcodes.rs",
     '            .if_below("try_count", MAX_TRIES);', ";", f"{FLOWS} redemption::forty"),
    ("S4 the selector costs the holder no try", "shared/src/store/passcodes.rs",
     '            .if_equal("code_selector", selector)\n', "", f"{FLOWS} redemption::wrong_selectors"),
    ("S4 a hundred wrong secrets stop issuing", "shared/src/store/issuing.rs",
     '.if_absent_or_below("tries_without_success", MAX_TRIES_WITHOUT_SUCCESS)', "", f"{FLOWS} throttles::a_hundred"),
    ("S4 a code after that day takes its place in the windows", "shared/src/store/issuing.rs",
     """        changes.push(forgiven);
        changes.extend(takes.changes(self));
""", "        changes.push(forgiven);\n", f"{FLOWS} throttles::a_hundred"),
    ("S5 a newer code replaces the older", "shared/src/store/issuing.rs",
     '            .set("secret_hash", secret_hash)\n', "", f"{FLOWS} issuing::only_the_newest"),
    ("S5 disabling ends what is open", "shared/src/store/imports.rs",
     "|| (before.is_active() && !after.is_active())", "", f"{FLOWS} imports"),
    ("S5 a changed address ends what is open", "shared/src/store/imports.rs",
     "before.login != after.login\n        || ", "", f"{FLOWS} imports"),
    ("S5 a client gets no code", "shared/domain/src/issuing.rs",
     "holder.account_type == AccountType::Client", "false", f"{FLOWS} issuing::clients"),
    ("S5 a disabled account gets no code", "shared/domain/src/issuing.rs",
     "!holder.is_active()", "false", f"{FLOWS} issuing::clients"),
    ("S6 a login is folded as a whole", "shared/domain/src/login.rs",
     ".to_lowercase();", ";", f"{DOMAIN} login"),
    ("S7 other crates are heard from warnings on", "shared/src/log.rs",
     "Targets::new().with_default(LevelFilter::WARN)", "Targets::new().with_default(LevelFilter::TRACE)", f"{SHARED} log"),
    ("S8 an unknown address costs a hash too", "shared/src/verifying.rs",
     "None => PasswordHash::verify_nobody(&password, &pepper, &memory),", "None => Ok(false),", f"{FLOWS} sessions::an_unknown_address"),
    ("S8 an impossible address is looked up as nobody's", "shared/src/verifying/attempt.rs",
     "login: email.parse().or_else(|_| nobody())?,",
     "login: email.parse().or_else(|_| nobody().and_then(|_: Login| Err(Failure::Fault(String::new()))))?,",
     f"{FLOWS} sessions::every_refusal"),
    ("S9 a token's type is its own", "shared/src/keyring/tokens.rs",
     "if header.typ.as_deref() != Some(C::MEDIA_TYPE)", "if false", f"{ATTACKS} tokens"),
    ("S9 a token's audience is its own", "shared/src/keyring/tokens.rs",
     "        validation.set_audience(&[C::AUDIENCE]);\n", "        validation.validate_aud = false;\n", f"{ATTACKS} tokens"),
    ("S9 a recovery lasts fifteen minutes", "shared/src/store/recovery.rs",
     '            .if_above("recovery_until", now);\n', ";", f"{FLOWS} recovery::a_recovery_lasts"),
    ("S9 both steps are needed", "shared/src/store/recovery.rs",
     '            .if_present("pending_password")\n', "", f"{FLOWS} recovery::the_steps"),
    ("S10 a completion ends every session", "shared/src/store/recovery.rs",
     '            .set("session_epoch", epoch)\n', "", f"{FLOWS} recovery::the_whole"),
    ("S10 a completion replaces the backup codes", "shared/src/store/recovery.rs",
     '            .set_strings("backup_codes", backup_codes.iter().map(ToString::to_string).collect())\n', "",
     f"{FLOWS} recovery::the_whole"),
    ("S11 a weak password is refused", "shared/domain/src/password.rs",
     "const LEAST_STRENGTH: Score = Score::Three;", "const LEAST_STRENGTH: Score = Score::Zero;", f"{DOMAIN} password::"),
    ("S11 a breached password is refused", "shared/domain/src/password.rs",
     "breached::is_breached(text) || ", "", f"{DOMAIN} password::"),
    ("S11 a hash's memory is wiped", "shared/domain/src/password_hash.rs",
     "        memory.iter_mut().for_each(Block::zeroize);\n", "", f"{DOMAIN} password_hash"),
    ("S11 ten passwords a recovery", "shared/src/store/recovery.rs",
     '.if_absent_or_below("password_tries", MAX_PASSWORDS_A_RECOVERY)', "", f"{FLOWS} recovery::a_weak"),
    ("S12 a step is accepted once", "shared/src/store/credentials.rs",
     '.if_absent_or_below("totp_step", step)', "", f"{ATTACKS} races"),
    ("S12 a used step is refused", "shared/src/verifying.rs",
     "credentials.totp_step.is_none_or(|last| *step > last)", "true", f"{FLOWS} trips::signing_in_with_a_used_step"),
    ("S12 a backup code is taken out", "shared/src/store/change.rs",
     '        self.takes.push(format!("{name} {taken}"));\n', "", f"{FLOWS} sessions::a_backup_code"),
    ("S12 a seal is bound to its owner", "shared/src/keyring/sealing.rs",
     "Self::TotpKey(owner) => owner.to_string(),", "Self::TotpKey(_) => String::new(),", f"{SHARED} sealing"),
    ("S12 five wrong codes end a recovery", "functions/reset-2fa/src/complete.rs",
     "judge(row.completion_tries, false, true) == Judgement::Exhaust", "false", f"{FLOWS} recovery::five_wrong"),
    ("S12 sign-ins are counted", "functions/sign-in/src/lib.rs",
     "        Err(throttled) => Err(Rejected::Throttled(throttled)),\n", "        Err(_) => verify::verify(services, attempt, known.clone(), now).await?,\n", f"{FLOWS} throttles::ten_failed"),
    ("S15 only Security Admins issue", "functions/issue-passcode/src/one.rs",
     "        require_security_admin(caller)?;\n", "", f"{FLOWS} issuing::members"),
    ("S13 a code alone is refused where more is asked", "functions/redeem-passcode/src/lib.rs",
     "proof.is_some() || !counted.proof_required", "true", f"{FLOWS} proof::a_security_admins_code"),
    ("S13 a backup code proves once", "shared/src/store/passcodes.rs",
     "changes.extend(backup_code.map(|stored| self.take_backup_code(&row.login, row.employee_id, stored)));\n", "",
     f"{FLOWS} proof::a_backup_code"),
    ("S14 a notice is sent once", "shared/src/store/notices.rs",
     '            .if_absent("sent_at")\n', "", f"{FLOWS} lasting_notices::a_poison"),
    ("S24 a notice names a browser in our own words", "shared/src/mail/letter.rs",
     "let Browser { family, system } = Browser::of(header)?;", "let (family, system) = (header, None);", f"{FLOWS} mails::no_notice"),
    ("S24 a weaker policy is for Security Admins", "shared/domain/src/notice.rs",
     " || matches!(self, Self::PolicyWeakened { .. })", "", f"{FLOWS} mails::a_weaker"),
    ("F4 a report moves a status forward only", "shared/src/store/transition.rs",
     "if_phase(passcode, &transition.from)", "passcode", f"{FLOWS} delivery::reports_at_once"),
    ("a suspended account stays out", "shared/src/verifying.rs",
     """    if credentials.suspended_at.is_some() {
        return rejected("a suspended account");
    }
""", "", f"{FLOWS} proof::a_stolen"),
    ("S25 a suspended account's backup code proves nothing", "shared/src/verifying/proof.rs",
     """    if credentials.suspended_at.is_some() {
        return Ok(None);
    }
""", "", f"{FLOWS} proof::a_suspended"),
    ("S25 suspending wants a recent sign-in", "shared/src/keyring/claims.rs",
     " && self.auth_time >= oldest", "", f"{FLOWS} recent_sign_in"),
    ("S25 a recovery's session is no recent sign-in", "shared/src/keyring/claims.rs",
     "self.amr.contains(&AuthenticationMethod::Otp) && ", "", f"{FLOWS} recent_sign_in"),
    ("S23 an act wants the role when it commits", "shared/src/store/authority.rs",
     '            .if_equal("granted_role", Role::SecurityAdmin)\n', "", f"{ATTACKS} authority"),
    ("S24 a changed address is told to the old one", "functions/notify/src/recipients.rs",
     "    if let Some(old) = old_address {", "    if let Some(old) = old_address.filter(|_| false) {", f"{FLOWS} notices::a_changed"),
    ("F11 a lease outlasts two clocks", "shared/src/store/idempotency.rs",
     "Duration::from_secs(200)", "Duration::from_secs(30)", f"{FLOWS} clocks::a_lease"),
    ("F11 a code is not withdrawn while it is mailed", "shared/domain/src/passcode.rs",
     "SENDING_LIMIT: Duration = Duration::from_secs(5 * 60)", "SENDING_LIMIT: Duration = Duration::from_secs(2 * 60)",
     f"{FLOWS} clocks::a_code"),
    ("F11 a last sign-in never goes back", "shared/src/store/credentials.rs",
     '        let latest = latest.if_absent_or_at_most("last_signed_in_at", act.at);\n', "", f"{FLOWS} clocks::a_step"),
    ("F12 a poison record stops no other", "functions/notify/src/stream.rs",
     """                give_up(&record, "the row is no event of the trail");
                continue;
""", """                give_up(&record, "the row is no event of the trail");
                break;
""", f"{FLOWS} lasting_notices::a_poison"),
    ("F12 a rejected mail stops no other", "functions/notify/src/telling.rs",
     "if !refused.is_of_this_mail() {", "if true {", f"{FLOWS} lasting_notices::a_mail_that_is"),
    ("F12 a throttled notice is tried again at once", "functions/notify/src/telling.rs",
     ".filter(|_| refused.is_throttle())", ".filter(|_| false)", f"{FLOWS} lasting_notices::a_throttled"),
    ("F12 a failure ends the batch", "functions/notify/src/stream.rs",
     "            response.batch_item_failures.push(failure);\n            break;\n",
     "            response.batch_item_failures.push(failure);\n", f"{FLOWS} lasting_notices::a_failure"),
    ("F12 a mail that nobody can have heard of uses up no attempt", "shared/src/mail.rs",
     " || aws::never_connected(error)", "", f"{FLOWS} lasting_notices::a_mail_service"),
    ("F12 a turn in which nothing was mailed is given back", "shared/src/store/notices.rs",
     "            self.notice_refused(event_id, mark, &turn, now).await?;\n", "", f"{FLOWS} lasting_notices::a_turn"),
    ("F12 a replay knows what was mailed", "functions/notify/src/replay.rs",
     "if from.after(NOTICES_KNOWN_FOR) < now {", "if false {", f"{FLOWS} replay::an_event_whose"),
    ("F12 the local stack keeps its place in the stream", "local/src/stream.rs",
     "                self.place.keep(&record.dynamodb.sequence_number);\n", "", f"{LOCAL} --test notices"),
    ("F12 the local stack believes no place of another stream", "local/src/stream/place.rs",
     "last.filter(|number| shard.has(number))", "last", f"{LOCAL} --test notices"),
    ("S31 an altered trail is counted", "functions/notify/src/stream.rs",
     "    records.iter().for_each(sound_alarm);\n", "", f"{FLOWS} altered_trail::an_event_that_is"),
    ("S31 the time to live alters nothing", "functions/notify/src/record.rs",
     '            Some("REMOVE") if by_time_to_live => Change::Expired,\n', "", f"{FLOWS} altered_trail::an_event_that_ends"),
    ("the local DynamoDB answers no web page", "local/src/dynamodb.rs",
     "    guard::loopback_only(api, port)\n", "    let _ = port;\n    api\n", f"{LOCAL} --test database"),
    ("S15 only Security Admins list", "functions/list-employees/src/lib.rs",
     "    require_security_admin(caller)?;\n", "", f"{FLOWS} sessions::a_demotion"),
    ("S15 only Security Admins read the trail", "functions/list-audit-events/src/lib.rs",
     "    require_security_admin(caller)?;\n", "", f"{FLOWS} audit::only_a_security_admin"),
    ("S15 nobody issues to himself", "shared/domain/src/issuing.rs",
     "admin.employee_id == holder.employee_id", "false", f"{FLOWS} issuing::clients"),
    ("S15 an ended session is over", "shared/src/http/caller.rs",
     "employee.session_epoch == claims.epoch && ", "", f"{FLOWS} sessions::signing_out"),
    ("S16 a cursor is bound to company and query", "functions/list-employees/src/lib.rs",
     'Self::Found(prefix) => format!("{company_id}/query/{}", prefix.as_str()),', 'Self::Found(_) => "query".to_owned(),',
     f"{FLOWS} search::what_cannot"),
    ("S16 a cursor of the trail is bound to company and question", "functions/list-audit-events/src/lib.rs",
     'format!("{company_id}/events/type/{kind}")', 'format!("{company_id}/events")', f"{FLOWS} audit::a_cursor"),
    ("S16 the trail by employee is the company's own", "shared/src/store/trail.rs",
     'format!("{company_id}#{employee_id}")', 'format!("{}#{employee_id}", company_id.to_string().len())',
     f"{ATTACKS} company::no_trail"),
    ("S17 a token's issuer is pinned", "shared/src/keyring/tokens.rs",
     "        validation.set_issuer(&[self.issuer]);\n", "", f"{SHARED} tokens"),
    ("S17 a token's time is checked", "shared/src/keyring/tokens.rs",
     "now.seconds() >= read.exp || ", "", f"{SHARED} tokens"),
    ("S17 a token's key is taken for its time alone", "shared/src/keyring/public_keys.rs",
     "self.0.accepts(number, now).then_some(&version.material.bytes)", "Some(&version.material.bytes)",
     "-p readmit-tests --test corpora"),
    ("S29 a void version is taken by nobody", "shared/src/keyring/versions.rs",
     "number >= self.voided_before && ", "", f"{FLOWS} leaked::after_three"),
    ("S29 a key that is not there is a mismatch", "shared/src/verifying.rs",
     "    let hash = hash.filter(|hash| keyring.knows(RootSecret::Credentials, hash.version));\n", "", f"{FLOWS} leaked::a_root"),
    ("S30 a version signs when everybody knows it", "shared/src/keyring/next_root.rs",
     "newest.is_some_and(|signs_from| signs_from < known)", "false", f"{FLOWS} rotation::a_rotation_that"),
    ("S19 who comes round a required edge is refused", "shared/src/http/edge.rs",
     "} else if self.is_required {", "} else if false {", f"{ATTACKS} availability::nobody_walks"),
    ("S26 a session that is over is told to a backend", "functions/list-employees/src/lib.rs",
     "    let caller = live_caller(&session.claims, row.as_ref())?;\n",
     '    let caller = row.as_ref().ok_or(Problem::Unauthenticated)?;\n', f"{FLOWS} own_session::a_session_that"),
    ("S27 a network has twenty a day", "shared/domain/src/limit.rs",
     "[limit(10, 15 * MINUTE), limit(20, DAY)]", "[limit(10, 15 * MINUTE), limit(2000, DAY)]",
     f"{ATTACKS} availability::one_network"),
    ("S27 a known device has a budget of its own", "shared/src/verifying.rs",
     "        Err(_) if is_known_device => None,\n", "", f"{ATTACKS} availability::a_hundred"),
    ("S27 a device is its account's", "shared/src/keyring/devices.rs",
     "&[login.as_str().as_bytes(), said.as_bytes()]", "&[said.as_bytes()]", f"{SHARED} devices"),
    ("S27 a recovery ends known devices", "shared/src/store/recovery.rs",
     '            .set("device_epoch", epoch)\n', "", f"{FLOWS} devices::a_recovery"),
    ("S27 a passcode that was not asked for ends known devices", "shared/src/store/endings.rs",
     "        changes.push(self.forget_devices(&row.login, row.employee_id));\n", "", f"{FLOWS} devices::a_recovery"),
    ("S27 a success is not the hundred and first guess", "shared/src/store/attempts.rs",
     "Some(failures) => failures.still_stand(of_account),", "Some(_) => of_account,", f"{ATTACKS} availability::the_right_guess"),
    ("S27 a network has a hundred refused redemptions", "functions/redeem-passcode/src/lib.rs",
     "admission?.map_err(|throttled| too_many(&services, &throttled))?", "drop(admission?)",
     f"{ATTACKS} availability::refused_redemptions"),
    ("S17 no key comes with the token", "shared/src/keyring/tokens.rs",
     "if header.jwk.is_some()\n", "if false && header.jwk.is_some()\n", f"{ATTACKS} signatures"),
    ("S19 a key twice is refused", "shared/src/http/json.rs",
     "if object.insert(key, value).is_some()", "if object.insert(key, value).is_some() && false", f"{SHARED} json"),
    ("S19 deep nesting is refused", "shared/src/http/json.rs",
     "if self.depth == MAX_DEPTH", "if false", f"{SHARED} json"),
    ("S19 an array is no object", "shared/src/http/json.rs",
     "if !value.is_object()", "if false", f"{SHARED} json"),
    ("S19 a large body is refused", "shared/src/http/body.rs",
     "const MAX_BODY: usize = 16 * 1024;", "const MAX_BODY: usize = 1024 * 1024;", f"{FLOWS} redemption::a_body"),
    ("S19 only the edge names a viewer", "shared/src/http/edge.rs",
     "if shown.is_some_and(|shown| self.is_shown(&shown)) {", "if true {", f"{ATTACKS} edge"),
    ("S19 names are inert in HTML", "shared/templates/mail.html",
     "<bdi>{{ value.text }}</bdi>", "<bdi>{{ value.text|safe }}</bdi>", f"{ATTACKS} mail"),
    ("S19 names become no links in mails", "shared/src/mail/line.rs",
     "text: without_links(&shown(text))", "text: shown(text)", f"{ATTACKS} mail"),
    ("S19 what misleads is taken out of mails", "shared/src/mail/line.rs",
     ".filter(|c| !misleads(*c))", "", f"{ATTACKS} mail"),
    ("S19 letters from the right do not reorder a mail's text", "shared/src/mail/line.rs",
     "if self.text.chars().any(runs_from_right_to_left)", "if false", f"{ATTACKS} mail"),
    ("S19 names that mislead are refused", "shared/domain/src/name.rs",
     "&& !name.chars().any(misleads)", "", f"{DOMAIN} name"),
    ("S19 no cell of an export of the trail begins a formula", "operator/src/csv_row.rs",
     "            cell.push('\\'');\n", "", OPERATOR),
    ("S19 no line of an export of the trail misleads", "operator/src/json.rs",
     "if misleads(c) || matches!(c, '<' | '>' | '&')", "if misleads(c) && false", OPERATOR),
    ("F1 a request has a budget", "shared/src/http/serve.rs",
     "Duration::from_secs(13)", "Duration::from_secs(60)", f"{SHARED} serve"),
    ("F2 an import changes what it saw", "shared/src/store/imports.rs",
     '            .if_equal("granted_role", before.granted_role)\n', "", f"{FLOWS} imports::two_imports"),
    ("S21 a company begins with a Security Admin", "functions/import-employees/src/founding.rs",
     "Plan::Add(employee) if can_let_others_in(employee) => {", "Plan::Add(employee) => {",
     f"{FLOWS} companies::a_company_is_created"),
    ("S21 a company's external id is one company's", "shared/src/store/companies.rs",
     'Change::put(&self.tables.employees, claim).if_absent("employee_id")', "Change::put(&self.tables.employees, claim)",
     f"{ATTACKS} tenants::of_many"),
    ("S21 an address has one owner in all companies", "functions/import-employees/src/plan.rs",
     "if there.owner(&row.email).is_some_and(|owner| Some(owner.employee_id) != id) {", "if false {",
     f"{ATTACKS} tenants::a_newcomers"),
    ("S22 a company's row changes as it was read", "shared/src/store/companies.rs",
     '            .if_equal("second_proof", before.second_proof);\n', ";\n", f"{FLOWS} policy::sixty"),
    ("F3 a mail is tried once", "shared/src/aws.rs",
     "RetryConfig::disabled()", "RetryConfig::standard()", f"{FAULTS} single::a_mail"),
    ("F3 an unsent code is withdrawn", "shared/src/issuing.rs",
     "self.services.store.withdraw(&begun, act).await?;", "", f"{FAULTS} single::a_mail"),
    ("F3 a code whose mail is out of hand opens nothing", "shared/domain/src/lifecycle/phase.rs",
     "pub const LIVE: [Self; 3] =\n        [Self::Code(CodeStatus::Sent)",
     "pub const LIVE: [Self; 4] =\n        [Self::Code(CodeStatus::Sending), Self::Code(CodeStatus::Sent)", f"{FLOWS} cleanup::a_code_whose"),
    ("F7a a conflict is tried again", "shared/src/store/send.rs",
     "const CONFLICT_RETRIES: u32 = 3;", "const CONFLICT_RETRIES: u32 = 0;", f"{FAULTS} single::a_conflict"),
    ("F10 an end is written once", "shared/src/store/transition.rs",
     "if_phase(passcode, &transition.from)", "passcode", f"{FLOWS} cleanup::cleanups_in_parallel"),
    ("limits: an employee's codes", "shared/domain/src/limit.rs",
     "[limit(3, 15 * MINUTE), limit(10, DAY)]", "[limit(300, 15 * MINUTE), limit(1000, DAY)]", f"{FLOWS} throttles::an_employee"),
    ("limits: an admin's codes", "shared/domain/src/limit.rs",
     "[limit(60, HOUR)]", "[limit(600, HOUR)]", f"{FLOWS} throttles::an_admin"),
    ("limits: wrong passwords of an account", "shared/domain/src/limit.rs",
     "[limit(100, DAY)]", "[limit(10000, DAY)]", f"{ATTACKS} throttles"),
]

# Held a second time elsewhere, so that either alone would do: both are turned off.
ALSO = {
    "a suspended account stays out": (
        "shared/src/store/credentials.rs", """            .if_as_seen("totp_key", seen.totp_key.as_ref())
            .if_absent("suspended_at")
""", """            .if_as_seen("totp_key", seen.totp_key.as_ref())
"""),
    "S25 a suspended account's backup code proves nothing": (
        "shared/src/store/credentials.rs", """            .if_equal("employee_id", owner)
            .if_absent("suspended_at")
""", """            .if_equal("employee_id", owner)
"""),
    "S9 a recovery lasts fifteen minutes": ("shared/src/keyring/tokens.rs", "now.seconds() >= read.exp || ", ""),
}


def goes_red(copy, tests):
    """Whether the tests fail. A guard that is gone must compile; what does not is shown and counts as not red."""
    command = ["cargo", "test", "--quiet", "--locked", *tests.split()]
    run = subprocess.run(command, cwd=copy, capture_output=True, text=True, env=os.environ | {"RUST_BACKTRACE": "0"})
    if "could not compile" in run.stderr:
        print(run.stderr)
        return False
    return run.returncode != 0


def red_anyway(copy, guards):
    """The tests that fail with every guard in place: what they say of one that is gone would mean nothing."""
    return [tests for tests in dict.fromkeys(guard[4] for guard in guards) if goes_red(copy, tests)]


def turned_off(name, path, guard, without):
    """What is written where: the guard's own place, and the other one if it is held twice."""
    return [(path, guard, without)] + ([ALSO[name]] if name in ALSO else [])


def gone():
    """The guards whose text is no longer there."""
    return [
        name
        for name, path, guard, without, _ in GUARDS
        if not all(guard in (ROOT / path).read_text() for path, guard, _ in turned_off(name, path, guard, without))
    ]


def main():
    word = sys.argv[1] if len(sys.argv) > 1 else ""
    if names := gone():
        print("no longer there:", *names, sep="\n  ")
        return 1
    if word == "--there":
        return 0
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "readmit"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns("target", ".git"))
        guards = [guard for guard in GUARDS if word in guard[0]]
        if red := red_anyway(copy, guards):
            print("red with every guard in place:", *red, sep="\n  ")
            return 1
        missed = []
        for name, path, guard, without, tests in guards:
            changes = turned_off(name, path, guard, without)
            texts = {path: (copy / path).read_text() for path, _, _ in changes}
            for path, guard, without in changes:
                (copy / path).write_text(texts[path].replace(guard, without, 1))
            verdict = "red" if goes_red(copy, tests) else "NO TEST MISSES IT"
            for path, text in texts.items():
                (copy / path).write_text(text)
            print(f"{verdict:18} {name}  [{tests}]", flush=True)
            if verdict != "red":
                missed.append(name)
        return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
