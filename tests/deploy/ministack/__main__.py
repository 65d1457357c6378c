"""`python tests/deploy/ministack RELEASE_DIR READMIT_CHECK`: deploys a release on ministack, and has whole recoveries by its functions.

READMIT_CHECK is the operator's program that says where the tables disagree.
"""

import pathlib
import shutil
import signal
import sys
import tempfile

import journeys
import kills
import rotation
import trail
from checks import Checks, Failed
from cleanup import Expiry
from engine import Engine
from people import Company
from portal import Portal
from stack import Stack


def run(checks: Checks, engine: Engine, release: pathlib.Path, readmit_check: str) -> None:
    stack = Stack(engine, release)
    print(f"left out, for ministack does not know it: {', '.join(stack.left_out)}")
    checks.equal("every other resource is created", stack.deploy(), {"CREATE_COMPLETE"})
    company = Company(Portal(engine, stack))
    journeys.first_way_in(checks, company)
    journeys.sessions(checks, company)
    journeys.second_person(checks, company)
    journeys.five_tries(checks, company)
    expiry = Expiry(engine, stack, company)
    expiry.begin(checks)
    rotation.two_rotations(checks, company, rotation.Roots(engine, stack, company.portal))
    expiry.end(checks)
    journeys.sign_out(checks, company)
    trail.roles_bind(checks, engine, stack)
    trail.tell_the_same(checks, engine, stack, company)
    trail.tell_no_secret(checks, engine, stack, company)
    # Last: what is killed has done more than it has answered.
    kills.of_functions(checks, engine, stack, company, readmit_check)


def main() -> int:
    # So that the engine is ended then too.
    for ended_by in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ended_by, lambda number, _: sys.exit(128 + number))
    checks = Checks()
    with tempfile.TemporaryDirectory(prefix="readmit-ministack-") as work:
        # Away from the repository: what the folder lacks is not found beside it.
        release = pathlib.Path(shutil.copytree(sys.argv[1], pathlib.Path(work) / "release"))
        engine = Engine(pathlib.Path(work))
        try:
            engine.wait_until_ready()
            run(checks, engine, release, sys.argv[2])
        except Failed as failed:
            print(f"{engine.log_tail()}\nFAILED        {failed}", file=sys.stderr)
            return 1
        finally:
            engine.end()
    print(f"ministack: {checks.passed} passed, 0 failed")
    return 0


sys.exit(main())
