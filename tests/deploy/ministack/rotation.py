"""Two rotations of the root secret, in the middle of sessions, a recovery, and a code on its way."""

import base64
import json
import time
import uuid

from portal import Authenticator

STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")
SIGNS_AFTER = 600


def key_version(token: str) -> str:
    """The version of the root that a token names."""
    header = token.split(".", 1)[0]
    return json.loads(base64.urlsafe_b64decode(header + "=" * (-len(header) % 4)))["kid"]


class Root:
    """The root secret, and its rotation as Secrets Manager does it."""

    def __init__(self, engine, stack, portal):
        self._engine, self._portal = engine, portal
        self._secrets = engine.client("secretsmanager")
        self._arn = self._secrets.describe_secret(SecretId=stack.physical_id("RootSecret"))["ARN"]

    def read(self, **version) -> dict:
        return json.loads(self._secrets.get_secret_value(SecretId=self._arn, **version)["SecretString"])

    def step(self, step: str, token: str) -> None:
        """ministack's own RotateSecret calls no function, so its part is played here."""
        event = {"Step": step, "SecretId": self._arn, "ClientRequestToken": token}
        self._portal.invoke("RotateRootSecretFunction", event)

    def let_sign(self, version: str) -> None:
        """As if the ten minutes were over, for every process: no clock here can be moved."""
        root = self.read()
        root["signs_from"][version] = int(time.time()) - 1
        self._secrets.put_secret_value(SecretId=self._arn, SecretString=json.dumps(root))
        self._engine.end_warm_functions()

    def rotate(self, checks, version: str) -> None:
        before, token = self.read(), str(uuid.uuid4())
        for step in STEPS:
            self.step(step, token)
            stored = self.read(VersionId=token)
            self.step(step, token)
            checks.equal(f"{step} of version {version} may come again", self.read(VersionId=token), stored)
            if step != "finishSecret":
                checks.equal("nothing is current before the last step", self.read(), before)
        after, now = self.read(), int(time.time())
        material, signs_from = after.pop(version), after["signs_from"].pop(version)
        checks.equal(f"version {version} is added, and no other changed", after, before)
        checks.holds(f"version {version} has 64 characters", len(material) == 64, len(material))
        wait = signs_from - now
        checks.holds(f"version {version} signs in ten minutes", SIGNS_AFTER - 30 <= wait <= SIGNS_AFTER, wait)
        checks.equal("what was current is the previous one", self.read(VersionStage="AWSPREVIOUS"), before)
        self._engine.end_warm_functions()


def two_rotations(checks, company, root: Root) -> None:
    """Nora's code and Mike's recovery begin on version 1; all that was begun is brought to its end on the next ones."""
    ada, mike, nora, portal = company.ada, company.mike, company.nora, company.portal
    first_session = ada.token
    checks.equal("the session is signed by version 1", key_version(first_session), "1")
    checks.answers("Nora is mailed a passcode", company.issue(nora, ada.token), 201)
    checks.answers("Mike has lost his phone", company.issue(mike, ada.token), 201)
    code = portal.mailed_code(mike.email)
    recovery = checks.answers("he redeems his passcode", company.redeem(mike, code), 200)["recovery_token"]

    root.rotate(checks, "2")
    checks.answers("the session goes on", company.list_employees(first_session), 200)
    checks.answers(
        "the recovery goes on: a password", company.choose_password(recovery, "velvet compass orchard nine"), 204
    )
    session = checks.answers("Mike's old password still signs in", company.sign_in(mike, mike.backup_codes.pop()), 200)
    checks.equal("version 1 still signs", key_version(session["access_token"]), "1")

    root.let_sign("2")
    checks.answers("the session of version 1 goes on", company.list_employees(first_session), 200)
    authenticator = Authenticator(
        checks.answers("the recovery goes on: an authenticator", company.enrol(recovery), 200)["secret"]
    )
    code = portal.mailed_code(nora.email)
    second_recovery = checks.answers("a code of version 1 is redeemed", company.redeem(nora, code), 200)[
        "recovery_token"
    ]
    session = checks.answers(
        "Ada signs in with what version 1 keeps", company.sign_in(ada, ada.backup_codes.pop()), 200
    )
    ada.token = session["access_token"]
    checks.equal("version 2 signs", key_version(ada.token), "2")
    cursor = checks.answers("a first page", company.list_employees(ada.token, limit="2"), 200)["next_cursor"]

    root.rotate(checks, "3")
    checks.answers("both sessions go on: 1", company.list_employees(first_session), 200)
    checks.answers("both sessions go on: 2", company.list_employees(ada.token), 200)
    body = checks.answers("Mike's recovery is completed", company.complete(recovery, authenticator.code()), 200)
    checks.answers("his session has ended", company.list_employees(mike.token), 401, "unauthenticated")
    checks.answers(
        "the old ones together are refused", company.sign_in(mike, mike.backup_codes.pop()), 401, "sign_in_rejected"
    )
    old_password, old_codes, old_authenticator = mike.password, mike.backup_codes, mike.authenticator
    company.is_in(mike, "velvet compass orchard nine", authenticator, body)
    answer = company.sign_in(mike, mike.backup_codes[-1], old_password)
    checks.answers("his old password is refused", answer, 401, "sign_in_rejected")
    for words, code in (("authenticator", old_authenticator.code()), ("backup code", old_codes.pop())):
        checks.answers(f"his old {words} is refused", company.sign_in(mike, code), 401, "sign_in_rejected")

    root.let_sign("3")
    checks.answers("the session of version 2 goes on", company.list_employees(ada.token), 200)
    checks.answers("so does one of version 1", company.list_employees(first_session), 200)
    checks.answers("a page is followed by the next", company.list_employees(ada.token, limit="2", cursor=cursor), 200)
    checks.answers(
        "a recovery of version 2 goes on", company.choose_password(second_recovery, "seven gravel trumpet dune"), 204
    )
    authenticator = Authenticator(
        checks.answers("with an authenticator", company.enrol(second_recovery), 200)["secret"]
    )
    body = checks.answers("to its end", company.complete(second_recovery, authenticator.code()), 200)
    company.is_in(nora, "seven gravel trumpet dune", authenticator, body)
    checks.equal("version 3 signs", key_version(nora.token), "3")
    keys = portal.call("GET /.well-known/jwks.json").body["keys"]
    checks.equal("the keys of all that is taken are public", sorted(key["kid"] for key in keys), ["1", "2", "3"])
    for person in (ada, mike):
        session = checks.answers(
            f"{person.name} signs in by authenticator", company.sign_in(person, person.authenticator.code()), 200
        )
        person.token = session["access_token"]
