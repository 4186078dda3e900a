"""Write numbers as readers of French and of English do, and read those of cells."""

import re
from decimal import ROUND_HALF_UP, Decimal
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from babel.core import Locale

_MINUS = "\u2212"


def with_number(name: str, number: str, language: str) -> str:
    """Write a name and its number, with the colon as the language sets it."""
    return f"{name}\u00a0: {number}" if language == "fr" else f"{name}: {number}"


@lru_cache(maxsize=4096)  # pages write the same numbers again and again
def whole(number: int, language: str) -> str:
    """Write a whole number as its readers group it: 3 611 or 3,611."""
    return decimal(number, language, "#,##0")


def decimal(number: Decimal | float, language: str, pattern: str = "#,##0.###") -> str:
    """Write a number by a pattern of Unicode CLDR: "#,##0.0" for one decimal, 12,3 or 12.3."""
    from babel.numbers import format_decimal

    return format_decimal(number, pattern, locale=_locale(language))


@cache
def _locale(language: str) -> "Locale":
    # Babel and its data, Unicode CLDR, are loaded when first a number is written.
    from babel.core import Locale

    return Locale(language)


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
    digits = decimal(size, language, "#,##0.#")
    almost = "≈\u202f" if size == 0 and sign else ""
    return f"{almost}{sign}{digits}" + ("\u00a0%" if language == "fr" else "%")


def is_one(number: int, language: str) -> bool:
    """Check whether a noun counted by a number is singular: 0 and 1 in French, 1 in English."""
    return _locale(language).plural_form(number) == "one"


def read_number(text: str, decimal: str = ".") -> str | None:
    """Return a number with a point before its decimals, None for any other text.

    Blanks may group its digits by three, and points where the decimal mark is a comma; a comma is
    only ever the decimal mark, since a point is that of who says nothing of it.
    """
    group = r"(?:[ \u00a0\u202f]\d{3})+" + (r"|(?:\.\d{3})+" if decimal == "," else "")
    match = re.fullmatch(
        rf"([+\u2212-]?)(\d+|\d{{1,3}}(?:{group}))(?:{re.escape(decimal)}(\d+))?",
        text.strip(),
        re.ASCII,
    )
    if not match:
        return None
    sign, whole_part, rest = match.groups()
    digits = re.sub(r"\D", "", whole_part, flags=re.ASCII).lstrip("0") or "0"
    minus = "-" if sign in ("-", _MINUS) else ""
    return f"{minus}{digits}.{rest}" if rest else f"{minus}{digits}"
