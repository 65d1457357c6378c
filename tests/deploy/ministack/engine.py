"""ministack itself: started on a free port, ended with all that it started."""

import os
import pathlib
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import boto3
from botocore.config import Config

from checks import Failed

REGION = "eu-west-1"
# The engine's root, whom no policy binds.
ROOT = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
START_SECONDS = 60


class Engine:
    """A running ministack; its files lie in `work`."""

    def __init__(self, work: pathlib.Path):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self._log = work / "ministack.log"
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(work),
            "TMPDIR": str(work),
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(port),
            "MINISTACK_REGION": REGION,
            # The functions inherit it.
            "AWS_ENDPOINT_URL": self.url,
            # A function may do what its role allows and nothing else.
            "AUTH": "true",
            # It shall find no container engine, whatever this machine has.
            "DOCKER_HOST": f"unix://{work}/none.sock",
            **ROOT,
        }
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "ministack"],
                env=environment,
                cwd=work,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def wait_until_ready(self) -> None:
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            if self._process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(f"{self.url}/_ministack/health", timeout=2):
                    return
            except OSError:
                time.sleep(0.2)
        raise Failed("ministack did not start")

    def client(self, service: str, keys: dict | None = None):
        """A client of boto3, as root or with the keys of a role. One attempt: a retry would hide a fault."""
        keys = keys or {"AccessKeyId": ROOT["AWS_ACCESS_KEY_ID"], "SecretAccessKey": ROOT["AWS_SECRET_ACCESS_KEY"]}
        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id=keys["AccessKeyId"],
            aws_secret_access_key=keys["SecretAccessKey"],
            aws_session_token=keys.get("SessionToken"),
            config=Config(retries={"total_max_attempts": 1}, read_timeout=120, s3={"addressing_style": "path"}),
        )

    def end_warm_functions(self) -> None:
        """Ends the functions' processes, as Lambda may at any time: the next invocations start cold."""
        # The engine reads what they wrote while they are there.
        time.sleep(0.2)
        self.kill_functions()
        while self._functions():
            time.sleep(0.01)

    def kill_functions(self) -> int:
        """SIGKILL to every function's process, whatever it is doing: how many there were."""
        killed = 0
        for pid in self._functions():
            try:
                os.kill(pid, signal.SIGKILL)
                killed += 1
            except ProcessLookupError:
                # It ended in between.
                pass
        return killed

    def _functions(self) -> list[int]:
        """The engine's living children that are bootstraps."""
        found = []
        for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
            try:
                before, after = stat.read_text().rsplit(")", 1)
            except OSError:
                continue
            state, parent = after.split()[:2]
            if before.endswith("(bootstrap") and int(parent) == self._process.pid and state != "Z":
                found.append(int(stat.parent.name))
        return found

    def log_tail(self) -> str:
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-40:])

    def end(self) -> None:
        """Ends the engine's whole session, politely first."""
        for with_signal in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self._process.pid, with_signal)
            except ProcessLookupError:
                break
            try:
                self._process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                continue
