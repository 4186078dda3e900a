"""Choose the file of each year among all resources of a dataset, by format, name and date."""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from transform.fetch.ckan import CkanResource
from transform.fetch.faults import failed
from transform.fetch.target import Target
from transform.tables.table import MEDIA_TYPES
from transform.text.message import Message, message
from transform.text.printable import visible

FORMATS = ("csv", "xlsx", "ods", "xls", "json", "ndjson")  # the first is preferred
# What may hold anything: a file of a year where somebody says so.
_DOCUMENTS = ("json", "ndjson")
_BY_NAME = {**{form: form for form in FORMATS}, "jsonl": "ndjson", "jsonlines": "ndjson"}
_BY_MEDIA_TYPE = {MEDIA_TYPES[form]: form for form in FORMATS}
# What else comes where a portal states a format: many call each workbook of Excel XLS, and what a
# document of JSON holds shows as it is read.
_COMES_AS = {"xls": ("xlsx",), "xlsx": ("xls",), "ndjson": ("json",)}
_YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)")
_EXPLAINS = re.compile(
    "dictionnaire|dictionary|lexique|glossa(ire|ry)|guide|métadonnées|metadata|read ?me|codebook",
    re.IGNORECASE,
)
_SHOWN = 5  # resources that a message names
_STORE_ONLY = "_datastore_only_resource"
_ONLY_STORED = message("fetch.only_stored")


class Chosen(NamedTuple):
    """The file of one year and its format, one of FORMATS."""

    year: int
    format: str
    resource: CkanResource

    def may_be(self, form: str) -> bool:
        """Check whether what comes may be of a format."""
        return form == self.format or form in _COMES_AS.get(self.format, ())


class ChosenFiles(NamedTuple):
    """The files chosen, by year, and those left aside, each with the reason."""

    chosen: Mapping[int, Chosen]
    aside: tuple[tuple[str, Message], ...]


def choose(target: Target, resources: Iterable[CkanResource]) -> ChosenFiles:
    """Choose a file for each year; raises FetchFailed for a year that has no file to download."""
    resources, where = list(resources), target.api
    named = _named(target, resources)
    offers: dict[int, list[Chosen]] = {}
    aside: list[tuple[str, Message]] = []
    for resource in resources:
        form, year = _format(resource), named.get(resource.id) or _year(resource)
        reason = _why_not(resource, form, year, target, named)
        if reason:
            aside.append((resource.name or resource.id, reason))
        elif form and year is not None:
            offers.setdefault(year, []).append(Chosen(year, form, resource))
    _refuse_years_without_file(target, resources, named, offers)
    if not offers:
        raise failed(where, message("fetch.none_of_a_year", resources=_listed(resources)))
    chosen = {year: _best(target, candidates) for year, candidates in sorted(offers.items())}
    aside += [
        (
            other.resource.name,
            message("fetch.preferred", name=chosen[year].resource.name, year=year),
        )
        for year, candidates in sorted(offers.items())
        for other in candidates
        if other != chosen[year]
    ]
    return ChosenFiles(chosen, tuple(aside))


def _why_not(
    resource: CkanResource,
    form: str | None,
    year: int | None,
    target: Target,
    named: Mapping[str, int],
) -> Message | None:
    """Return why a resource is not the file of a year, None for one that may be."""
    if not form and resource.format:
        return message("fetch.format", format=visible(resource.format))
    if not form:
        return message("fetch.no_format")
    if resource.state not in ("", "active"):
        return message("fetch.state", state=visible(resource.state))
    if _EXPLAINS.search(resource.name) and resource.id not in named:
        return message("fetch.explains")
    if year is None:
        return message("fetch.no_year")
    if year in target.resources and resource.id not in named:
        return message("fetch.named_other", name=target.resources[year], year=year)
    if form in _DOCUMENTS and not (target.documents or resource.id in named):
        return message("fetch.document", form=form.upper(), year=year, id=visible(resource.id))
    return _ONLY_STORED if _only_stored(resource) else None


