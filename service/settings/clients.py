"""[[clients]]: who may call, how their tokens are verified, and what their EHR can take."""

from __future__ import annotations

import ssl
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from service.settings import checks
from service.settings.checks import Check, Faults
from service.settings.profiles import PROFILES, Profile
from service.settings.switches import Shown, read_shadow, read_show
from service.settings.tenants import are_tables, read_tenants

OPTIONAL_KEYS = ("labs", "medications", "conditions", "procedures", "encounters", "administrations")
RELEASES = ("DSTU2", "STU3", "R4", "R4B", "R5")
SERVICE_IDS = ("hpp-order-sign", "hpp-order-select", "hpp-patient-view")
LISTS = ("audience", "services", "cors_origins", "accepted_gaps")
# Anyone can sign as these: their private keys are published for testing.
TEST_ISSUERS = ("https://sandbox.cds-hooks.org*", "https://inferno*.healthit.gov*")


@dataclass(frozen=True, slots=True)
class Client:
    """One EHR that may call.

    issuer: the `iss` of its tokens, to the letter.  jwks: URL or path of its key set.
    jku: what a token's `jku` must be where `jwks` is a file.  audience: accepted beside the URL
    that was called.  single_audience: a token for others as well is refused.  tenants: the
    accepted `tenant` claims; none means that the claim is not looked at.  by_tenant: the client
    as it is for each tenant that has settings of its own.  services: ids it may call; none means
    all.  clock_leeway_s: how far its clock may be off.
    fhir_private_addresses: its servers may have private addresses.
    ca_file: the certificate authorities of its servers, instead of the usual ones.
    on_unavailable: `card` or `412`, the answer where the record could not be had.
    accepted_gaps: prefetch keys this client never sends and the site accepts it.
    card_style: `markdown`, or `plain` for an EHR that draws tables as pipes.
    says_autolaunchable: links carry that member of CDS Hooks 2.0.1; it is always false.
    language: of its cards.  shadow: services that are judged for it and answered without a card.
    show: verdicts that it is shown otherwise than the decision table says.
    in_development: it calls a service in development mode.
    """

    name: str = "anyone"
    profile: str = ""
    issuer: str = ""
    jwks: str = ""
    jku: str = ""
    audience: tuple[str, ...] = ()
    single_audience: bool = False
    tenants: tuple[str, ...] = ()
    max_token_life_s: int = 900
    clock_leeway_s: int = 60
    services: tuple[str, ...] = ()
    cors_origins: tuple[str, ...] = ()
    fhir_base: str = ""
    fhir_release: str = ""
    fhir_private_addresses: bool = False
    ca_file: str = ""
    on_unavailable: str = "card"
    deadline_ms: int = 2500
    accepted_gaps: tuple[str, ...] = ()
    selection_behavior: str = "any"
    one_action_suggestions: bool = True
    card_style: str = "markdown"
    says_autolaunchable: bool = False
    language: str = "en"
    shadow: tuple[str, ...] = ()
    show: tuple[Shown, ...] = ()
    by_tenant: tuple[Client, ...] = ()
    in_development: bool = False

    def of_tenant(self, claim: object) -> Client:
        """The client as it is for the tenant that a token names."""
        return next((tenant for tenant in self.by_tenant if claim in tenant.tenants), self)

    def shown_as(self, verdict: str, service_id: str) -> str:
        """`recorded`, an indicator, or empty where the decision table decides."""
        said = {(s.service, s.verdict): s.how for s in self.show}
        return said.get((service_id, verdict)) or said.get(("", verdict), "")

    @property
    def is_trying(self) -> bool:
        """A person who tries the service, to be told what is missing and how to help it."""
        return self.in_development or self.profile == "sandbox"

    @property
    def has_key_file(self) -> bool:
        return "://" not in self.jwks


CLIENT_KEYS: Mapping[str, Check] = {
    "name": checks.text,
    "profile": checks.one_of(PROFILES),
    "issuer": checks.claim,
    "jwks": checks.key_source,
    "jku": checks.url,
    "audience": checks.many(checks.claim, "audiences"),
    "single_audience": checks.yes_or_no,
    "tenants": checks.anything,
    "max_token_life_s": checks.whole(30, 3600, "seconds"),
    "clock_leeway_s": checks.whole(0, 120, "seconds"),
    "services": checks.some_of(SERVICE_IDS),
    "cors_origins": checks.many(checks.origin, "origins"),
    "fhir_base": checks.fhir_base,
    "fhir_release": checks.one_of(RELEASES),
    "fhir_private_addresses": checks.yes_or_no,
    "ca_file": checks.path,
    "on_unavailable": checks.one_of(("card", "412")),
    "deadline_ms": checks.whole(100, 30_000, "milliseconds"),
    "accepted_gaps": checks.some_of(OPTIONAL_KEYS),
    "selection_behavior": checks.one_of(("any", "at-most-one")),
    "one_action_suggestions": checks.yes_or_no,
    "card_style": checks.one_of(("markdown", "plain")),
    "says_autolaunchable": checks.yes_or_no,
    "language": checks.text,
    "shadow": checks.anything,
    "show": checks.anything,
}

# What other products call the same.
ELSEWHERE_CALLED = {
    "aud": "audience", "base_url": "fhir_base", "fhir_base_url": "fhir_base",
    "fhir_server": "fhir_base", "fhir_url": "fhir_base", "fhirserver": "fhir_base",
    "iss": "issuer", "jwks_uri": "jwks", "jwks_url": "jwks", "jwksurl": "jwks", "origins":
    "cors_origins", "timeout": "deadline_ms", "timeout_ms": "deadline_ms",
}  # fmt: skip


