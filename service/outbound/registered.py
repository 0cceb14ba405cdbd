"""Which FHIR servers may be asked, and how an evaluation asks them."""

from __future__ import annotations

from dataclasses import dataclass

from service.fhir.queries import Fetch
from service.outbound.calls import Deadline
from service.outbound.clients import FhirClients
from service.outbound.servers import Policy
from service.settings import Client, Settings
from service.settings.addresses import read_base


@dataclass(frozen=True)
class RegisteredServers:
    """The FHIR client as an evaluation sees it: may this base be asked, and a way to ask it.

    by_client: each client may have its own base asked and no other's.
    """

    clients: FhirClients
    by_client: bool = False

    def knows(self, base: str, client: Client) -> bool:
        own = not self.by_client or read_base(base) == read_base(client.fhir_base)
        return own and self.clients.knows(base)

    def asking(self, base: str, token: str, deadline_ms: int) -> Fetch:
        """A way to ask that ends `deadline_ms` from now, however many questions there are."""
        deadline = Deadline.after_ms(deadline_ms)
        return lambda queries: self.clients.fetch(base, queries, token, deadline)


def open_servers(settings: Settings) -> RegisteredServers:
    """Only registered bases; in development mode without clients, any base on loopback."""
    policies = [
        _policy(client, settings.is_development) for client in settings.clients if client.fhir_base
    ]
    loopback = settings.is_development and not settings.clients
    fhir = FhirClients(policies, loopback_without_registration=loopback)
    return RegisteredServers(fhir, by_client=bool(settings.clients))


def _policy(client: Client, development: bool) -> Policy:
    return Policy(
        client.fhir_base,
        allow_private=client.fhir_private_addresses,
        allow_http=development,
        ca_file=client.ca_file,
    )


def one_server(base: str) -> RegisteredServers:
    """One server that an operator named on the command line, wherever it is."""
    return RegisteredServers(FhirClients([Policy(base, allow_private=True, allow_http=True)]))
