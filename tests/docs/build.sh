#!/usr/bin/env bash
# Builds the site of docs/ and checks it: `tests/docs/build.sh MDBOOK MDBOOK_MERMAID SITE`, two programs and a folder.
# Prints nothing but the site's first page, and what is wrong.
set -euo pipefail

mdbook=$1 mermaid=$2
mkdir -p "$3"
site=$(realpath "$3")
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
cd "$here/../.."

stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT

quietly() { # shows what a command says only if it fails
    "$@" >"$stage/said" 2>&1 && return
    cat "$stage/said" >&2
    exit 1
}

export PYTHONDONTWRITEBYTECODE=1
quietly python3 -m unittest discover --start-directory "$here"
"$here/links.py" stage "$stage/book"
# mdBook looks for the preprocessor of book.toml in the path. This command writes its script beside book.toml.
PATH=$(dirname "$mermaid"):$PATH
quietly "$mermaid" install "$stage/book"
quietly "$mdbook" build "$stage/book" --dest-dir "$site"
# A warning of mdBook is a broken page too.
if grep -E 'WARN|ERROR' "$stage/said" >&2; then exit 1; fi
"$here/links.py" check "$site"
echo "docs: $site/index.html"
