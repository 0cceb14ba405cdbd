"""What a value of the settings file must look like; a check returns what is wrong, or nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from service.content.faults import Fault, hint

Check = Callable[[Any], str]
LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")
NOT_ALLOWED = {
    "characters": "a blank or another character that no URL holds",
    "userinfo": "userinfo, a user or password before the host",
}
# What people copy behind the base of a FHIR server.
BEHIND_A_BASE = ("metadata", "Patient", "Observation", "MedicationRequest", "Condition", "Bundle")
FEW = 6  # keys that one sentence can name
_CLAIM = re.compile(r"[\x21-\x7e]{1,512}")


@dataclass
class Faults:
    """All that is wrong with one file."""

    file: str
    found: list[Fault] = field(default_factory=list)

    def add(self, key: str, message: str) -> None:
        self.found.append(Fault(self.file, key, message))


def _known(keys: Iterable[str]) -> str:
    names = list(keys)
    return f" (known: {', '.join(names)})" if len(names) <= FEW else ""


def nowhere_else(key: str) -> str:
    return ""


def good_values(
    name: str, value: Any, checks: Mapping[str, Check], faults: Faults,
    elsewhere: Callable[[str], str] = nowhere_else,
) -> dict[str, Any]:  # fmt: skip
    """The good values of a table; every bad one is a fault.

    elsewhere: says where a key belongs that is none here, as the end of a sentence.
    """
    if not isinstance(value, dict):
        faults.add(name, "must be a table")
        return {}
    good = {}
    for key, item in value.items():
        check = checks.get(key)
        problem = (
            check(item)
            if check
            else "is not a key here" + (elsewhere(key) or hint(key, checks) or _known(checks))
        )
        if problem:
            faults.add(f"{name}.{key}", problem)
        else:
            good[key] = item
    return good


def one_of(known: Iterable[str]) -> Check:
    names = tuple(known)

    def check(value: Any) -> str:
        if value in names:
            return ""
        return f"must be one of {', '.join(names)}" + hint(str(value), names)

    return check


def some_of(known: Iterable[str]) -> Check:
    names = tuple(known)

    def check(value: Any) -> str:
        if not isinstance(value, list):
            return f'must be a list in square brackets, such as ["{names[0]}"]'
        wrong = [str(item) for item in value if item not in names]
        return f"may hold only {', '.join(names)}" + hint(wrong[0], names) if wrong else ""

    return check


def text(value: Any) -> str:
    good = isinstance(value, str) and value.strip() and value.isprintable()
    drive = isinstance(value, str) and re.match(r"[A-Za-z]:", value)
    windows = "; write the backslashes of a Windows path as /" if drive else ""
    return "" if good else f"must be text, not empty, without control characters{windows}"


def path(value: Any) -> str:
    """Of a file or a folder; nothing in it stands for something else."""
    if wrong := text(value):
        return wrong
    sign = next((sign for sign in ("~", "$", "%") if value.startswith(sign)), "")
    return f"is read as it is written, so {sign} stands for nothing; write it out" if sign else ""


def url(value: Any) -> str:
    wrong = "must be an absolute http or https URL"
    if not isinstance(value, str) or re.search(r"[\s\x00-\x1f\\]", value):
        return wrong
    try:
        parts = urlsplit(value)
        good = parts.scheme in ("https", "http") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return wrong
    return "" if good else wrong


def public_url(value: Any) -> str:
    """Tokens are compared with it, so it must be written as callers will write it."""
    plain = _as_it_is_asked(value)
    if not plain:
        end = "/cds-services"
        here = f"; write {value.partition(end)[0]}" if end in value else ""
        return f"is where {end} begins and does not hold it{here}" if here else ""
    bare = isinstance(value, str) and re.fullmatch(r"[a-z0-9.-]+(?::\d+)?(?:/\S*)?", value)
    meant = f"; did you mean https://{value}?" if bare else ""
    return f"must be a URL as it is called, such as https://cds.example.org{plain}{meant}"


def _as_it_is_asked(value: Any) -> str:
    """What is wrong with a URL, as the FHIR client reads it: what it would not ask is a fault."""
    from service.settings.addresses import read_base  # not needed where no client is configured

    found = read_base(value)
    if isinstance(found, str):
        return f" (wrong: {NOT_ALLOWED.get(found, found)})"
    return "" if str(found) == value.rstrip("/") else f" (write {found})"


def fhir_base(value: Any) -> str:
    wrong = _as_it_is_asked(value)
    if wrong:
        return f"is not a FHIR base URL{wrong}"
    base, _, last = value.rstrip("/").rpartition("/")
    return f"ends before /{last}; write {base}" if last in BEHIND_A_BASE else ""


def key_source(value: Any) -> str:
    """https, or plain http on this machine (development mode only), or the path of a file."""
    if isinstance(value, dict) or (isinstance(value, str) and re.search(r"\{|-----", value)):
        return "must be a URL or a file: write the key set into a file of its own"
    if not isinstance(value, str) or "://" not in value:
        return path(value)
    wrong = _as_it_is_asked(value.partition("?")[0])
    if wrong:
        return f"must be a URL or a file{wrong}"
    plain = urlsplit(value)
    return "" if plain.scheme == "https" or is_loopback(plain.hostname or "") else "must be https"


def store_url(value: Any) -> str:
    """Never shown: it may hold a password."""
    good = isinstance(value, str) and re.match(r"postgresql(\+psycopg)?://", value)
    if not (good and value.isprintable()):
        is_sqlite = isinstance(value, str) and value.startswith("sqlite:")
        sqlite = "; for SQLite write site.data_dir" if is_sqlite else ""
        return f"must be a postgresql:// URL{sqlite}"
    login, _, place = value.partition("://")[2].partition("?")[0].rpartition("@")
    if "@" in login:
        return "holds an @ in a user's name or password: write it as %40"
    port = re.fullmatch(r".*?(?::([^:\]/]*))?(?:/.*)?", place)
    if port and port[1] and not (port[1].isdecimal() and 0 < int(port[1]) < 65536):
        return "has a port that is no number from 1 to 65535"
    return ""


def is_loopback(host: str) -> bool:
    """Loopback as written: a name other than localhost is not, whatever it resolves to."""
    try:
        return host == "localhost" or ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def claim(value: Any) -> str:
    """What a token's claim is compared with, to the letter."""
    good = isinstance(value, str) and _CLAIM.fullmatch(value)
    return "" if good else "must be 1 to 512 printable ASCII characters without spaces"


