"""Why needed data could not be had, and what an integrator does about it, in sentences.

Nothing of the record is said: the kinds of gaps, our own words, and the server that was named.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cards.markdown import escape
from cards.words import Words
from service.evaluation.answer import ORDER_GAPS
from service.evaluation.errors import Issue
from service.fhir.queries import Fetch, Query
from service.fhir.releases import Release, path_of, spoken
from service.hpp.model import Chart, Gap

REFUSALS = ("http-4xx", "malformed")  # of queries that a server of another release does not know


@dataclass(frozen=True, slots=True)
class NamedServer:
    """The FHIR server that a request names.

    base: empty where it names none.  asked: in which release.  speaks: its own release as it
    says itself; None where it was not asked or does not say.
    """

    base: str
    asked: Release
    speaks: Release | None = None

    @property
    def is_of_another_release(self) -> bool:
        return self.speaks is not None and self.speaks is not self.asked


def ask_release(fetch: Fetch) -> Release | None:
    """What the server's capability statement says of itself."""
    (fetched,) = fetch([Query("metadata", "metadata")])
    return spoken(fetched.pages[0]) if fetched.pages else None


def remedy(chart: Chart, server: NamedServer, words: Words, has_demo: bool) -> str:
    """A Markdown list: the server, each cause once, and what helps.

    has_demo: this service has a record of its own to try.
    """
    lines = [_server_line(server, words)] if server.base else []
    if server.speaks is not None and server.is_of_another_release:
        path = f"/{path_of(server.speaks)}"
        lines.append(words.sentence("other_release", release=server.speaks, path=path))
    for kind, names in _by_kind(_needed(chart), words).items():
        key = ", ".join(names)
        lines.append(words.sentence("remedy", key=_capital(key), remedy=_advice(kind, words)))
    if has_demo:
        lines.append(words.sentence("try_the_record"))
    heading = f"**{words.phrase('heading', 'remedy')}**"
    return "\n".join([heading, "", *(f"- {line}" for line in lines)])


def issues(chart: Chart, words: Words) -> list[Issue]:
    """For an OperationOutcome: each gap with its kind, what was missing, why, and what helps."""
    return [
        Issue(f"/prefetch/{gap.key}", _refusal(gap, words))
        for gap in chart.gaps
        if gap.key != ORDER_GAPS and gap.key not in chart.accepted_gaps
    ]


def _refusal(gap: Gap, words: Words) -> str:
    key, why = words.phrase("key", gap.key), words.phrase("gap", gap.kind)
    said = words.sentence("refusal", kind=gap.kind, key=key, why=why)
    return f"{said} {_advice(gap.kind, words)}"


def _advice(kind: str, words: Words) -> str:
    known = words.phrases["remedy"]
    return known.get(kind, known["other"])


def _needed(chart: Chart) -> Sequence[Gap]:
    return [gap for gap in chart.gaps if gap.key in ("patient", "alp")] or chart.gaps


def _by_kind(gaps: Sequence[Gap], words: Words) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for gap in gaps:
        names = found.setdefault(gap.kind, [])
        if (name := words.phrase("key", gap.key)) not in names:
            names.append(name)
    return found


def _server_line(server: NamedServer, words: Words) -> str:
    base = escape(server.base)
    if server.speaks is None:
        return words.sentence("server", server=base)
    return words.sentence("server_speaks", server=base, release=server.speaks)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
