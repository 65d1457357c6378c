#!/usr/bin/env python3
"""`bootstraps.py BUILD_DIR`: whether each bootstrap that `sam build` has left there is small, and runs on AL2023.

A bootstrap is zipped as `sam deploy` zips it. Exit status 1 if one is too large or asks for too new a libc.
"""

import io
import re
import subprocess
import sys
import zipfile
from pathlib import Path

# What a cold start has to load: 3 MB, in powers of ten.
MAX_ZIPPED_BYTES = 3_000_000
# zxcvbn's words are about a megabyte (docs/decisions/0003-password-strength.md).
MAX_ZIPPED_BYTES_OF = {"Reset2faFunction": 3_600_000}
# That of Amazon Linux 2023.
NEWEST_GLIBC = (2, 34)


def zipped_bytes(bootstrap: Path) -> int:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(bootstrap, "bootstrap")
    return len(packed.getvalue())


def wanted_glibc(bootstrap: Path) -> tuple[int, ...]:
    """The newest version of glibc whose symbols a bootstrap uses; () if it uses none."""
    told = subprocess.run(["readelf", "--version-info", bootstrap], capture_output=True, text=True, check=True).stdout
    return max((tuple(map(int, version.split("."))) for version in re.findall(r"GLIBC_([\d.]+)", told)), default=())


def main(build_dir: str) -> int:
    bootstraps = sorted(Path(build_dir).glob("*/bootstrap"))
    failures = []
    print(f"{'function':<28}{'bytes':>12}{'zipped':>12}{'glibc':>8}")
    for bootstrap in bootstraps:
        name, zipped, glibc = bootstrap.parent.name, zipped_bytes(bootstrap), wanted_glibc(bootstrap)
        print(f"{name:<28}{bootstrap.stat().st_size:>12,}{zipped:>12,}{'.'.join(map(str, glibc)):>8}")
        allowed = MAX_ZIPPED_BYTES_OF.get(name, MAX_ZIPPED_BYTES)
        if zipped > allowed:
            failures.append(f"{name} has {zipped:,} bytes zipped; {allowed:,} are allowed")
        if glibc > NEWEST_GLIBC:
            failures.append(f"{name} wants a newer glibc than AL2023 has")
    if not bootstraps:
        failures.append(f"{build_dir} holds no bootstrap")
    for failure in failures:
        print(f"bootstraps: {failure}", file=sys.stderr)
    return 1 if failures else 0


sys.exit(main(*sys.argv[1:]))
