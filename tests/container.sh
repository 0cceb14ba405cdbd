#!/usr/bin/env bash
# Builds the image and runs it as a hospital would: uid 65532, read-only root, no capabilities,
# no new privileges.  Needs root on Debian; needs neither a container engine nor a hub: buildah
# builds, and where the base image cannot be pulled, debootstrap makes a stand-in.
#
#   tests/container.sh          three to six minutes, about 4 GB in $TMPDIR until it ends
#
# The service runs in a network of its own, so no port of this machine is taken.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec </dev/null

IMAGE=localhost/hpp-cds:under-test
STAND_IN=localhost/hpp-cds-base:trixie
STORY=fhir_fixtures/persistently-low-adult/request.json

export BUILDAH_ISOLATION=chroot
work=$(mktemp -d)
service=""  # the `unshare` that holds the running container
passed=0 failed=0

store=(--storage-driver vfs --root "$work/store" --runroot "$work/run")
box() { buildah "${store[@]}" "$@"; }

stop_service() {
    [[ -z $service ]] || kill -KILL "$service" 2>/dev/null || true  # --kill-child ends the rest
    service=""
}

clean_up() {
    stop_service
    box rm --all >/dev/null 2>&1 || true
    rm -rf --one-file-system "$work"
}
trap clean_up EXIT
trap 'exit 1' INT TERM

say() { printf '\n== %s\n' "$*"; }

check() {  # check WHAT COMMAND... : count it, and show what it printed where it failed
    local what=$1
    shift
    if "$@" >"$work/printed" 2>&1; then
        passed=$((passed + 1))
        echo "ok      $what"
    else
        failed=$((failed + 1))
        echo "FAILED  $what"
        sed 's/^/        /' "$work/printed" | tail -20
    fi
}

# ---- the tools

need() {  # need COMMAND PACKAGE
    command -v "$1" >/dev/null || missing+=("$2")
}

if [[ $(id -u) != 0 ]]; then
    echo "tests/container.sh needs root: it makes name spaces and mounts" >&2
    exit 2
