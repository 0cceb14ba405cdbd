"""hpp-cds.toml -> frozen Settings; every fault reported at once, by file and key."""

from __future__ import annotations

import hashlib
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from service.content.faults import Faulty, hint
from service.settings import checks
from service.settings.checks import Check, Faults, beside, good_values
from service.settings.clients import Client, read_clients
from service.settings.keeping import KEEPING_TABLES, Keeping, read_keeping

ENVIRONMENT = "HPP_CDS_CONFIG"
DEFAULT_BASE_URL = "http://127.0.0.1:5000"
MODES = ("production", "development")


class BadSettings(Faulty):
    """Settings that cannot be used."""


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings.  Without a file: development mode, no clients, the shipped content.

    public_base_url: where callers reach the service; the audience of their tokens starts with it.
    trusted_proxies: how many proxies in front put the caller's address into X-Forwarded-For.
    """

    mode: str = "development"
    public_base_url: str = ""
    time_zone: str = "UTC"
    data_dir: Path | None = None
    content_dir: Path | None = None
    store_url: str = ""
    trusted_proxies: int = 0
    clients: tuple[Client, ...] = ()
    file: Path | None = None
    version: str = "embedded"
    keeping: Keeping = Keeping()

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def base_url(self) -> str:
        """The public base; without one, where the service listens by default."""
        return self.public_base_url or DEFAULT_BASE_URL

    @property
    def file_name(self) -> str:
        """Where a fault of these settings is looked for."""
        return self.file.name if self.file else "embedded defaults"

    @property
    def has_page(self) -> bool:
        """The page evaluates what it is given, so there is none where callers are verified."""
        return self.is_development and not self.clients

    @property
    def is_development(self) -> bool:
        return self.mode == "development"


def load_settings(path: Path | None = None) -> Settings:
    """Read the file of `--config`, else of HPP_CDS_CONFIG, else the embedded defaults.

    Raises BadSettings with every fault: unknown keys (with the likely one), wrong types,
    values out of bounds, folders that are not there.
    """
    named = path or (Path(os.environ[ENVIRONMENT]) if os.environ.get(ENVIRONMENT) else None)
    if named is None:
        return Settings()
    faults = Faults(named.name)
    raw = _read(named, faults)
    settings = _settings(_parse(raw, faults), named, raw, faults)
    if faults.found:
        raise BadSettings(faults.found)
    return settings


def _read(path: Path, faults: Faults) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        faults.add("", "cannot be read; check --config or HPP_CDS_CONFIG")
        return b""


def _parse(raw: bytes, faults: Faults) -> dict[str, Any]:
    try:
        return tomllib.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError:
        faults.add("", "is not UTF-8 text")
    except tomllib.TOMLDecodeError as error:
        faults.add("", f"is not TOML: {error}")
    return {}


TABLES: Mapping[str, Mapping[str, Check]] = {
    "site": {
        "mode": checks.one_of(MODES),
        "public_base_url": checks.public_url,
        "time_zone": checks.zone,
        "data_dir": checks.text,
        "trusted_proxies": checks.whole(0, 4, "proxies"),
    },
    "content": {"dir": checks.text},
    **KEEPING_TABLES,
}


def _settings(data: Mapping[str, Any], path: Path, raw: bytes, faults: Faults) -> Settings:
    known = (*TABLES, "clients")
    for key in data:
        if key not in known:
            faults.add(key, "is not a table here" + hint(key, known))
    tables = {
        name: good_values(name, data.get(name, {}), keys, faults) for name, keys in TABLES.items()
    }
    site, content = tables["site"], tables["content"]
    content_dir = _folder(path, content.get("dir"), "content.dir", faults)
    mode = site.get("mode", "production")
    clients = tuple(read_clients(data.get("clients", []), path, mode, faults))
    if clients and mode == "production":
        _check_public_base(site, faults)
    return Settings(
        mode=mode,
        public_base_url=site.get("public_base_url", ""),
        time_zone=site.get("time_zone", "UTC"),
        data_dir=beside(path, site.get("data_dir")),
        content_dir=content_dir,
        store_url=tables["store"].get("url", ""),
        trusted_proxies=site.get("trusted_proxies", 0),
        clients=clients,
        file=path,
        version=hashlib.sha256(raw).hexdigest()[:12],
        keeping=read_keeping(tables, path),
    )


def _check_public_base(site: Mapping[str, Any], faults: Faults) -> None:
    """Callers' tokens are made for this URL; a Host header is no substitute."""
    if "public_base_url" not in site:
        faults.add("site.public_base_url", "is missing; callers' tokens are compared with it")
    elif not site["public_base_url"].startswith("https://"):
        faults.add("site.public_base_url", "must be https in production mode")


def _folder(path: Path, value: str | None, key: str, faults: Faults) -> Path | None:
    folder = beside(path, value)
    if folder is not None and not folder.is_dir():
        faults.add(key, "is not a folder (a relative path starts at this file's folder)")
    return folder
