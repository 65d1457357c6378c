#!/usr/bin/env bash
# Installs the Python tool NAME as tests/tools/NAME.txt lists it, into the cache, and prints its folder:
# `tests/tools/install.sh NAME`. With `--where` it only prints the folder.
#
# The list has a version and the hashes of every package, and pip takes nothing else: no other version, no other file, and
# no source that would be built with packages that nobody has pinned. A changed list is another folder, so it is installed
# anew.
set -euo pipefail

where=''
[ "${1:-}" != --where ] || {
    where=yes
    shift
}
[ $# = 1 ] || {
    echo "usage: $0 [--where] NAME" >&2
    exit 2
}
list=$(dirname "${BASH_SOURCE[0]}")/$1.txt
sum=$(sha256sum <"$list")
home=${XDG_CACHE_HOME:-$HOME/.cache}/readmit/tools/$1-${sum:0:16}

# Written last: an installation that was interrupted begins again.
if [ -z "$where" ] && [ ! -e "$home/installed" ]; then
    python3 -m venv --clear "$home"
    "$home/bin/pip" install --quiet --disable-pip-version-check --require-hashes --only-binary :all: --no-deps \
        --requirement "$list" >&2
    # Without --no-deps the pip of Debian 12 takes no list with extras; this is what it would have looked after.
    "$home/bin/pip" check --disable-pip-version-check >&2
    touch "$home/installed"
fi
echo "$home"
