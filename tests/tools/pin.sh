#!/usr/bin/env bash
# Writes the list of each Python tool anew, tests/tools/NAME.txt from tests/tools/NAME.in: `tests/tools/pin.sh UV [OPTION…]`.
#
# UV is the program uv; OPTIONs go to `uv pip compile`, such as `--upgrade`. Without them a version that a list has is kept
# where it still fits. The lists hold for Linux on x86_64 and aarch64, from the Python of Debian 12 on: hashes are those of
# every file of a release, and only versions are taken of which there is something to install without building it.
set -euo pipefail

uv=$(realpath "$1")
shift
cd "$(dirname "${BASH_SOURCE[0]}")"

for asked in *.in; do
    "$uv" pip compile --quiet --universal --python-version 3.11.2 --only-binary :all: --generate-hashes \
        --custom-compile-command 'make tool-lists' "$@" --output-file "${asked%.in}.txt" "$asked"
done
