#!/usr/bin/env python3
"""Prepares the site of docs/ for mdBook, and checks the links of what mdBook made. `make docs` runs both.

    links.py stage STAGE   copies book.toml and docs/ to STAGE. A link to a file outside docs/ leads to a page with the file's text.
    links.py check SITE    fails on a link, an anchor or an image that is not there: in the HTML of SITE, and in the
                          Markdown files outside docs/, such as README.md
"""

import html
import os
import re
import shutil
import sys
import unicodedata
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).resolve().parents[2]
# Where the site keeps the text of files outside docs/.
FILES = "repository"
NOT_OURS = {".git", "target", "node_modules"}

FENCE = re.compile(r"^ *(```|~~~)")
LINK = re.compile(r"(!?\[(?:[^\[\]]|\[[^\]]*\])*\]\()([^()\s]+)(\))")
HEADING = re.compile(r"^#{1,6} +(.*?) *#*$")


def is_elsewhere(target: str) -> bool:
    return bool(urlsplit(target).scheme) or target.startswith("//")


def outside_code(text: str):
    """The lines of a Markdown text, each with whether it is outside fenced code."""
    fenced = False
    for line in text.split("\n"):
        if FENCE.match(line):
            fenced = not fenced
            yield line, False
        else:
            yield line, not fenced


# Stage


def page_of(path: Path) -> str:
    """A page with the text of a file, or the names in a folder."""
    name = path.relative_to(ROOT).as_posix()
    if path.is_dir():
        text = "\n".join(sorted(entry.name for entry in path.iterdir() if not entry.name.startswith(".")))
    else:
        text = path.read_text(encoding="utf-8")
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{html.escape(name)}</title></head>'
        f"<body><h1>{html.escape(name)}</h1><pre>{html.escape(text)}</pre></body></html>\n"
    )


def staged(text: str, page: Path, docs: Path, stage_docs: Path, problems: list) -> str:
    """The text of a page of docs/, with links that hold in the site: those out of docs/ lead to pages in FILES."""

    def moved(match: re.Match) -> str:
        before, target, after = match.groups()
        path = target.partition("#")[0]
        if is_elsewhere(target) or not path:
            return match.group()
        file = (page.parent / unquote(path)).resolve()
        if file.is_relative_to(docs):
            # mdBook names the page so, and leaves links to it as they are.
            return f"{before}{target.replace('README.md', 'index.md')}{after}"
        if not file.is_relative_to(ROOT) or not file.exists():
            problems.append(f"{page.relative_to(ROOT)}: {target} is not there")
            return match.group()
        # A file's text is shown as it is, without anchors. mdBook would change ".md" wherever it is in a link.
        name = file.relative_to(ROOT).as_posix().replace(".md", "-md")
        copy = stage_docs / FILES / f"{name}.html"
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(page_of(file), encoding="utf-8")
        here = stage_docs / page.parent.relative_to(docs)
        return f"{before}{Path(os.path.relpath(copy, here)).as_posix()}{after}"

    lines = (LINK.sub(moved, line) if is_text else line for line, is_text in outside_code(text))
    return "\n".join(lines)


def stage(stage_root: Path) -> list:
    problems: list = []
    docs, stage_docs = ROOT / "docs", stage_root / "docs"
    shutil.copytree(docs, stage_docs)
    shutil.copy(ROOT / "book.toml", stage_root)
    named = {target.group(2) for target in LINK.finditer((docs / "SUMMARY.md").read_text(encoding="utf-8"))}
    for page in sorted(docs.rglob("*.md")):
        name = page.relative_to(docs).as_posix()
        if name not in named | {"SUMMARY.md"}:
            problems.append(f"docs/{name} is not in docs/SUMMARY.md")
        elif name != "SUMMARY.md":
            text = staged(page.read_text(encoding="utf-8"), page, docs, stage_docs, problems)
            (stage_docs / name).write_text(text, encoding="utf-8")
    return problems + [f"docs/SUMMARY.md: {name} is not there" for name in sorted(named) if not (docs / name).is_file()]


# Check


class Page(HTMLParser):
    """The anchors of an HTML page, and what it links to and loads."""

    def __init__(self, text: str):
        super().__init__()
        self.anchors: set = set()
        self.links: list = []
        self.loads: list = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        self.anchors.update(values[name] for name in ("id", "name") if values.get(name))
        if tag in ("a", "area") and values.get("href"):
            self.links.append(values["href"])
        if tag == "link" and values.get("href"):
            self.loads.append(values["href"])
        if values.get("src"):
            self.loads.append(values["src"])


def check_site(site: Path) -> list:
    pages = {path: Page(path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.html"))}
    problems = [] if pages else [f"{site} has no page"]
    for path, page in pages.items():
        here = path.relative_to(site)
        hosts = (target for target in page.loads if is_elsewhere(target) and not target.startswith("data:"))
        problems += [f"{here}: loads {target} from elsewhere" for target in hosts]
        for target in page.links + page.loads:
            if is_elsewhere(target):
                continue
            place, _, anchor = target.partition("#")
            file = (path.parent / unquote(place.split("?")[0])).resolve() if place else path
            file = file / "index.html" if file.is_dir() else file
            if not file.is_relative_to(site) or not file.is_file():
                problems.append(f"{here}: {target} is not there")
            elif anchor and file in pages and unquote(anchor) not in pages[file].anchors:
                problems.append(f"{here}: {target} has no such anchor")
    return problems


def slug(heading: str) -> str:
    """The anchor that GitHub gives a heading."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower().replace(" ", "-")
    return "".join(c for c in text if c in "-_" or unicodedata.category(c)[0] in "LNM")


def anchors_of(text: str) -> set:
    headings = (HEADING.match(line) for line, is_text in outside_code(text) if is_text)
    return {slug(heading.group(1)) for heading in headings if heading}


def check_markdown(root: Path) -> list:
    """The links of Markdown files outside docs/, as they are read in the repository."""
    problems = []
    paths = [path for path in sorted(root.rglob("*.md")) if not NOT_OURS.intersection(path.relative_to(root).parts)]
    for path in (path for path in paths if not path.is_relative_to(root / "docs")):
        lines = (line for line, is_text in outside_code(path.read_text(encoding="utf-8")) if is_text)
        for target in (match.group(2) for line in lines for match in LINK.finditer(line)):
            if is_elsewhere(target):
                continue
            place, _, anchor = target.partition("#")
            file = (path.parent / unquote(place)).resolve() if place else path
            if not file.exists():
                problems.append(f"{path.relative_to(root)}: {target} is not there")
            elif anchor and file.suffix == ".md" and anchor not in anchors_of(file.read_text(encoding="utf-8")):
                problems.append(f"{path.relative_to(root)}: {target} has no such anchor")
    return problems


def main() -> int:
    if len(sys.argv) != 3 or sys.argv[1] not in ("stage", "check"):
        print("usage: links.py stage STAGE | links.py check SITE", file=sys.stderr)
        return 2
    folder = Path(sys.argv[2]).resolve()
    problems = stage(folder) if sys.argv[1] == "stage" else check_site(folder) + check_markdown(ROOT)
    for problem in problems:
        print(f"docs: {problem}", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
