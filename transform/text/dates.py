"""Read a day, month, year or moment as ISO 8601 writes it, or by a declared pattern."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple

from transform.text.normal_form import normal_form

_ISO = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d)(?:(?P<between>[T ])(?P<time>\d\d:\d\d"
    r"(?P<seconds>:\d\d(?:\.\d+)?)?)(?P<zone>Z|[+-]\d\d:\d\d)?)?)?)?",
    re.ASCII,
)
# What a pattern may hold, the longer names first, and what each stands for.
_PARTS = {
    "YYYY": "(?P<year>[0-9]{4})",
    "MMMM": r"(?P<name>[^\W\d_]+\.?)",
    "MM": "(?P<month>[0-9]{2})",
    "M": "(?P<month>[0-9]{1,2})",
    "DD": "(?P<day>[0-9]{2})",
    "D": "(?P<day>[0-9]{1,2})",
}
_NAME = re.compile("|".join(_PARTS))
# Words beside them stand in quotes, as in the patterns of Unicode CLDR (UTS 35).
_QUOTED = re.compile("'([^']+)'")
_TWO_READINGS = re.compile(r"(\d{1,2})[/. -](\d{1,2})[/. -](\d{4})", re.ASCII)


class Moment(NamedTuple):
    """A day, month, year or moment: its text in ISO 8601, and the datatype of XML Schema."""

    text: str
    datatype: str


def is_date_pattern(pattern: str) -> bool:
    """Check whether a text is a pattern such as D/M/YYYY: a year, a month with it, a day with both.

    Each stands once; words beside them are in quotes, as in D 'de' MMMM 'de' YYYY.
    """
    pattern = _QUOTED.sub(" ", pattern)
    names = [name[0] for name in _NAME.findall(pattern)]
    rest = _NAME.sub("", pattern)
    return sorted(names) in (["Y"], ["M", "Y"], ["D", "M", "Y"]) and not re.search(r"[\w']", rest)


def read_date(
    text: str, patterns: Iterable[str] = (), languages: tuple[str, ...] = ()
) -> set[Moment]:
    """Return what a text may mean: one moment, none where it is no date, several if ambiguous.

    `languages` are those in which it may name a month.
    """
    text = text.strip()
    if match := _ISO.fullmatch(text):
        moment = _of_iso(match)
        return {moment} if moment else set()
    return {moment for pattern in patterns for moment in _by_pattern(text, pattern, languages)}


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


def _by_pattern(text: str, pattern: str, languages: tuple[str, ...]) -> Iterator[Moment]:
    match = _expression(pattern).fullmatch(text)
    if not match:
        return
    groups = match.groupdict()
    months: Iterable[str | None] = (groups.get("month"),)
    if name := groups.get("name"):
        months = _months(languages).get(_form(name), ())
    for month in months:
        if moment := _moment(groups["year"], month, groups.get("day")):
            yield moment


@lru_cache(maxsize=256)
def _expression(pattern: str) -> re.Pattern[str]:
    parts = re.split(f"('[^']+'|{_NAME.pattern})", pattern)
    return re.compile("".join(_PARTS.get(part) or re.escape(part.strip("'")) for part in parts))


@lru_cache(maxsize=64)
def _months(languages: tuple[str, ...]) -> Mapping[str, set[str]]:
    """Return the months, by number, of each name, in full or short, that languages have.

    «Listopad» is October in Croatian and November in Czech.
    """
    # Babel and its data, Unicode CLDR, are loaded when first a month has a name.
    from babel.core import Locale, UnknownLocaleError

    numbers: dict[str, set[str]] = {}
    for language in languages:
        try:
            months = Locale.parse(language, sep="-").months
        except (UnknownLocaleError, ValueError):
            continue  # a language whose months Unicode CLDR does not name
        for width in ("wide", "abbreviated"):
            for names in (months["format"], months["stand-alone"]):
                for number, name in names[width].items():
                    numbers.setdefault(_form(name), set()).add(str(number))
    return numbers


def _form(name: str) -> str:
    return normal_form(name).rstrip(".")


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
