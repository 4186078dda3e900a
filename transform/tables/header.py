"""Find the header of a table: the record that names the most fields."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from transform.layouts.model import FIELDS, Layout
from transform.text.normal_form import normal_form

# Titles, notes on method and blank lines precede a header; a portrait has a handful of them.
SEARCHED = 50


class Fit(NamedTuple):
    """The number, from 1, of the record that names the most fields, and these fields."""

    row: int
    fields: frozenset[str]

    def is_whole(self, layout: Layout) -> bool:
        """Return whether all required fields are named."""
        return all(layout.fields[name].optional or name in self.fields for name in FIELDS)


def best_fit(records: Iterable[Sequence[str]], layout: Layout) -> Fit:
    """Find the record that names the most fields; `fields` is empty where no record names one."""
    claims = {name: _spelled(field.all_columns) for name, field in layout.fields.items()}
    best = Fit(1, frozenset())
    for number, record in zip(range(1, SEARCHED + 1), records, strict=False):
        names = _spelled(record)
        fields = frozenset(name for name in claims if not names.isdisjoint(claims[name]))
        if len(fields) > len(best.fields):
            best = Fit(number, fields)
    return best


def _spelled(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(map(normal_form, texts)) - {""}
