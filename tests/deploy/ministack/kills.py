"""Kills the functions' processes at random moments while people recover their accounts.

The engine keeps running. It restarts a killed function and answers the waiting client with `Runtime.ExitError`, as Lambda does.
The store is in the engine's process, so a kill ends the function before, between or after its requests to the store.
"""

import collections
import json
import os
import random
import subprocess
import threading
import time

from checks import Failed
from engine import ROOT, REGION
from people import Company, Person
from portal import Authenticator, FunctionFailed, Portal
from stack import PARAMETERS
from trail import rows_of

SECONDS = 40
# The longest while between two kills; the shortest is a fifth of it.
LONGEST_PAUSE = 1.0
# Lambda's word for a process that ended in the middle, and the engine's for one that ended while it started.
KILLED = {"Runtime.ExitError", "Runtime.Unknown"}
# How long notices may take: the engine waits a second after a batch that failed.
NOTICE_SECONDS = 60
NOTICES = {
    "passcode.redeemed": "Your one-time passcode was used",
    "recovery.completed": "Your password and your authenticator were replaced",
}
TABLES = ("Employees", "Credentials", "Passcodes", "Audit")


class Traveller(threading.Thread):
    """Somebody who comes back in again and again, in a network of the own, and begins anew whatever was cut off."""

    def __init__(self, number: int, engine, stack, company: Company):
        super().__init__(daemon=True)
        self.person = Person(f"Traveller{number} Roe")
        self.portal = Portal(engine, stack, source_ip=f"198.51.{100 + number}.7")
        self.company = Company(self.portal)
        self.company.company_id = company.company_id
        self.interrupted = collections.Counter()
        self.recoveries = 0
        self.fault = None
        self._passwords = 0
        self.ends_at = 0.0

    def run(self) -> None:
        try:
            while time.monotonic() < self.ends_at:
                self.comes_back()
        except Exception as fault:
            # A thread's own end would be silent.
            self.fault = fault

    def patiently(self, act):
        """The answer, asked for again while the function is killed."""
        while True:
            try:
                return act()
            except FunctionFailed as failed:
                if failed.kind not in KILLED:
                    raise
                self.interrupted[failed.logical_id] += 1

    def comes_back(self) -> None:
        """One recovery. A 401 in it says that what was asked for before was done, and its answer lost: it begins anew."""
        person = self.person
        before = (person.password, person.backup_codes)
        while not self._recovers():
            pass
        self.recoveries += 1
        if before[1] and time.monotonic() >= self.ends_at:
            self._old_is_dead(*before)

    def _recovers(self) -> bool:
        company, person = self.company, self.person
        self.patiently(self._issue)
        redeemed = self.patiently(lambda: company.redeem(person, self.portal.mails(person.email)[-1]))
        if not leads_on(redeemed):
            return False
        recovery = redeemed.body["recovery_token"]
        self._passwords += 1
        password = f"copper lantern sixty meadow {self._passwords}"
        chosen = self.patiently(lambda: company.choose_password(recovery, password))
        shown = self.patiently(lambda: company.enrol(recovery))
        if not (leads_on(chosen) and leads_on(shown)):
            return False
        authenticator = Authenticator(shown.body["secret"])
        code = authenticator.code()
        completed = self.patiently(lambda: company.complete(recovery, code))
        if not leads_on(completed):
            return False
        # Its answer has the backup codes. An authenticator's step would be spent where only an answer was lost.
        person.password, person.backup_codes = password, list(completed.body["backup_codes"])
        signed_in = self.patiently(lambda: company.sign_in(person, person.backup_codes.pop()))
        if signed_in.status != 200:
            raise Failed(f"{person.email} is not in: {signed_in}")
        return True

    def _issue(self) -> None:
        """The operator mails a code: Security Admins may mail three in a quarter of an hour."""
        event = {
            "company": {"external_id": "northwind", "name": "Northwind Partners"},
            "employees": [],
            "issue_passcodes": [self.person.email],
        }
        (result,) = self.portal.invoke("ImportEmployeesFunction", event)["results"]
        if result.get("problem"):
            raise Failed(f"no code for {self.person.email}: {result}")

    def _old_is_dead(self, password: str, backup_codes: list) -> None:
        backup_code = backup_codes.pop()
        # The last kill may come after the time is over.
        answer = self.patiently(lambda: self.company.sign_in(self.person, backup_code, password))
        if (answer.status, answer.code) != (401, "sign_in_rejected"):
            raise Failed(f"old credentials of {self.person.email} live: {answer}")


