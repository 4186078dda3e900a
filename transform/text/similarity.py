"""Measure how similar two texts are, of 100: the one measure of names, and that of letters."""

from rapidfuzz import fuzz

# Words in any order; and the same as if only the words of the shorter text counted.
IN_ANY_ORDER = fuzz.token_sort_ratio
OF_THE_SHORTER = fuzz.token_set_ratio
BY_WORDS = (IN_ANY_ORDER, OF_THE_SHORTER)

# Letters in their order. Single words have no other order, and where two names must be one to the
# letter, such as «Cégep de Matane» and «Cégep de Sept-Îles», words that they share say too much.
BY_LETTERS = fuzz.ratio


def similarity(one: str, other: str, **_: object) -> float:
    """Return the mean of `BY_WORDS`; a scorer of rapidfuzz, whose further arguments are ignored."""
    return (IN_ANY_ORDER(one, other) + OF_THE_SHORTER(one, other)) / 2
