"""The local stack as a process, and what people do there: through its API, with its mailbox."""

import base64
import hmac
import json
import os
import re
import struct
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request

START_SECONDS = 60
CALL_SECONDS = 30
STEP_SECONDS = 30
# To suspend wants a sign-in of the last ten minutes.
RECENT_SECONDS = 300
# One of the root secrets, by its name there.
ROOT_SECRET = "readmit-sessions"
# Straight to loopback, whatever proxy the machine has.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Stack:
    """A local stack with the sample company in it, until it is closed. Nothing of it outlives the process."""

    def __init__(self, program: str, sample: dict):
        # What it tells of each request is of no interest here.
        environment = os.environ | {"RUST_LOG": "error"}
        command = [program, "--port", "0", "--no-portal", "--no-delivery", "--log"]
        self._admins_token, self._signed_in_at = "", float("-inf")
        self._process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE)
        try:
            line = self._process.stdout.readline()
            if not line:
                raise RuntimeError("the local stack does not start")
            ready = json.loads(line)
            self.api = ready["api"]
            self.admin = ready["admin"]
            self.dynamodb_port = urllib.parse.urlsplit(ready["dynamodb"]).port
            self.cloud_port = urllib.parse.urlsplit(ready["secrets_and_mail"]).port
            self.secret_arn = self._secret_arn()
            # Run again, an import changes nothing and tells the ids.
            imported = self.invoke("import-employees", sample)
            self.company = {"company_id": imported["company_id"], "name": sample["company"]["name"]}
            self.ids = {row["email"]: row["employee_id"] for row in imported["results"]}
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self._process.terminate()
        self._process.wait(timeout=START_SECONDS)
        self._process.stdout.close()

    def _secret_arn(self) -> str:
        headers = {"x-amz-target": "secretsmanager.DescribeSecret"}
        url, asked = f"http://127.0.0.1:{self.cloud_port}/", json.dumps({"SecretId": ROOT_SECRET}).encode()
        with OPENER.open(urllib.request.Request(url, asked, headers), timeout=CALL_SECONDS) as answer:
            return json.load(answer)["ARN"]

    def call(self, method: str, path: str, body=None, token: str | None = None):
        """The answer's JSON, or None where there is none. What is refused is an error here."""
        headers = {"authorization": f"Bearer {token}"} if token else {}
        if body is not None:
            headers["content-type"] = "application/json"
        sent = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.api + path, sent, headers, method=method)
        try:
            with OPENER.open(request, timeout=CALL_SECONDS) as answer:
                text = answer.read()
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{method} {path}: {error.code} {error.read()[:300]!r}") from None
        return json.loads(text) if text else None

    def invoke(self, function: str, event):
        """Runs a function in the stack's own process."""
        return self.call("POST", f"/2015-03-31/functions/{function}/invocations", event)

    def passcode_of(self, email: str) -> str:
        """Has the operator mail a passcode, and reads the mail."""
        event = {"company": self.company, "employees": [], "issue_passcodes": [email]}
        (row,) = self.invoke("import-employees", event)["results"]
        if "problem" in row:
            raise RuntimeError(f"no passcode for {email}: {row}")
        return re.search(r"^ +((?:[0-9A-Z]{4}-){2}[0-9A-Z]{4})$", self.mails_to(email)[-1]["text"], re.MULTILINE)[1]

    def mails_to(self, email: str) -> list:
        """All passcodes' mails to an address, oldest first; notices come among them."""
        mails = self.call("GET", "/_local/mail?" + urllib.parse.urlencode({"to": email}))["emails"]
        return [mail for mail in mails if mail["tags"]["kind"] == "passcode"]

    def disown_token(self, email: str) -> str:
        """The token behind the link "this was not me" in the newest mail to an address."""
        return re.search(r"/#/disown/(\S+)", self.mails_to(email)[-1]["text"])[1]

    def recovery_of(self, email: str) -> str:
        """The token of a recovery that a passcode has opened."""
        body = {"email": email, "code": self.passcode_of(email)}
        return self.call("POST", "/v1/passcodes/redeem", body)["recovery_token"]

    def pending_totp(self, token: str, password: str) -> "Totp":
        """Sets the password of a recovery, and has it show the key of a new authenticator."""
        self.call("PUT", "/v1/recovery/password", {"password": password}, token)
        return Totp(self.call("POST", "/v1/recovery/totp", token=token)["otpauth_uri"])

    def enrolled(self, email: str, password: str) -> tuple["Totp", str]:
        """Somebody who has recovered: the authenticator, and a session."""
        token = self.recovery_of(email)
        totp = self.pending_totp(token, password)
        # The step before is accepted too, and leaves this one for a sign-in.
        session = self.call("POST", "/v1/recovery/complete", {"code": totp.digits(-1)}, token)
        return totp, session["access_token"]

    def approval_for(self, email: str) -> str:
        """The id of Grace's request to make this person a Security Admin, which waits for an approval."""
        company = {"company_id": self.company["company_id"], "approvals": "sensitive"}
        self.invoke("import-employees", {"company": company, "employees": []})
        _, token = self.enrolled("grace.okafor@northwind.example", "nine calm llamas hum tunes")
        waits = self.call("PATCH", f"/v1/employees/{self.ids[email]}", {"role": "security_admin"}, token)
        return waits["approval"]["approval_id"]

    def admins_token(self) -> str:
        """A session of the Security Admin whom the stack has enrolled, of a recent sign-in; each sign-in wants another step."""
        if time.monotonic() - self._signed_in_at < RECENT_SECONDS:
            return self._admins_token
        digits = Totp(self.admin["otpauth_uri"]).digits()
        body = {"email": self.admin["email"], "password": self.admin["password"], "code": digits}
        self._admins_token = self.call("POST", "/v1/sessions", body)["access_token"]
        self._signed_in_at = time.monotonic()
        return self._admins_token


class Totp:
    """An authenticator: RFC 6238 with SHA-1, six digits, steps of 30 seconds."""

    def __init__(self, otpauth_uri: str):
        (secret,) = urllib.parse.parse_qs(urllib.parse.urlsplit(otpauth_uri).query)["secret"]
        self._key = base64.b32decode(secret + "=" * (-len(secret) % 8))

    def digits(self, steps: int = 0) -> str:
        """Those of this step, or of so many later."""
        counter = struct.pack(">Q", int(time.time()) // STEP_SECONDS + steps)
        digest = hmac.digest(self._key, counter, "sha1")
        offset = digest[-1] & 0xF
        number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
        return f"{number % 1_000_000:06}"
