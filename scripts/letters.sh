#!/usr/bin/env bash
# Writes each letter in both languages, and takes pictures of it as a desktop (800 pixels) and a phone (390) show it, each
# light and dark.
#
#   scripts/letters.sh [FOLDER] [TEMPLATES]    by default into target/letters, with our own templates
#
# The browser is CHROMIUM_PATH, else chromium or google-chrome. LETTERS names some of them: LETTERS='test*'.
set -euo pipefail
cd "$(dirname "$0")/.."

fail() {
    echo "letters.sh: $*" >&2
    exit 1
}

find_browser() {
    local name
    for name in "${CHROMIUM_PATH:-}" chromium chromium-browser google-chrome google-chrome-stable; do
        [[ -n $name ]] && command -v "$name" && return
    done
    return 1
}

folder=${1:-target/letters}
browser=$(find_browser) ||
    fail "a Chromium is needed for the pictures: install chromium, or let CHROMIUM_PATH name one"
# A sandbox can't be made as root.
options=(--headless --disable-gpu --hide-scrollbars --no-first-run --force-device-scale-factor=1)
[[ $EUID -ne 0 ]] || options+=(--no-sandbox)

mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
rm -f "$folder"/*.{html,txt,eml,png}
cargo run --quiet -p billing-email --example letters -- "$folder" "${@:2}"

work=$(mktemp -d "${TMPDIR:-/tmp}/billing-letters.XXXXXX")
trap 'rm -rf "$work"' EXIT

# Both themes beside each other, in frames as wide as the screen: a window can't be as narrow as a phone. The dark one is
# asked for what the letter keeps for dark screens.
take_picture() {
    local page=$1 width=$2 height=$3 picture=$4 source frame
    source=$(<"$page")
    printf '%s' "$source" >"$work/light.html"
    printf '%s' "${source//(prefers-color-scheme: dark)/all}" >"$work/dark.html"
    frame='<iframe src="%s.html" style="border:0;width:%spx;height:%spx"></iframe>'
    # shellcheck disable=SC2059 # the format is the line above
    printf "<body style=\"margin:0;display:flex\">$frame$frame" light "$width" "$height" dark "$width" "$height" \
        >"$work/frames.html"
    # Now and then a browser crashes at its start or end.
    for _ in 1 2 3; do
        rm -rf "$work/browser"
        if timeout 60 "$browser" "${options[@]}" --user-data-dir="$work/browser" --screenshot="$picture" \
            --window-size="$((2 * width)),$height" "file://$work/frames.html" >"$work/log" 2>&1 </dev/null; then
            return
        fi
    done
    tail -n 5 "$work/log" >&2
    fail "$browser took no picture of $page"
}

count=0
# shellcheck disable=SC2086 # a pattern of names
for page in "$folder"/${LETTERS:-*}.html; do
    take_picture "$page" 800 900 "${page%.html}.desktop.png"
    take_picture "$page" 390 1100 "${page%.html}.phone.png"
    count=$((count + 1))
done
echo "$count letters are in $folder"
