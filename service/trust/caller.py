"""Who calls."""

from __future__ import annotations

from typing import NamedTuple

from service.settings import Client


class Caller(NamedTuple):
    """tenant: as the site lists it, a digest of any other, or empty."""

    client: Client
    tenant: str = ""
