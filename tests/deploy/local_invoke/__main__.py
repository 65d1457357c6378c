"""`local_invoke SAM LOCAL BUILD_DIR [EVENT…]`: sends every event, or these, to the built functions by `sam local invoke`.

SAM is the SAM CLI, LOCAL the program of the local stack. Each event has a stack of its own, as in `tests/flows/fixtures.rs`,
so that none depends on another. A line an event; exit status 1 if any is not answered as expected.
"""

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
        # The credentials of whoever runs this are nobody's business here.
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
        bridge, template = self._bridge, self._template
        with Forwarder(bridge, stack.dynamodb_port) as dynamodb, Forwarder(bridge, stack.cloud_port) as cloud:
            (folder / "event.json").write_text(event)
            variables = template.variables(dynamodb.url, cloud.url, stack.secret_arn)
            (folder / "variables.json").write_text(json.dumps(variables))
            command = [self._sam, "local", "invoke", template.logical_ids[function], "--skip-pull-image"]
            command += ["--template", template.path, "--region", REGION, "--config-env", "none"]
            command += ["--event", folder / "event.json", "--env-vars", folder / "variables.json"]
            parameters = {"Architecture": ARCHITECTURE, "PortalUrl": stack.api, "MailFrom": MAIL_FROM}
            command += ["--parameter-overrides", *(f"{name}={value}" for name, value in parameters.items())]
            run = subprocess.run(
                command, cwd=ROOT, env=self._environment, capture_output=True, text=True, timeout=INVOKE_SECONDS
            )
        try:
            return json.loads(run.stdout)
        except json.JSONDecodeError:
            raise RuntimeError(f"no answer: {run.stdout[-500:]} {run.stderr[-2000:]}") from None


def main(sam: str, local: str, build_dir: str, *wanted: str) -> int:
    # What is asked to end ends its engine and its stacks first.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    template, events = Template(Path(build_dir)), Events(ROOT / "events")
    files = sorted(wanted or events.expected)
    failures = 0
    with Engine(ARCHITECTURE, template.bootstraps) as engine, ThreadPoolExecutor(os.cpu_count()) as pool:
        for file, fault, seconds in pool.map(Invoker(sam, local, template, events, engine).check, files):
            failures += fault is not None
            print(f"{'FAILED' if fault else 'ok'} {file} ({seconds:.1f} s){f': {fault}' if fault else ''}", flush=True)
    print(f"local_invoke: {len(files) - failures} of {len(files)} events are answered as expected", flush=True)
    return 1 if failures else 0


sys.exit(main(*sys.argv[1:]))
