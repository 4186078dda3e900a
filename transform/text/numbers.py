"""Write numbers as readers of French and of English do, and read those of cells."""

import re
from decimal import ROUND_HALF_UP, Decimal

_MINUS = "\u2212"


def with_number(name: str, number: str, language: str) -> str:
    """Write a name and its number, with the colon as the language sets it."""
    return f"{name}\u00a0: {number}" if language == "fr" else f"{name}: {number}"


def whole(number: int, language: str) -> str:
    """Write a whole number as its readers group it: 3 611 or 3,611."""
    return f"{number:,}".replace(",", "\u202f" if language == "fr" else ",")


def percent(before: int, after: int, language: str) -> str:
    """Write by how many percent a number changed: +145 % or +145%; "" where it was zero.

    Rounded half up from the whole numbers, never from rounded ones; to one decimal below 10 %.
    """
    if before == 0:
        return ""
    exact = Decimal(100 * (after - before)) / Decimal(before)
    unit = Decimal(1) if abs(exact) >= 10 else Decimal("0.1")
    size = abs(exact).quantize(unit, ROUND_HALF_UP)
    sign = "" if after == before else "+" if after > before else _MINUS
    digits = f"{size:,f}".removesuffix(".0")
    if language == "fr":
        digits = digits.replace(",", "\u202f").replace(".", ",")
    almost = "≈\u202f" if size == 0 and sign else ""
    return f"{almost}{sign}{digits}" + ("\u00a0%" if language == "fr" else "%")


def is_one(number: int, language: str) -> bool:
    """Check whether a noun counted by a number is singular (CLDR: 0 and 1 in French, 1 in English).

    Source: Unicode CLDR, plural rules of cardinals; our numbers are whole.
    """
    return number in (0, 1) if language == "fr" else number == 1


def net(before: int, after: int, language: str) -> str:
    """Write the difference in words: «90 de plus (+54 %)», "3 fewer (−2%)"."""
    words = {"fr": ("de plus", "de moins", "autant"), "en": ("more", "fewer", "as many")}[language]
    if before == after:
        return words[2]
    share = percent(before, after, language)
    difference = f"{whole(abs(after - before), language)} {words[after < before]}"
    return f"{difference} ({share})" if share else difference


def read_number(text: str, decimal: str = ".") -> str | None:
    """Return a number with a point before its decimals, None for any other text.

    Blanks may group its digits by three; a comma or a point is only ever the decimal mark.
    """
    match = re.fullmatch(
        rf"([+\u2212-]?)(\d+|\d{{1,3}}(?:[ \u00a0\u202f]\d{{3}})+)(?:{re.escape(decimal)}(\d+))?",
        text.strip(),
        re.ASCII,
    )
    if not match:
        return None
    sign, whole_part, rest = match.groups()
    digits = re.sub(r"\D", "", whole_part, flags=re.ASCII).lstrip("0") or "0"
    minus = "-" if sign in ("-", _MINUS) else ""
    return f"{minus}{digits}.{rest}" if rest else f"{minus}{digits}"
