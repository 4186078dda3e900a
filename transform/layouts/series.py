"""Parse what a layout states of its series for the catalogue; anything else is left out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from transform.errors import UnreadableLayout

Texts = Mapping[str, str]
# The kinds of publisher: those of the ADMS list of publisher types that may publish portraits.
PUBLISHER_KINDS = ("academia", "company", "local", "national", "non-profit", "regional")


@dataclass(frozen=True, slots=True)
class Coverage:
    """The place that the data is about: IRI, names, bounds (west, south, east, north), middle.

    Bounds and middle are in degrees of WGS 84; the middle is longitude, latitude.
    """

    iri: str
    name: Texts
    bounds: tuple[float, ...]
    middle: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class SeriesFacts:
    """Dates (ISO 8601), keywords by language, citation, the law that demands it, the place."""

    issued: str | None = None
    modified: str | None = None
    keywords: Mapping[str, Sequence[str]] | None = None
    citation: Texts | None = None
    legislation: str | None = None
    coverage: Coverage | None = None


@dataclass(frozen=True, slots=True)
class YearDates:
    """When a portrait was issued and changed, and the first and last day it covers (ISO 8601)."""

    issued: str | None = None
    modified: str | None = None
    begin: str | None = None
    end: str | None = None


def read_series(table: Mapping[str, Any], source: str) -> SeriesFacts:
    """Read the facts of a layout's table `series`; raises UnreadableLayout naming `source`."""
    place = table.get("coverage")
    return SeriesFacts(
        _day(table, "issued"),
        _day(table, "modified"),
        table.get("keywords"),
        table.get("citation"),
        table.get("legislation"),
        _coverage(place, source) if place else None,
    )


def read_dates(table: Mapping[str, Any], source: str, year: str) -> YearDates:
    """Read the dates of a layout's table `portraits.YEAR`; raises UnreadableLayout."""
    dates = YearDates(*(_day(table, key) for key in ("issued", "modified", "begin", "end")))
    if bool(dates.begin) != bool(dates.end) or (dates.begin or "") > (dates.end or ""):
        raise UnreadableLayout(
            f"{source}: portraits.{year} begins {dates.begin or 'nowhere'} and ends"
            f" {dates.end or 'nowhere'}. Give both days, the earlier one as begin."
        )
    return dates


def _coverage(table: Mapping[str, Any], source: str) -> Coverage:
    bounds, middle = tuple(table.get("bounds", ())), tuple(table.get("middle", ()))
    if "iri" not in table or not table.get("name") or (len(bounds), len(middle)) != (4, 2):
        raise UnreadableLayout(
            f"{source}: series.coverage wants iri, name, bounds (west, south, east, north) and"
            " middle (longitude, latitude). Add what is missing."
        )
    return Coverage(table["iri"], table["name"], bounds, middle)


def _day(table: Mapping[str, Any], key: str) -> str | None:
    day = table.get(key)
    return day.isoformat() if isinstance(day, date) else None
