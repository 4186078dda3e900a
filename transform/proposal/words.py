"""Read what columns are commonly called, and which words tell a language."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from transform.text.normal_form import normal_form

_WORD = re.compile(r"[^\W\d_]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


class ColumnWords(NamedTuple):
    """Whole names of a field's columns, words of them, and words of other columns."""

    names: frozenset[str]
    words: frozenset[str]
    other: frozenset[str]


@cache
def _read() -> dict[str, Any]:
    text = (files("transform.proposal") / "field_words.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def words_of(field: str) -> ColumnWords:
    """Return what a field's columns are commonly called."""
    table = _read()[field]
    return ColumnWords(
        *(frozenset(map(normal_form, table[key])) for key in ("names", "words", "not"))
    )


def date_patterns() -> list[list[str]]:
    """Return how dates are commonly written: together the patterns that one text may be read by."""
    patterns: list[list[str]] = _read()["dates"]["patterns"]
    return patterns


def split_name(name: str) -> list[str]:
    """Return the words of a column's name, such as those of tool_name, toolName or «Tool name»."""
    return _WORD.findall(normal_form(_CAMEL.sub(" ", name).replace("_", " ")))


def guess_languages(texts: Iterable[str]) -> list[tuple[str, float]]:
    """Return languages by their part in the texts, the most frequent first; [] for no telling."""
    marks = _read()["languages"]
    counts: Counter[str] = Counter()
    for text in texts:
        seen = set(_WORD.findall(text.lower()))
        hits = {tag: len(seen.intersection(words)) for tag, words in marks.items()}
        most = max(hits.values(), default=0)
        best = [tag for tag, number in hits.items() if number == most]
        if most and len(best) == 1:
            counts[best[0]] += 1
    total = sum(counts.values())
    return [(tag, number / total) for tag, number in counts.most_common()]
