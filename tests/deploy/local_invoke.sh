#!/usr/bin/env bash
# Every event of events/ by `sam local invoke`: `tests/deploy/local_invoke.sh SAM_HOME LOCAL BUILD_DIR [--warm | EVENT…]`.
# With --warm two of each function, in containers that stay warm.
#
# SAM_HOME is the SAM CLI's venv, LOCAL the program of the local stack, BUILD_DIR holds the template.yaml of `sam build`, built
# for this machine's processor. It starts a container engine of its own, which wants root.
set -euo pipefail

[ $# -ge 3 ] || {
    echo "usage: $0 SAM_HOME LOCAL BUILD_DIR [--warm | EVENT…]" >&2
    exit 2
}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
sam_home=$(realpath -s "$1")
local=$(realpath "$2")
build=$(realpath "$3")
shift 3

# Where the engine's program lies, a user's PATH may lack.
export PATH=$PATH:/usr/sbin:/sbin PYTHONDONTWRITEBYTECODE=1 LC_ALL=C.UTF-8
# The stacks are started as they are, whatever this shell has set for them.
for variable in "${!READMIT_@}"; do unset "$variable"; done
exec "$sam_home/bin/python" "$here/local_invoke" "$sam_home/bin/sam" "$local" "$build" "$@"
