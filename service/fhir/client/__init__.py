"""The FHIR client: the only place that opens a socket to an EHR.

clients (bases, fetch) -> tenants (policy, session, breaker, lane) -> paging (pages, retry) ->
exchange (one GET, judging the answer) -> transport (sockets, TLS) -> calls (deadline, resolver).
"""

from service.fhir.client.addresses import read_base
from service.fhir.client.calls import Deadline
from service.fhir.client.clients import FhirClients
from service.fhir.client.single import Endpoint
from service.fhir.client.tenants import Policy
from service.fhir.queries import Fetched, Query

__all__ = ["Deadline", "Endpoint", "Fetched", "FhirClients", "Policy", "Query", "read_base"]
