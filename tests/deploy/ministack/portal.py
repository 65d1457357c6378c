"""What a portal and its people do: send API Gateway's events, read mails, type an authenticator's codes."""

import base64
import hashlib
import hmac
import json
import re
import struct
import time
import urllib.request
from dataclasses import dataclass, field
from urllib.parse import urlencode

from checks import Failed

STEP_SECONDS = 30


@dataclass
class Answer:
    """What a function answered to a request."""

    status: int
    body: dict | None
    headers: dict

    @property
    def code(self) -> str | None:
        """The problem's code, if it is a refusal."""
        return self.body.get("code") if self.body else None


class FunctionFailed(Failed):
    """A function gave no answer; `kind` is Lambda's word for why."""

    def __init__(self, logical_id: str, payload: dict):
        super().__init__(f"{logical_id} failed: {payload}")
        self.logical_id, self.kind = logical_id, payload.get("errorType", "")


@dataclass
class Portal:
    """Sends each request to what the template's route names, as the gateway would."""

    engine: object
    stack: object
    # The network that its people sit in.
    source_ip: str = "203.0.113.24"
    # Every secret that went over the wire, by kind: none may be found in a log.
    secrets: dict = field(default_factory=dict)
    # The route of each request that was answered with success.
    successes: list = field(default_factory=list)

    def __post_init__(self):
        self._lambda = self.engine.client("lambda")

    def call(self, route: str, body=None, *, token=None, query=None, **path_parameters) -> Answer:
        """`route` is a route key: `POST /v1/sessions`."""
        method, path = route.split(" ", 1)
        for name, value in path_parameters.items():
            path = path.replace(f"{{{name}}}", value)
        headers = {"accept": "application/json", "host": "api.portal.example", "x-forwarded-proto": "https"}
        if token is not None:
            headers["authorization"] = f"Bearer {token}"
        if body is not None:
            headers["content-type"] = "application/json"
        now = time.time()
        event = {
            "version": "2.0",
            "routeKey": route,
            "rawPath": path,
            "rawQueryString": urlencode(query or {}),
            "headers": headers,
            "requestContext": {
                "accountId": "123456789012",
                "apiId": "a1b2c3d4e5",
                "domainName": "api.portal.example",
                "domainPrefix": "api",
                "http": {
                    "method": method,
                    "path": path,
                    "protocol": "HTTP/1.1",
                    "sourceIp": self.source_ip,
                    "userAgent": "Mozilla/5.0",
                },
                "requestId": f"req-{int(now * 1e6)}",
                "routeKey": route,
                "stage": "$default",
                "time": time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(now)),
                "timeEpoch": int(now * 1000),
            },
            "isBase64Encoded": False,
        }
        if query:
            event["queryStringParameters"] = query
        if path_parameters:
            event["pathParameters"] = path_parameters
        if body is not None:
            event["body"] = json.dumps(body)
        answer = self.invoke(self.stack.routes[route], event)
        if answer["statusCode"] < 300:
            self.successes.append(route)
        text = answer.get("body")
        return Answer(answer["statusCode"], json.loads(text) if text else None, answer.get("headers") or {})

    def invoke(self, logical_id: str, event):
        """Invokes a function, or the alias that stands for it."""
        answer = self._lambda.invoke(FunctionName=self.stack.physical_id(logical_id), Payload=json.dumps(event))
        payload = json.loads(answer["Payload"].read())
        if "FunctionError" in answer:
            raise FunctionFailed(logical_id, payload)
        return payload

    def messages(self, to: str) -> list[dict]:
        """All that was mailed, oldest first."""
        with urllib.request.urlopen(f"{self.engine.url}/_ministack/ses/messages", timeout=10) as answer:
            messages = [mail for account in json.load(answer)["messages"].values() for mail in account]
        return [mail for mail in messages if mail["To"] == [to]]

    def mails(self, to: str) -> list[str]:
        """The passcodes that were mailed, oldest first; notices come among them."""
        return [code for mail in self.messages(to) for code in CODE.findall(mail["BodyText"])]

    def mailed_code(self, to: str) -> str:
        """The newest passcode."""
        return self.keep("passcode", self.mails(to)[-1])

    def keep(self, kind: str, secret: str) -> str:
        self.secrets[secret] = kind
        return secret


# A passcode stands alone on its line.
CODE = re.compile(r"^ +((?:[0-9A-Z]{4}-){2}[0-9A-Z]{4})$", re.MULTILINE)


class Authenticator:
    """RFC 6238: SHA-1, six digits, 30 seconds. A step once typed is never typed again."""

    def __init__(self, secret: str):
        self._key = base64.b32decode(secret + "=" * (-len(secret) % 8))
        self._typed = -1

    def code(self) -> str:
        """The code of this step, or of the next, which is taken too; waits where both are spent."""
        step = max(self._typed + 1, int(time.time()) // STEP_SECONDS)
        while step > int(time.time()) // STEP_SECONDS + 1:
            time.sleep(0.2)
        self._typed = step
        return self.at(step)

    def spent_code(self) -> str:
        return self.at(self._typed)

    def at(self, step: int) -> str:
        digest = hmac.new(self._key, struct.pack(">Q", step), hashlib.sha1).digest()
        offset = digest[-1] & 15
        return f"{(struct.unpack_from('>I', digest, offset)[0] & 0x7FFFFFFF) % 1_000_000:06}"
