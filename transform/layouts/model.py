"""Parse a layout's declarations: columns, spellings, titles, licence, totals."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from transform.errors import Said
from transform.layouts.fields import (
    Field,
    OwnField,
    read_field,
    read_more_fields,
    read_own,
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
from transform.layouts.words import RegisterWords, read_words
from transform.text.message import message

__all__ = [
    "FIELDS",
    "LISTS",
    "NEEDED",
    "Field",
    "Layout",
    "ListOf",
    "ListValue",
    "PortraitFacts",
    "Publisher",
]
__all__ += ["Languages", "languages_of", "load_layout", "shipped"]


@dataclass(frozen=True, slots=True)
class ListValue:
    """A concept of a list, and the spellings that mean it from one year to another.

    `match`: by kind (`MATCHES`) the terms of other vocabularies that it is related to.
    """

    concept: str
    spellings: tuple[str, ...]
    since: int | None
    until: int | None
    label: Texts
    match: Mapping[str, Sequence[str]]

    def holds_in(self, year: int) -> bool:
        """Check whether the spellings mean the concept in that year."""
        return (self.since or year) <= year <= (self.until or year)


@dataclass(frozen=True, slots=True)
class ListOf:
    """The values that a field may take."""

    scheme: str | None
    open: bool
    blank: str | None
    values: tuple[ListValue, ...]


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
class FetchFacts:
    """Where the files are offered: a dataset of a CKAN portal, and which resources are of a year.

    `words` mark the years' files, `resources` name those of some years by id or name.
    """

    api: str | None
    dataset: str | None
    words: tuple[str, ...]
    resources: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Layout:
    """Everything that is particular to one series of files.

    `source` is the path of its file, or the name of a shipped one with .toml behind it.
    `records_path` is where the list of rows stands in a JSON document, "" for the top. `registry`
    are the files that say who is which body, none where each text is one.
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
    registry: tuple[str, ...]
    publisher: Publisher
    operator: Publisher
    notice: Texts | None
    words: RegisterWords
    fields: Mapping[str, Field]
    own: tuple[OwnField, ...]
    lists: Mapping[str, ListOf]
    other_columns: str
    ignored_columns: tuple[str, ...]
    records_path: str
    portraits: Mapping[int, PortraitFacts]
    catalogue: SeriesFacts
    fetch: FetchFacts

    @property
    def shipped_as(self) -> str | None:
        """Return the name of a layout that comes with the package, None for a file."""
        name = self.source.removesuffix(".toml")
        return name if name in shipped() else None

    @property
    def to_edit(self) -> Said:
        """Name the file in which to change something: nobody edits a shipped one."""
        if name := self.shipped_as:
            return message("layouts.own_layout", name=name)
        return self.source

    @property
    def language(self) -> str:
        """Return the register's own language: that of the cells."""
        return self.languages[0]


class Languages(NamedTuple):
    """The languages of a register: all, its own first, and those that each of its layouts has.

    `words` are what the register calls things in them; without, they are called as in any register.
    """

    tags: tuple[str, ...]
    in_each: tuple[str, ...]
    words: RegisterWords | None = None

    @property
    def own(self) -> str:
        """Return the register's own language."""
        return self.tags[0]


def languages_of(layouts: Iterable[Layout]) -> Languages:
    """Return the languages of the layouts of a register, in their order; the last has its words."""
    layouts = list(layouts)
    each = [layout.languages for layout in layouts]
    tags = tuple(dict.fromkeys(tag for languages in each for tag in languages))
    in_each = tuple(tag for tag in tags if all(tag in one for one in each))
    return Languages(tags, in_each, layouts[-1].words if layouts else None)


def load_layout(reference: str) -> Layout:
    """Read a layout by the name of a shipped one or by the path of a TOML file."""
    source, raw = read_layout_file(reference)
    series, publisher = raw["series"], _publisher(raw["publisher"])
    columns = raw.get("columns", {})
    return Layout(
        source=source,
        name=raw["name"],
        languages=tuple(dict.fromkeys(raw["languages"])),
        title=series["title"],
        description=series["description"],
        licence=series["licence"],
        landing=series.get("landing") or None,
        framework=series.get("framework") or None,
        registry=tuple(dict.fromkeys(raw.get("registry", ()))),
        publisher=publisher,
        operator=_publisher(raw["operator"]) if "operator" in raw else publisher,
        notice=raw.get("notice"),
        words=read_words(raw.get("words", {})),
        fields={name: read_field(raw["fields"][name]) for name in FIELDS} | read_more_fields(raw),
        own=read_own(raw),
        lists={name: _list(raw.get("lists", {}).get(name, {})) for name in LISTS},
        other_columns=columns.get("other", "refuse"),
        ignored_columns=tuple(columns.get("ignore", ())),
        records_path=raw.get("file", {}).get("path", ""),
        portraits={int(year): _facts(table) for year, table in raw.get("portraits", {}).items()},
        catalogue=read_series(series),
        fetch=_fetch(raw.get("fetch", {})),
    )


def _publisher(table: Mapping[str, Any]) -> Publisher:
    return Publisher(
        table["slug"],
        table.get("name", {}),
        table.get("homepage") or None,
        table.get("email") or None,
        table.get("kind"),
        table.get("unit") or None,
    )


def _fetch(table: Mapping[str, Any]) -> FetchFacts:
    resources = {int(year): name for year, name in table.get("resources", {}).items()}
    api, dataset = table.get("api") or None, table.get("dataset") or None
    return FetchFacts(api, dataset, tuple(table.get("words", ())), resources)


def _facts(table: Mapping[str, Any]) -> PortraitFacts:
    texts = table.get("title", {}), table.get("description", {})
    return PortraitFacts(
        table.get("total"),
        table.get("url"),
        *texts,
        read_dates(table),
        table.get("sheet"),
        read_offered(table),
    )


def _list(table: Mapping[str, Any]) -> ListOf:
    values = tuple(
        ListValue(
            value["concept"],
            tuple(value.get("spellings", ())),
            value.get("from"),
            value.get("until"),
            value.get("label", {}),
            value.get("match", {}),
        )
        for value in table.get("values", ())
    )
    return ListOf(table.get("scheme"), table.get("open", False), table.get("blank"), values)
