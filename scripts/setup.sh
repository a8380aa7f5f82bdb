#!/usr/bin/env bash
# Checks what the project needs on this machine. As root with apt-get it installs what is missing; otherwise it
# prints the commands and exits 1.
#
#   scripts/setup.sh        for `make test`
#   scripts/setup.sh run    for `make run`, which needs no PostgreSQL, Node.js, Python or Chromium
set -euo pipefail

packages=()
commands=()

has() {
    command -v "$1" >/dev/null 2>&1
}

has curl || packages+=(curl ca-certificates)
# aws-lc and SQLite are compiled from source and need a C compiler; not CMake, on the usual platforms.
has cc || packages+=(gcc libc6-dev)
if [[ ${1:-} != run ]]; then
    "$(dirname "$0")/postgres.sh" where >/dev/null 2>&1 || packages+=(postgresql)
    # The example clients.
    has node || packages+=(nodejs)
    has npm || packages+=(npm)
    has python3 || packages+=(python3)
    # Browser tests, and fonts that have Cyrillic letters.
    if ! [[ -x ${CHROMIUM_PATH:-} ]] && ! has chromium && ! has google-chrome; then
        packages+=(chromium fonts-noto-core)
    fi
    # The mail server of the tests is installed into an environment of its own.
    { has python3 && python3 -c 'import ensurepip, venv' 2>/dev/null; } || packages+=(python3-venv)
fi

if ((${#packages[@]} > 0)); then
    if [[ $EUID -eq 0 ]] && has apt-get; then
        echo "setup: installing ${packages[*]}"
        apt-get update -qq </dev/null
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}" </dev/null
    elif has apt-get; then
        commands+=("sudo apt-get install ${packages[*]}")
    else
        commands+=("install with your package manager (these are Debian's names): ${packages[*]}")
    fi
fi

if [[ ${1:-} != run ]]; then
    if has node && ! node -e 'const [major, minor] = process.versions.node.split(".").map(Number);
        process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1)'; then
        commands+=("install Node.js 20.19 or newer, as https://nodejs.org/en/download says; here is $(node --version)")
    fi
    if has python3 && ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 9))'; then
        commands+=("install Python 3.9 or newer with your package manager; here is $(python3 --version)")
    fi
fi

if ! has cargo; then
    commands+=("curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y && . \"\$HOME/.cargo/env\"")
elif ! has cargo-fmt || ! has cargo-clippy; then
    commands+=("rustup component add rustfmt clippy")
fi

if ((${#commands[@]} > 0)); then
    echo "setup: something is missing. Please run:" >&2
    printf '    %s\n' "${commands[@]}" >&2
    exit 1
fi
