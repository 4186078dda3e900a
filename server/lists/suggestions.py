"""Suggest the nearest words of a release for those that nothing has."""

from collections.abc import Sequence

from rapidfuzz import process

from server.lists.database import Tables
from server.lists.words import parse_search
from transform.text.string_similarity import BY_LETTERS

_LEAST = 70.0  # of 100: below it a word is another word
_LONGEST = 40  # letters of a word that is worth a guess
_MOST = 8  # words of a search that are looked for


def suggest(tables: Tables, text: str) -> str | None:
    """Return the search with each unknown word replaced by the nearest; None without one."""
    search = parse_search(text)
    if search is None:
        return None
    asked = search.words()[:_MOST]
    nearest = nearest_words(tables, asked)
    if None in nearest or nearest == asked:
        return None
    return " ".join(filter(None, nearest))


def nearest_words(tables: Tables, asked: Sequence[str]) -> list[str | None]:
    """Return each folded word, or the nearest that the release has; None where none is near."""
    known = {row["mot"]: row["nombre"] for row in tables.rows("SELECT mot, nombre FROM mots")}
    return [word if word in known else _nearest(word, known) for word in asked]


def _nearest(word: str, known: dict[str, int]) -> str | None:
    """Return the most similar word, of equals the one that occurs most."""
    if len(word) > _LONGEST:
        return None
    matches = process.extract(word, known.keys(), scorer=BY_LETTERS, score_cutoff=_LEAST, limit=5)
    best = max(matches, key=lambda match: (match[1], known[match[0]]), default=None)
    return best[0] if best else None