fi
missing=()
need buildah buildah
need debootstrap debootstrap
need unshare util-linux
need ip iproute2
need python3 python3
if ((${#missing[@]})); then
    say "installing ${missing[*]}"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${missing[@]}" >"$work/apt.log" 2>&1 \
        || { tail "$work/apt.log" >&2; exit 2; }
fi

# ---- how pip reaches its packages from here, as secrets of the build

# This machine's pip settings, less what lies on its disk; certificates go beside them.
pip_settings() {
    python3 - "$work/pip.conf" "$work/ca.pem" "$work/private" <<'PYTHON'
import os, re, shutil, subprocess, sys
from pathlib import Path

pip_conf, ca, private = map(Path, sys.argv[1:])
listed = subprocess.run([sys.executable, "-m", "pip", "config", "list"],
                        capture_output=True, text=True, check=True).stdout
found = {}
for line in sorted(listed.splitlines(), key=lambda line: line.startswith(":env:")):
    match = re.fullmatch(r"\S+\.\.?([a-z-]+)='(.*)'", line)
    if match:
        found[match[1]] = match[2].replace("\\n", " ")
certificates = (found.get("cert") or os.environ.get("SSL_CERT_FILE")
                or os.environ.get("REQUESTS_CA_BUNDLE") or "")
lines = ["[global]"]
for key in ("index-url", "extra-index-url", "trusted-host", "proxy", "default-timeout"):
    words = [word for word in found.get(key, "").split() if not word.startswith(("file:", "/"))]
    if words:
        lines.append(f"{key} = {' '.join(words)}")
if certificates and Path(certificates).is_file():
    shutil.copy(certificates, ca)
    lines.append("cert = /run/secrets/ca.pem")
pip_conf.write_text("\n".join(lines) + "\n")

# What must not be found in the image: addresses, paths and proxies set here, and one line of
# each certificate that this machine adds to Debian's.
words = set()
for key in ("index-url", "extra-index-url", "find-links", "proxy", "trusted-host", "constraint"):
    words.update(found.get(key, "").split())
for name in ("http_proxy", "https_proxy", "all_proxy"):
    words.update(os.environ.get(name, "").split())
    words.update(os.environ.get(name.upper(), "").split())
for certificate in Path("/usr/local/share/ca-certificates").glob("**/*.crt"):
    body = [line for line in certificate.read_text().splitlines() if not line.startswith("-")]
    words.add(body[len(body) // 2])
private.write_text("".join(f"{word}\n" for word in sorted(words) if len(word) > 5))
PYTHON
}
pip_settings
secrets=(--secret "id=pip.conf,src=$work/pip.conf")
[[ -f $work/ca.pem ]] && secrets+=(--secret "id=ca.pem,src=$work/ca.pem")

# ---- the base

base=$(sed -n 's/^ARG BASE=//p' Dockerfile)
say "base image $base"
if timeout 180 buildah "${store[@]}" pull "$base" >"$work/pull.log" 2>&1; then
    echo "pulled"
    digest=$(box inspect --type image --format '{{.FromImageDigest}}' "$base")
    base="$base@$digest"
else
    echo "cannot be pulled from here: $(tail -1 "$work/pull.log" | cut -c1-90)..."
    echo "a stand-in instead: Debian trixie with its own Python, pip and venv"
    container=$(box from scratch)
    root=$(box mount "$container")
    debootstrap --variant=minbase --include=python3,python3-venv,python3-pip trixie "$root" \
        >"$work/debootstrap.log" 2>&1 || { tail -20 "$work/debootstrap.log" >&2; exit 2; }
    rm -rf "${root:?}"/{var/cache/apt/archives,var/lib/apt/lists,dev}/*
    box umount "$container" >/dev/null
    box commit --quiet --rm "$container" "$STAND_IN" >/dev/null
    digest=$(box inspect --type image --format '{{.FromImageDigest}}' "$STAND_IN")
    base="$STAND_IN@$digest"
fi

# ---- the image

committed=$(git log -1 --format=%ct 2>/dev/null || echo 0)
revision=$(git rev-parse HEAD 2>/dev/null || echo none)

build() {  # build TAG : as the Dockerfile says for a release
    local started=$SECONDS
    box build --format docker --timestamp "$committed" --build-arg "BASE=$base" \
        --build-arg VERSION=test --build-arg "REVISION=$revision" \
        "${secrets[@]}" --tag "$1" . >"$work/build.log" 2>&1 \
        || { tail -40 "$work/build.log" >&2; echo "0 passed, 1 failed"; exit 1; }
    echo "built in $((SECONDS - started)) s"
}

say "building on ${base%@*} by its digest, twice"
build "$IMAGE"
build "$IMAGE-again"

container=$(box from --pull-never "$IMAGE")
root=$(box mount "$container")
box inspect --type image "$IMAGE" >"$work/inspect.json"

config() {  # config EXPRESSION : of the image's configuration `c`, a list as shell words
    python3 -c '
import json, shlex, sys
c = json.load(open(sys.argv[1]))["Docker"]["config"]
value = eval(sys.argv[2])
print(value if isinstance(value, str) else shlex.join(value))' "$work/inspect.json" "$1"
}
declare -a environment entrypoint command health
eval "environment=($(config 'c["Env"]'))"
eval "entrypoint=($(config 'c["Entrypoint"]'))"
eval "command=($(config 'c["Cmd"]'))"
eval "health=($(config 'c["Healthcheck"]["Test"][1:]'))"

# What an engine does for `--read-only --tmpfs /tmp --cap-drop ALL --security-opt
# no-new-privileges`: new name spaces, a read-only root, few devices, the image's user.
as_user=(setpriv --reuid=65532 --regid=65532 --clear-groups --bounding-set=-all --inh-caps=-all
    --no-new-privs env -i "${environment[@]}")

contained() {  # contained COMMAND... : in the hardened container, as its first process
    exec unshare --mount --net --pid --ipc --uts --fork --kill-child --propagation private \
        bash -euc '
            root=$1 work=$2
            shift 2
            mount --bind "$root" "$root"
            if [[ -n ${SITE:-} ]]; then  # -v SITE:/etc/hpp-cds:ro
                mount --bind "$SITE" "$root/etc/hpp-cds"
                mount -o remount,bind,ro "$root/etc/hpp-cds"
            fi
            mount -t proc -o nosuid,nodev,noexec proc "$root/proc"
            mount -t tmpfs -o nosuid,mode=755 tmpfs "$root/dev"
            mknod -m 666 "$root/dev/null" c 1 3
            mknod -m 666 "$root/dev/zero" c 1 5
            mknod -m 666 "$root/dev/urandom" c 1 9
            mount -o remount,ro "$root/dev"
            mount -t tmpfs -o nosuid,nodev,noexec,mode=1777 tmpfs "$root/tmp"
            mount -t tmpfs -o nosuid,nodev,noexec,uid=65532,gid=65532,mode=700 \
                tmpfs "$root/var/lib/hpp-cds"
            mount -o remount,bind,ro "$root"
            ip link set lo up
            cd "$root/var/lib/hpp-cds"
            exec chroot "$root" "$@"
        ' contained "$root" "$work" "${as_user[@]}" "$@"
}

beside() {  # beside COMMAND... : in the running container, as an engine's `exec` would
    nsenter --target "$first" --mount --net --pid --ipc --uts --root -- "${as_user[@]}" "$@"
}

# ---- what the image is

say "the image"
echo "entry   ${entrypoint[*]} ${command[*]}"
echo "size    $(box images --format '{{.Size}}' "$IMAGE"); of it the service and its packages:" \
    "$(du -sm "$root/opt/hpp-cds" | cut -f1) MB, the base:" \
    "$(box images --format '{{.Size}}' "${base%@*}" | head -1)"

label() { config "c['Labels']['$1']"; }

labels_are_there() {
    [[ $(label org.opencontainers.image.title) == hpp-cds
        && $(label org.opencontainers.image.version) == test
        && $(label org.opencontainers.image.base.name) == "$base"
        && $(label org.opencontainers.image.licenses) == Apache-2.0 ]]
}

built_the_same() {  # configuration, history and layers; the docker format adds who built it
    box inspect --type image "$IMAGE-again" >"$work/again.json"
    python3 - "$work/inspect.json" "$work/again.json" <<'PYTHON'
import json, sys

one, two = (json.load(open(name))["OCIv1"] for name in sys.argv[1:])
print(*(f"{one[key]}\n{two[key]}" for key in one if one[key] != two.get(key)), sep="\n")
sys.exit(one != two or not one["rootfs"]["diff_ids"])
PYTHON
}

is_compiled() {
    local source
    find "$root/opt/hpp-cds/lib" -name '*.py' | while read -r source; do
        compgen -G "${source%/*}/__pycache__/$(basename "$source" .py).cpython-*.pyc" >/dev/null \
            || echo "$source"
    done | tee "$work/uncompiled"
    [[ ! -s $work/uncompiled ]]
}

bill_is_there() {
    python3 - "$root$(label org.hpp-cds.sbom)" requirements.lock <<'PYTHON'
import json, re, sys
from pathlib import Path

bill, lock = (Path(name).read_text() for name in sys.argv[1:])
listed = {part["name"]: part["version"] for part in json.loads(bill)["components"]}
locked = dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", lock, re.MULTILINE))
print(len(listed), "packages; differing:", sorted(set(listed.items()) ^ set(locked.items())))
sys.exit(listed != locked)
PYTHON
}

no_build_tools() {
    local name found=0
    for name in cc gcc g++ c++ ld as make cmake pip pip3 git curl wget; do
        if [[ -n $(find "$root"/{usr/local/,opt/hpp-cds/,usr/,}{bin,sbin}/ \
            -name "$name" -o -name "$name-[0-9]*" 2>/dev/null) ]]; then
            echo "there is a $name"
            found=1
        fi
    done
    find "$root" -xdev \( -ipath '*-packages/pip' -o -name 'pip-*.whl' -o -name ensurepip \) \
        | grep . && found=1
    return $found
}

no_setuid() { ! find "$root" -xdev -type f -perm /6000 | grep .; }

owns_only_its_folder() {
    ! find "$root" -xdev \( -uid 65532 -o -gid 65532 \) ! -path "$root/var/lib/hpp-cds" | grep .
}

nothing_of_this_machine() {
    [[ ! -e $root/run/secrets || -z $(ls -A "$root/run/secrets") ]] || return 1
    ! find "$root" -xdev -name pip.conf | grep . || return 1
    [[ ! -s $work/private ]] && return 0
    ! grep -rlFf "$work/private" --devices=skip "$root" "$work/inspect.json"
}

check "its user is 65532:65532" test "$(config 'c["User"]')" = 65532:65532
check "it stops by SIGTERM" test "$(config 'c["StopSignal"]')" = SIGTERM
check "OCI labels" labels_are_there
check "a bill of materials with every package of the lock" bill_is_there
check "the same layers, hash for hash, from another build" built_the_same
check "every module is compiled" is_compiled
check "no compiler, no pip" no_build_tools
check "no setuid or setgid program" no_setuid
check "its user owns its data folder and nothing else" owns_only_its_folder
check "pip settings, addresses and certificates of this machine are not in it" \
    nothing_of_this_machine

# ---- what it may do

say "hardened"
said() {  # said TEXT COMMAND... : the command prints the text and nothing else
    local text=$1 printed
    shift
    printed=$("$@" 2>&1) || true
    [[ $printed == "$text" ]] || { echo "printed: $printed"; return 1; }
}

no_capabilities() {
    local status
    status=$( (contained grep -E '^(Cap(Prm|Eff|Bnd|Amb)|NoNewPrivs)' /proc/self/status) )
    echo "$status"
    [[ $(grep -c '	0000000000000000$' <<<"$status") == 4 && $status == *$'NoNewPrivs:\t1'* ]]
}

refuses() {
    local status=0
    (contained "${entrypoint[@]}" "${command[@]}") >"$work/refusal" 2>&1 || status=$?
    cat "$work/refusal"
    [[ $status == 78 && $(wc -l <"$work/refusal") == 1 ]] \
        && grep -q 'without configured clients' "$work/refusal"
}

check "runs as uid 65532" said "65532 65532 65532" \
    eval '(contained python -c "import os; print(os.getuid(), os.getgid(), *os.getgroups() or [65532])")'
check "no capabilities, no new privileges" no_capabilities
check "may write to /tmp and its data folder only" said $'/tmp\n/var/lib/hpp-cds' \
    eval "(contained find / -path /proc -prune -o -path /dev -prune -o ! -type l -writable -print 2>/dev/null)"
check "python -m pip is not there" said "/opt/hpp-cds/bin/python: No module named pip" \
    eval '(contained python -m pip --version)'
check "without clients and without --allow-anyone it refuses and ends with 78" refuses
sed 's/^/        /' "$work/refusal"

# ---- what it answers

wait_until_served() {  # up to 10 seconds; first: the container's process
    first=""
    for _ in $(seq 100); do
        first=$(cat "/proc/$service/task/$service/children" 2>/dev/null | tr -d ' ') || true
        [[ -n $first ]] && grep -q Try: "$work/service.log" && break
        sleep 0.1
    done
}

say "serving"
(contained "${entrypoint[@]}" serve --host 0.0.0.0 --allow-anyone) >"$work/service.log" 2>&1 &
service=$!
wait_until_served

ask() {  # ask METHOD PATH [FILE] [PADDING] : in the container's network; prints the status
    nsenter --target "$first" --net python3 - "$@" <<'PYTHON'
import http.client, json, sys
from pathlib import Path

method, path, *rest = sys.argv[1:]
body = Path(rest[0]).read_bytes() + b" " * int(rest[1] if rest[1:] else 0) if rest else None
line = http.client.HTTPConnection("127.0.0.1", 5000, timeout=10)
line.request(method, path, body, {"Content-Type": "application/json"})
answer = line.getresponse()
text = answer.read()
print(answer.status, text[:300].decode())
cards = json.loads(text)["cards"] if rest else True
sys.exit(not (answer.status == 200 and cards))
PYTHON
}

stops_soon() {
    local start=$SECONDS status=0
    kill -TERM "$first"
    timeout 20 tail --pid="$service" -f /dev/null
    wait "$service" || status=$?
    service=""
    echo "status $status after $((SECONDS - start)) s"
    [[ $status == 0 && $((SECONDS - start)) -le 5 ]]
}

finds_nothing() {
    local status=0
    (contained "${health[@]}") >"$work/health" 2>&1 || status=$?
    tail -1 "$work/health"
    [[ $status == 1 ]] && grep -q 'Connection refused' "$work/health"
}

check "/healthz" ask GET /healthz
check "/readyz" ask GET /readyz
check "a story gets its cards" ask POST /cds-services/hpp-order-sign "$STORY"
check "so does one of 2 MiB" ask POST /cds-services/hpp-order-sign "$STORY" 2097152
check "the health check ends with 0 while it runs" beside "${health[@]}"
check "it stops within 5 seconds, with 0" stops_soon
check "the health check ends with 1 when nothing runs" finds_nothing

# ---- with the mount and the settings that the page on deployment shows

say "the documented settings"
export SITE=$work/site
mkdir -p "$SITE" "$root/etc/hpp-cds"
page=service/server/deploy/README.md
awk '/^```/ { inside = ($0 == "```toml"); next } inside' "$page" >"$SITE/hpp-cds.toml"
documented() {  # documented FLAG : its values in the page's `docker run -d`
    python3 - "$page" "$1" <<'PYTHON'
import re, shlex, sys
from pathlib import Path

text = Path(sys.argv[1]).read_text("utf-8").replace("\\\n", " ")
(line,) = re.findall(r"^docker run -d .*$", text, re.MULTILINE)
words = shlex.split(line)
print(*(value for flag, value in zip(words, words[1:]) if flag == sys.argv[2]), sep="\n")
PYTHON
}
check "the line mounts where it is mounted here" test "$(documented -v)" = \
    $'/etc/hpp-cds:/etc/hpp-cds:ro\nhpp-cds-data:/var/lib/hpp-cds'
check "the line names the user of the image" test "$(documented --user)" = 65532:65532
check "the line publishes the port of the image" test "$(documented -p)" = 127.0.0.1:8000:5000
cat >"$SITE/keys.json" <<'JSON'
{"keys": [{"kty": "EC", "crv": "P-384", "alg": "ES384", "use": "sig", "kid": "documented",
 "x": "Bb1yKJeFPuMyT7OOMQhLejGHImt6taK_sMdwsgd6WmwOhOy63774kO8U9DN8bVgM",
 "y": "fO4IcIhX4Q2pDXOqLND_ePmWhgOFVCpKegpxmdsPLmLVSoKKuHay_Y1lnadZqLMV"}]}
JSON
chown -R 65532:65532 "$SITE"
chmod 0500 "$SITE" && chmod 0400 "$SITE"/*
readarray -t named < <(documented -e)
as_user+=("${named[@]}")
(contained "${entrypoint[@]}" check) >"$work/check.log" 2>&1 && checked=0 || checked=$?
check "hpp-cds check finds no fault in them" test "$checked" = 0
(contained "${entrypoint[@]}" "${command[@]}") >"$work/service.log" 2>&1 &
service=$!
wait_until_served
wants_a_token() {
    local said
    said=$(ask POST /cds-services/hpp-order-sign "$STORY" 2>/dev/null) || true
    echo "$said"
    [[ $said == 401* ]]
}
check "/readyz under them" ask GET /readyz
check "discovery under them" ask GET /cds-services
check "a call without a token is 401" wants_a_token
check "it stops within 5 seconds, with 0, under them" stops_soon

if ((failed)); then
    say "what the service said"
    cat "$work/service.log"
fi
printf '\n%d passed, %d failed\n' "$passed" "$failed"
((failed == 0))
