"""Suggest the nearest words of a release for those that nothing has."""

from collections.abc import Mapping, Sequence
from weakref import WeakKeyDictionary

from rapidfuzz import process

from server.lists.database import Tables
from server.lists.words import parse_search, write_any
from server.release.current import Release
from transform.text.search_words import Stems, words
from transform.text.string_similarity import BY_LETTERS

_LEAST = 70.0  # of 100: below it a word is another word
_SURE = 80.0
_LONGEST = 40  # letters of a word that is worth a guess
_SHORTEST = 4  # letters of a beginning that tells a word
_MOST = 8  # words of a search that are looked for
_words: WeakKeyDictionary[Release, Mapping[str, int]] = WeakKeyDictionary()


def suggest(tables: Tables, text: str, release: Release) -> str | None:
    """Return the search with each unknown word replaced by the nearest; None without one."""
    search = parse_search(text)
    if search is None:
        return None
    asked = search.words()[:_MOST]
    nearest = nearest_words(tables, asked, release)
    if None in nearest or nearest == asked:
        return None
    return " ".join(filter(None, nearest))


def list_known(tables: Tables, text: str, release: Release) -> list[str]:
    """Return the words of a search that finds nothing which alone find something."""
    search = parse_search(text)
    asked = dict.fromkeys(search.words()[:_MOST]) if search else {}
    known = [word for word in asked if _is_known(tables, word, release.register.languages)]
    return [word for word in known if [word] != words(text)]


def nearest_words(tables: Tables, asked: Sequence[str], release: Release) -> list[str | None]:
    """Return each folded word, or the nearest that the release has; None where none is near.

    A word is known with any ending.
    """
    languages = release.register.languages
    unknown = {word for word in asked if not _is_known(tables, word, languages)}
    if not unknown:
        return [*asked]
    known, stems = _known_words(tables, release), Stems(languages)
    return [_nearest(word, known, stems) if word in unknown else word for word in asked]


def _is_known(tables: Tables, word: str, languages: Sequence[str]) -> bool:
    match = write_any([word], languages).anywhere
    return bool(tables.rows("SELECT 1 FROM recherche WHERE recherche MATCH ? LIMIT 1", (match,)))


def _known_words(tables: Tables, release: Release) -> Mapping[str, int]:
    """Return the words of a release, read once, and how often each occurs."""
    if release not in _words:
        rows = tables.rows("SELECT mot, nombre FROM mots")
        _words[release] = {row["mot"]: row["nombre"] for row in rows}
    return _words[release]


def _nearest(word: str, known: Mapping[str, int], stems: Stems) -> str | None:
    """Return the word most similar to one or to its stem, of equals the one that occurs most.

    A word that begins with it goes before one that is only somewhat similar.
    """
    if len(word) > _LONGEST:
        return None
    matches = [
        match
        for form in dict.fromkeys((word, *stems.of_word(word)))
        for match in process.extract(
            form, known.keys(), scorer=BY_LETTERS, score_cutoff=_LEAST, limit=5
        )
    ]
    best = max(matches, key=lambda match: (match[1], known[match[0]]), default=None)
    if best and best[1] >= _SURE:
        return best[0]
    begun = (other for other in known if len(word) >= _SHORTEST and other.startswith(word))
    return max(begun, key=known.__getitem__, default=best[0] if best else None)
