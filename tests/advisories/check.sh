#!/usr/bin/env bash
# Checks Cargo.lock by deny.toml: `tests/advisories/check.sh CARGO_DENY [OPTION…]`.
#
# CARGO_DENY is the program cargo-deny; OPTIONs go to its `check`. The advisories are those of the repository, so that a
# commit which passes passes again, without a network. A second run shows that an advisory can fail the check: it has one more,
# made up, against a crate of Cargo.lock.
set -euo pipefail

cargo_deny=$1
shift
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$here/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# check DATABASES [OPTION…]. Offline, so that cargo-deny takes the database as it lies there.
check() {
    READMIT_ADVISORIES=$1 "$cargo_deny" --offline --locked check "${@:2}"
}

cargo fetch --locked --quiet
"$here/database.py" unpack "$work/real"
check "$work/real" "$@"

crate=tokio
id=RUSTSEC-9999-0001
cp -a "$work/real" "$work/made-up"
cat >"$(echo "$work"/made-up/advisory-db-*)/crates/$crate/$id.md" <<ADVISORY
\`\`\`toml
[advisory]
id = "$id"
package = "$crate"
date = "2026-01-01"

[versions]
patched = []
\`\`\`

# Made up by a test
ADVISORY
if check "$work/made-up" advisories &>"$work/refusal"; then
    echo "advisories: an advisory against $crate, which Cargo.lock has, did not fail the check" >&2
    exit 1
fi
grep --quiet "$id" "$work/refusal" || {
    cat "$work/refusal" >&2
    echo "advisories: the check failed, but not for the advisory that was made up" >&2
    exit 1
}
echo "advisories: one that was made up against $crate fails the check, as it must"
