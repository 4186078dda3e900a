"""Parse what a layout states of its series for the catalogue; anything else is left out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

Texts = Mapping[str, str]
# The dates of a portrait.
DAYS = ("issued", "modified", "begin", "end", "collected", "clarified")
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
    """What the publisher states of the series; dates and times are in ISO 8601.

    `reference` is the publisher's own page on the subject, `identifier` that of the dataset on
    its portal, `theme` the portal's name of its subject.
    """

    issued: str | None = None
    modified: str | None = None
    keywords: Mapping[str, Sequence[str]] | None = None
    citation: Texts | None = None
    legislation: str | None = None
    coverage: Coverage | None = None
    reference: str | None = None
    identifier: str | None = None
    theme: Texts | None = None
    disclaimer: Texts | None = None


@dataclass(frozen=True, slots=True)
class YearDates:
    """When a portrait was issued and changed, and the first and last day it covers (ISO 8601).

    One that says how things were on a day has that day as `collected`, the day on which this was
    made more precise as `clarified`, and both in words as `collection`.
    """

    issued: str | None = None
    modified: str | None = None
    begin: str | None = None
    end: str | None = None
    collected: str | None = None
    clarified: str | None = None
    collection: Texts | None = None


@dataclass(frozen=True, slots=True)
class OfferedFile:
    """A file that the publisher's page offers: title, format, megabytes there, last change."""

    title: str
    format: str
    megabytes: int | None
    modified: str | None


def read_series(table: Mapping[str, Any]) -> SeriesFacts:
    """Read the facts of a layout's table `series`."""
    place = table.get("coverage")
    return SeriesFacts(
        _moment(table, "issued"),
        _moment(table, "modified"),
        table.get("keywords"),
        table.get("citation"),
        table.get("legislation"),
        _coverage(place) if place else None,
        table.get("reference") or None,
        table.get("identifier") or None,
        _stated(table.get("theme", {})),
        _stated(table.get("disclaimer", {})),
    )


def read_dates(table: Mapping[str, Any]) -> YearDates:
    """Read the dates of a layout's table `portraits.YEAR`."""
    return YearDates(
        issued=_day(table, "issued"),
        modified=_day(table, "modified"),
        begin=_day(table, "begin"),
        end=_day(table, "end"),
        collected=_day(table, "collected"),
        clarified=_day(table, "clarified"),
        collection=_stated(table.get("collection", {})),
    )


def read_offered(table: Mapping[str, Any]) -> tuple[OfferedFile, ...]:
    """Read the files of a layout's table `portraits.YEAR`."""
    return tuple(
        OfferedFile(file["title"], file["format"], file.get("megabytes"), _day(file, "modified"))
        for file in table.get("files", ())
    )


def _stated(texts: Texts) -> Texts | None:
    """Return the texts that are not empty, None without any."""
    return {language: text for language, text in texts.items() if text} or None


def _moment(table: Mapping[str, Any], key: str) -> str | None:
    """Return a day or a time with its zone; datetime is a kind of date."""
    moment = table.get(key)
    return moment.isoformat() if isinstance(moment, date) else None


def _coverage(table: Mapping[str, Any]) -> Coverage:
    bounds, middle = tuple(table["bounds"]), tuple(table["middle"])
    return Coverage(table["iri"], table["name"], bounds, middle)


def _day(table: Mapping[str, Any], key: str) -> str | None:
    day = table.get(key)
    return day.isoformat() if isinstance(day, date) else None
