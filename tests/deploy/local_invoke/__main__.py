"""`local_invoke SAM LOCAL BUILD_DIR [--warm | EVENT…]`: sends every event, or these, to the built functions by `sam local invoke`.

SAM is the SAM CLI, LOCAL the program of the local stack. Each event has a stack and a container of its own, as in
`tests/flows/fixtures.rs`, so that none depends on another. With --warm each function gets the first event that succeeds and the first
that fails, in a container that stays warm (`sam local start-lambda`), and the two share a stack: that takes a fraction of the time.
A line an event; exit status 1 if any is not answered as expected.
"""

import collections
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from engine import Engine
from events import Events
from forwarder import Forwarder
from stack import Stack
from template import Template
from warm import Lambda, Warm

ROOT = Path(__file__).resolve().parents[3]
ARCHITECTURE = {"x86_64": "x86_64", "aarch64": "arm64"}[platform.machine()]
# The local stack's.
REGION = "eu-west-1"
MAIL_FROM = "no-reply@portal.example"
INVOKE_SECONDS = 180


class Invoker:
    """Sends events to the built functions, each in a stack and a container of its own."""

    def __init__(self, sam: str, local: str, template: Template, events: Events, engine: Engine):
        self._sam, self._local, self._template, self._events = sam, local, template, events
        self._bridge = engine.bridge_address
        # The developer's own AWS credentials must not reach the functions.
        self._environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        self._environment |= {"DOCKER_HOST": engine.host, "SAM_CLI_TELEMETRY": "0", "AWS_EC2_METADATA_DISABLED": "true"}

    def check(self, file: str) -> tuple[str, str | None, float]:
        """The event, what is wrong with what became of it, and how many seconds it took."""
        start = time.monotonic()
        try:
            with tempfile.TemporaryDirectory() as folder, Stack(self._local, self._events.sample) as stack:
                event = self._events.filled(stack, file)
                fault = self._events.fault(file, self._answer(stack, file.split("/")[0], event, Path(folder)))
        except Exception as error:
            fault = f"{type(error).__name__}: {error}"
        return file, fault, time.monotonic() - start

    def _answer(self, stack: Stack, function: str, event: str, folder: Path):
        bridge = self._bridge
        with Forwarder(bridge, stack.dynamodb_port) as dynamodb, Forwarder(bridge, stack.cloud_port) as cloud:
            (folder / "event.json").write_text(event)
            variables = self._template.variables(dynamodb.url, cloud.url, stack.secret_arn)
            command = [self._sam, "local", "invoke", self._template.logical_ids[function], "--event", folder / "event.json"]
            command += self._options(folder, {"Parameters": variables}, stack.api)
            run = subprocess.run(
                command, cwd=ROOT, env=self._environment, capture_output=True, text=True, timeout=INVOKE_SECONDS
            )
        try:
            return json.loads(run.stdout)
        except json.JSONDecodeError:
            raise RuntimeError(f"no answer: {run.stdout[-500:]} {run.stderr[-2000:]}") from None

    def _options(self, folder: Path, variables: dict, portal: str) -> list:
        """The options that every command of `sam local` gets."""
        (folder / "variables.json").write_text(json.dumps(variables))
        options = ["--template", self._template.path, "--region", REGION, "--config-env", "none", "--skip-pull-image"]
        options += ["--env-vars", folder / "variables.json", "--parameter-overrides"]
        parameters = {"Architecture": ARCHITECTURE, "PortalUrl": portal, "MailFrom": MAIL_FROM}
        return options + [f"{name}={value}" for name, value in parameters.items()]

    def check_warm(self, files: list[str]):
        """As `check`, for these events; the events of a function come one after the other, in its container."""
        of_function = collections.defaultdict(list)
        for file in files:
            of_function[file.split("/")[0]].append(file)
        logical_ids = self._template.logical_ids
        with tempfile.TemporaryDirectory() as folder, Warm(self._local, self._events, list(of_function), self._bridge) as warm:
            variables = {
                logical_ids[function]: self._template.variables(dynamodb, cloud, stack.secret_arn)
                # Tokens name the portal's address, which is different for each stack.
                | {"READMIT_PORTAL_URL": stack.api}
                for function, (dynamodb, cloud, stack) in warm.places.items()
            }
            # The template wants an address of the portal; the variables above replace it.
            options = self._options(Path(folder), variables, "http://127.0.0.1:1")
            command = [self._sam, "local", "start-lambda", *options]
            with Lambda(command, self._environment, Path(folder)) as functions, ThreadPoolExecutor(os.cpu_count()) as pool:

                def checked(function: str) -> list:
                    return [warm.check(functions, logical_ids[function], file) for file in of_function[function]]

                for results in pool.map(checked, of_function):
                    yield from results


def main(sam: str, local: str, build_dir: str, *wanted: str) -> int:
    # What is asked to end ends its engine and its stacks first.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    template, events = Template(Path(build_dir)), Events(ROOT / "events")
    is_warm = wanted == ("--warm",)
    files = events.first_of_each() if is_warm else sorted(wanted or events.expected)
    failures = 0
    with Engine(ARCHITECTURE, template.bootstraps) as engine, ThreadPoolExecutor(os.cpu_count()) as pool:
        invoker = Invoker(sam, local, template, events, engine)
        for file, fault, seconds in invoker.check_warm(files) if is_warm else pool.map(invoker.check, files):
            failures += fault is not None
            print(f"{'FAILED' if fault else 'ok'} {file} ({seconds:.1f} s){f': {fault}' if fault else ''}", flush=True)
    print(f"local_invoke: {len(files) - failures} of {len(files)} events are answered as expected", flush=True)
    return 1 if failures else 0


sys.exit(main(*sys.argv[1:]))
