"""Two rotations of every root secret, in the middle of sessions, a recovery, and a code on its way; then a leak."""

import base64
import json
import time
import uuid

from portal import Authenticator

STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")
SIGNS_AFTER = 1800
# By their names in the template; what signs sessions comes first.
ROOTS = ("Sessions", "Recoveries", "Passcodes", "Credentials", "Authenticators", "Cursors", "Disowning")


def key_version(portal, token: str) -> str:
    """The version of the root that a token names: the public keys stand in the order of their versions."""
    header = token.split(".", 1)[0]
    kid = json.loads(base64.urlsafe_b64decode(header + "=" * (-len(header) % 4)))["kid"]
    keys = portal.call("GET /.well-known/jwks.json").body["keys"]
    return str([key["kid"] for key in keys].index(kid) + 1)


class Roots:
    """The root secrets, and their rotation as Secrets Manager does it."""

    def __init__(self, engine, stack, portal):
        self._engine, self._portal = engine, portal
        self._secrets = engine.client("secretsmanager")
        described = (self._secrets.describe_secret(SecretId=stack.physical_id(f"{root}Secret")) for root in ROOTS)
        self._arns = [secret["ARN"] for secret in described]

    def read(self, arn: str | None = None, **version) -> dict:
        """What signs sessions, unless another is named."""
        secret = self._secrets.get_secret_value(SecretId=arn or self._arns[0], **version)
        return json.loads(secret["SecretString"])

    def step(self, arn: str, step: str, token: str) -> None:
        """ministack's own RotateSecret calls no function, so its part is played here."""
        event = {"Step": step, "SecretId": arn, "ClientRequestToken": token}
        self._portal.invoke("RotateRootSecretFunction", event)

    def let_sign(self, version: str) -> None:
        """As if the half hour were over, for every process: no clock here can be moved."""
        for arn in self._arns:
            root = self.read(arn)
            root["signs_from"][version] = int(time.time()) - 1
            self._secrets.put_secret_value(SecretId=arn, SecretString=json.dumps(root))
        self._engine.end_warm_functions()

    def rotate(self, checks, version: str) -> None:
        first, *others = self._arns
        self._rotate_one(checks, first, version)
        for arn in others:
            token = str(uuid.uuid4())
            for step in STEPS:
                self.step(arn, step, token)
        checks.holds(f"every root has a version {version}", all(version in self.read(arn) for arn in self._arns))
        self._engine.end_warm_functions()

    def _rotate_one(self, checks, arn: str, version: str) -> None:
        before, token = self.read(), str(uuid.uuid4())
        for step in STEPS:
            self.step(arn, step, token)
            stored = self.read(VersionId=token)
            self.step(arn, step, token)
            checks.equal(f"{step} of version {version} may come again", self.read(VersionId=token), stored)
            if step != "finishSecret":
                checks.equal("nothing is current before the last step", self.read(), before)
        after, now = self.read(), int(time.time())
        material, signs_from = after.pop(version), after["signs_from"].pop(version)
        checks.equal(f"version {version} is added, and no other changed", after, before)
        checks.holds(f"version {version} has 64 characters", len(material) == 64, len(material))
        wait = signs_from - now
        checks.holds(f"version {version} signs in half an hour", SIGNS_AFTER - 30 <= wait <= SIGNS_AFTER, wait)
        checks.equal("what was current is the previous one", self.read(VersionStage="AWSPREVIOUS"), before)

    def void(self, name: str) -> None:
        self._portal.invoke("RotateRootSecretFunction", {"void": name})
        self._engine.end_warm_functions()


def two_rotations(checks, company, root: Roots) -> None:
    """Nora's code and Mike's recovery begin on version 1; all that was begun is brought to its end on the next ones."""
    ada, mike, nora, portal = company.ada, company.mike, company.nora, company.portal
    first_session = ada.token
    checks.equal("the session is signed by version 1", key_version(portal, first_session), "1")
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
    checks.equal("version 1 still signs", key_version(portal, session["access_token"]), "1")

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
    checks.equal("version 2 signs", key_version(portal, ada.token), "2")
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
    checks.equal("version 3 signs", key_version(portal, nora.token), "3")
    keys = portal.call("GET /.well-known/jwks.json").body["keys"]
    checks.equal("the keys of all that is taken are public", len({key["kid"] for key in keys}), 3)
    for person in (ada, mike):
        session = checks.answers(
            f"{person.name} signs in by authenticator", company.sign_in(person, person.authenticator.code()), 200
        )
        person.token = session["access_token"]

    root.void("sessions")
    checks.answers("the root of sessions leaked: a session of before has ended", company.list_employees(ada.token), 401, "unauthenticated")
    for person in (ada, mike):
        session = checks.answers(
            f"{person.name} signs in again", company.sign_in(person, person.backup_codes.pop()), 200
        )
        person.token = session["access_token"]
    checks.answers("and is in", company.list_employees(ada.token), 200)
    checks.equal("one key is public", len(portal.call("GET /.well-known/jwks.json").body["keys"]), 1)
