#!/usr/bin/env bash
# The stack on a second engine: `tests/deploy/ministack.sh RELEASE_DIR READMIT_CHECK`, where RELEASE_DIR is what `make release`
# has made for this machine's processor, and READMIT_CHECK is the program of that name. Nothing else is deployed.
#
# ministack is a store, a mailbox, a secret and a Lambda of another make, which takes the template without Docker and
# lets each function do no more than its role allows. What leans on a quirk of one engine fails on the other.
set -euo pipefail

[ $# = 2 ] || {
    echo "usage: $0 RELEASE_DIR READMIT_CHECK" >&2
    exit 2
}
release=$(realpath "$1")
readmit_check=$(realpath "$2")
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/ministack
(
    cd "$release"
    sha256sum --check --strict --quiet SHA256SUMS
    # After the hash and two blanks: the name.
    unlisted=$(find . -type f ! -path ./SHA256SUMS -printf '%P\n' | grep --invert-match --line-regexp --fixed-strings \
        --file <(cut -c67- SHA256SUMS) || true)
    [ -z "$unlisted" ] || {
        echo "ministack: SHA256SUMS lacks $unlisted" >&2
        exit 1
    }
)

home=$("$here/../../tools/install.sh" ministack)

# No variable of this shell reaches the functions, no configuration of its user the clients, no bytecode the repository.
exec env -i PATH="$PATH" LANG=C.UTF-8 PYTHONDONTWRITEBYTECODE=1 AWS_DEFAULT_REGION=eu-west-1 \
    AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null "$home/bin/python" "$here" "$release" "$readmit_check"
