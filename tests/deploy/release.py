#!/usr/bin/env python3
"""`release.py BUILD_DIR SBOM_DIR FOLDER [TAG]`: makes FOLDER, the release for this machine's processor.

BUILD_DIR is what `sam build` made, SBOM_DIR has the bills of materials. FOLDER gets a zip of each function, the template that names
these zips, the OpenAPI document, the bills of materials, the release notes and the checksums of them all. The notes are the
newest section of CHANGELOG.md; with a TAG, such as v0.1.0, that section and Cargo.toml must be of this version.
"""

import hashlib
import platform
import re
import shutil
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ARCHITECTURE = {"x86_64": "x86_64", "aarch64": "arm64"}[platform.machine()]
# The earliest time that a zip can hold. With a fixed time, the same program gives the same zip.
EPOCH = (1980, 1, 1, 0, 0, 0)


class Refused(Exception):
    """The release cannot be made from what is there."""


def replaced(text: str, pattern: str, replacement) -> tuple[str, list[tuple]]:
    """The text with every match replaced, and the groups of each."""
    found = re.findall(pattern, text, flags=re.MULTILINE)
    return re.sub(pattern, replacement, text, flags=re.MULTILINE), found


def packaged() -> tuple[str, dict[str, str]]:
    """The template, in which each function names a zip beside it; and the package of each function, by logical id."""
    template = (ROOT / "template.yaml").read_text()
    function = r"^  (\w+):\n    Type: AWS::Serverless::Function\n"
    function += r"    Metadata:\n(?:      .*\n)+    Properties:\n      CodeUri: functions/(\S+)\n"
    start = "  {0}:\n    Type: AWS::Serverless::Function\n    Properties:\n      CodeUri: {1}.zip\n"
    template, functions = replaced(template, function, lambda found: start.format(*found.groups()))
    if len(functions) != template.count("Type: AWS::Serverless::Function\n"):
        raise Refused("template.yaml has a function that is not written as the others are")
    # The zips are for one architecture, so the parameter allows no other.
    parameter = r"^(  Architecture:\n    Type: String\n    Default: )\S+(\n    AllowedValues: )\[.*\]$"
    template, found = replaced(template, parameter, rf"\g<1>{ARCHITECTURE}\g<2>[{ARCHITECTURE}]")
    if len(found) != 1:
        raise Refused("template.yaml has its parameter Architecture in another form")
    return template, dict(functions)


def pack(bootstrap: Path, package: Path) -> None:
    """As `sam deploy` would; the same bytes each time."""
    entry = zipfile.ZipInfo("bootstrap", EPOCH)
    entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o100755 << 16
    # Unix: otherwise the permissions are not read, and Lambda cannot execute the program.
    entry.create_system = 3
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr(entry, bootstrap.read_bytes())


def notes(tag: str | None) -> str:
    """The newest section of the changelog. With a tag it must be the section of that version."""
    sections = re.split(r"^## ", (ROOT / "CHANGELOG.md").read_text(), flags=re.MULTILINE)[1:]
    sections = [section for section in sections if "\n" in section.strip()]
    if not sections:
        raise Refused("CHANGELOG.md has no section with anything in it")
    heading, text = sections[0].split("\n", 1)
    if tag is not None:
        version = re.search(r'^version = "(.+)"$', (ROOT / "Cargo.toml").read_text(), flags=re.MULTILINE)[1]
        if tag != f"v{version}":
            raise Refused(f"the tag is {tag}, and Cargo.toml has the version {version}")
        if f"\n  version: {version}\n" not in (ROOT / "docs/openapi.yaml").read_text():
            raise Refused(f"docs/openapi.yaml has another version than {version}")
        if not re.fullmatch(rf"\[{re.escape(version)}\] - \d{{4}}-\d\d-\d\d", heading):
            raise Refused(f"the newest section of CHANGELOG.md is {heading}, and not [{version}] with a date")
    return f"# {heading}\n\n{text.strip()}\n"


def checksums(folder: Path) -> str:
    """As `sha256sum` writes and reads them."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    lines = (f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder)}\n" for path in files)
    return "".join(lines)


def main(build_dir: str, sbom_dir: str, to: str, tag: str | None = None) -> int:
    build, sboms, folder = Path(build_dir), Path(sbom_dir), Path(to)
    try:
        text, (template, functions) = notes(tag), packaged()
        missing = [id for id in functions if not (build / id / "bootstrap").is_file()]
        missing += [name for name in functions.values() if not (sboms / f"{name}.cdx.json").is_file()]
        if missing:
            raise Refused(f"nothing was built of {', '.join(missing)}")
    except Refused as error:
        print(f"release: {error}", file=sys.stderr)
        return 1
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "sbom").mkdir(parents=True)
    for id, name in functions.items():
        pack(build / id / "bootstrap", folder / f"{name}.zip")
        shutil.copyfile(sboms / f"{name}.cdx.json", folder / "sbom" / f"{name}.cdx.json")
    (folder / "template.yaml").write_text(template)
    shutil.copyfile(ROOT / "docs/openapi.yaml", folder / "openapi.yaml")
    shutil.copyfile(ROOT / "LICENSE", folder / "LICENSE")
    (folder / "RELEASE-NOTES.md").write_text(text)
    (folder / "SHA256SUMS").write_text(checksums(folder))
    print(f"release: {len(functions)} functions for {ARCHITECTURE}, in {folder}")
    return 0


if __name__ == "__main__":
    if not 4 <= len(sys.argv) <= 5:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    sys.exit(main(*sys.argv[1:]))
