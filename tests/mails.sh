#!/usr/bin/env bash
# Pictures of every mail in every language, to be looked at: on a phone, light and dark, and on a desktop.
# Asks for Chromium, and for fonts of every script that the mails are written in (on Debian fonts-noto-cjk).
#
# tests/mails.sh [FOLDER]    the default is .readmit/mails, which git ignores
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

folder=$(realpath -m "${1:-.readmit/mails}")
cargo run --quiet --package readmit-tests --example mails -- "$folder"

for mail in "$folder"/*/*.html; do
    picture=${mail%.html}
    # A window is never as narrow as a phone; a frame is. What a frame prefers is what its element is.
    {
        echo '<!doctype html><body style="display:flex;gap:8px;margin:0;background:#888">'
        for frame in light:360 dark:360 light:760; do
            printf '<iframe src="%s" style="border:0;color-scheme:%s;width:%spx;height:1280px"></iframe>' \
                "$(basename "$mail")" "${frame%:*}" "${frame#*:}"
        done
    } > "$picture.frames.html"
    chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --window-size=1496,1280 \
        --screenshot="$picture.png" "file://$picture.frames.html" 2> "$picture.log" || { cat "$picture.log"; exit 1; }
    rm "$picture.frames.html" "$picture.log"
done
echo "$folder"
