"""On which days a drug or a mask is on board, to the day."""

from datetime import date
from typing import Any

import pytest

from service.hpp.background import Background
from service.hpp.days import DaySpans
from service.hpp.drugs import Exposures, on_board
from service.hpp.knowledge.model import Knowledge
from service.hpp.masks import Masks
from service.hpp.model import DrugUse, PrintedRange, Sex
from tests.hpp.charts import TODAY, aged, ago, alp, chart, diagnosis, facts, lab, use

ALENDRONATE, ORAL = "bp_alendronate", "oral-bisphosphonate"


def order(**more: Any) -> DrugUse:
    return DrugUse("MedicationRequest/1", ALENDRONATE, ORAL, **more)


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ({"start": ago(50), "end": ago(40)}, 50, 40),
        ({"start": ago(50), "status": "active"}, 50, 0),
        ({"start": ago(50), "status": "on-hold"}, 50, 0),
        ({"start": ago(50), "status": "completed"}, 50, 50),
        ({"start": ago(50), "authored": ago(45), "status": "completed"}, 50, 45),
        ({"authored": ago(45), "status": "completed"}, 45, 45),
        ({"start": ago(50), "administered": True}, 50, 50),
        ({"start": ago(50), "end": ago(49), "administered": True}, 50, 49),
        ({"authored": ago(45), "end": ago(40)}, 45, 40),
    ],
)
def test_an_order_is_on_board_from_its_start_to_its_end(
    written: dict[str, Any], first: int, last: int
) -> None:
    """Its end is that of its period, else today while it runs, else the day it was written."""
    assert on_board(order(**written), ago(first), 0, TODAY)
    assert on_board(order(**written), ago(last), 0, TODAY)
    assert not on_board(order(**written), ago(first + 1), 0, TODAY)
    assert not on_board(order(**written), ago(last - 1), 0, TODAY)
    assert on_board(order(**written), ago(last - 3), 3, TODAY)
    assert not on_board(order(**written), ago(last - 4), 3, TODAY)


def test_an_order_without_any_date_is_never_on_board() -> None:
    assert not on_board(order(), TODAY, 1000, TODAY)
    assert not on_board(order(end=ago(10)), ago(10), 1000, TODAY)


@pytest.mark.parametrize("status", ["draft", "cancelled", "not-done", "entered-in-error"])
def test_what_was_not_taken_is_no_exposure(status: str, knowledge: Knowledge) -> None:
    exposures = Exposures(chart(order(start=ago(50), status=status)), TODAY, knowledge)

    assert exposures.on("suppresses", ago(20)) == ()
    assert exposures.with_effect("suppresses") == []


def test_an_antiresorptive_lowers_alp_from_the_day_after_it_was_begun(
    knowledge: Knowledge,
) -> None:
    """Its wash-out is 730 days; any other drug counts on its first day, too."""
    drugs = Exposures(
        chart(order(start=ago(1000), end=ago(900)), use("drugalp_fibrate", "alp-lowering", 10)),
        TODAY,
        knowledge,
    )
    held = {days: drugs.on("suppresses", ago(days)) for days in (1001, 1000, 999, 170, 169)}
    on = (ALENDRONATE,)

    assert held == {1001: (), 1000: (), 999: on, 170: on, 169: ()}
    assert drugs.on("explains", ago(11)) == ()
    assert drugs.on("explains", ago(10)) == ("drugalp_fibrate",)


@pytest.mark.parametrize(("ended", "renews"), [(364, True), (365, True), (366, False)])
def test_an_order_of_the_last_year_makes_todays_a_renewal(
    ended: int, renews: bool, knowledge: Knowledge
) -> None:
    on_record = facts(knowledge, use(ALENDRONATE, ORAL, 1000, ended))

    assert bool(on_record.renewals) is renews


def masks_on(knowledge: Knowledge, days: int, *on_record: Any, patient: Any = None) -> list[str]:
    judged = facts(knowledge, *on_record, patient=patient)
    return list(judged.masks.on(ago(days)))


@pytest.mark.parametrize(
    ("group", "window_days"),
    [("cond_fracture", 180), ("mask_pregnancy", 300), ("mask_liver", 1826)],
)
def test_a_mask_holds_from_its_first_day_to_the_end_of_its_window(
    group: str, window_days: int, knowledge: Knowledge
) -> None:
    began, young = diagnosis(group, 2000), aged(12_000, sex=Sex.FEMALE)
    held = {
        days: masks_on(knowledge, days, began, patient=young)
        for days in (2001, 2000, 2000 - window_days, 1999 - window_days)
    }

    assert list(held.values()) == [[], [group], [group], []]


