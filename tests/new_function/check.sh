#!/usr/bin/env bash
# Makes a function of each kind in a copy of the tree, and runs the tests that look at functions: `tests/new_function/check.sh`.
#
# The copy is in cargo's target folder and uses it too, so only our own crates are built again.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

CARGO_TARGET_DIR=$(realpath -m "${CARGO_TARGET_DIR:-target}")
export CARGO_TARGET_DIR
copy=$CARGO_TARGET_DIR/new-function-check
rm -rf "$copy"
# Cargo must not find the copy again: it would take what it built from it for the tree's own.
trap 'rm -rf "$copy"' EXIT
mkdir -p "$copy"
git ls-files -z --cached --others --exclude-standard | tar --null --files-from - --create | tar --extract --directory "$copy"
cd "$copy"
# The tests of the house ask git for the files.
git init --quiet
git add --all

make --no-print-directory new-function NAME=count-sessions ROUTE='GET /v1/session-count'
make --no-print-directory new-function NAME=erase-factors ROUTE='POST /v1/employees/{employee_id}/factor-erasure'
make --no-print-directory new-function NAME=sweep-companies

# A refused call changes no file.
before=$(find . -path ./.git -prune -o -type f -exec sha256sum {} + | sort)
for arguments in 'sign-in' 'Sweep' 'count-more GET' 'count-more GET\ /v2/x' 'count-more GET\ /v1/employees'; do
    if eval "python3 -B tests/new_function $arguments"; then
        echo "new-function: $arguments was not refused" >&2
        exit 1
    fi
done
[ "$before" = "$(find . -path ./.git -prune -o -type f -exec sha256sum {} + | sort)" ]

make --no-print-directory fmt-check clippy unused lint-template
cargo test --workspace --locked --test house --test template --test contract
cargo test --workspace --locked --test flows -- fixtures:: count_sessions:: erase_factors:: sweep_companies::
cargo test --workspace --locked --test attacks
