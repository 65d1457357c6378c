"""A code whose time is over, and the schedule that ends it."""

import time

# The schedule's minute, the engine's ten seconds between two looks at it, and a busy machine.
SCHEDULE_SECONDS = 100


class Expiry:
    """Olga's code, whose time is ended by an edit of its row: no clock here can be moved."""

    def __init__(self, engine, stack, company):
        self._tables = engine.client("dynamodb")
        self._passcodes = stack.physical_id("PasscodesTable")
        self._company = company

    def _key(self) -> dict:
        return {"login": {"S": self._company.olga.email}}

    def begin(self, checks) -> None:
        company = self._company
        checks.answers("Olga is mailed a passcode", company.issue(company.olga, company.ada.token), 201)
        past = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(time.time() - 60))
        before = self._tables.update_item(
            TableName=self._passcodes,
            Key=self._key(),
            ReturnValues="ALL_OLD",
            UpdateExpression="SET expires_at = :past, due_at = :past",
            ExpressionAttributeValues={":past": {"S": past}},
        )["Attributes"]
        checks.equal("moments are written as the store writes them", len(before["expires_at"]["S"]), len(past))
        code = company.portal.mailed_code(company.olga.email)
        checks.answers(
            "a code whose time is over is refused", company.redeem(company.olga, code), 401, "passcode_rejected"
        )

    def end(self, checks) -> None:
        company, end = self._company, time.monotonic() + SCHEDULE_SECONDS
        while time.monotonic() < end:
            row = self._tables.get_item(TableName=self._passcodes, Key=self._key(), ConsistentRead=True)["Item"]
            if row["passcode_status"]["S"] == "expired":
                break
            time.sleep(1)
        checks.equal("the schedule ends it", row["passcode_status"]["S"], "expired")
        checks.equal("and takes its secret", "secret_hash" in row, False)
        body = checks.answers("the directory is read", company.one_employee(company.olga, company.ada.token), 200)
        checks.equal("the directory tells", body["passcode"]["status"], "expired")
        counts = company.portal.invoke("CleanupPasscodesFunction", {})
        checks.equal("once more there is nothing to do", counts, {"expired": 0, "abandoned": 0, "withdrawn": 0, "approvals": 0})
