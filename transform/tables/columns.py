"""Match the columns of a table to fields, by the synonyms that a layout declares."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from transform.errors import UnfitColumns
from transform.layouts.fields import Field, key_of
from transform.layouts.model import FIELDS, NEEDED, Layout
from transform.tables.header import SEARCHED, best_fit
from transform.tables.table import Table
from transform.text.message import Message, message
from transform.text.normal_form import normal_form
from transform.text.printable import shown

SHOWN = 8


@dataclass(frozen=True, slots=True)
class Header:
    """The header: its row, from 1, and the columns of each field, from 0.

    Columns of a text in another language are those of `field@language`; `joined` are the fields
    whose columns make one text together. `names` are the texts of all named columns, `other`
    those that no field uses, `ignored` those of them that the layout passes over by name.
    """

    row: int
    columns: Mapping[str, tuple[int, ...]]
    names: Mapping[int, str]
    other: tuple[str, ...]
    joined: frozenset[str] = frozenset()
    ignored: frozenset[str] = frozenset()

    @property
    def untaken(self) -> list[str]:
        """Return the names of the columns that no field takes and that are not ignored."""
        return [name for name in self.other if name not in self.ignored]


def find_header(table: Table, layout: Layout) -> Header:
    """Find the header; raises UnfitColumns with all missing, doubled and unknown columns."""
    # The names of JSON are its keys, whatever its rows hold.
    fit = best_fit(table.records[:1] if table.made_header else table.records, layout)
    known = [column for field in layout.fields.values() for column in field.all_columns]
    if not fit.fields:
        raise UnfitColumns(
            message(
                "tables.no_header",
                file=table.path.name,
                number=min(SEARCHED, len(table.records)),
                source=layout.source,
                known=_quoted(known[:3]),
                layout=layout.to_edit,
            )
        )
    names = {at: text for at, text in enumerate(table.records[fit.row - 1]) if normal_form(text)}
    main = {name: _claimed(field.columns, names) for name, field in layout.fields.items()}
    fallback = {name: _claimed(field.fallback, names) for name, field in layout.fields.items()}
    translated = {
        f"{name}@{tag}": _claimed(columns, names)
        for name, field in layout.fields.items()
        for tag, columns in field.translations.items()
    }
    joins = {name: _joins(field, names) for name, field in layout.fields.items() if field.join}
    whole = {name: at for name, at in joins.items() if at and not main[name]}
    used = {
        at
        for columns in (*main.values(), *fallback.values(), *translated.values(), *whole.values())
        for at in columns
    }
    other = tuple(text for at, text in names.items() if at not in used)
    passed_over = {normal_form(text) for text in layout.ignored_columns}
    ignored = frozenset(text for text in other if normal_form(text) in passed_over)
    columns = {name: whole.get(name) or main[name] + fallback[name] for name in layout.fields}
    header = Header(fit.row, columns | translated, names, other, frozenset(whole), ignored)
    faults = [
        *_doubled(main | translated, names, layout),
        *_doubled(_twins(fallback, names), names, layout),
        *_missing(main | whole, translated, layout),
        *_unknown(header.untaken, known, layout),
    ]
    if faults:
        row = message("tables.row", file=table.path.name, row=fit.row)
        place = table.path.name if table.made_header else row
        raise UnfitColumns(message("tables.faults", where=place, faults=faults))
    return header


def _joins(field: Field, names: Mapping[int, str]) -> tuple[int, ...]:
    """Return the columns that make one text together, in their order, () where one is missing."""
    places = {normal_form(text): at for at, text in names.items()}
    spelled = [normal_form(column) for column in field.join]
    return tuple(places[column] for column in spelled) if places.keys() >= set(spelled) else ()


def _claimed(synonyms: Sequence[str], names: Mapping[int, str]) -> tuple[int, ...]:
    """Return the columns that synonyms name, in the order of the synonyms."""
    order = {normal_form(synonym): rank for rank, synonym in reversed([*enumerate(synonyms)])}
    ranked = [
        (order[spelled], at)
        for at, text in names.items()
        if (spelled := normal_form(text)) in order
    ]
    return tuple(at for _, at in sorted(ranked))


def _doubled(
    main: Mapping[str, tuple[int, ...]], names: Mapping[int, str], layout: Layout
) -> Iterable[Message]:
    for field, columns in main.items():
        if len(columns) > 1:
            claims = [
                message(
                    "tables.numbered_column",
                    label=message("text.quoted", text=shown(names[at])),
                    number=at + 1,
                )
                for at in sorted(columns)
            ]
            if len({normal_form(names[at]) for at in columns}) == len(columns):
                yield message(
                    "tables.columns_of_one_field",
                    columns=claims,
                    field=field,
                    layout=layout.to_edit,
                )
            else:
                yield message("tables.columns_of_one_name", columns=claims, field=field)


def _twins(
    fallback: Mapping[str, tuple[int, ...]], names: Mapping[int, str]
) -> Mapping[str, tuple[int, ...]]:
    """Return the fallback columns that share a name: their order would be arbitrary."""
    spelled = {at: normal_form(names[at]) for columns in fallback.values() for at in columns}
    return {
        field: tuple(
            at for at in columns if sum(spelled[one] == spelled[at] for one in columns) > 1
        )
        for field, columns in fallback.items()
    }


def _missing(
    claimed: Mapping[str, tuple[int, ...]],
    translated: Mapping[str, tuple[int, ...]],
    layout: Layout,
) -> Iterable[Message]:
    for name, field in layout.fields.items():
        if field.optional:
            continue
        place = {"field": name, "key": key_of(name), "layout": layout.to_edit}
        if not claimed[name]:
            spellings = _quoted(field.columns)
            if field.join:
                spellings.append(message("tables.together", columns=_quoted(field.join)))
            if name in FIELDS and name not in NEEDED:
                yield message("tables.no_column_or_absent", known=spellings, **place)
            else:
                yield message("tables.no_column", known=spellings, **place)
        for tag, columns in field.translations.items():
            if not translated[f"{name}@{tag}"]:
                yield message("tables.no_column_in", tag=tag, known=_quoted(columns), **place)


def _unknown(texts: Sequence[str], known: Sequence[str], layout: Layout) -> Iterable[Message]:
    if layout.other_columns == "list" or not texts:
        return
    columns = [_with_nearest(text, known) for text in texts[:SHOWN]]
    if (more := len(texts) - SHOWN) > 0:
        yield message(
            "tables.not_declared_and_more", columns=columns, more=more, layout=layout.to_edit
        )
    else:
        yield message("tables.not_declared", columns=columns, layout=layout.to_edit)


def _with_nearest(text: str, known: Sequence[str]) -> Message:
    spelled = {normal_form(column): column for column in known}
    if near := difflib.get_close_matches(normal_form(text), spelled, n=1):
        return message("tables.nearest_column", text=shown(text), nearest=spelled[near[0]])
    return message("text.quoted", text=shown(text))


def _quoted(texts: Iterable[str]) -> list[Message]:
    return [message("text.quoted", text=text) for text in texts]
