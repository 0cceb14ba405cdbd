"""hpp-cds.toml -> frozen Settings; every fault reported at once, by file and key."""

from __future__ import annotations

import hashlib
import os
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from service.faults import Fault, Faulty, hint

ENVIRONMENT = "HPP_CDS_CONFIG"
OPTIONAL_KEYS = ("labs", "medications", "conditions", "procedures")
MODES = ("production", "development")
RELEASES = ("DSTU2", "STU3", "R4", "R4B", "R5")


class BadSettings(Faulty):
    """Settings that cannot be used."""


@dataclass(frozen=True, slots=True)
class Client:
    """One EHR that may call ([[clients]]).

    on_unavailable: `card` or `412`, the answer where the record could not be had.
    accepted_gaps: prefetch keys this client never sends and the site accepts it.
    fhir_private_addresses: its FHIR server may have a private address (an intranet).
    """

    name: str = "anyone"
    issuer: str = ""
    jwks: str = ""
    fhir_base: str = ""
    fhir_release: str = ""
    fhir_private_addresses: bool = False
    on_unavailable: str = "card"
    deadline_ms: int = 2500
    accepted_gaps: tuple[str, ...] = ()
    shadow: bool = False


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings.  Without a file: development mode, no clients, the shipped content."""

    mode: str = "development"
    public_base_url: str = ""
    time_zone: str = "UTC"
    data_dir: Path | None = None
    content_dir: Path | None = None
    store_url: str = ""
    clients: tuple[Client, ...] = ()
    file: Path | None = None
    version: str = "embedded"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def is_development(self) -> bool:
        return self.mode == "development"


@dataclass
class _Faults:
    file: str
    found: list[Fault] = field(default_factory=list)

    def add(self, key: str, message: str) -> None:
        self.found.append(Fault(self.file, key, message))


def load_settings(path: Path | None = None) -> Settings:
    """Read the file of `--config`, else of HPP_CDS_CONFIG, else the embedded defaults.

    Raises BadSettings with every fault: unknown keys (with the likely one), wrong types,
    values out of bounds, folders that are not there.
    """
    named = path or (Path(os.environ[ENVIRONMENT]) if os.environ.get(ENVIRONMENT) else None)
    if named is None:
        return Settings()
    faults = _Faults(named.name)
    raw = _read(named, faults)
    settings = _settings(_parse(raw, faults), named, raw, faults)
    if faults.found:
        raise BadSettings(faults.found)
    return settings


def _read(path: Path, faults: _Faults) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        faults.add("", "cannot be read; check --config or HPP_CDS_CONFIG")
        return b""


def _parse(raw: bytes, faults: _Faults) -> dict[str, Any]:
    try:
        return tomllib.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError:
        faults.add("", "is not UTF-8 text")
    except tomllib.TOMLDecodeError as error:
        faults.add("", f"is not TOML: {error}")
    return {}


# table -> key -> check; a check returns what is wrong, or nothing.
Check = Callable[[Any], str]


def _one_of(known: Iterable[str]) -> Check:
    names = tuple(known)

    def check(value: Any) -> str:
        if value in names:
            return ""
        return f"must be one of {', '.join(names)}" + hint(str(value), names)

    return check


def _text(value: Any) -> str:
    return "" if isinstance(value, str) and value.strip() else "must be text, not empty"


def _url(value: Any) -> str:
    good = isinstance(value, str) and value.startswith(("https://", "http://")) and " " not in value
    return "" if good else "must be an absolute http or https URL"


def _zone(value: Any) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError):
        return "is not a time zone, such as Europe/Berlin"
    return ""


def _deadline(value: Any) -> str:
    good = isinstance(value, int) and not isinstance(value, bool) and 100 <= value <= 30_000
    return "" if good else "must be whole milliseconds from 100 to 30000"


def _yes_or_no(value: Any) -> str:
    return "" if isinstance(value, bool) else "must be true or false"


def _gap_keys(value: Any) -> str:
    if not isinstance(value, list):
        return "must be a list of prefetch keys"
    wrong = [key for key in value if key not in OPTIONAL_KEYS]
    return f"may hold only {', '.join(OPTIONAL_KEYS)}" if wrong else ""


TABLES: Mapping[str, Mapping[str, Check]] = {
    "site": {
        "mode": _one_of(MODES),
        "public_base_url": _url,
        "time_zone": _zone,
        "data_dir": _text,
    },
    "store": {"url": _text},
    "content": {"dir": _text},
}
CLIENT_KEYS: Mapping[str, Check] = {
    "name": _text,
    "issuer": _text,
    "jwks": _text,
    "fhir_base": _url,
    "fhir_release": _one_of(RELEASES),
    "fhir_private_addresses": _yes_or_no,
    "on_unavailable": _one_of(("card", "412")),
    "deadline_ms": _deadline,
    "accepted_gaps": _gap_keys,
    "shadow": _yes_or_no,
}


def _settings(data: Mapping[str, Any], path: Path, raw: bytes, faults: _Faults) -> Settings:
    known = (*TABLES, "clients")
    for key in data:
        if key not in known:
            faults.add(key, "is not a table here" + hint(key, known))
    tables = {
        name: _table(name, data.get(name, {}), checks, faults) for name, checks in TABLES.items()
    }
    site, content = tables["site"], tables["content"]
    content_dir = _folder(path, content.get("dir"), "content.dir", faults)
    return Settings(
        mode=site.get("mode", "production"),
        public_base_url=site.get("public_base_url", ""),
        time_zone=site.get("time_zone", "UTC"),
        data_dir=_beside(path, site.get("data_dir")),
        content_dir=content_dir,
        store_url=tables["store"].get("url", ""),
        clients=tuple(_clients(data.get("clients", []), faults)),
        file=path,
        version=hashlib.sha256(raw).hexdigest()[:12],
    )


def _table(name: str, value: Any, checks: Mapping[str, Check], faults: _Faults) -> dict[str, Any]:
    """The good values of a table; every bad one is a fault."""
    if not isinstance(value, dict):
        faults.add(name, "must be a table")
        return {}
    good = {}
    for key, item in value.items():
        check = checks.get(key)
        problem = check(item) if check else "is not a key here" + hint(key, checks)
        if problem:
            faults.add(f"{name}.{key}", problem)
        else:
            good[key] = item
    return good


def _clients(value: Any, faults: _Faults) -> Iterable[Client]:
    if not isinstance(value, list):
        faults.add("clients", "must be written as [[clients]]")
        return
    for position, entry in enumerate(value, 1):
        good = _table(f"clients[{position}]", entry, CLIENT_KEYS, faults)
        for key in ("name", "issuer", "jwks"):
            if not isinstance(entry, dict) or key not in entry:
                faults.add(f"clients[{position}].{key}", "is missing")
        if "accepted_gaps" in good:
            good["accepted_gaps"] = tuple(good["accepted_gaps"])
        yield Client(**good)


def _beside(path: Path, value: str | None) -> Path | None:
    """A relative path in the file is relative to the file."""
    return (path.parent / value).resolve() if value else None


def _folder(path: Path, value: str | None, key: str, faults: _Faults) -> Path | None:
    folder = _beside(path, value)
    if folder is not None and not folder.is_dir():
        faults.add(key, "is not a folder (a relative path starts at this file's folder)")
    return folder