def _called_here(key: str) -> str:
    here = ELSEWHERE_CALLED.get(key.lower(), "")
    return f"; did you mean {here}?" if here else ""


def read_clients(value: Any, path: Path, mode: str, faults: Faults) -> Iterator[Client]:
    """The clients of a file, each over its profile; every fault by its key."""
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        faults.add("clients", "must be written as [[clients]]")
        return
    taken: dict[str, set[str]] = {"name": set(), "issuer": set()}
    for position, entry in enumerate(value, 1):
        at = f"clients[{position}]"
        good = checks.good_values(at, entry, CLIENT_KEYS, faults, _called_here)
        profile = PROFILES.get(good.get("profile", ""))
        values = {**(profile.values if profile else {}), **good}
        _check_identity(at, values, entry, taken, faults)
        if mode == "production":
            _check_production(at, values, profile, faults)
        switched = {**values, **_switches(at, values, faults)}
        switched["in_development"] = mode == "development"
        tenants = _tenants(at, values.get("tenants", []), mode, faults)
        ids = tuple(entry["id"] for entry in tenants) or tuple(_ids(at, values, faults))
        client = _client({**switched, "tenants": ids}, path)
        own = tuple(
            _client({**switched, **_of_tenant(client.name, entry)}, path) for entry in tenants
        )
        _check_authorities(at, client, own, faults)
        yield replace(client, by_tenant=own)


def _switches(at: str, values: Mapping[str, Any], faults: Faults) -> dict[str, Any]:
    shadow = read_shadow(values.get("shadow", False), SERVICE_IDS)
    if isinstance(shadow, str):
        faults.add(f"{at}.shadow", shadow)
        shadow = ()
    return {
        "shadow": shadow,
        "show": read_show(f"{at}.show", values.get("show", {}), SERVICE_IDS, faults),
    }


def _tenants(at: str, value: Any, mode: str, faults: Faults) -> list[dict[str, Any]]:
    """Tenants with settings of their own; none where only their ids are listed."""
    if not are_tables(value):
        return []
    found = list(read_tenants(f"{at}.tenants", value, CLIENT_KEYS, faults))
    for position, entry in enumerate(found, 1):
        if mode == "production" and entry.get("fhir_base", "").startswith("http://"):
            faults.add(f"{at}.tenants[{position}].fhir_base", "must be https in production mode")
    return found


def _ids(at: str, values: Mapping[str, Any], faults: Faults) -> list[str]:
    listed = values.get("tenants", [])
    if are_tables(listed):
        return []
    problem = checks.many(checks.claim, "tenant ids, or written as [[clients.tenants]]")(listed)
    if problem:
        faults.add(f"{at}.tenants", problem)
    return [] if problem else listed


def _of_tenant(client: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    named = {"name": f"{client}/{entry['id']}", "tenants": (entry["id"],)}
    return {**{key: value for key, value in entry.items() if key != "id"}, **named}


def _check_authorities(
    at: str, client: Client, tenants: tuple[Client, ...], faults: Faults
) -> None:
    for known in {c.ca_file: c for c in (client, *tenants) if c.ca_file}.values():
        if not Path(known.ca_file).exists():
            faults.add(f"{at}.ca_file", f"{known.ca_file} is not there")
        elif not _holds_authorities(known.ca_file):
            faults.add(f"{at}.ca_file", "holds no certificate authority that can be read")


def _client(values: Mapping[str, Any], path: Path) -> Client:
    lists = {key: tuple(values[key]) for key in LISTS if key in values}
    names = {key: values.get(key, "") for key in ("jwks", "ca_file")}
    files = {k: str(checks.beside(path, v)) for k, v in names.items() if v and "://" not in v}
    return Client(**{**values, **lists, **files})


def _holds_authorities(ca_file: str) -> bool:
    try:
        return bool(ssl.create_default_context(cafile=ca_file).get_ca_certs())
    except (OSError, ValueError):  # ssl.SSLError is an OSError
        return False


def _check_identity(
    at: str,
    values: Mapping[str, Any],
    entry: Mapping[str, Any],
    taken: dict[str, set[str]],
    faults: Faults,
) -> None:
    """Who calls must be told apart, by issuer in tokens and by name in logs."""
    written = {*values, *entry}
    for key in ("name", "issuer", "jwks"):
        if key not in written:
            faults.add(f"{at}.{key}", "is missing")
    for key, seen in taken.items():
        if values.get(key) in seen:
            faults.add(f"{at}.{key}", "is that of another client")
        seen |= {values[key]} if key in values else set()
    if "jku" in values and "://" in values.get("jwks", ""):
        faults.add(f"{at}.jku", "goes with a key set in a file; here it must equal jwks")


def _check_production(
    at: str, values: Mapping[str, Any], profile: Profile | None, faults: Faults
) -> None:
    """What anyone could forge, or overhear, is for development mode only."""
    if profile and profile.development_only:
        faults.add(f"{at}.profile", "is for development mode only: its tokens can be forged")
    elif _is_test_issuer(values.get("issuer", "")):
        faults.add(f"{at}.issuer", "is for development mode only: its private key is published")
    for key in ("jwks", "jku", "fhir_base", "cors_origins"):
        if any(urlsplit(str(item)).scheme == "http" for item in _listed(values.get(key, ""))):
            faults.add(f"{at}.{key}", "must be https in production mode")


def _listed(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list) else [value]


def _is_test_issuer(issuer: str) -> bool:
    return any(fnmatchcase(issuer.lower(), pattern) for pattern in TEST_ISSUERS)
