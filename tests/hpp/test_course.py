"""The course of an ALP at the edges of its windows, and which of several results is meant."""

import pytest

from service.hpp.decide import course_of
from service.hpp.facts import Facts
from service.hpp.findings import find
from service.hpp.knowledge.model import Knowledge
from tests.hpp.charts import CHILD_DAYS, aged, ago, alp, facts, unread

CLEAR = "90"


def evidence(judged: Facts, code: str) -> list[str]:
    """What a finding rests on, by reference; empty where it was not seen."""
    return [item.reference for item in find(judged)[code].evidence]


@pytest.mark.parametrize(("last_clear", "matters"), [(364, False), (365, False), (366, True)])
def test_the_newest_clear_normal_settles_a_result_that_could_not_be_read(
    last_clear: int, matters: bool, knowledge: Knowledge
) -> None:
    """Not an older one, however many there are."""
    older = [alp(CLEAR, days) for days in (1200, 1000, 800)]
    judged = facts(knowledge, *older, alp(CLEAR, last_clear), unread(5))

    assert (judged.newer_unread is not None) is matters


@pytest.mark.parametrize(("last", "matters"), [(365, True), (366, False)])
def test_of_a_child_an_unread_result_matters_while_the_last_read_one_is_fresh(
    last: int, matters: bool, knowledge: Knowledge
) -> None:
    judged = facts(knowledge, alp("150", last), unread(5), patient=aged(CHILD_DAYS))

    assert (judged.newer_unread is not None) is matters


def test_of_several_results_that_could_not_be_read_the_newest_is_named(
    knowledge: Knowledge,
) -> None:
    judged = facts(knowledge, alp("40", 100), unread(300), unread(50), unread(20), unread(90))

    assert evidence(judged, "newer-alp-unread") == ["Observation/unread-20"]


def test_a_result_that_could_not_be_read_is_newer_only_on_a_later_day(
    knowledge: Knowledge,
) -> None:
    """Of one day the one that was read stays."""
    assert facts(knowledge, alp("40", 20), unread(20)).newer_unread is None
    assert facts(knowledge, alp("40", 20), unread(21)).newer_unread is None
    assert facts(knowledge, alp("40", 20), unread(19)).newer_unread is not None


def test_a_card_speaks_of_the_last_normal_the_last_clear_one_and_the_lowest_low(
    knowledge: Knowledge,
) -> None:
    results = [
        *(alp(CLEAR, 900), alp("91", 850), alp("92", 800)),
        *(alp("30", 400), alp("22", 300), alp("33", 200), alp("28", 150)),
        *(alp("50", 90), alp("60", 80), alp("40", 70)),
    ]
    course = course_of(facts(knowledge, *results))
    days = {name: item.day for name in course.__slots__ if (item := getattr(course, name))}

    assert days == {
        "last": ago(70),
        "first_low": ago(400),
        "last_low": ago(150),
        "lowest": ago(300),
        "last_normal": ago(70),
        "normal_before": ago(800),
        "clear_before": ago(800),
    }


@pytest.mark.parametrize(("very_low", "found"), [(374, True), (375, True), (376, False)])
def test_a_very_low_value_counts_for_a_year_before_the_last_low(
    very_low: int, found: bool, knowledge: Knowledge
) -> None:
    judged = facts(knowledge, alp("20", very_low), alp("30", 50), alp("30", 10))

    assert bool(evidence(judged, "very-low-of-late")) is found


def test_the_last_of_several_very_low_values_is_named(knowledge: Knowledge) -> None:
    judged = facts(
        knowledge, alp("20", 400), alp("21", 300), alp("22", 200), alp("30", 100), alp("31", 10)
    )

    assert evidence(judged, "very-low-of-late") == ["Observation/alp_total-200"]
    assert evidence(judged, "alp-very-low") == [
        f"Observation/alp_total-{days}" for days in (400, 300, 200)
    ]


def test_a_normal_above_its_ceiling_after_a_very_low_value_ends_it(knowledge: Knowledge) -> None:
    """On the very day of the low the higher of the two stays; before it, it says nothing."""
    low = [alp("20", 200), alp("30", 10)]

    assert evidence(facts(knowledge, *low, alp("60", 100)), "very-low-of-late") == []
    assert evidence(facts(knowledge, *low, alp("60", 201)), "very-low-of-late") != []
    assert evidence(facts(knowledge, *low, alp("44", 100)), "very-low-of-late") != []


@pytest.mark.parametrize(("lows", "normals", "persistent"), [(3, 3, True), (3, 4, False)])
def test_half_of_the_results_since_the_first_low_must_be_low(
    lows: int, normals: int, persistent: bool, knowledge: Knowledge
) -> None:
    """The last one too, and no normal may lie above its ceiling."""
    low = [alp("30", days) for days in (300, 200, 10)[:lows]]
    normal = [alp("40", 100 + 10 * n) for n in range(normals)]

    assert facts(knowledge, *low, *normal).is_persistent is persistent


@pytest.mark.parametrize(("first", "spaced"), [(39, False), (40, True), (41, True)])
def test_lows_are_spaced_from_thirty_days_on(
    first: int, spaced: bool, knowledge: Knowledge
) -> None:
    judged = facts(knowledge, alp("30", first), alp("30", 20), alp("30", 10))

    assert judged.lows_spaced is spaced
    assert judged.is_persistent is spaced
