"""What became last of a card of the same verdict for the same patient."""

from __future__ import annotations

import orjson
from sqlalchemy import func, select

from service.store.database import Store
from service.store.model import Decision, LastReport
from service.store.tables import DECISIONS, FEEDBACK


def last_report(store: Store, decision: Decision, patient: str) -> LastReport | None:
    """patient: the pseudonym.  Raises StoreDown."""
    reported_ms = func.coalesce(FEEDBACK.c.outcome_ms, FEEDBACK.c.at_ms)
    same = (FEEDBACK.c.card == DECISIONS.c.card) & (FEEDBACK.c.client == DECISIONS.c.client)
    asked = (
        select(
            FEEDBACK.c.outcome,
            FEEDBACK.c.reason,
            FEEDBACK.c.at_ms,
            DECISIONS.c.indicator,
            DECISIONS.c.drugs,
            DECISIONS.c.evidence,
        )
        .join_from(DECISIONS, FEEDBACK, same)
        .where(
            DECISIONS.c.patient == patient,
            DECISIONS.c.client == decision.client,
            DECISIONS.c.tenant == decision.tenant,
            DECISIONS.c.verdict == decision.verdict,
            FEEDBACK.c.matched,
        )
        .order_by(reported_ms.desc(), FEEDBACK.c.at_ms.desc())
        .limit(1)
    )
    with store.begin() as connection:
        row = connection.execute(asked).first()
    if row is None:
        return None
    drugs, evidence = (frozenset(orjson.loads(text)) for text in (row.drugs, row.evidence))
    return LastReport(row.outcome, row.reason, row.at_ms, row.indicator, drugs, evidence)
