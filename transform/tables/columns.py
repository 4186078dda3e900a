"""Match the columns of a table to fields, by the synonyms that a layout declares."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from transform.errors import UnfitColumns
from transform.layouts.fields import Field, key_of
from transform.layouts.model import FIELDS, NEEDED, Layout
from transform.tables.header import SEARCHED, best_fit
from transform.tables.table import Table
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
            f"{table.path.name}: none of the first {min(SEARCHED, len(table.records))} rows names"
            f" a column that {layout.source} declares ({_listed(known[:3])} …)."
            f" Name the file's columns under [fields.…] of {layout.to_edit}, or give another file."
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
        place = table.path.name if table.made_header else f"{table.path.name}, row {fit.row}"
        raise UnfitColumns(f"{place}: {' '.join(faults)}")
    return header


def _joins(field: Field, names: Mapping[int, str]) -> tuple[int, ...]:
    """Return the columns that make one text together, in their order, () where one is missing."""
    places = {normal_form(text): at for at, text in names.items()}
    spelled = [normal_form(column) for column in field.join]
    return tuple(places[column] for column in spelled) if places.keys() >= set(spelled) else ()


def column_label(at: int, names: Mapping[int, str]) -> str:
    """Name a column for a message, by its header or, without one, by its number from 1."""
    return f'"{shown(names[at])}"' if at in names else f"number {at + 1}"


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
) -> Iterable[str]:
    for field, columns in main.items():
        if len(columns) > 1:
            claims = " and ".join(
                f"{column_label(at, names)} (column {at + 1})" for at in sorted(columns)
            )
            step = "Take one of them out of the file."
            if len({normal_form(names[at]) for at in columns}) == len(columns):
                step = (
                    "Join them in the file, or name all but one of them under [columns] ignore of"
                    f" {layout.to_edit}."
                )
            yield f"{claims} fill {field}. {step}"


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
) -> Iterable[str]:
    for name, field in layout.fields.items():
        if field.optional:
            continue
        if not claimed[name]:
            joined = f", or together: {_listed(field.join)}" if field.join else ""
            place = f"[{key_of(name)}] of {layout.to_edit}"
            steps = [f"Add its name to columns under {place}"]
            if name in FIELDS and name not in NEEDED:
                steps.append("write absent = true there if the register has no such field")
            yield (
                f"No column for {name} (known: {_listed(field.columns)}{joined})."
                f" {', '.join(steps)}, or correct the file."
            )
        for tag, columns in field.translations.items():
            if not translated[f"{name}@{tag}"]:
                yield (
                    f"No column for {name} in {tag} (known: {_listed(columns)})."
                    f" Add its name to translations.{tag} under [{key_of(name)}] of"
                    f" {layout.to_edit}, or correct the file."
                )


def _unknown(texts: Sequence[str], known: Sequence[str], layout: Layout) -> Iterable[str]:
    if layout.other_columns == "list" or not texts:
        return
    rest = f" and {len(texts) - SHOWN} more" if len(texts) > SHOWN else ""
    yield (
        f"Not declared: {', '.join(_with_nearest(text, known) for text in texts[:SHOWN])}{rest}."
        f" Add each to columns under a [fields.…], or to ignore under [columns], of"
        f" {layout.to_edit}, or correct the file."
    )


def _with_nearest(text: str, known: Sequence[str]) -> str:
    spelled = {normal_form(column): column for column in known}
    near = difflib.get_close_matches(normal_form(text), spelled, n=1)
    return f'"{shown(text)}"' + (f' (nearest known: "{spelled[near[0]]}")' if near else "")


def _listed(texts: Sequence[str]) -> str:
    return ", ".join(f'"{text}"' for text in texts)
