# The image of hpp-cds: one service, no shell needed, uid 65532, every package checked by hash.
#
# Build (docker or podman as they are; buildah with --format docker, which keeps the HEALTHCHECK):
#
#   docker build -t hpp-cds .
#
# A release names its base by digest, so that a moved tag changes nothing:
#
#   docker build -t hpp-cds --build-arg BASE=python:3.13-slim@sha256:... \
#       --build-arg VERSION=0.1.0 --build-arg REVISION="$(git rev-parse HEAD)" .
#
# (Tag and digest are one argument: `${DIGEST:+@$DIGEST}` after FROM is not understood everywhere.)
#
# The same commit on the same base gives the same layers, hash for hash, where the engine writes one
# time into all files (buildah and podman by `--timestamp`, as tests/container.sh does; BuildKit by
# `--build-arg SOURCE_DATE_EPOCH` with `--output type=image,rewrite-timestamp=true`):
#
#   podman build --format docker --timestamp "$(git log -1 --format=%ct)" -t hpp-cds \
#       --build-arg BASE=python:3.13-slim@sha256:... \
#       --build-arg VERSION=0.1.0 --build-arg REVISION="$(git rev-parse HEAD)" .
#
# Behind a mirror, hand pip its settings and certificates as secrets.  They are there while a
# command runs and reach no layer; in pip.conf, write `cert = /run/secrets/ca.pem`:
#
#   docker build -t hpp-cds --secret id=pip.conf,src=pip.conf --secret id=ca.pem,src=ca.pem .
#
# Try it, on a test machine only, since anyone who reaches the port can call:
#
#   docker run --rm --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges \
#       -p 127.0.0.1:5000:5000 hpp-cds serve --host 0.0.0.0 --allow-anyone
#
# Run it with a site's settings (`[[clients]]` says who may call):
#
#   docker run --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges \
#       -v "$PWD/site:/etc/hpp-cds:ro" -e HPP_CDS_CONFIG=/etc/hpp-cds/hpp-cds.toml \
#       -v hpp-cds-data:/var/lib/hpp-cds -p 127.0.0.1:5000:5000 hpp-cds
#
# With neither, it refuses to start and ends with 78: mount hpp-cds.toml, or add --allow-anyone
# on a test machine.  Nothing but /tmp and /var/lib/hpp-cds is ever written.

ARG BASE=python:3.13-slim


FROM ${BASE} AS builder

ENV PIP_CONFIG_FILE=/run/secrets/pip.conf \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_ROOT_USER_ACTION=ignore

WORKDIR /src

# The packages first: this layer changes with the lock files alone.  The wheel's build backend
# comes from a lock file too, in a folder of its own that is left behind.
COPY requirements.lock ./
COPY .ci/requirements.lock ./tools.lock
RUN --mount=type=secret,id=pip.conf --mount=type=secret,id=ca.pem \
    python3 -m venv --without-pip /opt/hpp-cds \
    && python3 -m venv --without-pip /opt/tools \
    && python3 -m pip --python /opt/hpp-cds/bin/python install --no-compile \
        --only-binary :all: --require-hashes -r requirements.lock \
    && python3 -m pip --python /opt/tools/bin/python install --require-hashes -r tools.lock

# What the image holds, as CycloneDX lists it: the same from the same lock.
RUN /opt/tools/bin/python -m cyclonedx_py requirements --output-reproducible --of JSON \
        -o /opt/hpp-cds/sbom.json requirements.lock

COPY . .
RUN python3 -m pip --python /opt/tools/bin/python wheel \
        --no-index --no-deps --no-build-isolation --wheel-dir /wheels . \
    && python3 -m pip --python /opt/hpp-cds/bin/python install --no-compile \
        --no-index --no-deps --find-links /wheels hpp-cds

# Compiled here, since nothing is written where it runs; by content and not by time of the source,
# so that it is the same in every build.
RUN PYTHONHASHSEED=0 /opt/hpp-cds/bin/python -m compileall -q --invalidation-mode unchecked-hash \
        /opt/hpp-cds/lib


FROM ${BASE}

# The base's pip and setuid bits are of no use to a service.
RUN rm -rf /usr/local/bin/pip* /usr/bin/pip* \
        /usr/local/lib/python3*/site-packages/pip* /usr/lib/python3/dist-packages/pip* \
        /usr/local/lib/python3*/ensurepip /usr/lib/python3*/ensurepip /usr/share/python-wheels \
    && find / -xdev -type f -perm /6000 -exec chmod a-s {} + \
    && echo 'hpp-cds:x:65532:65532::/var/lib/hpp-cds:/usr/sbin/nologin' >>/etc/passwd \
    && echo 'hpp-cds:x:65532:' >>/etc/group \
    && mkdir -m 0700 /var/lib/hpp-cds \
    && chown 65532:65532 /var/lib/hpp-cds

COPY --from=builder /opt/hpp-cds /opt/hpp-cds

ENV PATH=/opt/hpp-cds/bin:/usr/local/bin:/usr/bin:/bin \
    HOME=/var/lib/hpp-cds \
    PYTHONDONTWRITEBYTECODE=1 \
    MALLOC_ARENA_MAX=1

ARG BASE
ARG VERSION=unknown
ARG REVISION=unknown
LABEL org.opencontainers.image.title="hpp-cds" \
      org.opencontainers.image.description="CDS Hooks service that warns when a low alkaline phosphatase makes hypophosphatasia likely before an antiresorptive is ordered" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.hpp-cds.sbom="/opt/hpp-cds/sbom.json" \
      org.opencontainers.image.base.name="${BASE}" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"

USER 65532:65532
WORKDIR /var/lib/hpp-cds
VOLUME /var/lib/hpp-cds
EXPOSE 5000

# It answers what it has begun and ends within 10 seconds, which is what engines wait.
STOPSIGNAL SIGTERM

HEALTHCHECK --interval=10s --timeout=5s --start-period=10s --retries=3 \
    CMD ["python", "-I", "-c", "from urllib.request import ProxyHandler, build_opener; build_opener(ProxyHandler({})).open('http://127.0.0.1:5000/healthz', timeout=3)"]

ENTRYPOINT ["hpp-cds"]
CMD ["serve", "--host", "0.0.0.0"]
