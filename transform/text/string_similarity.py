"""Measure how similar two texts are, from 0 to 100: one measure for names, one for letters."""

from rapidfuzz import fuzz

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
