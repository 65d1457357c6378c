#!/usr/bin/env bash
# Runs the code blocks of the documentation from their own text: `tests/snippets.sh READMIT_LOCAL NODE`.
#
# For each page and language, all blocks are copied in order into one script. It runs beside a new local stack, in a folder
# that has the stack's ready.json. Its last line is a comment, "prints: …": what the script must print last. A ```console
# block is for a reader, and is not run.
set -euo pipefail

local_stack=$(realpath "$1") node=$2
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
pages=(quickstart api clients importing migrating)
declare -A interpreters=([sh]='bash -euo pipefail' [js]="$node" [python]='python3 -B')
seconds=60

fail() {
    echo "snippets: $*" >&2
    exit 1
}

blocks() { # blocks LANGUAGE PAGE
    awk -v language="$1" '
        /^```/  { copying = !fenced && $0 == "```" language; fenced = !fenced; next }
        copying { print }
    ' "$2"
}

work=$(mktemp -d)
stack=''

stop_stack() {
    [ -z "$stack" ] || { kill "$stack" && wait "$stack"; } 2>/dev/null || true
    stack=''
}
trap 'stop_stack; rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

for variable in "${!READMIT_@}"; do unset "$variable"; done

run() { # run NAME INTERPRETER SCRIPT
    local folder=$work/${1//[\/ ,]/-} promise last status=0
    mkdir "$folder"
    promise=$(sed -nE '$s/^(#|\/\/) prints: //p' "$3")
    [ -n "$promise" ] || fail "$1 does not end with a comment \"prints: …\""
    "$local_stack" --port 0 --log >"$folder/ready.json" 2>"$folder/log" &
    stack=$!
    until [ -s "$folder/ready.json" ]; do
        kill -0 "$stack" 2>/dev/null || fail "$1: the local stack ended: $(tail -n 5 "$folder/log")"
        sleep 0.1
    done
    # shellcheck disable=SC2086 # an interpreter and its options
    (cd "$folder" && timeout "$seconds" $2 "$3" >printed 2>&1 </dev/null) || status=$?
    stop_stack
    last=$(tail -n 1 "$folder/printed")
    if [ "$status" -ne 0 ] || [ "$last" != "$promise" ]; then
        cat "$folder/printed" >&2
        fail "$1 ended with status $status; promised to print \"$promise\", and printed \"$last\""
    fi
    echo "snippets: $1: as the page says"
}

ran=0
for page in "${pages[@]}"; do
    for language in sh js python; do
        script=$work/$page.${language/js/mjs}
        blocks "$language" "$root/docs/$page.md" >"$script"
        [ -s "$script" ] || continue
        run "docs/$page.md, $language" "${interpreters[$language]}" "$script"
        ran=$((ran + 1))
    done
done
[ "$ran" -ge "${#pages[@]}" ] || fail "only $ran scripts in ${#pages[@]} pages"
