"""Which FHIR servers may be asked, and how an evaluation asks them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from service.fhir.queries import Fetch
from service.outbound.calls import Deadline
from service.outbound.clients import FhirClients
from service.outbound.servers import Policy
from service.settings import Client, Settings
from service.settings.addresses import read_base


class Rule(NamedTuple):
    """What two clients with one FHIR base may not share: each goes by its own."""

    allow_private: bool
    ca_file: str


@dataclass(frozen=True)
class RegisteredServers:
    """The FHIR client as an evaluation sees it: may this base be asked, and a way to ask it.

    by_rule: the servers of the clients of each rule; a caller that is none goes by `ANY`.
    by_client: each client may have its own base asked and no other's.
    """

    by_rule: Mapping[Rule, FhirClients]
    by_client: bool = False

    def knows(self, base: str, client: Client) -> bool:
        own = not self.by_client or read_base(base) == read_base(client.fhir_base)
        return own and self._of(client).knows(base)

    def asking(self, base: str, token: str, client: Client) -> Fetch:
        """A way to ask that ends at the client's deadline, however many questions there are."""
        deadline, clients = Deadline.after_ms(client.deadline_ms), self._of(client)
        return lambda queries: clients.fetch(base, queries, token, deadline)

    def _of(self, client: Client) -> FhirClients:
        return self.by_rule[_rule(client) if self.by_client else ANY]


ANY = Rule(allow_private=True, ca_file="")


def open_servers(settings: Settings) -> RegisteredServers:
    """Only registered bases; in development mode without clients, any base on loopback."""
    if not settings.clients:
        visitors = FhirClients([], loopback_without_registration=settings.is_development)
        return RegisteredServers({ANY: visitors})
    policies: dict[Rule, list[Policy]] = {}
    for client in settings.callers:
        mine = policies.setdefault(_rule(client), [])
        if client.fhir_base:
            mine.append(_policy(client, settings.is_development))
    servers = {rule: FhirClients(known) for rule, known in policies.items()}
    return RegisteredServers(servers, by_client=True)


def _rule(client: Client) -> Rule:
    return Rule(client.fhir_private_addresses, client.ca_file)


def _policy(client: Client, development: bool) -> Policy:
    return Policy(
        client.fhir_base,
        allow_private=client.fhir_private_addresses,
        allow_http=development,
        ca_file=client.ca_file,
    )


def one_server(base: str) -> RegisteredServers:
    """One server that an operator named on the command line, wherever it is."""
    return RegisteredServers(
        {ANY: FhirClients([Policy(base, allow_private=True, allow_http=True)])}
    )
