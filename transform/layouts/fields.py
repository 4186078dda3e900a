"""Declare the fields that a layout may have beside the six, and how cells hold their values."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

import ontology
from transform.layouts.series import Texts
from transform.text.dates import Moment, read_date
from transform.text.message import Message, message
from transform.text.normal_form import normal_form

# What a value of each field is; the six fields that every row has are read by their own rules.
MORE_FIELDS = {
    "identifiant": "string",
    "description": "text",
    "page": "iri",
    "date_declaration": "date",
    "date_mise_en_service": "date",
    "date_retrait": "date",
    "date_statut": "date",
    "code": "iri",
    "contact": "contact",
}
# What a value of a field of the register's own may be.
RANGES = ("text", "number", "date", "iri", "yes-no", "list")
# Before the name of a field of the register's own, where fields of both kinds stand together.
OWN = "own."
_SIX = ("nom", "categorie", "organisme", "portefeuille", "benefices", "statut")
_TEXTS = ("nom", "organisme", "benefices")
_YES = ("yes", "y", "true", "oui", "o", "vrai")
_NO = ("no", "n", "false", "non", "faux")


@dataclass(frozen=True, slots=True)
class Field:
    """The columns that can hold one field, and how its values stand in their cells.

    `kind` is what a value is. `translations` are the columns of the text in other languages than
    the register's own. `join` are columns that make one text together, with `joiner` between
    them. `split` parts a cell: into its texts in `languages`, or to its part of number `part`, or,
    without either, into many values. A cell that holds one of the texts `empty` says nothing.
    `dates` are patterns such as D/M/YYYY, `months` the languages that name months. `leave`: a
    value that cannot be read is left out, and the row is published without it. `identity`: rows of
    one identifier are one initiative. `absent`: the register has no such field, whatever columns a
    layout below names. `within`: of bodies, the field that names what they are a part of.
    """

    columns: tuple[str, ...]
    fallback: tuple[str, ...] = ()
    optional: bool = False
    kind: str = "text"
    translations: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    join: tuple[str, ...] = ()
    joiner: str = "\n"
    split: str = ""
    languages: tuple[str, ...] = ()
    part: int = 0
    empty: frozenset[str] = frozenset()
    dates: tuple[str, ...] = ()
    months: tuple[str, ...] = ()
    decimal: str = "."
    yes: frozenset[str] = frozenset(_YES)
    no: frozenset[str] = frozenset(_NO)
    leave: bool = False
    identity: bool = False
    absent: bool = False
    within: str | None = None

    @property
    def all_columns(self) -> tuple[str, ...]:
        """Return every name under which a column of the field may stand."""
        others = (name for names in self.translations.values() for name in names)
        return (*self.columns, *self.fallback, *self.join, *others)

    @property
    def has_many(self) -> bool:
        """Return whether a cell may hold many values."""
        return bool(self.split) and not self.languages and not self.part

    def values(self, text: str) -> list[str]:
        """Return the values that a text holds, without blanks around them."""
        parts = text.split(self.split) if self.has_many else [text]
        stripped = (part.strip() for part in parts)
        return [part for part in stripped if part and normal_form(part) not in self.empty]

    def moments(self, text: str) -> set[Moment]:
        """Return the moments that a text may mean, none where it is no date."""
        return read_date(text, self.dates, self.months)

    def parts(self, cell: str) -> dict[str, str] | None:
        """Return the texts of a cell by language, None where it has not one for each of them."""
        texts = [text.strip() for text in cell.split(self.split)]
        if len(texts) != len(self.languages) or not all(texts):
            return None
        return dict(zip(self.languages, texts, strict=True))

    def other_languages(self, own: str) -> tuple[str, ...]:
        """Return the languages beside the register's own in which the text may stand."""
        return (*self.translations, *(tag for tag in self.languages if tag != own))


@dataclass(frozen=True, slots=True)
class OwnValue:
    """A value of a list of the register's own that a person has read: its slug, texts, label.

    Without a label, it is called by its first spelling.
    """

    concept: str
    spellings: tuple[str, ...]
    label: Texts


@dataclass(frozen=True, slots=True)
class OwnField:
    """A property of the register's own: its name below `def#`, label and definition by language.

    `values` are those of a list that a person has read; cells may hold others.
    """

    name: str
    label: Texts
    definition: Texts
    range: str
    values: tuple[OwnValue, ...]


