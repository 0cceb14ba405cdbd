"""Sixteen patients as a prescriber meets them, small, with the verdict of edition 2."""

from datetime import date
from typing import Any

import pytest

from tests.restatement import by_hand
from tests.restatement.table import judge

TODAY = date(2026, 3, 2)


def on(day: str) -> int:
    """Days from that day to the order of the hand-written patients."""
    return (TODAY - date.fromisoformat(day)).days


def alp(day: str, value: float, low: float = 35) -> dict[str, Any]:
    """A result with its printed lower limit."""
    return by_hand.alp(on(day), value, low=low)


def cond(group: str, day: str, **more: Any) -> dict[str, Any]:
    """A condition that began and was recorded on that day."""
    days = on(day)
    return by_hand.condition(group, days, **{"recorded": by_hand.ago(days), **more})


def born(day: str, sex: str, **parts: Any) -> dict[str, Any]:
    """A patient whose days are those of the story, moved to the hand-written order date."""
    return by_hand.person(on(day), sex=sex, **parts)


VIGNETTES: dict[str, tuple[dict[str, Any], str, str, str]] = {
    "eight years of alendronate, then a holiday; 78 before": (
        born(
            "1955-04-10",
            "female",
            alp=[
                alp("2016-11-02", 78),
                alp("2019-05-14", 46),
                alp("2022-06-01", 34),
                alp("2025-11-20", 33),
            ],
            drugs=[by_hand.drug("bp_alendronate", on("2017-01-10"), on("2025-01-05"), "completed")],
        ),
        "lowAlpPossibleCause",
        "8a",
        "none",
    ),
    "low before and after a pregnancy that is still open": (
        born(
            "1994-08-19",
            "female",
            alp=[alp("2023-02-11", 29), alp("2025-12-30", 24)],
            conditions=[cond("mask_pregnancy", "2024-12-01"), cond("fracture", "2025-12-15")],
        ),
        "hppSuspected",
        "5",
        "warning",
    ),
    "haemodialysis, very low twice, no normal before": (
        born(
            "1954-09-09",
            "female",
            alp=[alp("2025-06-02", 24, 40), alp("2026-01-12", 22, 40)],
            conditions=[cond("sec_ckd_5", "2021-03-01")],
        ),
        "lowAlpCauseNotReassuring",
        "7",
        "warning",
    ),
    "glucocorticoid over a year, never below 30": (
        born(
            "1966-06-06",
            "male",
            alp=[alp("2025-01-15", 33), alp("2026-01-20", 31)],
            drugs=[by_hand.drug("drugalp_glucocorticoid", on("2023-05-01"))],
        ),
        "lowAlpPossibleCause",
        "8b",
        "info",
    ),
    "two laboratories with limits of 40 and 30": (
        born(
            "1960-12-12",
            "female",
            alp=[
                alp("2024-01-10", 37, 40),
                alp("2024-12-01", 36, 30),
                alp("2026-01-15", 38, 40),
            ],
        ),
        "hppSuspected",
        "5",
        "warning",
    ),
    "one low": (
        born("1968-07-07", "female", alp=[alp("2026-01-20", 33)]),
        "lowAlpOnce",
        "10",
        "info",
    ),
    "renewal of alendronate, 61 before, 34 on it": (
        born(
            "1957-05-25",
            "female",
            alp=[alp("2022-08-01", 61), alp("2025-10-01", 34)],
            drugs=[by_hand.drug("bp_alendronate", on("2022-09-01"))],
        ),
        "lowAlpPossibleCause",
        "8a",
        "none",
    ),
    "zoledronate known from an administration only": (
        born(
            "1956-02-20",
            "female",
            alp=[alp("2022-05-01", 70), alp("2024-10-05", 33), alp("2025-12-05", 31)],
            drugs=[by_hand.given("bp_zoledronate", on("2023-03-10"))],
        ),
        "lowAlpPossibleCause",
        "8a",
        "none",
    ),
    "third trimester, 40": (
        born(
            "1996-03-03",
            "female",
            alp=[alp("2026-02-20", 40)],
            conditions=[cond("mask_pregnancy", "2025-07-20"), cond("fracture", "2026-02-10")],
        ),
        "alpUnclear",
        "13",
        "info",
    ),
    "B12 deficiency coded long ago, normal now, three lows": (
        born(
            "1968-09-20",
            "male",
            alp=[
                alp("2021-01-10", 28, 40),
                alp("2023-05-20", 27, 40),
                alp("2026-01-05", 29, 40),
            ],
            labs=[by_hand.lab("b12", on("2026-01-05"), 420, "pmol/L")],
            conditions=[cond("sec_b12_folate", "2012-06-01")],
        ),
        "hppSuspected",
        "5",
        "warning",
    ),
    "provisional HPP, 61 and 72": (
        born(
            "1980-08-08",
            "female",
            alp=[alp("2024-06-01", 72), alp("2026-01-10", 61)],
            conditions=[cond("hpp", "2026-02-01", verification="provisional")],
        ),
        "hppProbable",
        "2",
        "warning",
    ),
    "a bypass known by its status code, 22 once": (
        born(
            "1954-04-04",
            "male",
            alp=[alp("2026-01-12", 22, 40)],
            conditions=[by_hand.condition("bypass_status", recorded=by_hand.ago(on("2026-01-12")))],
        ),
        "lowAlpOnceMarked",
        "9",
        "warning",
    ),
    "oestradiol, 34, 33, 34": (
        born(
            "1971-01-19",
            "female",
            alp=[alp("2023-11-01", 34), alp("2024-11-10", 33), alp("2025-12-10", 34)],
            drugs=[by_hand.drug("drugalp_oestrogen", on("2022-01-01"))],
        ),
        "lowAlpPossibleCause",
        "8b",
        "info",
    ),
    "family history and one low": (
        born(
            "1979-12-01",
            "male",
            alp=[alp("2026-01-15", 31)],
            conditions=[cond("family_history_hpp", "2020-01-01")],
        ),
        "hppSuspected",
        "5b",
        "warning",
    ),
    "confirmed HPP on denosumab": (
        born(
            "1963-03-03",
            "female",
            alp=[alp("2021-05-01", 22), alp("2025-11-01", 18)],
            drugs=[by_hand.drug("ar_denosumab", on("2022-03-01"))],
            conditions=[cond("hpp", "2025-12-10")],
        ),
        "hppConfirmed",
        "1",
        "critical",
    ),
    "a child of four with rickets, one low, and codes that say too little": (
        born(
            "2021-09-01",
            "male",
            alp=[alp("2026-02-01", 120, 142)],
            conditions=[
                cond("rickets", "2026-01-10"),
                cond("decoy_pyridoxine", "2026-01-10"),
                cond("decoy_calcium_disorder", "2026-01-10"),
            ],
        ),
        "lowAlpOnceMarked",
        "9",
        "warning",
    ),
}


@pytest.mark.parametrize("title", VIGNETTES)
def test_vignette(title: str) -> None:
    patient, verdict, row, indicator = VIGNETTES[title]
    found = judge(patient)
    assert (found.verdict, found.row.split("-")[0], found.indicator) == (verdict, row, indicator)
