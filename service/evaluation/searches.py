"""What is asked of an EHR: the prefetch template of each key, and our own searches.

Both stay inside the portable subset of CDS Hooks 2.0: one resource type, its patient, codes,
newest first, and a number of entries.  No search has a date: an old normal ALP counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from urllib.parse import quote

from service.fhir.queries import KeyQueries
from service.fhir.releases import DIALECTS, Release
from service.hpp.knowledge.model import Code, Knowledge
from service.hpp.model import ALP

MOST_CHARACTERS = 2000  # of a URL behind its base, percent-encoded; servers and proxies cut more
LONGEST_ID = 64
PROCEDURE_SYSTEMS = frozenset({"hcpcs"})  # whose codes name drugs that were given
FIRST_SYSTEMS = ("loinc", "snomed")  # where there is not room for all
PATIENT_BLANK = "{{context.patientId}}"
WHO = f"patient={PATIENT_BLANK}"


@lru_cache(maxsize=len(Release))  # a start asks three times for each, of one content
def key_queries(knowledge: Knowledge, release: Release = Release.R4) -> Mapping[str, KeyQueries]:
    """How every key is asked for in a release; the patient is left blank."""
    dialect = DIALECTS[release]
    newest, order = dialect.newest_first.format, dialect.medication_order
    by_date = f"&{newest('date')}&_count=200"
    return {
        "patient": _whole(f"Patient/{PATIENT_BLANK}"),
        "alp": _by_code("Observation", _of_groups(knowledge, (ALP,)), by_date, knowledge),
        "labs": _labs(knowledge, by_date),
        "medications": _whole(f"{order}?{WHO}&{newest(dialect.authored)}&_count=200"),
        "conditions": _whole(f"Condition?{WHO}&{newest(dialect.recorded)}&_count=200"),
        "procedures": _by_code(
            "Procedure", _procedures(knowledge), f"&{newest('date')}&_count=100", knowledge
        ),
        "encounters": _whole(f"Encounter?{WHO}{by_date}"),
        "administrations": _whole(
            f"MedicationAdministration?{WHO}&{newest(dialect.administered)}&_count=200"
        ),
    }


def prefetch_templates(knowledge: Knowledge, release: Release = Release.R4) -> dict[str, str]:
    """What discovery asks an EHR to send with every call."""
    return {key: query.template for key, query in key_queries(knowledge, release).items()}


def templates_for(knowledge: Knowledge, release: Release, patient_id: str) -> dict[str, str]:
    """The same for one patient, as an EHR asks."""
    templates = prefetch_templates(knowledge, release)
    return {key: path.replace(PATIENT_BLANK, patient_id) for key, path in templates.items()}


def for_patient(queries: Mapping[str, KeyQueries], patient_id: str) -> dict[str, KeyQueries]:
    """The same for one patient, as the service asks itself."""
    return {
        key: replace(
            query,
            searches=tuple(path.replace(PATIENT_BLANK, patient_id) for path in query.searches),
            rest=tuple(path.replace(PATIENT_BLANK, patient_id) for path in query.rest),
        )
        for key, query in queries.items()
    }


def _whole(path: str) -> KeyQueries:
    return KeyQueries(path, (path,))


def _by_code(kind: str, rows: Sequence[Code], tail: str, knowledge: Knowledge) -> KeyQueries:
    """One search, or the codes that have room in the template, and the rest in our own.

    Codes of LOINC and SNOMED CT go without their system where there is no room for it: nothing
    else looks like them, and what a search finds is read by its system all the same.
    """
    searches = tuple(_searches(kind, _tokens(rows, knowledge), tail))
    if len(searches) > 1:
        searches = tuple(_searches(kind, _tokens(rows, knowledge, bare=True), tail))
    return KeyQueries(searches[0], searches, searches[1:])


def _labs(knowledge: Knowledge, tail: str) -> KeyQueries:
    """By code while that has room, else by category.

    The body mass index is of another one and comes by our own searches alone: it rules out
    nothing, and is not worth a call where everything else was sent.
    """
    groups = [*(test for test in knowledge.tests if test != ALP), *knowledge.roles["shown_result"]]
    asked = _by_code("Observation", _of_groups(knowledge, groups), tail, knowledge)
    if not asked.rest:
        return asked
    template = f"Observation?{WHO}&category=laboratory{tail}"
    return KeyQueries(template, asked.searches, by_category=True)


def _searches(kind: str, tokens: Sequence[str], tail: str) -> Iterator[str]:
    """As few searches as have room for all tokens."""
    head, taken = f"{kind}?{WHO}&code=", list[str]()
    for token in tokens:
        if taken and _length(f"{head}{','.join([*taken, token])}{tail}") > MOST_CHARACTERS:
            yield f"{head}{','.join(taken)}{tail}"
            taken = []
        taken.append(token)
    yield f"{head}{','.join(taken)}{tail}"


def _length(search: str) -> int:
    """Characters once it is asked: with an id, and with the bars of its tokens encoded."""
    return len(search) - len(PATIENT_BLANK) + LONGEST_ID + 2 * search.count("|")


def _of_groups(knowledge: Knowledge, groups: Iterable[str]) -> list[Code]:
    """Active codes of some groups, in every system, a site's own too."""
    wanted = set(groups)
    return [row for row in knowledge.codes if row.group in wanted and _is_asked(row)]


def _procedures(knowledge: Knowledge) -> list[Code]:
    given = [
        row
        for row in knowledge.codes
        if row.group in knowledge.drugs
        and knowledge.systems.get(row.system) in PROCEDURE_SYSTEMS
        and _is_asked(row)
    ]
    return [*_of_groups(knowledge, knowledge.roles["procedure"]), *given]


def _is_asked(row: Code) -> bool:
    return row.active and bool(row.code) and row.system != "name"


def _tokens(rows: Sequence[Code], knowledge: Knowledge, *, bare: bool = False) -> list[str]:
    """`system|code`, those systems first that most servers know; bare: their codes alone."""
    ranked: dict[int, list[str]] = {}
    for row in rows:
        name = knowledge.systems.get(row.system, "")
        rank = FIRST_SYSTEMS.index(name) if name in FIRST_SYSTEMS else len(FIRST_SYSTEMS)
        system = "" if bare and name in FIRST_SYSTEMS else f"{_escaped(row.system)}|"
        ranked.setdefault(rank, []).append(f"{system}{_escaped(row.code)}")
    return list(dict.fromkeys(token for rank in sorted(ranked) for token in ranked[rank]))


def _escaped(value: str) -> str:
    """A part of a token: FHIR's own separators by a backslash (search, "escaping search
    parameters"), then whatever a URL does not hold."""
    for separator in "\\$,|":
        value = value.replace(separator, f"\\{separator}")
    return quote(value, safe=":/")
