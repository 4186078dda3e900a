"""Read which initiatives a list holds: facets, words, order and page, from an address and back."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from server.faults import UnreadableRequest

# What narrows a list, by the names of the parameters; `presence` is about the newest portrait.
FACETS = ("annee", "portefeuille", "organisme", "genre", "categorie", "statut", "presence")
PRESENCES = ("nouvelle", "poursuivie", "absente")
ORDERS = ("nom", "organisme", "pertinence")
# What a register need not have: the field on which a facet stands.
FIELD_OF = {"portefeuille": "portefeuille", "categorie": "categorie", "statut": "statut"}
_MOST_VALUES = 40  # of all facets together
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
# Characters: each link of the page holds them.
_LONGEST_WORDS = 500


@dataclass(frozen=True, slots=True)
class ListQuery:
    """A state of the list of initiatives; everything that is shown of it follows from this.

    `values` are the chosen values of each facet: one of them must hold. Without a chosen year, an
    initiative is taken as its last entry says.
    """

    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    words: str = ""
    order: str = "nom"
    page: int = 1

    @property
    def years(self) -> tuple[int, ...]:
        """Return the chosen years."""
        return tuple(map(int, self.values.get("annee", ())))

    @property
    def plain(self) -> bool:
        """Return whether nothing narrows or orders the list."""
        return not self.values and not self.words and self.order == "nom"

    def toggled(self, facet: str, value: str) -> "ListQuery":
        """Return the first page with a value of a facet added, or removed where it is chosen."""
        chosen = self.values.get(facet, ())
        others = tuple(v for v in chosen if v != value)
        kept = others if value in chosen else (*chosen, value)
        values = {**self.values, facet: kept}
        return replace(self, values={name: v for name, v in values.items() if v}, page=1)

    def without(self, facet: str) -> "ListQuery":
        """Return the query without the values of a facet."""
        return replace(self, values={n: v for n, v in self.values.items() if n != facet}, page=1)

    def parameters(self) -> list[tuple[str, str]]:
        """Return the parameters of its address, in one order, without those of the default."""
        pairs = [(name, value) for name in FACETS for value in sorted(self.values.get(name, ()))]
        own = (("q", self.words), ("tri", "" if self.order == "nom" else self.order))
        pairs += [(name, value) for name, value in own if value]
        return [*pairs, *([("page", str(self.page))] if self.page > 1 else [])]


def read_query(arguments: Iterable[tuple[str, str]], facets: Iterable[str]) -> ListQuery:
    """Read the parameters of an address; raises UnreadableRequest, naming what to correct."""
    offered = [*facets]
    values: dict[str, tuple[str, ...]] = {}
    own: dict[str, Any] = {}
    for name, value in arguments:
        if name in offered:
            if value:
                _check_value(name, value)
                values[name] = tuple(dict.fromkeys((*values.get(name, ()), value)))
        elif name == "q":
            own["words"] = value.strip()[:_LONGEST_WORDS]
        elif name == "tri":
            own["order"] = _one_of(name, value or "nom", ORDERS)
        elif name == "page":
            own["page"] = _page(value)
        elif name not in ("lang", "format"):
            raise UnreadableRequest(
                f"{name[:40]!r} is no parameter of this list; it has"
                f" {', '.join((*offered, 'q', 'tri', 'page'))}. Correct it, or open the whole list."
            )
    if sum(map(len, values.values())) > _MOST_VALUES:
        raise UnreadableRequest(f"More than {_MOST_VALUES} values are chosen: take some away.")
    return ListQuery(values, **own)


def _check_value(name: str, value: str) -> None:
    if name == "presence":
        _one_of(name, value, PRESENCES)
    elif name == "annee" and not re.fullmatch("[1-9][0-9]{3}", value):
        raise UnreadableRequest(f"annee is {value[:40]!r}: write a year of four digits.")
    elif not _SLUG.fullmatch(value) or len(value) > 200:
        raise UnreadableRequest(
            f"{name} is {value[:40]!r}: write the last part of a URI, such as"
            " sante-et-services-sociaux."
        )


def _one_of(name: str, value: str, known: tuple[str, ...]) -> str:
    if value not in known:
        raise UnreadableRequest(f"{name} is {value[:40]!r}: write one of {', '.join(known)}.")
    return value


def _page(value: str) -> int:
    if not re.fullmatch("[1-9][0-9]{0,6}", value):
        raise UnreadableRequest(f"page is {value[:40]!r}: pages are counted from 1.")
    return int(value)
