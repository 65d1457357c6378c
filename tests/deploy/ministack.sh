#!/usr/bin/env bash
# The stack on a second engine: `tests/deploy/ministack.sh BUILD_DIR READMIT_CHECK`, where BUILD_DIR holds the template.yaml of
# `sam build`, built for this machine's processor, and READMIT_CHECK is the program of that name.
#
# ministack is a store, a mailbox, a secret and a Lambda of another make, which takes the template without Docker and
# lets each function do no more than its role allows. What leans on a quirk of one engine fails on the other.
set -euo pipefail

[ $# = 2 ] || {
    echo "usage: $0 BUILD_DIR READMIT_CHECK" >&2
    exit 2
}
build=$(realpath "$1")
readmit_check=$(realpath "$2")
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/ministack
[ -r "$build/template.yaml" ] || {
    echo "ministack: $build has no template.yaml" >&2
    exit 1
}

home=$("$here/../../tools/install.sh" ministack)

# No variable of this shell reaches the functions, no configuration of its user the clients, no bytecode the repository.
exec env -i PATH="$PATH" LANG=C.UTF-8 PYTHONDONTWRITEBYTECODE=1 AWS_DEFAULT_REGION=eu-west-1 \
    AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null "$home/bin/python" "$here" "$build" "$readmit_check"
