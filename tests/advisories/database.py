#!/usr/bin/env python3
"""RustSec's advisories of one day: `database.py unpack FOLDER` and `database.py refresh URL`.

database.tar.xz is what `git archive` makes of RustSec's repository, compressed and otherwise untouched, so it names its commit
and the commit's time. `unpack` writes the advisories into FOLDER as cargo-deny expects them there, and prints how old they
are. `refresh` writes database.tar.xz and database.txt anew, from the newest commit at URL.
"""

import lzma
import os
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path, PurePosixPath

HERE = Path(__file__).resolve().parent
ARCHIVE = HERE / "database.tar.xz"
# The whole database, though Cargo.lock has few of its crates: a new dependency is looked up without a refresh.
TAKEN = ["crates", "LICENSE.txt", "LICENSES"]
# cargo-deny names a database's folder by its URL; this is the name for RustSec's.
FOLDER = "advisory-db-3157b0e258782691"
# From then on each run says that a refresh is due. deny.toml says from when on the check fails.
DUE_AFTER_DAYS = 90


def advisories(archive: tarfile.TarFile) -> list[tarfile.TarInfo]:
    """The files below `crates`; none of them leads out of the folder that it is unpacked into."""
    files = [member for member in archive if member.isfile() and member.name.startswith("crates/")]
    if not files or any(".." in PurePosixPath(file.name).parts for file in files):
        sys.exit(f"advisories: {ARCHIVE.name} is not RustSec's database")
    return files


def description(archive: tarfile.TarFile) -> str:
    files = advisories(archive)
    day = time.strftime("%Y-%m-%d", time.gmtime(files[0].mtime))
    return f"RustSec advisory database of {day}, commit {archive.pax_headers['comment']}, {len(files)} advisories"


def unpack(folder: str) -> None:
    database = Path(folder) / FOLDER
    with tarfile.open(ARCHIVE, "r:xz") as archive:
        files = advisories(archive)
        for file in files:
            path = database / file.name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(archive.extractfile(file).read())
        # cargo-deny takes the time of this file for the age of the database, and opens no other file of git's.
        fetched = database / ".git" / "FETCH_HEAD"
        fetched.parent.mkdir()
        fetched.touch()
        os.utime(fetched, (files[0].mtime, files[0].mtime))
        days = int((time.time() - files[0].mtime) / 86_400)
        print(f"advisories: {description(archive)}, {days} days old")
        if days > DUE_AFTER_DAYS:
            print("advisories: `make advisories` brings a newer database, where git hosts can be reached")


def refresh(url: str) -> None:
    with tempfile.TemporaryDirectory() as work:
        if subprocess.run(["git", "clone", "--quiet", "--bare", "--depth=1", url, work], check=False).returncode:
            sys.exit(f"advisories: {url} cannot be cloned; the database in the repository stays as it is")
        made = subprocess.run(["git", "-C", work, "archive", "HEAD", *TAKEN], check=True, capture_output=True)
    ARCHIVE.write_bytes(lzma.compress(made.stdout, preset=9 | lzma.PRESET_EXTREME))
    with tarfile.open(ARCHIVE, "r:xz") as archive:
        told = description(archive)
    (HERE / "database.txt").write_text(f"{told}\n")
    print(f"advisories: {told}, {ARCHIVE.stat().st_size:,} bytes")


{"unpack": unpack, "refresh": refresh}[sys.argv[1]](sys.argv[2])
