"""nginx under test: the shipped configuration with ports and folders of its own."""

from __future__ import annotations

import os
import shutil
import ssl
from collections.abc import Mapping
from pathlib import Path

import trustme

from tests.deploy.processes import ROOT, Running

SHIPPED = ROOT / "service/deploy/nginx.conf"
NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def rewritten(text: str, changes: Mapping[str, str]) -> str:
    """Every change is made, and once: what else is shipped is what runs."""
    for old, new in changes.items():
        assert text.count(old) == 1, f"{old} stands there {text.count(old)} times"
        text = text.replace(old, new)
    return text


class Proxy:
    """The shipped nginx.conf in front of a port."""

    def __init__(self, folder: Path, port: int, upstream: int) -> None:
        authority, self.folder, self.port = trustme.CA(), folder, port
        certificate = authority.issue_cert("localhost")
        certificate.private_key_and_cert_chain_pem.write_to_path(str(folder / "tls.pem"))
        self.tls = ssl.create_default_context()
        authority.configure_trust(self.tls)
        temporary = "".join(
            f"{kind}_temp_path {folder}/{kind};"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        changes = {
            "user www-data;": "daemon off;" + ("user root;" if os.geteuid() == 0 else ""),
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
        configuration = folder / "nginx.conf"
        configuration.write_text(rewritten(SHIPPED.read_text("utf-8"), changes), "utf-8")
        assert NGINX is not None
        self.running = Running.start([NGINX, "-c", str(configuration), "-p", str(folder)], folder)
