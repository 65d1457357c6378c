"""Containers that stay warm: one `sam local start-lambda` for all functions, and a stack for each function."""

import json
import socket
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import ExitStack
from pathlib import Path

from events import Events
from forwarder import Forwarder
from stack import OPENER, Stack

START_SECONDS = 60
STOP_SECONDS = 30
INVOKE_SECONDS = 180


class Lambda:
    """`sam local start-lambda`, until it is closed. The first event of a function starts its container, which is then kept."""

    def __init__(self, command: list, environment: dict, folder: Path):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [*command, "--warm-containers", "LAZY", "--no-watch", "--host", "127.0.0.1", "--port", str(port)]
        self._functions = f"http://127.0.0.1:{port}/2015-03-31/functions"
        self._log = folder / "start-lambda.log"
        with self._log.open("w") as log:
            self._process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        end = time.monotonic() + START_SECONDS
        while self._process.poll() is None and time.monotonic() < end:
            try:
                with socket.create_connection(("127.0.0.1", port), timeout=1):
                    return
            except OSError:
                time.sleep(0.2)
        self.close()
        raise RuntimeError(f"sam local start-lambda does not start: {self._told()}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Its containers end with it, or with their engine."""
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def invoke(self, logical_id: str, event: str):
        """What the function answers, or its error as Lambda reports it."""
        url, headers = f"{self._functions}/{logical_id}/invocations", {"content-type": "application/json"}
        try:
            with OPENER.open(urllib.request.Request(url, event.encode(), headers), timeout=INVOKE_SECONDS) as answer:
                return json.load(answer)
        except (urllib.error.URLError, json.JSONDecodeError) as error:
            raise RuntimeError(f"no answer: {error} {self._told()}") from None

    def _told(self) -> str:
        return self._log.read_text(errors="replace")[-2000:]


class Warm:
    """A stack for each function. On one stack for all, the events would exceed the limit of codes for one person."""

    def __init__(self, local: str, events: Events, functions: list[str], bridge: str):
        self._events, self._opened = events, ExitStack()
        self.stacks: dict[str, Stack] = {}
        # Where each function finds its stack: the addresses of DynamoDB and of the other services.
        self.places: dict[str, tuple[str, str, Stack]] = {}
        try:
            for function in functions:
                stack = self._opened.enter_context(Stack(local, events.sample))
                dynamodb = self._opened.enter_context(Forwarder(bridge, stack.dynamodb_port))
                cloud = self._opened.enter_context(Forwarder(bridge, stack.cloud_port))
                self.stacks[function] = stack
                self.places[function] = (dynamodb.url, cloud.url, stack)
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self._opened.close()

    def check(self, functions: Lambda, logical_id: str, file: str) -> tuple[str, str | None, float]:
        """The event, what is wrong with the answer, and how many seconds it took."""
        start = time.monotonic()
        try:
            event = self._events.filled(self.stacks[file.split("/")[0]], file)
            fault = self._events.fault(file, functions.invoke(logical_id, event))
        except Exception as error:
            fault = f"{type(error).__name__}: {error}"
        return file, fault, time.monotonic() - start
