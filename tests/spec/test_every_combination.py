"""The decision table has an answer for every combination of findings.

Enumerated whole: for every two rows together, each finding they name as seen or not seen; for
every row alone, each finding it names as present, absent, or unknown (seen or not).  All other
findings are not seen there.  All findings at once are too many to enumerate, so Hypothesis draws
from their states.  Combinations that no patient can have (a persistent low value without a low
value) are among them: the table must answer those too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.hpp.assessment import Finding, Indicator, Presence, Row
from service.hpp.decide import NOT_EVALUATED, match
from tests.spec.charts import urgency
from tests.spec.render import engine

TABLE, FINDINGS = engine().knowledge.table, tuple(engine().knowledge.findings)
WARNING = Indicator.WARNING.rank
NOT_SEEN = Finding("", False, Presence.ABSENT)
SEEN = Finding("", True, Presence.PRESENT)
MAYBE = Finding("", False, Presence.UNKNOWN)  # not seen, and might be there
DOUBTED = Finding("", True, Presence.UNKNOWN)  # seen, and might be unmade by what was not seen
NOTHING: Mapping[str, Finding] = dict.fromkeys(FINDINGS, NOT_SEEN)
STATES = (NOT_SEEN, SEEN, MAYBE, DOUBTED)


def holds(row: Row, findings: Mapping[str, Finding]) -> bool:
    """Whether every cell of a row is as wanted, by what was seen."""
    return all(
        findings[code].seen is (state is Presence.PRESENT) for code, state in row.when.items()
    )


def first_that_holds(findings: Mapping[str, Finding]) -> Row:
    return next(row for row in TABLE if holds(row, findings))


def neighbourhoods() -> Iterator[tuple[str, ...]]:
    """The findings of every two rows, each set once."""
    pairs = combinations(TABLE, 2)
    yield from sorted({tuple(sorted({*one.when, *other.when})) for one, other in pairs})


def test_every_finding_that_the_table_names_is_enumerated() -> None:
    named = {code for row in TABLE for code in row.when}

    assert named == {code for codes in neighbourhoods() for code in codes}
    assert named <= set(FINDINGS)


def test_every_combination_of_two_rows_has_the_first_row_that_holds() -> None:
    for codes in neighbourhoods():
        for states in product((NOT_SEEN, SEEN), repeat=len(codes)):
            findings = {**NOTHING, **dict(zip(codes, states, strict=True))}
            row, open_rows = match(findings, TABLE)

            assert row is first_that_holds(findings)
            assert open_rows == ()


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.id)
def test_every_state_of_a_rows_findings_has_a_verdict(row: Row) -> None:
    for states in product(STATES, repeat=len(row.when)):
        findings = {**NOTHING, **dict(zip(row.when, states, strict=True))}

        check(findings)


# One byte for each finding: two bits for its state, one for what an unknown turns out to be.
DRAWN = st.binary(min_size=len(FINDINGS), max_size=len(FINDINGS))


def as_findings(drawn: bytes) -> dict[str, Finding]:
    states = (STATES[byte % len(STATES)] for byte in drawn)
    return dict(zip(FINDINGS, states, strict=True))


def as_learnt(drawn: bytes) -> dict[str, Finding]:
    """The same findings with every unknown one settled, one way or the other."""
    settled = [SEEN if byte & 4 else NOT_SEEN for byte in drawn]
    return {
        code: after if finding.presence is Presence.UNKNOWN else finding
        for (code, finding), after in zip(as_findings(drawn).items(), settled, strict=True)
    }


@settings(max_examples=1000, deadline=None, derandomize=True)
@given(DRAWN)
def test_any_findings_have_a_verdict(drawn: bytes) -> None:
    check(as_findings(drawn))


@settings(max_examples=1000, deadline=None, derandomize=True)
@given(DRAWN)
def test_learning_what_was_unknown_leads_to_no_surprise(drawn: bytes) -> None:
    """Whatever the unknown findings turn out to be, the row is then the same, was named as open,
    or is calmer: no warning, or of two rows that are equally urgent the later one."""
    before, open_rows = match(as_findings(drawn), TABLE)
    after, none_open = match(as_learnt(drawn), TABLE)

    assert none_open == ()
    assert after is before or after in open_rows or not more_urgent(after, before)


def check(findings: Mapping[str, Finding]) -> None:
    """The first row that holds is the answer; open rows could hold and are not calmer."""
    row, open_rows = match(findings, TABLE)

    assert row is first_that_holds(findings)
    for opened in open_rows:
        assert opened is not row
        assert not holds_for_sure_against(opened, findings)
        assert urgency(opened.id) >= WARNING
        assert row.verdict == NOT_EVALUATED or urgency(opened.id) >= urgency(row.id)


def holds_for_sure_against(row: Row, findings: Mapping[str, Finding]) -> bool:
    """Whether some cell of a row is known to be otherwise."""
    return any(
        findings[code].presence not in (wanted, Presence.UNKNOWN)
        for code, wanted in row.when.items()
    )


def more_urgent(row: Row, other: Row) -> bool:
    """At least a warning, and by the table's indicator, then by place; rows of one verdict differ
    only by indicator.

    A check that could not be made is calmer than every warning.
    """
    if urgency(row.id) < WARNING:
        return False
    if NOT_EVALUATED in (row.verdict, other.verdict):
        return other.verdict == NOT_EVALUATED
    if row.verdict == other.verdict:
        return urgency(row.id) > urgency(other.id)
    earlier = TABLE.index(row) < TABLE.index(other)
    return urgency(row.id) > urgency(other.id) or (earlier and urgency(row.id) == urgency(other.id))
