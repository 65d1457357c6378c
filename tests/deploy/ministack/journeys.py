"""The way in, the way back in, and every refusal that a lenient engine might not make."""

from people import Company
from portal import Authenticator


def first_way_in(checks, company: Company) -> None:
    """Ada, the first Security Admin, from the import to her session."""
    ada = company.ada
    answer = company.import_people([ada.email])
    outcomes = [(row["outcome"], row.get("problem")) for row in answer["results"]]
    checks.equal("the import creates everybody", outcomes, [("created", None)] * len(company.people))
    checks.equal(
        "the import mails whom it was told to, alone",
        [len(company.portal.mails(p.email)) for p in company.people],
        [1, 0, 0, 0, 0],
    )
    older = company.portal.mailed_code(ada.email)

    answer = company.import_people([ada.email])
    checks.equal("the same import changes nothing", {row["outcome"] for row in answer["results"]}, {"unchanged"})
    newer = company.portal.mailed_code(ada.email)
    checks.answers(
        "the older code is refused once a newer was mailed", company.redeem(ada, older), 401, "passcode_rejected"
    )

    body = checks.answers("the newer code is redeemed", company.redeem(ada, newer), 200)
    recovery = body["recovery_token"]
    checks.answers("a code redeemed is refused again", company.redeem(ada, newer), 401, "passcode_rejected")
    checks.answers("a recovery opens no list", company.list_employees(recovery), 401, "unauthenticated")
    body = checks.answers(
        "nothing is completed from nothing", company.complete(recovery, "000000"), 409, "recovery_incomplete"
    )
    checks.equal("what is missing is told", sorted(body["missing"]), ["password", "totp"])
    checks.answers(
        "a common password is refused", company.choose_password(recovery, "password1234"), 422, "password_rejected"
    )
    checks.answers("a password is chosen", company.choose_password(recovery, "plum harbour ladder quartz"), 204)
    authenticator = Authenticator(
        checks.answers("an authenticator is enrolled", company.enrol(recovery), 200)["secret"]
    )
    wrong = f"{(int(authenticator.at(0)) + 1) % 1_000_000:06}"
    checks.answers("a wrong code completes nothing", company.complete(recovery, wrong), 401, "totp_rejected")
    body = checks.answers("the recovery is completed", company.complete(recovery, authenticator.code()), 200)
    checks.equal("with ten backup codes", len(set(body["backup_codes"])), 10)
    checks.answers("a recovery ends with its completion", company.enrol(recovery), 401, "unauthenticated")
    company.is_in(ada, "plum harbour ladder quartz", authenticator, body)


def sessions(checks, company: Company) -> None:
    """Signing in, what the session opens, and what opens none."""
    ada = company.ada
    body = checks.answers("she signs in", company.sign_in(ada, ada.authenticator.code()), 200)
    ada.token = body["access_token"]
    checks.answers(
        "a code typed is refused again", company.sign_in(ada, ada.authenticator.spent_code()), 401, "sign_in_rejected"
    )
    code = ada.backup_codes.pop()
    checks.answers("a backup code signs in", company.sign_in(ada, code), 200)
    checks.answers("a backup code signs in once", company.sign_in(ada, code), 401, "sign_in_rejected")
    checks.answers(
        "a wrong password does not",
        company.sign_in(ada, ada.backup_codes.pop(), "not her password"),
        401,
        "sign_in_rejected",
    )

    pages, cursor = [], None
    while not pages or cursor:
        answer = company.list_employees(ada.token, limit="2", **({"cursor": cursor} if cursor else {}))
        page = checks.answers(f"page {len(pages) + 1} of the list", answer, 200)
        pages.append([employee["name"] for employee in page["employees"]])
        cursor = page["next_cursor"]
    names = [name for page in pages for name in page]
    checks.equal("the pages hold everybody once, by name", names, sorted(person.name for person in company.people))
    body = checks.answers("a search answers", company.list_employees(ada.token, query="stast"), 200)
    checks.equal("a search folds accents", [employee["email"] for employee in body["employees"]], [company.olga.email])
    body = checks.answers("a filter answers", company.list_employees(ada.token, filter="clients"), 200)
    checks.equal("a filter finds its own", [employee["email"] for employee in body["employees"]], [company.carl.email])


def second_person(checks, company: Company) -> None:
    """Mike gets in by Ada's passcode; whom she may not mail one."""
    ada, mike = company.ada, company.mike
    checks.answers("an admin mails herself no passcode", company.issue(ada, ada.token), 403, "own_account")
    checks.answers("a client gets no passcode", company.issue(company.carl, ada.token), 422, "client_account")
    checks.answers("an admin mails Mike a passcode", company.issue(mike, ada.token), 201)
    recovery = checks.answers("he redeems it", company.redeem(mike, company.portal.mailed_code(mike.email)), 200)[
        "recovery_token"
    ]
    checks.answers("he chooses a password", company.choose_password(recovery, "copper lantern sixty meadow"), 204)
    authenticator = Authenticator(checks.answers("he enrols an authenticator", company.enrol(recovery), 200)["secret"])
    body = checks.answers("he is in", company.complete(recovery, authenticator.code()), 200)
    company.is_in(mike, "copper lantern sixty meadow", authenticator, body)
    checks.answers("a member lists nobody", company.list_employees(mike.token), 403, "not_security_admin")


def five_tries(checks, company: Company) -> None:
    """Five wrong secrets end Nora's code; the right one comes too late."""
    ada, nora = company.ada, company.nora
    checks.answers("an admin mails Nora a passcode", company.issue(nora, ada.token), 201)
    code = company.portal.mailed_code(nora.email)
    wrong = code[:5] + ("0000-0000" if code[5:] != "0000-0000" else "1111-1111")
    for count in range(1, 6):
        checks.answers(f"wrong secret {count} is refused", company.redeem(nora, wrong), 401, "passcode_rejected")
    checks.answers("after five the right one is refused", company.redeem(nora, code), 401, "passcode_rejected")
    body = checks.answers("her row is read", company.one_employee(nora, ada.token), 200)
    checks.equal("the directory tells", body["passcode"]["status"], "exhausted")


def sign_out(checks, company: Company) -> None:
    ada = company.ada
    checks.answers("she signs out", company.portal.call("DELETE /v1/sessions", token=ada.token), 204)
    checks.answers("the session has ended", company.list_employees(ada.token), 401, "unauthenticated")
