"""Write a comparison for a terminal: sentences and tables of at most 80 columns."""

import textwrap
from collections.abc import Iterator

from transform.comparison.model import Comparison, Evolution
from transform.comparison.sentences import (
    Label,
    comparison_sentences,
    name_movement,
    number_text,
    register_words,
    title,
)
from transform.layouts.words import FORMS
from transform.text.message import message
from transform.text.numbers import percent, whole
from transform.text.printable import visible

WIDTH = 80
_NUMBER, _SHARE = 9, 10


def as_text(comparison: Comparison, label: Label, language: str) -> str:
    """Return the sentences, then the numbers of movements, then those of each list."""
    lines = (visible(line).rstrip() for line in _lines(comparison, label, language))
    return "\n".join(lines) + "\n"


def _lines(comparison: Comparison, label: Label, language: str) -> Iterator[str]:
    yield title(comparison, language)
    yield ""
    for sentence in comparison_sentences(comparison, label, language):
        yield from textwrap.wrap(sentence.text, WIDTH, initial_indent="- ", subsequent_indent="  ")
    heads = {False: message("diff.resolved"), True: message("diff.unresolved")}
    for unresolved, head in heads.items():
        yield ""
        yield head.text(language)
        for movement in comparison.movements.values():
            if movement.unresolved is unresolved and (movement.number or movement.most):
                name = name_movement(comparison, movement, label, language)
                yield from _row(name, [(number_text(movement, language), 20)])
    words = register_words(comparison, language)
    for kind in comparison.lists:
        yield ""
        years = [(str(year), _NUMBER) for year in (comparison.earlier, comparison.later)]
        called, share = words[FORMS[kind][1].capitalize()], message("diff.share").text(language)
        yield from _row(called, [*years, (share, _SHARE)])
        texts = comparison.of(kind, unresolved=True)
        for evolution in comparison.of(kind):
            yield from _evolution(evolution, label, language)
            own = [text for text in texts if text.concept == evolution.concept]
            for text in own if len(own) > 1 else ():
                yield from _evolution(text, label, language)


def _evolution(evolution: Evolution, label: Label, language: str) -> Iterator[str]:
    share = percent(evolution.before, evolution.after, language)
    numbers = [(whole(n, language), _NUMBER) for n in (evolution.before, evolution.after)]
    if evolution.text is None:
        yield from _row(label(evolution.concept), [*numbers, (share, _SHARE)])
    else:
        yield from _row(f"  = {visible(evolution.text)}", [*numbers, ("", _SHARE)])


def _row(name: str, cells: list[tuple[str, int]]) -> Iterator[str]:
    """Yield a name, wrapped, and its cells to the right of the last line."""
    room = WIDTH - sum(width for _, width in cells)
    *above, last = textwrap.wrap(name, room - 1, subsequent_indent="    ") or [""]
    yield from above
    yield f"{last:<{room}}" + "".join(f"{text:>{width}}" for text, width in cells)
