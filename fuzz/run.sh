#!/usr/bin/env bash
# Runs every fuzz target, one after another: fuzz/run.sh [SECONDS A TARGET, default 600] [TARGET…]
#
# New inputs go to a folder of the cache, where the next run begins again. A sample of those that reach new code is copied
# to tests/corpora/, where `cargo test` replays it; an input that breaks a promise is left in fuzz/artifacts/.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${1:-600}
shift || true
version=0.13.2
max_files=50
max_bytes=$((50 * 1024))
max_size=2048

cache=${XDG_CACHE_HOME:-$HOME/.cache}/readmit
tool=$cache/tools/cargo-fuzz-$version
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$cache/fuzz-target}
export PATH=$tool/bin:$PATH
# A stable compiler takes the flags of coverage and of the address sanitizer only so.
export RUSTC_BOOTSTRAP=1 RUST_BACKTRACE=0

[ -x "$tool/bin/cargo-fuzz" ] ||
    env -u CARGO_TARGET_DIR -u RUSTC_BOOTSTRAP cargo install --locked cargo-fuzz --version "$version" --root "$tool"

nice -n 10 cargo fuzz build
targets=("$@")
[ ${#targets[@]} -gt 0 ] || mapfile -t targets < <(cargo fuzz list)

broken=()
for target in "${targets[@]}"; do
    kept=tests/corpora/$target
    found=$cache/fuzz/$target
    mkdir -p "$found"
    cp "$kept"/* "$found"/
    echo "== $target: $seconds s"
    nice -n 10 cargo fuzz run "$target" "$found" -- -dict="fuzz/dictionaries/$target.dict" \
        -max_total_time="$seconds" -timeout=10 -print_final_stats=1 -verbosity=1 2>&1 |
        grep -vE '^#[0-9]+.*(NEW|REDUCE|pulse|RELOAD)|^\s+NEW_' || broken+=("$target")
    nice -n 10 cargo fuzz cmin "$target" "$found" >/dev/null 2>&1

    # What the kept inputs do not reach already, one of every size as far as there is room.
    merged=$(mktemp -d)
    cp "$kept"/* "$merged"/
    nice -n 10 cargo fuzz run "$target" "$merged" "$found" -- -merge=1 >/dev/null 2>&1
    for input in "$kept"/*; do rm "$merged/${input##*/}"; done
    files=$(find "$kept" -type f | wc -l)
    bytes=$(cat "$kept"/* | wc -c)
    new=$(find "$merged" -type f -size -"$max_size"c | wc -l)
    room=$((max_files > files ? max_files - files : 0))
    step=$((room > 0 ? (new + room - 1) / room : new + 1))
    while read -r size input; do
        [ $((bytes + size)) -le "$max_bytes" ] || break
        cp "$input" "$kept"/
        bytes=$((bytes + size))
    done < <(find "$merged" -type f -size -"$max_size"c -printf '%s %p\n' | sort -n | awk -v step="$step" 'NR % step == 0')
    rm -r "$merged"
    echo "== $target keeps $(find "$kept" -type f | wc -l) files of $bytes bytes"
done
if [ ${#broken[@]} -gt 0 ]; then
    echo "broken: ${broken[*]}; the inputs are in fuzz/artifacts/"
    exit 1
fi
