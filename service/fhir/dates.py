"""FHIR dates of every precision -> whole calendar days in the site's time zone.

A partial date keeps its first and last possible day.  Beginnings use the first, ends the
last.  A time stamp of HL7 v2 (`20240301083000+0100`) and a blank for the `T` say the same and are
read.  What cannot be read is no date: nothing is guessed (`5/18/2016` stays unread).
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import NamedTuple

_DATE = re.compile(
    r"(?P<year>[0-9]{4})(?:-(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2})"
    r"(?:[Tt ](?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})(?::[0-9]{2}(?:\.[0-9]+)?)?"
    r"(?P<zone>[Zz]|[+-][0-9]{2}:?[0-9]{2})?)?)?)?"
)
_HL7_V2 = re.compile(
    r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})"
    r"(?:(?P<hour>[0-9]{2})(?P<minute>[0-9]{2})(?:[0-9]{2}(?:\.[0-9]+)?)?"
    r"(?P<zone>[+-][0-9]{4})?)?"
)


# As nearly all are written, and as the standard library reads them by itself.
_USUAL = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(?:T(?:[01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}(?:Z|[+-](?:0[0-9]|1[0-4]):[0-5][0-9]))?"
)


class Days(NamedTuple):
    """The first and the last day a FHIR date can mean."""

    first: date
    last: date

    @property
    def partial(self) -> bool:
        return self.first != self.last


def read_days(value: object, zone: tzinfo) -> Days | None:
    """Read a FHIR date, dateTime or instant; None for anything else, never an exception.

    A time with an offset is moved to `zone`; one without is taken as local to the site.
    """
    if not isinstance(value, str) or len(value) > 40:
        return None
    if _USUAL.fullmatch(value):
        try:
            moment = datetime.fromisoformat(value)
            day = (moment.astimezone(zone) if len(value) > 10 else moment).date()
            return Days(day, day)
        except (ValueError, OverflowError):
            pass  # no such day, or a leap second
    written = value.strip()
    match = _DATE.fullmatch(written) or _HL7_V2.fullmatch(written)
    if match is None:
        return None
    try:
        return _days(match, zone)
    except (ValueError, OverflowError):
        return None


def _days(match: re.Match[str], zone: tzinfo) -> Days:
    year, month, day = (int(match[part]) if match[part] else None for part in _PARTS)
    if year is None or month is None:
        return Days(date(int(match["year"]), 1, 1), date(int(match["year"]), 12, 31))
    if day is None:
        return Days(date(year, month, 1), date(year, month, monthrange(year, month)[1]))
    if match["zone"] is None:
        plain = date(year, month, day)
    else:
        moment = datetime(
            year,
            month,
            day,
            int(match["hour"]),
            int(match["minute"]),
            tzinfo=_offset(match["zone"]),
        )
        plain = moment.astimezone(zone).date()
    return Days(plain, plain)


_PARTS = ("year", "month", "day")


def _offset(text: str) -> timezone:
    if text in "Zz":
        return UTC
    hours, minutes = int(text[1:3]), int(text[-2:])
    if hours > 14 or minutes > 59:
        raise ValueError("no such offset")
    delta = timedelta(hours=hours, minutes=minutes)
    return timezone(-delta if text[0] == "-" else delta)


def first_day(value: object, zone: tzinfo) -> date | None:
    days = read_days(value, zone)
    return days.first if days else None


def last_day(value: object, zone: tzinfo) -> date | None:
    days = read_days(value, zone)
    return days.last if days else None
