#!/usr/bin/env bash
# Writes the five lock files anew from pyproject.toml:
#
#   requirements.lock        what the service needs
#   tests/requirements.lock  the same pins, and what the extra `test` needs
#   .ci/requirements.lock    what builds the wheel and checks the code
#   service/replay/requirements.lock   what the extras `replay` and `spark` need
#   service/watch/requirements.lock    what the extra `otel` needs
#
# Each serves CPython 3.11 and newer on Linux, macOS and Windows (environment markers where they
# differ), carries the hash of every published file, and names no host.
#
#   tests/lock.sh                            keep the pins that still fit
#   tests/lock.sh --upgrade                  take the newest releases
#   tests/lock.sh --upgrade-package flask    take the newest release of one
#
# Other options go to `uv pip compile` as they stand.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

UV=0.13.9  # another release may lay a lock out otherwise; then the whole file changes

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet "uv==$UV"

lock() {  # lock FILE WHAT OPTIONS... : compile into FILE, under a head line that says WHAT
    local file=$1 what=$2
    shift 2
    # Not written in place: a failed run leaves the old lock, which also offers its pins.
    if [[ -f $file ]]; then cp "$file" "$work/new.lock"; else : >"$work/new.lock"; fi
    "$work/venv/bin/uv" pip compile --quiet --universal --python-version 3.11 \
        --generate-hashes --no-header --no-emit-index-url --no-emit-find-links \
        --no-annotate --output-file "$work/new.lock" "$@" >"$work/printed"
    if grep -nE '://|--(extra-)?index-url|--find-links' "$work/new.lock"; then
        echo "$file: the lines above name a place to fetch from; not written" >&2
        return 1
    fi
    { printf '# %s  Made by tests/lock.sh; do not edit.\n' "$what"; cat "$work/new.lock"; } \
        >"$work/headed.lock"
    cp "$work/headed.lock" "$file"
    echo "$file: $(grep -c '==' "$file") packages"
}

printf "%s\n" "cyclonedx-bom>=7" "hatchling>=1.25" "mypy>=1.15" "ruff>=0.11" >"$work/tools.in"
lock requirements.lock "What the service needs, gunicorn included." --extra gunicorn pyproject.toml "$@"
lock tests/requirements.lock "What the service and its tests need." \
    --extra test --constraint requirements.lock pyproject.toml "$@"
lock .ci/requirements.lock "What builds the wheel and checks the code." \
    --constraint tests/requirements.lock "$work/tools.in" "$@"
lock service/replay/requirements.lock "What replay needs, with Spark, beside the service." \
    --extra spark --constraint tests/requirements.lock pyproject.toml "$@"
lock service/watch/requirements.lock "What tracing (OpenTelemetry) needs, beside the service." \
    --extra otel --constraint tests/requirements.lock pyproject.toml "$@"
