"""Files of the repository, changed together or not at all."""

import re
from pathlib import Path


class Refused(Exception):
    """The function cannot be made. If a file lacks a place that this script knows, change the script with the file."""


class Tree:
    """Keeps every change until `save`: after a refusal all files are as they were."""

    def __init__(self, root: Path):
        self._root = root
        self._texts: dict[str, str] = {}

    def read(self, path: str) -> str:
        return self._texts.get(path) or (self._root / path).read_text()

    def add(self, path: str, text: str) -> None:
        """A file that is not there yet."""
        if (self._root / path).exists():
            raise Refused(f"{path} is there already")
        self._texts[path] = text

    def change(self, path: str, pattern: str, replacement) -> None:
        """Replaces the only match. In the pattern `^` and `$` are the ends of a line."""
        text, count = re.subn(pattern, replacement, self.read(path), flags=re.MULTILINE)
        if count != 1:
            raise Refused(f"{path} has {count} places that fit: {pattern}")
        self._texts[path] = text

    def insert_before(self, path: str, pattern: str, addition: str) -> None:
        """Inserts before the only match."""
        self.change(path, pattern, lambda found: addition + found[0])

    def insert_after_last(self, path: str, pattern: str, addition: str) -> None:
        """Inserts behind the last match."""
        text = self.read(path)
        found = list(re.finditer(pattern, text, flags=re.MULTILINE))
        if not found:
            raise Refused(f"{path} has no place that fits: {pattern}")
        self._texts[path] = text[: found[-1].end()] + addition + text[found[-1].end() :]

    def insert_sorted(self, path: str, pattern: str, line: str) -> None:
        """Inserts a line into a sorted list: before the first matching line that is greater, else behind the last one."""
        lines = self.read(path).splitlines(keepends=True)
        fitting = [at for at, text in enumerate(lines) if re.match(pattern, text)]
        if not fitting:
            raise Refused(f"{path} has no line that fits: {pattern}")
        lines.insert(next((at for at in fitting if lines[at] > line), fitting[-1] + 1), line)
        self._texts[path] = "".join(lines)

    def save(self) -> list[str]:
        """Writes all files, and returns their names."""
        for path, text in self._texts.items():
            (self._root / path).parent.mkdir(parents=True, exist_ok=True)
            (self._root / path).write_text(text)
        return sorted(self._texts)