def leads_on(answer) -> bool:
    if answer.status not in (200, 204, 401):
        raise Failed(f"neither a success nor a refusal: {answer}")
    return answer.status != 401


def of_functions(checks, engine, stack, company: Company, readmit_check: str) -> None:
    travellers = [Traveller(number, engine, stack, company) for number in range(1, 5)]
    event = {
        "company": {"external_id": "northwind", "name": "Northwind Partners"},
        "employees": [traveller.person.row() for traveller in travellers],
    }
    answer = company.portal.invoke("ImportEmployeesFunction", event)
    checks.equal("four travellers are imported", {row["outcome"] for row in answer["results"]}, {"created"})
    ends_at = time.monotonic() + SECONDS
    for traveller, result in zip(travellers, answer["results"], strict=True):
        traveller.person.employee_id = result["employee_id"]
        traveller.ends_at = ends_at
        traveller.start()

    moments, killed = 0, 0
    while time.monotonic() < ends_at:
        # A random moment is the point: no condition is waited for.
        time.sleep(random.uniform(LONGEST_PAUSE / 5, LONGEST_PAUSE))
        moments, killed = moments + 1, killed + engine.kill_functions()
    for traveller in travellers:
        traveller.join()
    interrupted = sum((traveller.interrupted for traveller in travellers), collections.Counter())
    checks.equal("everybody gets through", [traveller.fault for traveller in travellers], [None] * len(travellers))
    print(
        f"{moments} kills of {killed} processes; {sum(traveller.recoveries for traveller in travellers)} recoveries; "
        f"cut off were {dict(interrupted)}"
    )
    checks.holds("some tens of kills met requests", moments >= 20 and interrupted.total() >= 20, (moments, interrupted))

    for traveller in travellers:
        traveller.comes_back()
    checks.holds("everybody comes back once more, and what was before is dead", True)
    told_once_or_twice(checks, engine, stack, travellers)
    tables_agree(checks, engine, stack, readmit_check)


def told_once_or_twice(checks, engine, stack, travellers) -> None:
    """Each notice is mailed at least once and at most twice; a killed batch of the stream comes again."""
    by_id = {traveller.person.employee_id: traveller for traveller in travellers}
    owed = collections.Counter()
    for row in rows_of(engine, stack.physical_id("AuditTable")):
        person, kind = row.get("employee_id", {}).get("S"), row["event_type"]["S"]
        if person in by_id and kind in NOTICES:
            owed[person, kind] += 1
    end = time.monotonic() + NOTICE_SECONDS
    while True:
        mailed = collections.Counter()
        for person, traveller in by_id.items():
            subjects = collections.Counter(mail["Subject"] for mail in traveller.portal.messages(traveller.person.email))
            mailed.update({(person, kind): subjects[subject] for kind, subject in NOTICES.items()})
        if all(mailed[key] >= count for key, count in owed.items()) or time.monotonic() > end:
            break
        time.sleep(0.5)
    few = {key: (mailed[key], count) for key, count in owed.items() if mailed[key] < count}
    many = {key: (mailed[key], count) for key, count in owed.items() if mailed[key] > 2 * count}
    checks.equal(f"{owed.total()} notices are mailed, {mailed.total() - owed.total()} of them twice", (few, many), ({}, {}))


def tables_agree(checks, engine, stack, readmit_check: str) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "AWS_REGION": REGION,
        "AWS_ENDPOINT_URL_DYNAMODB": engine.url,
        "READMIT_AUDIT_RETENTION_DAYS": PARAMETERS["AuditRetentionDays"],
        **ROOT,
        **{f"READMIT_{table.upper()}_TABLE": stack.physical_id(f"{table}Table") for table in TABLES},
    }
    done = subprocess.run([readmit_check], env=environment, capture_output=True, text=True, check=False)
    faults = [json.loads(line) for line in done.stdout.splitlines()]
    checks.equal("readmit-check finds nothing", (done.returncode, faults, done.stderr), (0, [], ""))
