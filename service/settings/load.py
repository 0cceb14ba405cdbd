"""hpp-cds.toml -> frozen Settings; every fault reported at once, by file and key."""

from __future__ import annotations

import difflib
import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from service.content.faults import Fault, Faulty, hint
from service.content.files import NOT_ENTERED, Unreadable, missing, read_text
from service.content.toml_files import BadToml, parse_toml
from service.settings import checks
from service.settings.checks import Check, Faults, beside, good_values
from service.settings.clients import Client, read_clients
from service.settings.keeping import KEEPING_TABLES, Keeping, read_keeping

ENVIRONMENT = "HPP_CDS_CONFIG"
DEFAULT_BASE_URL = "http://127.0.0.1:5000"
ALIKE = 0.8  # of a name that is a slip for another
MODES = ("production", "development")


class BadSettings(Faulty):
    """Settings that cannot be used."""


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings.  Without a file: development mode, no clients, the shipped content.

    public_base_url: where callers reach the service; the audience of their tokens starts with it.
    pid_file: where a server writes its process id, for `hpp-cds reload`.
    reference_intervals: the set in use; empty means ours.
    trusted_proxies: how many proxies in front put the caller's address into X-Forwarded-For.
    """

    mode: str = "development"
    public_base_url: str = ""
    time_zone: str = "UTC"
    data_dir: Path | None = None
    pid_file: Path | None = None
    content_dir: Path | None = None
    reference_intervals: str = ""
    store_url: str = ""
    trusted_proxies: int = 0
    clients: tuple[Client, ...] = ()
    file: Path | None = None
    version: str = "embedded"
    keeping: Keeping = field(default_factory=Keeping)

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
    def callers(self) -> tuple[Client, ...]:
        """Every client, and behind it each of its tenants that has settings of its own."""
        return tuple(c for client in self.clients for c in (client, *client.by_tenant))

    @property
    def languages(self) -> tuple[tuple[str, str], ...]:
        """(key, language) of every client and tenant; whether there are words, content knows."""
        named = []
        for number, client in enumerate(self.clients, 1):
            named.append((f"clients[{number}].language", client.language))
            for place, tenant in enumerate(client.by_tenant, 1):
                if tenant.language != client.language:
                    named.append((f"clients[{number}].tenants[{place}].language", tenant.language))
        return tuple(named)

    @property
    def language(self) -> str:
        """That of discovery, which anyone may ask: the one all callers share, else English."""
        used = {client.language for client in self.callers}
        return used.pop() if len(used) == 1 else Client().language

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
    named, said = named_file(path)
    if named is None:
        return Settings()
    faults = Faults(said)
    text, raw = _read(named, said, faults)
    settings = _settings(_parse(text, faults), named, raw, faults)
    if faults.found:
        raise BadSettings(faults.found)
    return settings


def named_file(path: Path | None) -> tuple[Path | None, str]:
    """The settings file, and how a fault names it.

    Raises BadSettings where the environment has a variable that is nearly ours: what it names
    would be left out without a word.
    """
    if path is not None:
        return path, path.name
    if written := os.environ.get(ENVIRONMENT, ""):
        return Path(written), Path(written).name or f"{ENVIRONMENT}={written}"
    for name in os.environ:
        if name.upper() != ENVIRONMENT and name.upper().startswith("HPP"):
            if difflib.SequenceMatcher(None, name.upper(), ENVIRONMENT).ratio() > ALIKE:
                message = f"is not a variable of ours; did you mean {ENVIRONMENT}?"
                raise BadSettings([Fault("environment", name, message)])
    return None, ""


def _read(path: Path, said: str, faults: Faults) -> tuple[str, bytes]:
    """The text, and the bytes its version is made of."""
    try:
        return read_text(path), path.read_bytes()
    except Unreadable as error:
        key = error.key
        # os.path, not path: it answers where a folder on the way may not be entered, too
        message = error.message if os.path.exists(path) else "is not there" + _whence(str(path))
        if os.path.isdir(path):
            message = f"{path} is a folder; name the file in it{_whence('')}"
        faults.add(key, message)
    except OSError:
        faults.add("", f"cannot be read{_whence('')}")
    return "", b""


def _whence(written: str) -> str:
    if written[:1] in ("'", '"'):
        return f": its quotes belong to the name; write {ENVIRONMENT} without quotes"
    return f"; check --config or {ENVIRONMENT}"


def _parse(text: str, faults: Faults) -> dict[str, Any]:
    try:
        return parse_toml(text)
    except BadToml as error:
        faults.add(error.key, error.message)
    return {}


LISTENING = ("port", "host", "bind", "listen", "address", "server")
TABLES: Mapping[str, Mapping[str, Check]] = {
    "site": {
        "mode": checks.one_of(MODES),
        "public_base_url": checks.public_url,
        "time_zone": checks.zone,
        "data_dir": checks.path,
        "pid_file": checks.path,
        "trusted_proxies": checks.whole(0, 4, "proxies"),
    },
    "content": {"dir": checks.path, "reference_intervals": checks.text},
    **KEEPING_TABLES,
}


def _settings(data: Mapping[str, Any], path: Path, raw: bytes, faults: Faults) -> Settings:
    known = (*TABLES, "clients")
    for key in data:
        if key not in known:
            faults.add(key, "is not a table here" + (hint(key, known) or _belongs(key)))
    tables = {
        name: good_values(name, data.get(name, {}), keys, faults, _belongs)
        for name, keys in TABLES.items()
    }
    site, content = tables["site"], tables["content"]
    content_dir = _folder(path, content.get("dir"), "content.dir", faults)
    mode = site.get("mode", "production")
    clients = tuple(read_clients(data.get("clients", []), path, mode, faults))
    if clients and mode == "production":
        _check_public_base(site, data.get("site", {}), faults)
    return Settings(
        mode=mode,
        public_base_url=site.get("public_base_url", ""),
        time_zone=site.get("time_zone", "UTC"),
        data_dir=beside(path, site.get("data_dir")),
        pid_file=beside(path, site.get("pid_file")),
        content_dir=content_dir,
        reference_intervals=content.get("reference_intervals", ""),
        store_url=tables["store"].get("url", ""),
        trusted_proxies=site.get("trusted_proxies", 0),
        clients=clients,
        file=path,
        version=hashlib.sha256(raw).hexdigest()[:12],
        keeping=read_keeping(tables, path),
    )


def _belongs(key: str) -> str:
    """Where a key belongs that stands in no table, or in another one."""
    if key in LISTENING:
        return "; where it listens is said to `hpp-cds serve` by --host and --port"
    table = next((name for name, keys in TABLES.items() if key in keys), "")
    return f"; it belongs under [{table}]" if table else ""


def _check_public_base(site: Mapping[str, Any], written: Any, faults: Faults) -> None:
    """Callers' tokens are made for this URL; a Host header is no substitute.

    site: what is good of what is written.
    """
    if isinstance(written, dict) and "public_base_url" not in written:
        faults.add("site.public_base_url", "is missing; callers' tokens are compared with it")
    elif not site.get("public_base_url", "https://").startswith("https://"):
        faults.add("site.public_base_url", "must be https in production mode")


def _names_in(folder: Path) -> list[str]:
    try:
        return [path.name for path in folder.iterdir()]
    except OSError:
        return []


def _folder(path: Path, value: str | None, key: str, faults: Faults) -> Path | None:
    folder = beside(path, value)
    gone = missing(folder) if folder is not None else ""
    if folder is not None and gone == NOT_ENTERED:
        faults.add(key, f"{folder} {gone}")
    elif folder is not None and (gone or not folder.is_dir()):
        beside_it = _names_in(folder.parent)
        meant = hint(folder.name, [name for name in beside_it if name != folder.name])
        faults.add(key, f"{folder} is not a folder{meant} (a relative path starts at this file)")
    return folder
