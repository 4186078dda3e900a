"""Parse a layout's declarations: columns, spellings, titles, licence, totals."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any, NamedTuple

from transform.errors import UnreadableLayout
from transform.layouts.fields import (
    Field,
    OwnField,
    read_field,
    read_more_fields,
    read_own,
    refuse_faults,
)
from transform.layouts.reader import read_layout_file, shipped
from transform.layouts.schema import FIELDS, LISTS, NEEDED
from transform.layouts.series import (
    OfferedFile,
    SeriesFacts,
    Texts,
    YearDates,
    read_dates,
    read_offered,
    read_series,
)
from transform.layouts.words import Words, read_words
from transform.text.normal_form import normal_form

__all__ = [
    "FIELDS",
    "LISTS",
    "NEEDED",
    "Field",
    "Layout",
    "ListOf",
    "PortraitFacts",
    "Publisher",
    "Value",
]
__all__ += ["Languages", "languages_of", "load_layout", "shipped"]


@dataclass(frozen=True, slots=True)
class Value:
    """A concept of a list, and the spellings that mean it from one year to another."""

    concept: str
    spellings: tuple[str, ...]
    since: int | None
    until: int | None
    label: Texts

    def holds_in(self, year: int) -> bool:
        """Check whether the spellings mean the concept in that year."""
        return (self.since or year) <= year <= (self.until or year)


@dataclass(frozen=True, slots=True)
class ListOf:
    """The values that a field may take."""

    scheme: str | None
    open: bool
    blank: str | None
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class PortraitFacts:
    """What the publisher states of one year's file."""

    total: int | None
    url: str | None
    title: Texts
    description: Texts
    dates: YearDates
    sheet: str | None
    files: tuple[OfferedFile, ...]


@dataclass(frozen=True, slots=True)
class Publisher:
    """The body that publishes the series, or that operates the site; `unit`: who in it does."""

    slug: str
    name: Texts
    homepage: str | None
    email: str | None
    kind: str | None
    unit: str | None


@dataclass(frozen=True, slots=True)
class Layout:
    """Everything that is particular to one series of files.

    `languages` are those of its texts, the register's own first, in lower case. `operator`
    publishes what is made of the files; it is the publisher unless the layout has one. `fields`
    are the six, then those that the layout has beside them; `own` are the properties of those of
    the register's own.
    """

    source: str
    name: str
    languages: tuple[str, ...]
    title: Texts
    description: Texts
    licence: str
    landing: str | None
    framework: str | None
    registry: str | None
    publisher: Publisher
    operator: Publisher
    notice: Texts | None
    words: Words
    fields: Mapping[str, Field]
    own: tuple[OwnField, ...]
    lists: Mapping[str, ListOf]
    other_columns: str
    portraits: Mapping[int, PortraitFacts]
    catalogue: SeriesFacts

    @property
    def language(self) -> str:
        """Return the register's own language: that of the cells."""
        return self.languages[0]


class Languages(NamedTuple):
    """The languages of a register: all, its own first, and those that each of its layouts has."""

    tags: tuple[str, ...]
    in_each: tuple[str, ...]

    @property
    def own(self) -> str:
        """Return the register's own language."""
        return self.tags[0]


def languages_of(layouts: Iterable[Layout]) -> Languages:
    """Return the languages of the layouts of a register, in their order."""
    each = [layout.languages for layout in layouts]
    tags = tuple(dict.fromkeys(tag for languages in each for tag in languages))
    return Languages(tags, tuple(tag for tag in tags if all(tag in one for one in each)))


def load_layout(reference: str) -> Layout:
    """Read a layout by the name of a shipped one or by the path of a TOML file."""
    source, raw = read_layout_file(reference)
    series, publisher = raw["series"], _publisher(raw["publisher"])
    languages = tuple(dict.fromkeys(raw["languages"]))
    layout = Layout(
        source=source,
        name=raw["name"],
        languages=languages,
        title=series["title"],
        description=series["description"],
        licence=series["licence"],
        landing=series.get("landing") or None,
        framework=series.get("framework") or None,
        registry=raw.get("registry"),
        publisher=publisher,
        operator=_publisher(raw["operator"]) if "operator" in raw else publisher,
        notice=raw.get("notice"),
        words=read_words(raw.get("words", {})),
        fields={name: read_field(raw["fields"][name]) for name in FIELDS} | read_more_fields(raw),
        own=read_own(raw),
        lists={name: _list(source, name, raw.get("lists", {}).get(name, {})) for name in LISTS},
        other_columns=raw.get("columns", {}).get("other", "refuse"),
        portraits={
            int(year): _facts(table, source, year, languages)
            for year, table in raw.get("portraits", {}).items()
        },
        catalogue=read_series(series, source),
    )
    refuse_faults(source, layout.fields, layout.languages)
    for name in LISTS:
        _refuse_contradictions(source, name, layout.lists[name])
    return layout


def _publisher(table: Mapping[str, Any]) -> Publisher:
    return Publisher(
        table["slug"],
        table.get("name", {}),
        table.get("homepage") or None,
        table.get("email") or None,
        table.get("kind"),
        table.get("unit") or None,
    )


def _facts(
    table: Mapping[str, Any], source: str, year: str, languages: tuple[str, ...]
) -> PortraitFacts:
    texts = table.get("title", {}), table.get("description", {})
    return PortraitFacts(
        table.get("total"),
        table.get("url"),
        *texts,
        read_dates(table, source, year, languages),
        table.get("sheet"),
        read_offered(table, source, year),
    )


def _list(source: str, name: str, table: Mapping[str, Any]) -> ListOf:
    values = []
    for number, value in enumerate(table.get("values", ()), start=1):
        key = f"lists.{name}.values[{number}]"
        if "concept" not in value:
            raise UnreadableLayout(f"{source}: {key}.concept is missing. Add the concept's slug.")
        since, until = value.get("from"), value.get("until")
        if since and until and since > until:
            raise UnreadableLayout(
                f"{source}: {key} ({value['concept']}) is from {since} until {until}."
                " Make from the earlier year."
            )
        values.append(
            Value(
                value["concept"],
                tuple(value.get("spellings", ())),
                since,
                until,
                value.get("label", {}),
            )
        )
    return ListOf(table.get("scheme"), table.get("open", False), table.get("blank"), tuple(values))


def _refuse_contradictions(source: str, name: str, declared: ListOf) -> None:
    if declared.blank and declared.blank not in {value.concept for value in declared.values}:
        raise UnreadableLayout(
            f'{source}: lists.{name}.blank is "{declared.blank}", which is no concept of'
            f" lists.{name}.values. Add a value with this concept."
        )
    claims: dict[str, list[Value]] = {}
    for value in declared.values:
        for spelling in {normal_form(spelling) for spelling in value.spellings}:
            claims.setdefault(spelling, []).append(value)
    for spelling, claiming in claims.items():
        for one, two in combinations(claiming, 2):
            overlap = max(one.since or 0, two.since or 0) <= min(
                one.until or 9999, two.until or 9999
            )
            if overlap and one.concept != two.concept:
                raise UnreadableLayout(
                    f'{source}: lists.{name}.values: "{spelling}" means both {one.concept} and'
                    f" {two.concept} in the same years. Set from and until, or leave it under one."
                )