def zone(value: Any) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError):
        return "is not a time zone, such as Europe/Berlin" + hint(str(value), available_timezones())
    return ""


def whole(low: int, high: int, unit: str) -> Check:
    def check(value: Any) -> str:
        good = isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
        return "" if good else f"must be whole {unit} from {low} to {high}{_quoted(value)}"

    return check


def anything(value: Any) -> str:
    """What another reader checks."""
    return ""


def _quoted(value: Any) -> str:
    """What is no text and was written as one."""
    plain = isinstance(value, str) and (value.isdecimal() or value in ("true", "false"))
    return f"; write {value} without quotes" if plain else ""


def yes_or_no(value: Any) -> str:
    return "" if isinstance(value, bool) else f"must be true or false{_quoted(value)}"


def many(check: Check, what: str) -> Check:
    """A list in which every item passes a check."""

    def check_all(value: Any) -> str:
        if not isinstance(value, list):
            return f"must be a list of {what}"
        problem = next(filter(None, map(check, value)), "")
        return f"each {problem}" if problem else ""

    return check_all


def origin(value: Any) -> str:
    """As a browser sends it: scheme, host and port, no path."""
    good = isinstance(value, str) and value.count("/") == 2 and not _as_it_is_asked(value)
    return "" if good else "must be an origin such as https://ehr.example.org"


def beside(path: Path, value: str | None) -> Path | None:
    """A relative path in the file is relative to the file."""
    return (path.parent / value).resolve() if value else None