def read_field(
    table: Mapping[str, Any], kind: str = "text", languages: Iterable[str] = ()
) -> Field:
    """Read a table `fields.….` or `own.…` of a layout, whose values are of a kind.

    `languages` are those of the register.
    """
    if table.get("absent"):
        return Field((), optional=True, absent=True)
    return Field(
        columns=tuple(table.get("columns", ())),
        fallback=tuple(table.get("fallback", ())),
        optional=table.get("optional", False),
        kind=kind,
        translations={tag: tuple(names) for tag, names in table.get("translations", {}).items()},
        join=tuple(table.get("join", ())),
        joiner=table.get("joiner", "\n"),
        split=table.get("split", ""),
        languages=tuple(table.get("languages", ())),
        part=table.get("part", 0),
        empty=frozenset(map(normal_form, table.get("empty", ()))),
        dates=tuple(table.get("dates", ())),
        months=tuple(languages),
        decimal=table.get("decimal", "."),
        yes=frozenset(map(normal_form, table.get("yes", _YES))),
        no=frozenset(map(normal_form, table.get("no", _NO))),
        leave=table.get("unreadable", "refuse") == "leave",
        identity=table.get("identity", False),
        within=table.get("within") or None,
    )


def read_more_fields(raw: Mapping[str, Any]) -> dict[str, Field]:
    """Read the fields that a layout has beside the six, those of the register's own last."""
    declared, own = raw["fields"], raw.get("own", {})
    fields = {
        name: read_field(declared[name], kind, raw["languages"])
        for name, kind in MORE_FIELDS.items()
        if name in declared
    }
    return fields | {
        OWN + name: read_field(table, table.get("range", "text"), raw["languages"])
        for name, table in own.items()
    }


def read_own(raw: Mapping[str, Any]) -> tuple[OwnField, ...]:
    """Read the properties of the register's own, in the order of the layout."""
    return tuple(
        OwnField(
            name,
            table["label"],
            table.get("definition", {}),
            table.get("range", "text"),
            tuple(
                OwnValue(
                    value["concept"], tuple(value.get("spellings", ())), value.get("label", {})
                )
                for value in table.get("values", ())
            ),
        )
        for name, table in raw.get("own", {}).items()
    )


def key_of(name: str) -> str:
    """Return the key of a field in a layout."""
    return name if name.startswith(OWN) else f"fields.{name}"


class FieldFault(NamedTuple):
    """A fault of a field: the key below the field's that it is about, "" for none; the message."""

    key: str
    message: Message


def field_faults(name: str, declared: Field, languages: Sequence[str]) -> Iterator[FieldFault]:
    """Yield what contradicts itself in a field; `languages` begin with the register's own."""
    yield from _name_faults(name)
    yield from _split_faults(name, declared)
    if languages:
        yield from _language_faults(name, declared, languages)


def _name_faults(name: str) -> Iterator[FieldFault]:
    own = name.removeprefix(OWN)
    if own != name and own in vocabulary_terms():
        yield FieldFault("", message("layouts.own_is_term", key=key_of(name), name=own))


@cache
def vocabulary_terms() -> frozenset[str]:
    """Return the names of our vocabulary's terms, which no field of a register may have."""
    text = ontology.read("portrait-ia").decode()
    return frozenset(re.findall(r"^pia:(\w+)$", text, re.MULTILINE))


def _split_faults(name: str, declared: Field) -> Iterator[FieldFault]:
    key = key_of(name)
    if declared.part and declared.languages:
        yield FieldFault("split", message("layouts.split_two_ways", key=key))
    if (declared.part or declared.languages) and not declared.split:
        yield FieldFault("split", message("layouts.split_missing", key=key))
    if declared.has_many and (name in (*_SIX, "description") or declared.kind == "date"):
        yield FieldFault("split", message("layouts.split_many", key=key))
    if declared.has_many and declared.identity:
        yield FieldFault("identity", message("layouts.identity_of_many", key=key))


def _language_faults(name: str, declared: Field, languages: Sequence[str]) -> Iterator[FieldFault]:
    own, *others = languages
    key = key_of(name)
    has_texts = name in _TEXTS or (name not in _SIX and declared.kind in ("text", "list"))
    if (declared.translations or declared.languages) and not has_texts:
        yield FieldFault("", message("layouts.languages_of_no_text", key=key))
    if declared.translations and declared.languages:
        yield FieldFault("", message("layouts.languages_two_ways", key=key))
    for tag in declared.translations:
        if tag == own:
            problem = message("layouts.translation_own", key=key, tag=tag)
            yield FieldFault(f"translations.{tag}", problem)
        elif tag not in others:
            problem = message("layouts.translation_unknown", key=key, tag=tag)
            yield FieldFault(f"translations.{tag}", problem)
    if declared.languages and (
        own not in declared.languages
        or len(set(declared.languages)) < len(declared.languages)
        or not set(declared.languages) <= set(languages)
    ):
        tags = declared.languages
        problem = message("layouts.languages_unfit", key=key, tags=tags, own=own)
        yield FieldFault("languages", problem)
