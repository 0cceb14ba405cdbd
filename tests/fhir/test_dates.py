"""FHIR dates of every precision, honest and hostile, as days in the site's zone."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.fhir.dates import Days, first_day, last_day, read_days
from service.settings import Settings
from tests.fhir.ask import answer, said, site, verdict
from tests.fhir.build import (
    ALENDRONATE,
    HPP,
    MISSING,
    alp,
    bundle,
    concept,
    condition,
    drug,
    patient,
    procedure,
    request,
)

CHICAGO = ZoneInfo("America/Chicago")


def days(first: str, last: str = "") -> Days:
    return Days(date.fromisoformat(first), date.fromisoformat(last or first))


@pytest.mark.hazard("C14")
@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("1990", days("1990-01-01", "1990-12-31")),
        ("1990-02", days("1990-02-01", "1990-02-28")),
        ("1992-02", days("1992-02-01", "1992-02-29")),
        ("1990-12", days("1990-12-01", "1990-12-31")),
        ("1990-05-20", days("1990-05-20")),
        ("2024-02-29", days("2024-02-29")),
        (" 1990-05-20 ", days("1990-05-20")),
        ("1990-05-20T10:00", days("1990-05-20")),
        ("1990-05-20T10:00:00", days("1990-05-20")),
        ("1990-05-20T10:00:00.123456789", days("1990-05-20")),
        ("9999-12-31", days("9999-12-31")),
        ("0001", days("0001-01-01", "0001-12-31")),
    ],
)
def test_a_date_means_all_the_days_it_can_be(written: str, expected: Days) -> None:
    assert expected == read_days(written, CHICAGO)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2025-06-02T04:59:59Z", "2025-06-01"),  # 23:59 of the day before, daylight time
        ("2025-06-02T05:00:00Z", "2025-06-02"),
        ("2025-01-02T05:59:59Z", "2025-01-01"),  # 23:59 of the day before, standard time
        ("2025-01-02T06:00:00Z", "2025-01-02"),
        ("2025-06-01T23:59:59-05:00", "2025-06-01"),
        ("2025-06-02T00:30:00+14:00", "2025-06-01"),
        ("2025-06-01T23:30:00-12:00", "2025-06-02"),
        ("2025-03-09T08:00:00Z", "2025-03-09"),  # the hour that daylight time skips
        ("2025-11-02T04:30:00Z", "2025-11-01"),
        ("2025-06-02T00:30:00", "2025-06-02"),  # no zone: local to the site
        ("2016-12-31T23:59:60Z", "2016-12-31"),  # a leap second
        ("2024-03-01T05:30:00.999Z", "2024-02-29"),
        ("2024-03-01T00:30:00.999+05:30", "2024-02-29"),
        ("2024-02-29T20:30:00.999-05:30", "2024-02-29"),
        ("2024-02-29T20:30:00.999-09:30", "2024-03-01"),
        ("2024-03-01T13:30:00.999+14:00", "2024-02-29"),  # the farthest offset there is
        ("2025-06-02T04:59:59+0000", "2025-06-01"),
        ("2025-06-02T00:30:00.000+1400", "2025-06-01"),
        ("2025-06-02t04:59:59z", "2025-06-01"),
        ("2025-06-02 04:59:59Z", "2025-06-01"),
        ("2025-06-02 00:30:00", "2025-06-02"),
        ("20250602", "2025-06-02"),  # HL7 v2
        ("202506020030", "2025-06-02"),
        ("20250602045959+0000", "2025-06-01"),
        ("20250602003000.0000-0500", "2025-06-02"),
    ],
)
def test_a_time_lands_on_the_local_day_of_the_site(written: str, expected: str) -> None:
    assert days(expected) == read_days(written, CHICAGO)


@pytest.mark.hazard("C14")
@pytest.mark.parametrize(
    "written",
    [
        "5/18/2016 10:33:22 PM",
        "2024-W01-1",
        "202401",
        "2024010",
        "20241301",
        "20240101T100000Z",
        "2024010110",
        "20240101100000+0175",
        "20240101 10:00",
        "2024-001",
        "0000-01-01",
        "0000",
        "2024-00",
        "2024-13",
        "2024-02-30",
        "2023-02-29",
        "2024-1-1",
        "2024-01-01T10:00:00+99:00",
        "2024-01-01T10:00:00+05:75",
        "2024-01-01T25:00:00Z",
        "2024-01-01T10:61:00Z",
        "2024-01-01  10:00:00",
        "2024-01-01 10:00:00 UTC",
        "2024-01-01T10Z",
        "24-01-01",
        "-2024-01-01",
        "+2024",
        "２０２４-01-01",
        "٢٠٢٤-01-01",
        "2024-01-01T10:00:00Z trailing",
        "2024-01-01\x00",
        "",
        " ",
        "today",
        "9" * 5000,
        "2024-01-01T10:00:00." + "9" * 5000 + "Z",
        None,
        True,
        2024,
        20240101.0,
        [],
        ["2024-01-01"],
        {},
        {"value": "2024-01-01"},
    ],
)
def test_what_is_no_fhir_date_is_no_date(written: object) -> None:
    """Nothing is guessed and nothing is raised."""
    assert read_days(written, CHICAGO) is None


@pytest.mark.hazard("C14")
@pytest.mark.parametrize("written", ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"])
@pytest.mark.parametrize("zone", [CHICAGO, UTC, ZoneInfo("Pacific/Kiritimati")])
def test_a_time_beyond_the_calendar_is_no_date_or_its_last_day(written: str, zone: Any) -> None:
    found = read_days(written, zone)

    assert found is None or found.first.year in (1, 9999)


@pytest.mark.hazard("C14")
@given(st.text(max_size=50) | st.from_regex(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2}(T[0-9:.Z+-]*)?)?)?"))
def test_no_text_raises_and_the_first_day_never_follows_the_last(written: str) -> None:
    found = read_days(written, CHICAGO)

    assert found is None or found.first <= found.last


@pytest.mark.hazard("C14")
@given(st.none() | st.booleans() | st.integers() | st.floats() | st.lists(st.text()) | st.binary())
def test_no_other_type_raises_or_is_a_date(written: object) -> None:
    assert read_days(written, CHICAGO) is None


@given(st.dates(), st.sampled_from([4, 7, 10]))
def test_a_partial_date_holds_the_whole_date_it_was_cut_from(day: date, length: int) -> None:
    found = read_days(day.isoformat()[:length], CHICAGO)

    assert found is not None
    assert found.first <= day <= found.last
    assert found.partial is (length < 10)


MOMENTS = st.datetimes(
    timezones=st.just(UTC),
    min_value=datetime.fromisoformat("1900-01-01"),
    max_value=datetime.fromisoformat("2100-01-01"),
)


@pytest.mark.hazard("H20")
@given(MOMENTS)
def test_an_instant_is_the_day_on_the_wall_calendar_of_the_site(moment: Any) -> None:
    written = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    expected = moment.astimezone(CHICAGO).date()

    assert Days(expected, expected) == read_days(written, CHICAGO)


@given(st.dates())
def test_beginnings_take_the_first_day_and_ends_the_last(day: date) -> None:
    written = day.isoformat()[:7]

    assert day.replace(day=1) == first_day(written, UTC)
    assert last_day(written, UTC) == read_days(written, UTC).last  # type: ignore[union-attr]


# What the days do to the answer


@pytest.mark.hazard("H20")
@pytest.mark.parametrize(
    ("zone", "expected"),
    [("America/Chicago", date(2025, 6, 1)), ("UTC", date(2025, 6, 2))],
)
def test_a_specimen_of_the_evening_belongs_to_the_evening_s_day(zone: str, expected: date) -> None:
    result = alp(effectiveDateTime="2025-06-02T03:30:00Z")
    chart = answer(request(alp=bundle(result)), site(zone)).chart

    assert chart is not None
    assert [expected] == [result.day for result in chart.results]


@pytest.mark.hazard("H20")
@pytest.mark.parametrize(
    ("zone", "expected"),
    [("America/Chicago", "lowAlpOnce"), ("UTC", "alpNotOnFile")],
)
def test_a_result_of_tomorrow_in_utc_may_be_of_today_here(zone: str, expected: str) -> None:
    result = alp(effectiveDateTime="2025-06-16T01:00:00Z")
    given = answer(request(alp=bundle(result)), site(zone))

    assert ("complete", expected) == verdict(given)


@pytest.mark.hazard("H13")
@pytest.mark.parametrize(
    ("born", "today", "expected"),
    [
        ("2007-06-16", date(2025, 6, 15), "lowAlpOnceMarked"),  # 6574 days: a child's row
        ("2007-06-16", date(2025, 6, 16), "lowAlpOnce"),  # 6575 days
        ("2004-02-29", date(2022, 2, 28), "lowAlpOnceMarked"),
        ("2004-02-29", date(2022, 3, 1), "lowAlpOnce"),
    ],
)
def test_a_child_is_grown_up_on_day_6575(born: str, today: date, expected: str) -> None:
    """Also for births on 29 February; the limit follows the age at the specimen."""
    low = alp(28, f"{today.year}-02-20")
    given = answer(request(patient=patient(birthDate=born), alp=bundle(low)), today=today)

    assert expected == said(given)["verdict"]


@pytest.mark.hazard("H7")
def test_results_after_today_or_before_birth_are_left_out_and_named() -> None:
    """Hazard H7."""
    results = [alp(20, "2099-01-01"), alp(20, "1950-01-01"), alp(20, "9999-12-31")]
    given = answer(request(alp=bundle(*results)))
    reasons = [item.reason for item in given.assessment.excluded]  # type: ignore[union-attr]

    assert verdict(given) == ("complete", "alpNotOnFile")
    assert set(reasons) == {"before-birth", "future"}


@pytest.mark.hazard("H9")
def test_results_older_than_ten_years_are_left_out_and_named() -> None:
    """Hazard H9: 3652 days count, 3653 do not."""
    given = answer(request(alp=bundle(alp(20, "2015-06-16"), alp(20, "2015-06-15"))))
    reasons = [(item.day, item.reason) for item in given.assessment.excluded]  # type: ignore[union-attr]

    assert [(date(2015, 6, 15), "too-old")] == reasons


OPEN_END = {"start": "2024-01-01", "end": "9999-12-31"}


def with_period(**period: str) -> dict[str, Any]:
    dosage = [{"timing": {"repeat": {"boundsPeriod": period}}}]
    return drug(ALENDRONATE, dosageInstruction=dosage)


def test_an_order_that_never_ends_is_on_board() -> None:
    """The year 9999 is how many systems write an open end."""
    given = answer(request(alp=bundle(alp()), medications=bundle(with_period(**OPEN_END))))

    assert [item.kind.value for item in given.assessment.alp] == ["low-suppressed"]  # type: ignore[union-attr]


@pytest.mark.parametrize("year", ["0001", "0001-01-01", "9999", "9999-12-31"])
@pytest.mark.parametrize("status", ["active", "resolved"])
@pytest.mark.parametrize("verification", ["confirmed", "refuted", "unconfirmed"])
def test_diagnoses_at_the_ends_of_the_calendar_break_nothing(
    year: str, status: str, verification: str
) -> None:
    seen = condition(
        HPP,
        year,
        status=status,
        verificationStatus=concept(verification, "x"),
        recordedDate=year,
        abatementDateTime=year,
    )
    given = answer(request(conditions=bundle(seen)))

    assert given.status in ("complete", "partial")


@pytest.mark.parametrize("end", ["0001-01-01", "9999-12-31", MISSING])
@pytest.mark.parametrize("start", ["0001-01-01", "9999-12-31", MISSING])
@pytest.mark.parametrize("born", ["0001-01-01", "1960-10-17", "9999-12-31"])
def test_periods_at_the_ends_of_the_calendar_break_nothing(
    start: object, end: object, born: str
) -> None:
    period = {k: str(v) for k, v in {"start": start, "end": end}.items() if v is not MISSING}
    done = procedure("232717009", "2025-01-01", performedDateTime=MISSING, performedPeriod=period)
    body = request(
        patient=patient(birthDate=born),
        medications=bundle(with_period(**period)),
        procedures=bundle(done),
        conditions=bundle(condition("125605004", onsetPeriod=period, abatementPeriod=period)),
    )
    given = answer(body, Settings())

    assert given.status in ("complete", "partial", "unavailable")
