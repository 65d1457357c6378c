#!/usr/bin/env bash
# Pictures of every mail in every language, to be looked at: on a phone and on a desktop, light and dark, and as Word shows it.
# Asks for Chromium, for fonts of every script that the mails are written in (on Debian fonts-noto-cjk), and for what
# `make portal` installs.
#
# tests/mails.sh [FOLDER]    the default is .readmit/mails, which git ignores
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

folder=$(realpath -m "${1:-.readmit/mails}")
cargo run --quiet --package readmit-tests --example mails -- "$folder"
nodejs=$(tests/tools/install.sh nodejs)
"$nodejs/bin/node" tests/portal/mail_pictures.js "$folder"
echo "$folder"