def _refuse_years_without_file(
    target: Target,
    resources: Iterable[CkanResource],
    named: Mapping[str, int],
    offers: Mapping[int, list[Chosen]],
) -> None:
    """Raise FetchFailed for a year that is named, or only in the DataStore, and has no file."""
    for resource in resources:
        year = named.get(resource.id) or _year(resource)
        if year is None or year in offers:
            continue
        reason = _why_not(resource, _format(resource), year, target, named)
        if reason and (reason == _ONLY_STORED or resource.id in named):
            name = visible(resource.name or resource.id)
            problem = message("fetch.not_fetchable", name=name, year=year, reason=reason)
            raise failed(target.api, problem)


def _named(target: Target, resources: Iterable[CkanResource]) -> dict[str, int]:
    """Return the years of the resources that the target names, by their ids."""
    named = {}
    for year, text in target.resources.items():
        ids = [each.id for each in resources if text in (each.id, each.name)]
        if len(ids) != 1:
            problem = message(
                "fetch.named_several",
                number=len(ids),
                text=text,
                year=year,
                resources=_listed(resources),
            )
            raise failed(target.api, problem)
        named[ids[0]] = year
    return named


def _listed(resources: Iterable[CkanResource]) -> Message:
    labels = [f"{visible(each.id)} ({visible(each.name)})" for each in resources]
    if not labels:
        return message("fetch.resources_none")
    if (more := len(labels) - _SHOWN) > 0:
        return message("fetch.resources_more", resources=labels[:_SHOWN], number=more)
    return message("fetch.resources", resources=labels)


def _best(target: Target, candidates: list[Chosen]) -> Chosen:
    """Prefer a file with one of the words, then by format, then the newest; refuse two alike."""

    def rank(offer: Chosen) -> tuple[bool, int, str]:
        resource = offer.resource
        date = resource.last_modified or resource.created or resource.metadata_modified
        text = f"{resource.name} {resource.description}".casefold()
        worded = any(word.casefold() in text for word in target.words)
        return worded, -FORMATS.index(offer.format), date

    ranked = sorted(candidates, key=rank, reverse=True)
    if len(ranked) > 1 and rank(ranked[0]) == rank(ranked[1]):
        problem = message(
            "fetch.two_of_a_year",
            names=[repr(each.resource.name) for each in ranked[:2]],
            year=ranked[0].year,
            ids=[visible(each.resource.id) for each in ranked[:2]],
        )
        raise failed(target.api, problem)
    return ranked[0]


def _format(resource: CkanResource) -> str | None:
    """Return a format of FORMATS by what the portal states, else by the end of name or URL."""
    stated = resource.format.strip().lower().lstrip(".")
    if stated:
        return _BY_NAME.get(stated.replace(" ", "")) or _BY_MEDIA_TYPE.get(stated)
    if resource.mimetype:
        return _BY_MEDIA_TYPE.get(resource.mimetype.lower())
    endings = (_file(resource).lower(), resource.name.lower())
    found = (
        form for name, form in _BY_NAME.items() if any(e.endswith(f".{name}") for e in endings)
    )
    return next(found, None)


def _year(resource: CkanResource) -> int | None:
    """Return the year in the name, else in the description, else in the file's name."""
    for text in (resource.name, resource.description, _file(resource)):
        if years := set(_YEAR.findall(text)):
            return int(years.pop()) if len(years) == 1 else None
    return None


def _file(resource: CkanResource) -> str:
    try:
        return unquote(urlsplit(resource.url).path).rpartition("/")[2]
    except ValueError:
        return ""


def _only_stored(resource: CkanResource) -> bool:
    stored = resource.url_type == "datastore" or _STORE_ONLY in resource.url
    return stored or "/datastore/dump/" in resource.url or not resource.url
