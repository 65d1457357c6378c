#!/usr/bin/env bash
# Runs the README's tour from its own text: `tests/tour.sh [README]`.
#
# Every ```sh block under "## The tour" is copied in order into one script, which runs in the repository's root. Its last
# line is a comment, "# prints: …": what the tour must print last.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
readme=$(realpath "${1:-$root/README.md}")
seconds=300

fail() {
    echo "tour: $*" >&2
    exit 1
}

sh_blocks() {
    awk '
        /^```/  { copying = !fenced && in_tour && /^```sh[ \t]*$/; fenced = !fenced; next }
        copying { print; next }
        !fenced && /^#+ / && !/^###/ { in_tour = /^## The tour[ \t]*$/ }
    ' "$1"
}

group=''
work=$(mktemp -d)
tour=$work/tour.sh
printed=$work/printed

# Ends whatever the tour left in the background, politely first.
clean_up() {
    if [ -n "$group" ] && kill -TERM -- "-$group" 2>/dev/null; then
        for _ in {1..50}; do
            kill -0 -- "-$group" 2>/dev/null || break
            sleep 0.1
        done
        kill -KILL -- "-$group" 2>/dev/null || true
    fi
    rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

[ -r "$readme" ] || fail "cannot read $readme"
sh_blocks "$readme" >"$tour"
[ -s "$tour" ] || fail "$readme has no \`\`\`sh block under \"## The tour\""
promise=$(tail -n 1 "$tour")
[[ $promise == '# prints: '* ]] || fail "the tour does not end with a line \"# prints: …\" but with: $promise"

for address in 127.0.0.1 ::1; do
    if (: <>"/dev/tcp/$address/3000") 2>/dev/null; then
        fail "port 3000 is taken: end what listens there"
    fi
done

# The tour starts the stack as it is, whatever this shell has set for it, and may keep files in $TMPDIR.
for variable in "${!READMIT_@}"; do unset "$variable"; done
export TMPDIR=$work/files
mkdir "$TMPDIR"
cd "$root"
# shellcheck disable=SC2016 # the tour's shell expands these
failed_line='trap '\''echo "tour: this line failed: $BASH_COMMAND" >&2'\'' ERR'
# GNU timeout leads a process group of its own, which the tour and all that it starts belong to.
timeout --kill-after=10 "$seconds" bash -euo pipefail -c "$failed_line; source $(printf %q "$tour")" \
    >"$printed" </dev/null &
group=$!
status=0
wait "$group" || status=$?
last=$(tail -n 1 "$printed")

cat "$printed"
[ "$status" -ne 124 ] || fail "not done after $seconds s"
[ "$status" -eq 0 ] || fail "ended with status $status"
[ "$last" = "${promise#\# prints: }" ] || fail "promised to print \"${promise#\# prints: }\", but printed \"$last\""
echo "tour: as the README says"
