"""Read a day, month, year or moment as ISO 8601 writes it, or by a declared pattern."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

_ISO = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d)(?:(?P<between>[T ])(?P<time>\d\d:\d\d"
    r"(?P<seconds>:\d\d(?:\.\d+)?)?)(?P<zone>Z|[+-]\d\d:\d\d)?)?)?)?",
    re.ASCII,
)
# What a pattern may hold, the longer names first, and what each stands for.
_PARTS = {
    "YYYY": r"(?P<year>\d{4})",
    "MM": r"(?P<month>\d{2})",
    "M": r"(?P<month>\d{1,2})",
    "DD": r"(?P<day>\d{2})",
    "D": r"(?P<day>\d{1,2})",
}
_NAME = re.compile("|".join(_PARTS))
_TWO_READINGS = re.compile(r"(\d{1,2})[/. -](\d{1,2})[/. -](\d{4})", re.ASCII)


class Moment(NamedTuple):
    """A day, month, year or moment: its text in ISO 8601, and the datatype of XML Schema."""

    text: str
    datatype: str


def is_date_pattern(pattern: str) -> bool:
    """Check whether a text is a pattern such as D/M/YYYY: a year, a month with it, a day with both.

    Each stands once.
    """
    names = [name[0] for name in _NAME.findall(pattern)]
    rest = _NAME.sub("", pattern)
    return sorted(names) in (["Y"], ["M", "Y"], ["D", "M", "Y"]) and not re.search(r"\w", rest)


def read_date(text: str, patterns: Iterable[str] = ()) -> set[Moment]:
    """Return what a text may mean: one moment, none where it is no date, several if ambiguous."""
    text = text.strip()
    if match := _ISO.fullmatch(text):
        moment = _of_iso(match)
        return {moment} if moment else set()
    return {moment for pattern in patterns if (moment := _by_pattern(text, pattern))}


def two_readings(text: str) -> list[str]:
    """Return the two days that a text such as 3/4/2024 may mean, in ISO 8601; [] for any other."""
    match = _TWO_READINGS.fullmatch(text.strip())
    if not match:
        return []
    one, other, year = map(int, match.groups())
    days = {_day(year, month, day) for month, day in ((one, other), (other, one))}
    return sorted(day for day in days if day) if None not in days and len(days) == 2 else []


def _of_iso(match: re.Match[str]) -> Moment | None:
    """Return the moment of a text of ISO 8601, None where there is no such day or time."""
    try:
        datetime.fromisoformat(match[0] if match["day"] else "2000-01-01")
    except ValueError:
        return None
    if match["time"]:
        # Spreadsheets write midnight behind a day.
        if match["between"] == " " and not match["zone"] and match["time"].strip("0:.") == "":
            return Moment(match[0][:10], "date")
        seconds = "" if match["seconds"] else ":00"
        whole = f"{match[0][:10]}T{match['time']}{seconds}{match['zone'] or ''}"
        return Moment(whole, "dateTime")
    return _moment(match["year"], match["month"], match["day"])


def _by_pattern(text: str, pattern: str) -> Moment | None:
    parts = re.split(f"({_NAME.pattern})", pattern)
    written = "".join(_PARTS.get(part) or re.escape(part) for part in parts)
    match = re.fullmatch(written, text, re.ASCII)
    if not match:
        return None
    groups = match.groupdict()
    return _moment(groups["year"], groups.get("month"), groups.get("day"))


def _moment(year: str, month: str | None, day: str | None) -> Moment | None:
    if _day(int(year), int(month or 1), int(day or 1)) is None:
        return None
    if month is None:
        return Moment(year, "gYear")
    if day is None:
        return Moment(f"{year}-{int(month):02}", "gYearMonth")
    return Moment(f"{year}-{int(month):02}-{int(day):02}", "date")


def _day(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None
