"""Total ALP is found by its LOINC or SNOMED CT code, or by an exact local name without a code."""

from dataclasses import replace

import pytest

from tests.spec.answers import LOW_ONCE, NEWER_UNREAD, NO_ALP
from tests.spec.vignette import Vignette

NEWER_UNREAD_OPEN = replace(NEWER_UNREAD, status="partial", opens=("5-persistent",))

title, order = "Codes and names", 1


def test_total_alp_is_known_by_code_or_exact_name(vignette: Vignette) -> None:
    """Serum, whole blood and UK codes are read, and a local name where no code was sent."""
    vignette.each(
        """
        resource    | date  | code | value  | low limit
        ------------+-------+------+--------+----------
        Observation | -10 d | {it} | 30 U/L | 35 U/L
        """,
        ("ALP", LOW_ONCE),
        ("ALP (whole blood)", LOW_ONCE),
        ("ALP (UK code)", LOW_ONCE),
        ("ALP (only the text Alk Phos)", LOW_ONCE),
    )


@pytest.mark.hazard("H8")
def test_isoenzymes_are_not_total_alp(vignette: Vignette) -> None:
    """Bone or liver ALP has other limits.  A patient with nothing else has no ALP on file."""
    vignette.each(
        """
        resource    | date  | code | value | low limit
        ------------+-------+------+-------+----------
        Observation | -10 d | {it} | 9 U/L | 35 U/L
        """,
        ("bone ALP", NO_ALP),
        ("bone ALP (mass)", NO_ALP),
        ("liver ALP", NO_ALP),
        ("bone ALP share", NO_ALP),
        ("ALP (only the text ALP heat stable)", NO_ALP),
    )


def test_what_is_not_recognised_is_never_no_alp_on_file(vignette: Vignette) -> None:
    """A code or name that nobody knows may be an ALP: it was sent as one.  It is unread, and a
    newer unread result is not hidden by an older normal one."""
    vignette.each(
        """
        resource    | date   | code | value  | low limit
        ------------+--------+------+--------+----------
        Observation | -10 d  | {it} | 20 U/L | 35 U/L
        Observation | -500 d | ALP  | 70 U/L | 35 U/L
        """,
        ("a local code", NEWER_UNREAD_OPEN),
        ("the text AFX", NEWER_UNREAD_OPEN),
    )


def test_a_low_bone_alp_beside_a_normal_total_alp_changes_nothing(vignette: Vignette) -> None:
    """Only the total is judged."""
    vignette(
        """
        resource    | date  | code     | value  | low limit
        ------------+-------+----------+--------+----------
        Observation | -10 d | ALP      | 70 U/L | 35 U/L
        Observation | -10 d | bone ALP | 9 U/L  | 15 U/L
        """,
        verdict="alpNotLow",
        row="14-normal",
    )
