#!/usr/bin/env python3
"""`bench/invocations.py LOCAL BUILD_DIR [ROUNDS]`: what a cold start and its first invocation cost each function.

LOCAL is the program of the local stack, BUILD_DIR holds what `sam build` made for this machine's processor with the profile
that is deployed. Each round starts every bootstrap anew on a Runtime API of its own, and sends it the event below; median of
the rounds. CPU is the process's, all threads; RSS its highest. What a size of memory makes of that: Lambda gives a vCPU for
1,769 MB and a share of it for less, but the whole one while a function starts. The stack is reached without TLS, whose
handshakes come on top.
"""

import contextlib
import http.server
import json
import os
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests/deploy/local_invoke"))
from events import Events  # noqa: E402
from stack import Stack  # noqa: E402
from template import Template  # noqa: E402

# One that succeeds, of each function; of those that hash, one that hashes.
EVENTS = (
    "list-employees/first-page.json",
    "list-audit-events/first-page.json",
    "issue-passcode/issue.json",
    "redeem-passcode/redeem.json",
    "reset-2fa/set-password.json",
    "reset-2fa/complete.json",
    "sign-in/sign-in.json",
    "revoke-passcode/revoke.json",
    "track-delivery/delivered.json",
    "notify/redeemed.json",
    "cleanup-passcodes/schedule.json",
    "import-employees/sample-company.json",
    "rotate-root-secret/create-secret.json",
)
VCPU_MB = 1769
SIZES_MB = (128, 256, 512, 1024, 1769)
ANSWER_SECONDS = 60


class RuntimeApi(http.server.ThreadingHTTPServer):
    """One event for one function: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html."""

    def __init__(self, event: str):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.event, self.answer = event, None
        self.asked, self.go, self.answered, self.over = (threading.Event() for _ in range(4))
        threading.Thread(target=self.serve_forever, daemon=True).start()


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        server = self.server
        if server.answered.is_set():
            server.over.wait()
            self.close_connection = True
            return
        server.asked.set()
        server.go.wait(ANSWER_SECONDS)
        body = server.event.encode()
        self.send_response(200)
        self.send_header("Lambda-Runtime-Aws-Request-Id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd")
        self.send_header("Lambda-Runtime-Deadline-Ms", str(int(time.time() * 1000) + 15_000))
        self.send_header("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:eu-west-1:123456789012:function:bench")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        self.server.answer = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()
        self.server.answered.set()

    def handle(self):
        with contextlib.suppress(ConnectionError):  # The process is ended in the middle of its next question.
            super().handle()

    def log_message(self, *_):
        """Nothing: the figures are printed, not the requests."""


def cpu_ms(process: subprocess.Popen) -> float:
    tasks = Path(f"/proc/{process.pid}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1e6


def rss_mb(process: subprocess.Popen) -> float:
    status = Path(f"/proc/{process.pid}/status").read_text()
    (peak,) = (line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))
    return int(peak) / 1024


def measure(bootstrap: Path, environment: dict, event: str) -> tuple[float, float, float, dict]:
    """CPU from exec to the first `GET /next`, CPU of the first invocation, peak RSS, and the answer."""
    api = RuntimeApi(event)
    environment = environment | {"AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{api.server_port}"}
    process = subprocess.Popen([bootstrap], env=environment, stdout=subprocess.DEVNULL)
    try:
        if not api.asked.wait(ANSWER_SECONDS):
            raise RuntimeError(f"{bootstrap} does not ask for an event")
        time.sleep(0.02)
        start = cpu_ms(process)
        api.go.set()
        if not api.answered.wait(ANSWER_SECONDS):
            raise RuntimeError(f"{bootstrap} does not answer")
        return start, cpu_ms(process) - start, rss_mb(process), api.answer
    finally:
        process.kill()
        process.wait()
        api.over.set()
        api.shutdown()
        api.server_close()


def environment_of(function: str, template: Template, stack: Stack) -> dict:
    """What the template gives the function, with the stack's own names and addresses."""
    dynamodb, cloud = f"http://127.0.0.1:{stack.dynamodb_port}", f"http://127.0.0.1:{stack.cloud_port}"
    return template.variables(dynamodb, cloud, stack.secret_arn)["Parameters"] | {
        "AWS_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": function,
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_LAMBDA_FUNCTION_NAME": function,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(VCPU_MB),
        "AWS_LAMBDA_FUNCTION_VERSION": "1",
        "READMIT_STACK": "bench",
        "READMIT_CONFIGURATION_SET": "bench",
        "READMIT_AUDIT_RETENTION_DAYS": "0",
        "READMIT_PORTAL_URL": stack.api,
        "READMIT_MAIL_FROM": "no-reply@portal.example",
        "READMIT_BRAND_NAME": "Partner Portal",
        "READMIT_SUPPORT_CONTACT": "Technical Support",
        "RUST_LOG": "info",
    }


def main(local: str, build_dir: str, rounds: str = "9") -> int:
    template, events = Template(Path(build_dir)), Events(ROOT / "events")
    print(f"{'event':<40}{'start':>9}{'first':>9}{'RSS':>9}   first invocation, ms, at MB: {', '.join(map(str, SIZES_MB))}")
    for file in EVENTS:
        function = file.split("/")[0]
        bootstrap = Path(build_dir) / template.logical_ids[function] / "bootstrap"
        figures = []
        for _ in range(int(rounds)):
            with Stack(local, events.sample) as stack:
                event = events.filled(stack, file)
                *taken, answer = measure(bootstrap, environment_of(function, template, stack), event)
            if fault := events.fault(file, answer):
                raise RuntimeError(f"{file}: {fault}")
            figures.append(taken)
        start, first, rss = (statistics.median(column) for column in zip(*figures, strict=True))
        at = "  ".join(f"{first * max(1, VCPU_MB / size):>6.1f}" for size in SIZES_MB)
        print(f"{file:<40}{start:>6.1f} ms{first:>6.1f} ms{rss:>6.1f} MB   {at}", flush=True)
    return 0


sys.exit(main(*sys.argv[1:]))
