"""What was asked, whoever asked it: over HTTP, on the command line, or from a site's history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class HookRequest:
    """One call of a CDS Hooks service (cds-hooks.org, "HTTP Request").

    prefetch: None where the client sent no such member; values as they came.
    selections: None on hooks without them.  user_reference: `Type/id`.
    token_is_over: the token came with no life left, so nothing may be asked.
    """

    hook: str
    hook_instance: str
    patient_id: str
    user_reference: str
    prefetch: Mapping[str, Any] | None = None
    draft_orders: Any = None
    selections: frozenset[str] | None = None
    fhir_server: str = ""
    access_token: str = field(default="", repr=False)
    token_is_over: bool = False
