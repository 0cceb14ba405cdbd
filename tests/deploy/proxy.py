"""nginx under test: the shipped configuration with ports and folders of its own."""

from __future__ import annotations

import os
import shutil
import socket
import ssl
import time
from collections.abc import Mapping
from http.client import HTTPConnection
from pathlib import Path

import trustme

from tests.deploy.processes import ROOT, Running, connect
from tests.faults.server import closed_port

SHIPPED = ROOT / "service/server/deploy/nginx.conf"
NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
NOT_USED = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


class Proxy:
    """The shipped nginx.conf in front of a port, less a directive."""

    def __init__(self, folder: Path, upstream: int, without: str = "") -> None:
        self.folder, self.port, self.upstream = folder, closed_port(), upstream
        self.tls = ssl.create_default_context()
        authority = trustme.CA()
        authority.configure_trust(self.tls)
        certificate = authority.issue_cert("localhost")
        certificate.private_key_and_cert_chain_pem.write_to_path(str(folder / "tls.pem"))
        changes = elsewhere(folder, self.port, upstream) | ({without: ""} if without else {})
        text = rewritten(SHIPPED.read_text("utf-8"), changes)
        (folder / "nginx.conf").write_text(text, "utf-8")

    def __enter__(self) -> Proxy:
        assert NGINX is not None
        command = [NGINX, "-p", str(self.folder), "-c", str(self.folder / "nginx.conf")]
        self.running = Running.start(command, self.folder)
        until = time.monotonic() + 10
        while not self._listens():
            assert self.running.popen.poll() is None, self.running.said
            assert time.monotonic() < until, self.running.said
            time.sleep(0.02)
        return self

    def __exit__(self, *_: object) -> None:
        self.running.stop()

    def connect(self) -> HTTPConnection:
        return connect(self.port, self.tls)

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


def rewritten(text: str, changes: Mapping[str, str]) -> str:
    """Each change fits one place: all else is as shipped."""
    for old, new in changes.items():
        assert text.count(old) == 1, f"{old} stands there {text.count(old)} times"
        text = text.replace(old, new)
    return text


def elsewhere(folder: Path, port: int, upstream: int) -> dict[str, str]:
    user = "user root;" if os.geteuid() == 0 else ""
    temporary = "".join(f"{kind}_temp_path {folder}/{kind}_temp; " for kind in NOT_USED)
    return {
        "user www-data;": f"daemon off; {user}",
        "pid /run/nginx.pid;": f"pid {folder}/nginx.pid;",
        "worker_processes auto;": "worker_processes 1;",
        "/var/log/nginx/error.log": f"{folder}/error.log",
        "/var/log/nginx/access.log": f"{folder}/access.log",
        "http {": f"http {{ {temporary}",
        "server 127.0.0.1:8000;": f"server 127.0.0.1:{upstream};",
        "listen 443 ssl;": f"listen 127.0.0.1:{port} ssl;",
        "server_name cds.example.org;": "server_name localhost;",
        "/etc/nginx/tls/cds.example.org.pem": f"{folder}/tls.pem",
        "/etc/nginx/tls/cds.example.org.key": f"{folder}/tls.pem",
    }
