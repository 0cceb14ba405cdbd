"""Who is a child and which limits hold, where the birth date is partial or an age just reached."""

from decimal import Decimal

import pytest

from service.hpp.knowledge.model import Knowledge
from service.hpp.limits import child_table_lows, compare
from service.hpp.model import PrintedRange, Sex
from tests.hpp.charts import TODAY, aged, alp, facts

INFANCY, ADULT = 365, 6575


@pytest.mark.parametrize(
    ("youngest_days", "oldest_days", "child"),
    [
        (ADULT - 1, ADULT - 1, True),
        (ADULT - 1, ADULT, None),
        (ADULT, ADULT, False),
        (ADULT, ADULT + 364, False),
        (0, ADULT, None),
        (0, ADULT - 1, True),
    ],
)
def test_a_child_is_one_whom_every_possible_birthday_makes_a_child(
    youngest_days: int, oldest_days: int, child: bool | None, knowledge: Knowledge
) -> None:
    assert facts(knowledge, patient=aged(youngest_days, oldest_days)).child is child


@pytest.mark.parametrize(
    ("age_days", "stage"),
    [
        (INFANCY - 1, "infant"), (INFANCY, "child"), (ADULT - 1, "child"), (ADULT, "adult"),
    ],
)  # fmt: skip
def test_spacing_and_freshness_follow_the_stage_of_life(
    age_days: int, stage: str, knowledge: Knowledge
) -> None:
    judged = facts(knowledge, patient=aged(age_days))

    assert judged.spacing_days == {"infant": 7, "child": 14, "adult": 30}[stage]
    assert (TODAY - judged.oldest_fresh).days == {"infant": 182, "child": 365, "adult": 730}[stage]


def test_an_age_that_is_partly_known_is_that_of_the_youngest_possible(
    knowledge: Knowledge,
) -> None:
    assert facts(knowledge, patient=aged(INFANCY - 1, INFANCY + 200)).life_stage == "infant"
    assert facts(knowledge, patient=aged(INFANCY, INFANCY + 200)).life_stage == "child"


@pytest.mark.parametrize(
    ("ages_days", "sex", "lows"),
    [
        ((0, 0), None, [83]),
        ((14, 14), Sex.MALE, [83]),
        ((15, 15), Sex.MALE, [122]),
        ((14, 15), Sex.FEMALE, [83, 122]),
        ((364, 364), None, [122]),
        ((364, 365), None, [122, 142]),
        ((365, 3651), None, [142]),
        ((0, 3652), None, [83, 122, 129, 142]),
        ((4747, 4748), Sex.MALE, [116, 129]),
        ((4747, 4748), Sex.FEMALE, [57, 129]),
        ((4748, 5478), None, [57]),
        ((5478, 5479), Sex.MALE, [82, 116]),
        ((5478, 5479), None, [50, 57]),
        ((6208, 6209), Sex.MALE, [55, 82]),
        ((6208, 6209), Sex.FEMALE, [45, 50]),
    ],
)
def test_every_band_that_an_age_touches_has_its_limit(
    ages_days: tuple[int, int], sex: Sex | None, lows: list[int], knowledge: Knowledge
) -> None:
    """The lower one where the sex is not known."""
    span = range(ages_days[0], ages_days[1] + 1)

    assert child_table_lows(span, sex, knowledge) == lows


@pytest.mark.parametrize(
    ("youngest_days", "oldest_days", "whose"),
    [
        (ADULT - 2, ADULT - 1, ["age-sex-table"]),
        (ADULT - 1, ADULT, ["default", "age-sex-table"]),
        (ADULT - 1, ADULT + 1, ["default", "age-sex-table"]),
        (ADULT, ADULT, ["default"]),
        (ADULT, ADULT + 1, ["default"]),
    ],
)
def test_a_result_is_compared_with_each_limit_that_the_birth_date_allows(
    youngest_days: int, oldest_days: int, whose: list[str], knowledge: Knowledge
) -> None:
    judged = facts(knowledge, patient=aged(youngest_days, oldest_days, Sex.FEMALE))
    compared = compare(alp("60", 0), TODAY, judged.background)

    assert [one.limit.whose for one in compared] == whose


def test_a_result_before_birth_has_the_limit_of_a_newborn(knowledge: Knowledge) -> None:
    """A birth date of a bare month may lie behind the specimen."""
    judged = facts(knowledge, patient=aged(-10, 10))
    (compared,) = compare(alp("60", 0), TODAY, judged.background)

    assert compared.limit.low == 83


@pytest.mark.parametrize(
    ("age_days", "printed", "low", "whose"),
    [
        (6000, "45", 50, "age-sex-table-adult-range"),
        (6000, "45.1", "45.1", "laboratory"),
        (6300, "45", 45, "laboratory"),
        (6300, "40", 40, "laboratory"),
        (6300, "30", 45, "age-sex-table"),
    ],
)
def test_an_adult_s_limit_is_refused_only_where_the_child_s_is_higher(
    age_days: int, printed: str, low: object, whose: str, knowledge: Knowledge
) -> None:
    """Of girls the table has 50 U/L at sixteen and 45 at seventeen, as adults may have."""
    judged = facts(knowledge, patient=aged(age_days, sex=Sex.FEMALE))
    sent = alp("60", 0, printed=PrintedRange(low=Decimal(printed)))
    (compared,) = compare(sent, TODAY, judged.background)

    assert (str(compared.limit.low), compared.limit.whose) == (str(low), whose)
