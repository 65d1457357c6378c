"""The events of `events/`, what they take for granted, and what is expected of each: as in `tests/flows/fixtures.rs`."""

import base64
import collections
import datetime
import json
from pathlib import Path

from stack import Stack

MIKE = "mike@northwind.example"

# What stands in the events where a real one belongs; whose the ids are, `expected.json` says.
PASSCODES = ("7K3M-9QXT-2BHW", "7k3m 9qxt 2bhw")
MIKES_PASSWORD = "four tidy otters row home"
MIKES_DIGITS = "492039"
NEW_PASSWORD = "seven brisk kites over Łódź"
NEW_DIGITS = "815274"
ROOT_SECRET = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:SessionsSecret-Xp2m9QkLw0aZ-a1b2c3"

COMPANY = "cmp_01JDEXAMP1E00000000000N0RD"
APPROVAL = "apr_01JDEXAMP1E0000000000APR00"
PASSCODE = "pco_01JDEXAMP1E0000000000C0DE0"

# The recoveries that only a code of the new authenticator is wanting to.
ALL_BUT_CONFIRMED = ("reset-2fa/complete.json", "reset-2fa/impossible-code.json")

# What an event takes for granted that another event does.
BEFORE = {
    "revoke-passcode/revoke.json": "issue-passcode/issue.json",
    "rotate-root-secret/test-secret.json": "rotate-root-secret/create-secret.json",
    "rotate-root-secret/finish-secret.json": "rotate-root-secret/create-secret.json",
}


class Events:
    """Every event and every expectation; a file that is not expected, or an expectation without a file, is an error."""

    def __init__(self, folder: Path):
        self._events = {str(path.relative_to(folder)): json.loads(path.read_text()) for path in folder.glob("*/*.json")}
        expectations = json.loads((folder / "expected.json").read_text())
        self._people, self.expected = expectations["people"], expectations["answers"]
        if different := self._events.keys() ^ self.expected.keys():
            raise RuntimeError(f"events/ and events/expected.json differ in {', '.join(sorted(different))}")
        self.sample = self._events["import-employees/sample-company.json"]

    def first_of_each(self) -> list[str]:
        """The first event of each function that succeeds, and the first that fails."""
        first = {}
        for file, expectation in sorted(self.expected.items()):
            fails = not expectation.keys().isdisjoint(("problem", "error"))
            first.setdefault((file.split("/")[0], fails), file)
        return sorted(first.values())

    def filled(self, stack: Stack, file: str) -> str:
        """The event with ids, tokens and codes of this stack in it, after what it takes for granted has happened."""
        if before := BEFORE.get(file):
            stack.invoke(before.split("/")[0], json.loads(self.filled(stack, before)))
        text = json.dumps(self._events[file], ensure_ascii=False).replace(ROOT_SECRET, stack.secret_arn)
        for id, email in self._people.items():
            text = text.replace(id, stack.ids[email])
        if "<now>" in text:
            now = datetime.datetime.now(datetime.UTC).isoformat()
            text = text.replace("<now>", now).replace(COMPANY, stack.company["company_id"])
        if "<access token>" in text:
            text = text.replace("<access token>", stack.admins_token())
        if "<member's access token>" in text:
            totp, token = stack.enrolled(MIKE, MIKES_PASSWORD)
            text = text.replace("<member's access token>", token).replace(MIKES_DIGITS, totp.digits())
        if "<recovery token>" in text:
            token = stack.recovery_of(MIKE)
            text = text.replace("<recovery token>", token)
            if file in ALL_BUT_CONFIRMED:
                text = text.replace(NEW_DIGITS, stack.pending_totp(token, NEW_PASSWORD).digits())
        if file.startswith("sign-in/") and MIKE in text:
            totp, _ = stack.enrolled(MIKE, MIKES_PASSWORD)
            text = text.replace(MIKES_DIGITS, totp.digits())
        if PASSCODE in text:
            stack.passcode_of(MIKE)
            tags = stack.mails_to(MIKE)[-1]["tags"]
            text = text.replace(COMPANY, tags["company_id"]).replace(PASSCODE, tags["passcode_id"])
        if APPROVAL in text:
            text = text.replace(APPROVAL, stack.approval_for(MIKE))
        if "<disown token>" in text:
            stack.passcode_of(MIKE)
            text = text.replace("<disown token>", stack.disown_token(MIKE))
        if " token>" in text:
            raise RuntimeError(f"{file} has a placeholder that nothing fills")
        return _with_passcode(text, stack.passcode_of(MIKE)) if file.startswith("redeem-passcode/") else text

    def fault(self, file: str, answer) -> str | None:
        """What is wrong with an answer."""
        ((kind, expected),) = self.expected[file].items()
        seen = SEEN[kind](answer)
        return None if seen == expected else f"expected {kind} {json.dumps(expected)}, but got {json.dumps(answer)[:500]}"


def _with_passcode(text: str, code: str) -> str:
    """Puts a real passcode where an event has one, in a body of text or of base64."""
    event = json.loads(text)
    body = base64.b64decode(event["body"]).decode() if event["isBase64Encoded"] else event["body"]
    for sample in PASSCODES:
        body = body.replace(sample, code)
    event["body"] = base64.b64encode(body.encode()).decode() if event["isBase64Encoded"] else body
    return json.dumps(event)


def _problem(answer) -> list:
    return [answer.get("statusCode"), json.loads(answer.get("body") or "{}").get("code")]


def _outcomes(answer) -> dict:
    """How many rows of an import have each outcome; a row that has a problem and was not refused counts as none."""
    rows = answer.get("results", [])
    return dict(collections.Counter(r["outcome"] for r in rows if (r["outcome"] == "refused") == ("problem" in r)))


# What each kind of expectation is compared with.
SEEN = {
    "output": lambda answer: answer,
    "outcomes": _outcomes,
    "answer": lambda answer: answer.get("statusCode"),
    "problem": _problem,
    "error": lambda answer: answer.get("errorType"),
}
