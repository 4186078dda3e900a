"""Measure how similar two texts are, from 0 to 100: one measure for names, one for letters."""

from collections.abc import Iterable

from rapidfuzz import fuzz, process

# Words in any order; and the same as if only the words of the shorter text counted.
IN_ANY_ORDER = fuzz.token_sort_ratio
OF_THE_SHORTER = fuzz.token_set_ratio
BY_WORDS = (IN_ANY_ORDER, OF_THE_SHORTER)

# Letters in their order: for single words, and for names that share most of their words and still
# name two things, such as «Cégep de Matane» and «Cégep de Sept-Îles».
BY_LETTERS = fuzz.ratio


def similarity(one: str, other: str, **_: object) -> float:
    """Return the mean of `BY_WORDS`; a scorer of rapidfuzz, whose further arguments are ignored."""
    return (IN_ANY_ORDER(one, other) + OF_THE_SHORTER(one, other)) / 2


def similarities(one: str, others: Iterable[str]) -> list[float]:
    """Return the `similarity` of a text to each of many; the text is split into words once."""
    choices = list(others)
    in_any_order, of_the_shorter = (
        [score for _, score, _ in process.extract_iter(one, choices, scorer=scorer)]
        for scorer in BY_WORDS
    )
    return [sum(pair) / 2 for pair in zip(in_any_order, of_the_shorter, strict=True)]