def test_a_mask_ends_with_its_abatement_but_an_injury_heals_for_months(
    knowledge: Knowledge,
) -> None:
    for group, outlives in (("cond_fracture", True), ("mask_pregnancy", False)):
        ended = diagnosis(group, 100, abatement=ago(60))
        young = aged(12_000, sex=Sex.FEMALE)
        assert masks_on(knowledge, 60, ended, patient=young) == [group]
        assert bool(masks_on(knowledge, 59, ended, patient=young)) is outlives


def test_a_liver_disease_whose_end_is_known_masks_to_that_day(knowledge: Knowledge) -> None:
    ended = diagnosis("mask_liver", 5000, abatement=ago(60))

    assert masks_on(knowledge, 60, ended) == ["mask_liver"]
    assert masks_on(knowledge, 59, ended) == []


@pytest.mark.parametrize(
    ("age_days", "sex", "believed"),
    [
        (3652, Sex.FEMALE, False), (3653, Sex.FEMALE, True), (20_453, Sex.FEMALE, True),
        (20_454, Sex.FEMALE, False), (12_000, None, True), (12_000, Sex.MALE, False),
    ],
)  # fmt: skip
def test_a_pregnancy_is_believed_of_an_age_to_bear_children(
    age_days: int, sex: Sex | None, believed: bool, knowledge: Knowledge
) -> None:
    pregnant = diagnosis("mask_pregnancy", 100)
    patient = aged(age_days + 50, sex=sex)

    assert bool(masks_on(knowledge, 50, pregnant, patient=patient)) is believed


def test_a_partly_known_age_may_be_one_to_bear_children(knowledge: Knowledge) -> None:
    pregnant = diagnosis("mask_pregnancy", 100)

    assert masks_on(knowledge, 0, pregnant, patient=aged(3600, 3653)) == ["mask_pregnancy"]
    assert masks_on(knowledge, 0, pregnant, patient=aged(20_453, 20_800)) == ["mask_pregnancy"]
    assert masks_on(knowledge, 0, pregnant, patient=aged(20_454, 20_800)) == []


def test_a_status_code_masks_nothing(knowledge: Knowledge) -> None:
    for group in ("cond_fracture", "mask_pregnancy", "mask_liver", "mask_liver_lasting"):
        was = diagnosis(group, 100, is_status=True)
        assert masks_on(knowledge, 50, was, patient=aged(12_000, sex=Sex.FEMALE)) == []


@pytest.mark.parametrize(
    ("enzyme_days", "value", "masked"),
    [
        (50, "41", ["mask_liver", "lab_ggt"]), (50, "40", []), (414, "41", ["mask_liver"]),
        (415, "41", ["mask_liver"]), (416, "41", []),
    ],
)  # fmt: skip
def test_a_raised_enzyme_of_the_year_proves_an_old_liver_disease(
    enzyme_days: int, value: str, masked: list[str], knowledge: Knowledge
) -> None:
    printed = PrintedRange(high=alp("40", 0).value)
    enzyme = lab("lab_ggt", value, enzyme_days, printed=printed)

    assert masks_on(knowledge, 50, diagnosis("mask_liver", 4000), enzyme) == masked


@pytest.mark.hazard("C7")
def test_the_orders_with_an_effect_are_sorted_once(knowledge: Knowledge) -> None:
    drugs = [use(ALENDRONATE, ORAL, days) for days in (50, 40)]
    exposures = Exposures(chart(*drugs, use("drug_b6", "vitamin-b6", 30)), TODAY, knowledge)

    assert list(exposures.with_effect("suppresses")) == drugs
    assert exposures.with_effect("suppresses") is exposures.with_effect("suppresses")
    assert list(exposures.with_effect("masks")) == []


@pytest.mark.hazard("C7")
def test_the_masks_of_the_days_between_two_changes_are_worked_out_once(
    knowledge: Knowledge, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, holds = list[date](), DaySpans.__contains__
    known = Masks(Background(chart(diagnosis("mask_liver", 300)), TODAY, knowledge))

    def counting(spans: DaySpans, day: date) -> bool:
        asked.append(day)
        return holds(spans, day)

    monkeypatch.setattr(DaySpans, "__contains__", counting)

    assert [known.on(ago(days)) for days in range(10, 20)] == [("mask_liver",)] * 10
    assert len(asked) == 1
