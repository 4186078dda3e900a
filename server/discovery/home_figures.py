"""Lay out what the home page says of the newest portrait: its figures, and what changed in it."""

from collections.abc import Iterator
from functools import partial
from typing import Any, NamedTuple

from server.discovery.first_year import Figure, lay_out_first_figures, list_largest_bodies
from server.release.comparisons import PublishedComparison, list_pairs, read_comparison
from server.release.current import Release
from transform.comparison.model import Movement
from transform.comparison.sentences import SentencePart, comparison_sentences
from transform.text.difference import net
from transform.text.message import message
from transform.text.numbers import whole

# Sentences of a comparison, those first that say most; the figures say the others.
_SENTENCES = (
    "initiatives_gross",
    "changes",
    "passage",
    "bodies_gross",
    "bodies_renamed",
    "split",
    "joined",
    "reworded",
    "neighbour",
    "bodies",
    "initiatives",
)
_SHOWN = 5
# Sentences that go on from another, without which they do not say what they speak of.
_BEGUN_BY = {"initiatives_gross": "initiatives"}


class NewestChanges(NamedTuple):
    """What changed in the newest portrait: its years, and sentences whose numbers have rows."""

    earlier: int
    later: int
    sentences: list[list[SentencePart]]


def lay_out_figures(release: Release, language: str) -> dict[str, Any]:
    """Return the figures of the newest portrait, and its changes if an earlier one is compared."""
    newest = max(release.manifest["portraits"], key=lambda portrait: portrait["year"])
    pairs = list_pairs(release)
    if not pairs:
        return {
            "figures": lay_out_first_figures(release, newest, language),
            "changes": None,
            "largest_bodies": list_largest_bodies(release, language),
        }
    published = read_comparison(release, *pairs[0])
    return {
        "figures": list(_compared_figures(published, language)),
        "changes": _changes(published, release, language),
    }


def _compared_figures(published: PublishedComparison, language: str) -> Iterator[Figure]:
    comparison = published.comparison
    earlier, later = str(comparison.earlier), str(comparison.later)
    for name in ("initiatives", "organismes"):
        before, after = (comparison.number(f"{name}-{end}") for end in ("avant", "apres"))
        change = message("home.since", change=net(before, after, language), year=earlier)
        yield Figure(
            whole(after, language),
            name,
            change=change.text(language),
            counts=f"{name}-apres",
        )
    for name, end, year in (("nouvelles", "apres", later), ("absentes", "avant", earlier)):
        movement = comparison.movements.get(f"initiatives-{name}")
        if movement is None:
            yield Figure(whole(0, language), name)
            continue
        total = comparison.number(f"initiatives-{end}")
        of_all = message("home.of_all", total=total, year=year)
        number = _range(movement, language)
        yield Figure(number, name, change=of_all.text(language), counts=movement.name)


def _range(movement: Movement, language: str) -> str:
    """Return a number, or its range while pairs of initiatives are undecided."""
    if movement.least == movement.most:
        return whole(movement.number, language)
    return message("home.range", least=movement.least, most=movement.most).text(language)


def _changes(published: PublishedComparison, release: Release, language: str) -> NewestChanges:
    comparison = published.comparison
    label = partial(published.label, release, language=language)
    sentences = comparison_sentences(
        comparison, label, language, release.register.words_in(language)
    )
    known = {sentence.key: sentence.parts for sentence in sentences if sentence.key in _SENTENCES}
    for key, first in _BEGUN_BY.items():
        if key in known and first in known:
            known[key] = [*known.pop(first), SentencePart(" "), *known[key]]
    shown = [known[key] for key in _SENTENCES if key in known][:_SHOWN]
    return NewestChanges(comparison.earlier, comparison.later, shown)
