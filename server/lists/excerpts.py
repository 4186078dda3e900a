"""Mark in a text the words that a search found, and cut an excerpt around them."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from server.lists.words import Search
from transform.text.search_words import Stems, words

_WORD = re.compile("(?:[^\\W_][\u0300-\u036f]*)+")
_BEFORE, _LONG = 60, 220  # characters of an excerpt: before the first marked word, and at all


class TextPiece(NamedTuple):
    """A part of a text, and whether it is a word that the search found."""

    text: str
    marked: bool


class Marker:
    """Finds the words of a search in texts of a register's languages."""

    def __init__(self, search: Search, languages: Iterable[str]) -> None:
        self._stems = Stems(languages)
        asked = {word for term in search.terms() for word in term.words}
        self._asked = {stem for word in asked for stem in self._stems.of_word(word)}

    def mark(self, text: str) -> list[TextPiece]:
        """Return the pieces of a text."""
        pieces: list[TextPiece] = []
        end = 0
        for match in _WORD.finditer(text):
            if self._is_asked(match[0]):
                pieces += [TextPiece(text[end : match.start()], False), TextPiece(match[0], True)]
                end = match.end()
        return [piece for piece in (*pieces, TextPiece(text[end:], False)) if piece.text]

    def excerpt(self, text: str) -> list[TextPiece]:
        """Return the pieces of a part of a text around the first word found; none without one."""
        flat = " ".join(text.split())
        pieces = self.mark(flat)
        place = 0
        for piece in pieces:
            if piece.marked:
                start = flat.rfind(" ", 0, max(place - _BEFORE, 0)) + 1 if place > _BEFORE else 0
                end = start + _LONG
                end = len(flat) if end >= len(flat) else max(flat.rfind(" ", start, end), place)
                cut = self.mark(flat[start:end])
                before = [TextPiece("… ", False)] if start else []
                return [*before, *cut, *([TextPiece(" …", False)] if end < len(flat) else [])]
            place += len(piece.text)
        return []

    def _is_asked(self, token: str) -> bool:
        stems = (stem for word in words(token) for stem in self._stems.of_word(word))
        return not self._asked.isdisjoint(stems)


def has_mark(pieces: Sequence[TextPiece]) -> bool:
    """Return whether any piece is marked."""
    return any(piece.marked for piece in pieces)
