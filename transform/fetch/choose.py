"""Choose the file of each year among all resources of a dataset, by format, name and date."""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from transform.fetch.ckan import Resource
from transform.fetch.faults import failed
from transform.tables.table import MEDIA_TYPES

_FORMATS = ("csv", "xlsx")  # the first is preferred
_BY_MEDIA_TYPE = {MEDIA_TYPES[form]: form for form in _FORMATS}
_YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)")
_EXPLAINS = re.compile(
    "dictionnaire|dictionary|lexique|glossa(ire|ry)|guide|métadonnées", re.IGNORECASE
)
_STORE_ONLY = "_datastore_only_resource"


class Chosen(NamedTuple):
    """The file of one year and its format, csv or xlsx."""

    year: int
    format: str
    resource: Resource


class Choice(NamedTuple):
    """The files chosen, by year, and those left aside, each with the reason."""

    chosen: Mapping[int, Chosen]
    aside: tuple[tuple[str, str], ...]


def choose(where: str, resources: Iterable[Resource]) -> Choice:
    """Choose a file for each year; raises FetchFailed for a year that has no file to download."""
    offers: dict[int, list[Chosen]] = {}
    aside, only_stored = [], {}
    for resource in resources:
        label = resource.name or resource.id
        form, year = _format(resource), _year(resource)
        if not form:
            aside.append((label, f"neither CSV nor XLSX ({resource.format or 'no format'})"))
        elif resource.state not in ("", "active"):
            aside.append((label, f"its state is {resource.state!r}"))
        elif _EXPLAINS.search(resource.name):
            aside.append((label, "explains the portraits"))
        elif year is None:
            aside.append((label, "its name bears no year, or several"))
        elif _only_stored(resource):
            aside.append((label, "in the DataStore only, without a file"))
            only_stored[year] = label
        else:
            offers.setdefault(year, []).append(Chosen(year, form, resource))
    if unavailable := sorted(set(only_stored) - set(offers)):
        raise failed(
            where, f"{only_stored[unavailable[0]]!r} is in the DataStore only, without a file"
        )
    if not offers:
        raise failed(where, "no CSV or XLSX file that bears a year in its name")
    chosen = {year: _best(where, candidates) for year, candidates in sorted(offers.items())}
    aside += [
        (other.resource.name, f"{chosen[year].resource.name!r} is preferred for {year}")
        for year, candidates in sorted(offers.items())
        for other in candidates
        if other != chosen[year]
    ]
    return Choice(chosen, tuple(aside))


def _best(where: str, candidates: list[Chosen]) -> Chosen:
    """Prefer a file called a portrait, then CSV, then the newest; refuse two of equal rank."""
    ranked = sorted(candidates, key=_rank, reverse=True)
    if len(ranked) > 1 and _rank(ranked[0]) == _rank(ranked[1]):
        names = " and ".join(repr(each.resource.name) for each in ranked[:2])
        raise failed(where, f"{names} may both be the portrait of {ranked[0].year}")
    return ranked[0]


def _rank(offer: Chosen) -> tuple[bool, int, str]:
    resource = offer.resource
    date = resource.last_modified or resource.created or resource.metadata_modified
    named = "portrait" in f"{resource.name} {resource.description}".lower()
    return named, -_FORMATS.index(offer.format), date


def _format(resource: Resource) -> str | None:
    """Return csv or xlsx by the format that the portal states, else by the end of name or URL."""
    stated = resource.format.strip().lower().lstrip(".")
    if stated:
        return stated if stated in _FORMATS else _BY_MEDIA_TYPE.get(stated)
    if resource.mimetype:
        return _BY_MEDIA_TYPE.get(resource.mimetype.lower())
    endings = (_file(resource).lower(), resource.name.lower())
    return next((f for f in _FORMATS if any(e.endswith(f".{f}") for e in endings)), None)


def _year(resource: Resource) -> int | None:
    """Return the year in the name, else in the description, else in the file's name."""
    for text in (resource.name, resource.description, _file(resource)):
        if years := set(_YEAR.findall(text)):
            return int(years.pop()) if len(years) == 1 else None
    return None


def _file(resource: Resource) -> str:
    try:
        return unquote(urlsplit(resource.url).path).rpartition("/")[2]
    except ValueError:
        return ""


def _only_stored(resource: Resource) -> bool:
    stored = resource.url_type == "datastore" or _STORE_ONLY in resource.url
    return stored or "/datastore/dump/" in resource.url or not resource.url
