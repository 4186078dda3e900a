"""Read the values of the parameters of a question as terms, and list those that exist."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from functools import partial
from typing import NamedTuple
from weakref import WeakKeyDictionary

import pyoxigraph as ox

from server.engine.interface import BoundText
from server.faults import WrongParameter
from server.questions.library import PATH
from server.questions.question import RESERVED, THINGS, Parameter, SavedQuestion, Term
from server.release import labels, queries
from server.release.current import Release
from transform.rdf.namespaces import XSD, vocabulary_of
from transform.text.message import Message, message
from transform.text.search_words import fold

MOST_CHOICES = 1000  # values of one parameter that a page lists
LONGEST = 200  # characters of a value
_UNPRINTABLE = ("Cc", "Cs")  # categories of Unicode: controls, halves of pairs
_SLUG = re.compile(r"[A-Za-z0-9._~-]+(?:/[A-Za-z0-9._~-]+)*")
_NUMBER = re.compile(r"[+-]?[0-9]{1,18}(\.[0-9]{1,18})?")
_YEAR = re.compile(r"[0-9]{4}")


# What was found in a release, which never changes: things by type, and examples of initiatives.
_used: WeakKeyDictionary[Release, dict[str, dict[str, str]]] = WeakKeyDictionary()
_initiatives: WeakKeyDictionary[Release, dict[str, str]] = WeakKeyDictionary()


class ParameterValue(NamedTuple):
    """A value that a parameter may have: as an address has it, its name and its language."""

    value: str
    text: str
    language: str | None = None


class Filled(NamedTuple):
    """A question with the values of its parameters, as an address has them and as terms."""

    values: Mapping[str, str]
    terms: Mapping[str, Term]

    @property
    def bindings(self) -> dict[str, str | BoundText]:
        """Return the terms as the engine binds them to variables."""
        return {name: _to_bind(term) for name, term in self.terms.items()}


class _Refusal(Exception):
    """A value that a parameter cannot have."""

    def __init__(self, reason: Message) -> None:
        super().__init__(reason)
        self.reason = reason


def read_values(
    question: SavedQuestion, given: Iterable[tuple[str, str]], release: Release
) -> Filled:
    """Read the parameters of an address; raises WrongParameter."""
    refuse = partial(_refuse, question)
    values: dict[str, str] = {}
    known = {parameter.name: parameter for parameter in question.parameters}
    for name, value in given:
        if name in RESERVED:
            continue
        if name not in known:
            raise refuse(_unknown(name, known))
        if name in values:
            raise refuse(message("questions.twice", name=name))
        if value:  # a field of the form that was left blank
            values[name] = value
    for parameter in question.parameters:
        if parameter.name not in values:
            if parameter.required:
                example = find_example(parameter, release)
                raise refuse(message("questions.missing", name=parameter.name, example=example))
            values[parameter.name] = find_example(parameter, release)
    try:
        terms = {name: _read(known[name], value, release) for name, value in values.items()}
    except _Refusal as refusal:
        raise refuse(refusal.reason) from refusal
    return Filled(values, {name: terms[name] for name in known})


def fill_with_examples(question: SavedQuestion, release: Release) -> Filled:
    """Return a question with its defaults and examples."""
    values = {each.name: find_example(each, release) for each in question.parameters}
    terms = {each.name: _read(each, values[each.name], release) for each in question.parameters}
    return Filled(values, terms)


def find_example(parameter: Parameter, release: Release) -> str:
    """Return the default or example of a parameter, or else a value that this release has."""
    value = parameter.default or parameter.example
    if parameter.type == "year":
        years = list_years(release)
        return str(years[1 if value == "previous" and len(years) > 1 else 0])
    if parameter.type not in THINGS:
        return value
    if parameter.type == "initiative":
        used = _initiatives.setdefault(release, {})
        if value not in used:
            used[value] = _find_initiative(value, release)
        return used[value]
    things = _list_used(parameter.type, release)
    return value if value in things else next(iter(things), value)


def list_choices(parameter: Parameter, release: Release, language: str) -> list[ParameterValue]:
    """Return the values that a parameter can have, sorted by name; none where they are too many."""
    if parameter.type == "year":
        return [ParameterValue(str(year), str(year)) for year in list_years(release)]
    if parameter.type not in THINGS or parameter.type == "initiative":
        return []
    used = _list_used(parameter.type, release)
    if len(used) > MOST_CHOICES:
        return []
    known_labels = labels.collect(queries.find_labels(release, used.values()))
    order = release.register.order(language)
    choices = []
    for value, iri in used.items():
        label = labels.best(known_labels.get(iri, ()), order)
        choices.append(
            ParameterValue(value, label.value, label.language)
            if label
            else ParameterValue(value, value)
        )
    return sorted(choices, key=lambda each: (fold(each.text), each.value))


def list_years(release: Release) -> list[int]:
    """Return the years of the portraits of a release, the latest first."""
    return sorted((int(each["year"]) for each in release.manifest["portraits"]), reverse=True)


def _list_used(kind: str, release: Release) -> dict[str, str]:
    """Return the things of a type that entries name, the most used first: value and IRI."""
    used = _used.setdefault(release, {})
    if kind not in used:
        used[kind] = _find_used(kind, release)
    return used[kind]


def _find_used(kind: str, release: Release) -> dict[str, str]:
    of_entries = f"{vocabulary_of(release.base_uri)}{kind}"
    rows = queries.find_rows(release, "choices", MOST_CHOICES + 1, property=of_entries)
    iris = [row["thing"]["value"] for row in rows if row["thing"]["type"] == "uri"]
    return {_below(iri, kind, release): iri for iri in iris}


def _find_initiative(value: str, release: Release) -> str:
    """Return an initiative where the release has it, else one that decisions joined, else any."""
    if _is_initiative(value, release):
        return value
    rows = queries.find_rows(release, "any-initiative")
    return _below(rows[0]["initiative"]["value"], "initiative", release) if rows else value


def _below(iri: str, kind: str, release: Release) -> str:
    """Return an IRI, or the address of its page, as an address names it: what is below its type."""
    for way in ("id", "doc"):
        iri = iri.removeprefix(f"{release.base_uri}{way}/{kind}/")
    return iri


def _is_initiative(value: str, release: Release) -> bool:
    iri = f"{release.base_uri}id/initiative/{value}"
    return bool(queries.find_rows(release, "is-initiative", 1, resource=iri))


def _read(parameter: Parameter, value: str, release: Release) -> Term:
    """Read one value; raises _Refusal."""
    name = parameter.name
    if len(value) > LONGEST:
        raise _Refusal(message("questions.too_long", name=name, most=LONGEST))
    if any(unicodedata.category(character) in _UNPRINTABLE for character in value):
        raise _Refusal(message("questions.unprintable", name=name))
    if parameter.type == "text":
        return ox.Literal(value)
    if parameter.type == "year":
        return _read_year(parameter, value, release)
    if parameter.type == "date":
        return _read_date(parameter, value)
    if parameter.type == "number":
        if not _NUMBER.fullmatch(value):
            raise _Refusal(message("questions.no_number", name=name, value=value))
        return ox.Literal(value, datatype=ox.NamedNode(f"{XSD}decimal"))
    return _read_thing(parameter, value, release)


def _read_year(parameter: Parameter, value: str, release: Release) -> ox.Literal:
    years = list_years(release)
    if not _YEAR.fullmatch(value) or int(value) not in years:
        known = message("questions.no_year", name=parameter.name, value=value, years=years)
        raise _Refusal(known)
    return ox.Literal(int(value))


def _read_date(parameter: Parameter, value: str) -> ox.Literal:
    try:
        day = date.fromisoformat(value)
    except ValueError as error:
        wrong = message("questions.no_date", name=parameter.name, value=value)
        raise _Refusal(wrong) from error
    return ox.Literal(day.isoformat(), datatype=ox.NamedNode(f"{XSD}date"))


def _read_thing(parameter: Parameter, value: str, release: Release) -> ox.NamedNode:
    kind = parameter.type
    slug = _below(value, kind, release)
    if not _SLUG.fullmatch(slug):
        raise _Refusal(message("questions.no_thing", name=parameter.name, value=value))
    if kind == "initiative":
        exists = _is_initiative(slug, release)
    else:
        used = _list_used(kind, release)
        exists = slug in used or len(used) > MOST_CHOICES
    if not exists:
        raise _Refusal(message("questions.no_thing", name=parameter.name, value=value))
    return ox.NamedNode(f"{release.base_uri}id/{kind}/{slug}")


def _to_bind(term: Term) -> str | BoundText:
    if isinstance(term, ox.NamedNode):
        return term.value
    return BoundText(term.value, datatype=term.datatype.value)


def _unknown(name: str, known: Mapping[str, Parameter]) -> Message:
    shown = name[:LONGEST].encode("utf-8", "replace").decode()
    if known:
        return message("questions.unknown", name=shown, known=list(known))
    return message("questions.takes_none", name=shown)


def _refuse(question: SavedQuestion, reason: Message) -> WrongParameter:
    return WrongParameter(reason, way=f"{PATH}/{question.name}")
