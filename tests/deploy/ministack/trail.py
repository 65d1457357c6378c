"""What is left behind: the trail, the logs and the tables tell the same, and none of them a secret."""

import collections
import datetime
import json
import re

from botocore.exceptions import ClientError

from stack import PARAMETERS

TABLES = ("EmployeesTable", "CredentialsTable", "PasscodesTable", "AuditTable", "LimitsTable")
# What the trail must tell of each request that was answered with success.
EVENTS_OF = {
    "POST /v1/passcodes/redeem": ["passcode.redeemed"],
    "POST /v1/recovery/complete": ["recovery.completed"],
    "POST /v1/sessions": ["session.started"],
    "DELETE /v1/sessions": ["session.ended"],
}


def seconds(moment: str) -> int:
    return int(datetime.datetime.fromisoformat(moment.replace("Z", "+00:00")).timestamp())


def rows_of(engine, table: str) -> list[dict]:
    pages = engine.client("dynamodb").get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
    return [row for page in pages for row in page["Items"]]


def log_messages(engine) -> list[str]:
    logs = engine.client("logs")
    groups = [
        group["logGroupName"]
        for page in logs.get_paginator("describe_log_groups").paginate()
        for group in page["logGroups"]
    ]
    pages = (page for group in groups for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group))
    return [event["message"] for page in pages for event in page["events"]]


def tell_the_same(checks, engine, stack, company) -> None:
    """Every success is in the trail, and every event of the trail is a metric of the logs."""
    portal = company.portal
    rows = rows_of(engine, stack.physical_id("AuditTable"))
    trail = collections.Counter(row["event_type"]["S"] for row in rows)
    expected = collections.Counter(event for route in portal.successes for event in EVENTS_OF.get(route, []))
    expected["passcode.issued"] = sum(len(portal.mails(person.email)) for person in company.people)
    expected["employee.imported"] = len(company.people)
    # The operator's second code for Ada, Nora's five wrong secrets, Olga's hour.
    expected.update(["passcode.superseded", "passcode.exhausted", "passcode.expired"])
    checks.equal("the trail tells what was done", dict(trail), dict(expected))

    kept = {int(row["delete_after"]["N"]) - seconds(row["at"]["S"]) for row in rows}
    checks.equal(
        "an event is kept for the days that the template says", kept, {int(PARAMETERS["AuditRetentionDays"]) * 86400}
    )

    messages = log_messages(engine)
    lines = [json.loads(message) for message in messages if message.startswith("{")]
    started = [message for message in messages if message.startswith("START ")]
    checks.equal("an invocation leaves one line", len(lines), len(started))
    checks.equal("no request failed", {line["outcome"] for line in lines}, {"answered", "refused"})
    metered = collections.Counter()
    for line in lines:
        for metrics in line["_aws"]["CloudWatchMetrics"]:
            for metric in metrics["Metrics"]:
                metered[metric["Name"]] += line[metric["Name"]]
    of_events = {event: metered[event.replace(".", "_")] for event in trail}
    checks.equal("the metrics count what the trail tells", of_events, dict(trail))
    told = [event for event in trail if event in ("passcode.redeemed", "recovery.completed")]
    checks.holds("the trail's stream makes notices", metered["notice_sent"] >= sum(trail[event] for event in told), metered)
    mails = trail["passcode.issued"] + metered["notice_sent"]
    checks.equal("the metrics count the mails", metered["mail_calls"], mails)
    checks.equal("the metrics name the stack", {line["stack"] for line in lines}, {stack.name})


def tell_no_secret(checks, engine, stack, company) -> None:
    """Nothing that opens a door lies in a log or a table as it was sent, and no log names a person."""
    secrets = company.portal.secrets
    kinds = {"passcode", "password", "authenticator's key", "backup code", "access token", "recovery token"}
    checks.equal("secrets of every kind went over the wire", set(secrets.values()), kinds)
    people = {text: "person" for person in company.people for text in (person.email, person.name)}
    logged = "\n".join(log_messages(engine))
    checks.equal("no log holds a secret or names a person", found(logged, {**secrets, **people}), [])
    stored = json.dumps(
        [rows_of(engine, stack.physical_id(table)) for table in TABLES], default=repr, ensure_ascii=False
    )
    checks.holds("the tables hold the people", all(person.name in stored for person in company.people))
    checks.equal("no table holds a secret", found(stored, secrets), [])


def found(text: str, secrets: dict) -> list[str]:
    """The kinds of those that stand in the text, written as they were or without their hyphens."""
    return [kind for secret, kind in secrets.items() if secret in text or re.sub("-", "", secret) in text]


def roles_bind(checks, engine, stack) -> None:
    """The engine asks the functions' roles: what all of this ran by is what the template allows."""
    role = engine.client("iam").get_role(RoleName=stack.physical_id("ListEmployeesFunctionRole"))["Role"]["Arn"]
    keys = engine.client("sts").assume_role(RoleArn=role, RoleSessionName="list-employees")["Credentials"]
    tables = engine.client("dynamodb", keys)
    key = {"login": {"S": "ada@northwind.example"}}
    try:
        tables.get_item(TableName=stack.physical_id("CredentialsTable"), Key=key)
        code = "allowed"
    except ClientError as error:
        code = error.response["Error"]["Code"]
    checks.equal("list-employees may not read a password's hash", code, "AccessDeniedException")
