"""Find the header of a table and the column of each field, by declared synonyms."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from transform.errors import UnfitColumns
from transform.layouts.model import FIELDS, Layout
from transform.tables.header import SEARCHED, best_fit
from transform.tables.table import Table
from transform.text.normal_form import normal_form
from transform.text.printable import shown

SHOWN = 8


@dataclass(frozen=True, slots=True)
class Header:
    """Where the header is and which columns, counted from 0, hold each field."""

    row: int
    columns: Mapping[str, tuple[int, ...]]
    names: Mapping[int, str]
    other: tuple[str, ...]


def find_header(table: Table, layout: Layout) -> Header:
    """Find the header; all its faults (missing, doubled, unknown columns) stand in one message."""
    fit = best_fit(table.records, layout)
    known = [column for field in layout.fields.values() for column in field.columns]
    if not fit.fields:
        raise UnfitColumns(
            f"{table.path.name}: none of the first {min(SEARCHED, len(table.records))} rows names"
            f" a column that {layout.source} declares ({_listed(known[:3])} …)."
            f" Name the file's columns under [fields.…] of {layout.source}, or give another file."
        )
    names = {at: text for at, text in enumerate(table.records[fit.row - 1]) if normal_form(text)}
    main = {field: _claimed(layout.fields[field].columns, names) for field in FIELDS}
    fallback = {field: _claimed(layout.fields[field].fallback, names) for field in FIELDS}
    taken = {at for found in (*main.values(), *fallback.values()) for at in found}
    other = tuple(text for at, text in names.items() if at not in taken)
    faults = [
        *_doubled(main, names),
        *_doubled(_twins(fallback, names), names),
        *_missing(main, layout),
        *_unknown(other, known, layout),
    ]
    if faults:
        raise UnfitColumns(f"{table.path.name}, row {fit.row}: {' '.join(faults)}")
    columns = {field: main[field] + fallback[field] for field in FIELDS}
    return Header(fit.row, columns, names, other)


def column_label(at: int, names: Mapping[int, str]) -> str:
    """Name a column for a message, by its header or, without one, by its number from 1."""
    return f'"{shown(names[at])}"' if at in names else f"number {at + 1}"


def _claimed(synonyms: Sequence[str], names: Mapping[int, str]) -> tuple[int, ...]:
    """Give the columns that some synonym names, those of the first synonym first."""
    order = {normal_form(synonym): rank for rank, synonym in reversed([*enumerate(synonyms)])}
    found = [
        (order[spelled], at)
        for at, text in names.items()
        if (spelled := normal_form(text)) in order
    ]
    return tuple(at for _, at in sorted(found))


def _doubled(main: Mapping[str, tuple[int, ...]], names: Mapping[int, str]) -> Iterable[str]:
    for field, found in main.items():
        if len(found) > 1:
            claims = " and ".join(
                f"{column_label(at, names)} (column {at + 1})" for at in sorted(found)
            )
            yield f"{claims} fill {field}. Take one of them out of the file."


def _twins(
    fallback: Mapping[str, tuple[int, ...]], names: Mapping[int, str]
) -> Mapping[str, tuple[int, ...]]:
    """Keep the fallback columns that bear one name: nobody could say which comes first."""
    spelled = {at: normal_form(names[at]) for found in fallback.values() for at in found}
    return {
        field: tuple(at for at in found if sum(spelled[one] == spelled[at] for one in found) > 1)
        for field, found in fallback.items()
    }


def _missing(main: Mapping[str, tuple[int, ...]], layout: Layout) -> Iterable[str]:
    for field, found in main.items():
        if not found and not layout.fields[field].optional:
            yield (
                f"No column for {field} (known: {_listed(layout.fields[field].columns)})."
                f" Add its name to columns under [fields.{field}] of {layout.source},"
                " or correct the file."
            )


def _unknown(texts: Sequence[str], known: Sequence[str], layout: Layout) -> Iterable[str]:
    if layout.other_columns == "list" or not texts:
        return
    more = f" and {len(texts) - SHOWN} more" if len(texts) > SHOWN else ""
    yield (
        f"Not declared: {', '.join(_with_nearest(text, known) for text in texts[:SHOWN])}{more}."
        f" Add to columns under a [fields.…] of {layout.source}, or correct the file."
    )


def _with_nearest(text: str, known: Sequence[str]) -> str:
    spelled = {normal_form(column): column for column in known}
    near = difflib.get_close_matches(normal_form(text), spelled, n=1)
    return f'"{shown(text)}"' + (f' (nearest known: "{spelled[near[0]]}")' if near else "")


def _listed(texts: Sequence[str]) -> str:
    return ", ".join(f'"{text}"' for text in texts)
