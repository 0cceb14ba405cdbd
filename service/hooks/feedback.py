"""The body of a feedback call -> reports (CDS Hooks, "Feedback"), liberal in how it is written.

Read as well: Epic's `overrideReasons` and a reason that has only a title in an extension, a lone
item without the array, suggestions as bare strings, a reason without its wrapper.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from service.evaluation.errors import Issue
from service.hooks.errors import InvalidHookRequest
from service.store.model import ACCEPTED, OVERRIDDEN, FeedbackItem
from service.watch.call import uuid_or_nothing

MOST_ITEMS, MOST_SUGGESTIONS, LONGEST_COMMENT, LONGEST_ID = 1000, 50, 4000, 256
UNLISTED = "unlisted"
EPIC_TITLE = "reasonTitle"
Json = Mapping[str, Any]


def read_feedback(body: Json, reasons: Mapping[str, str]) -> list[FeedbackItem]:
    """All items, or InvalidHookRequest with every fault: a batch is kept whole or not at all.

    reasons: code -> what it says, of the reasons that cards offer; others become `unlisted`.
    """
    items, at = _items(body)
    issues = [issue for n, item in enumerate(items) for issue in _faults(item, at.format(n))]
    if issues:
        raise InvalidHookRequest(*issues[:20])
    return [_report(item, reasons) for item in items]


def _items(body: Json) -> tuple[list[Any], str]:
    if "feedback" not in body and "card" in body:
        return [body], ""
    items = body.get("feedback")
    if not isinstance(items, list):
        raise InvalidHookRequest(Issue("/feedback", "must be an array"))
    if len(items) > MOST_ITEMS:
        raise InvalidHookRequest(Issue("/feedback", f"may hold {MOST_ITEMS} items at most"))
    return items, "/feedback/{}"


def _faults(item: Any, at: str) -> Iterator[Issue]:
    if not isinstance(item, dict):
        yield Issue(at, "must be a JSON object")
        return
    card = item.get("card")
    if not isinstance(card, str) or not 0 < len(card.strip()) <= LONGEST_ID:
        yield Issue(f"{at}/card", "must be the uuid of a card")
    if item.get("outcome") not in (ACCEPTED, OVERRIDDEN):
        yield Issue(f"{at}/outcome", f"must be {ACCEPTED} or {OVERRIDDEN}")
    suggestions = item.get("acceptedSuggestions")
    if suggestions is not None and not isinstance(suggestions, list):
        yield Issue(f"{at}/acceptedSuggestions", "must be an array")


def _report(item: Json, reasons: Mapping[str, str]) -> FeedbackItem:
    reason, comment = _reason(item, reasons)
    return FeedbackItem(
        card=_id(item["card"]),
        outcome=item["outcome"],
        suggestions=tuple(dict.fromkeys(_suggestions(item.get("acceptedSuggestions") or []))),
        reason=reason,
        outcome_ms=_milliseconds(item.get("outcomeTimestamp")),
        comment=comment[:LONGEST_COMMENT].replace("\x00", " "),  # no text to PostgreSQL
    )


def _id(written: str) -> str:
    """A uuid in lower case; anything else may be any text, and is known again by its digest."""
    plain = written.strip()
    digest = hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()
    return uuid_or_nothing(plain) or f"sha256:{digest[:32]}"


def _suggestions(items: list[Any]) -> Iterator[str]:
    for item in items[:MOST_SUGGESTIONS]:
        written = item.get("id") if isinstance(item, dict) else item
        if isinstance(written, str) and 0 < len(written) <= LONGEST_ID:
            yield _id(written)


def _reason(item: Json, reasons: Mapping[str, str]) -> tuple[str, str]:
    """(code of ours, `unlisted` or nothing; comment)."""
    said = item.get("overrideReason", item.get("overrideReasons"))
    if isinstance(said, list):
        said = next((one for one in said if isinstance(one, dict)), None)
    if not isinstance(said, dict):
        return "", ""
    comment = said.get("userComment")
    coding = said.get("reason", said)
    code, titles = "", list(_titles(item)) + list(_titles(said))
    if isinstance(coding, dict):
        code, titles = coding.get("code") or "", [*titles, *_titles(coding), coding.get("display")]
    return _ours(code, titles, reasons), comment if isinstance(comment, str) else ""


def _ours(code: Any, titles: list[Any], reasons: Mapping[str, str]) -> str:
    if isinstance(code, str) and code in reasons:
        return code
    words = {says: known for known, says in reasons.items()}
    named = next((words[t] for t in titles if isinstance(t, str) and t in words), "")
    return named or (UNLISTED if code or any(titles) else "")


def _titles(holder: Json) -> Iterator[Any]:
    extension = holder.get("extension")
    for name, value in extension.items() if isinstance(extension, dict) else ():
        if name.rpartition(".")[2] == EPIC_TITLE:
            yield value


def _milliseconds(written: Any) -> int | None:
    try:
        moment = datetime.fromisoformat(written)
    except (TypeError, ValueError):
        return None
    try:
        return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)
    except (ValueError, OverflowError):
        return None
