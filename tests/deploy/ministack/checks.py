"""One line a check, and the first that fails ends the run."""

import time


class Failed(Exception):
    """A check that does not hold, and what was seen instead."""


class Checks:
    def __init__(self):
        self.passed = 0
        self._start = time.monotonic()

    def holds(self, words: str, condition: bool, seen=None) -> None:
        if not condition:
            raise Failed(f"{words}\n      seen: {seen}")
        self.passed += 1
        print(f"ok {time.monotonic() - self._start:5.1f} s  {words}", flush=True)

    def equal(self, words: str, seen, expected) -> None:
        self.holds(words, seen == expected, f"{seen!r}, expected: {expected!r}")

    def answers(self, words: str, answer, status: int, code: str | None = None):
        """The answer has this status and, if it is a problem, this code."""
        expected = f"{status} {code}" if code else f"{status}"
        self.holds(f"{words}: {expected}", (answer.status, answer.code) == (status, code), answer)
        return answer.body
