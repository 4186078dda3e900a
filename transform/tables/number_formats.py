"""Write a number, a date or a duration of a workbook as its reader sees it."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence

GENERAL = "General"
# The formats that files name by number alone, with no code (ECMA-376 part 1, 18.8.30).
# fmt: off
_BUILT_IN = {
    0: GENERAL, 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%",
    11: "0.00E+00", 12: "# ?/?", 13: "# ??/??", 14: "m/d/yyyy", 15: "d-mmm-yy", 16: "d-mmm",
    17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss",
    22: "m/d/yyyy h:mm", 37: "#,##0;(#,##0)", 38: "#,##0;[Red](#,##0)",
    39: "#,##0.00;(#,##0.00)", 40: "#,##0.00;[Red](#,##0.00)", 45: "mm:ss", 46: "[h]:mm:ss",
    47: "mm:ss.0", 48: "##0.0E+0", 49: "@",
}
# fmt: on
# What a code writes as it stands, and colours, conditions and locales; not [h], [mm], [ss].
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_ELAPSED = re.compile(r"\[(h+|m+|s+)\](:mm)?(:ss)?", re.IGNORECASE)
# Shown without a sign between thousands, these are whole numbers below a thousand.
_WHOLE = ("0", "#", "#,##0", "# ##0")


def code_of(style: int, formats: Sequence[int], codes: Mapping[int, str]) -> str:
    """Return the code of a style of cells, by the formats and codes that a workbook declares."""
    number = formats[style] if style < len(formats) else 0
    return codes.get(number) or _BUILT_IN.get(number, f"#{number}")


def display(value: object, code: str) -> tuple[str, bool]:
    """Return the text of a value, and whether a spreadsheet shows the same by the code.

    Whole dates and times are written as ISO 8601, whatever the order in which a code puts them.
    """
    if isinstance(value, bool):
        return ("TRUE" if value else "FALSE"), True
    if isinstance(value, int | float):
        return _number(value, code)
    if isinstance(value, dt.timedelta):
        return _duration(value, code)
    if isinstance(value, dt.datetime):
        return _date(value, code)
    if isinstance(value, dt.time):
        return value.isoformat(timespec="seconds"), True
    return str(value), True


def _number(value: float, code: str) -> tuple[str, bool]:
    # A spreadsheet shows and stores fifteen digits.
    text = format(value, ".15g")
    if code in (GENERAL, "@"):
        return text, True
    if not float(value).is_integer() or abs(value) >= 1e15:
        return text, False
    if re.fullmatch("0+", code):
        return f"{'-' if value < 0 else ''}{abs(int(value)):0{min(len(code), 255)}d}", True
    return text, code in _WHOLE and abs(value) < 1000


def _date(value: dt.datetime, code: str) -> tuple[str, bool]:
    letters = set(re.findall("[ymdhs]", _LITERAL.sub("", code).casefold()))
    if letters == {"y"}:
        return f"{value.year:04d}", True
    whole_day = value.time() == dt.time()
    text = value.date().isoformat() if whole_day else value.isoformat(timespec="seconds")
    return text, letters >= {"y", "m", "d"}


def _duration(value: dt.timedelta, code: str) -> tuple[str, bool]:
    """Write a duration in the units of its code, such as 36:00 by [h]:mm."""
    seconds = round(value.total_seconds())
    sign, seconds = ("-" if seconds < 0 else ""), abs(seconds)
    units = _ELAPSED.fullmatch(code)
    if not units:
        return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}", False
    first, minutes, rest = units.groups()
    size = {"h": 3600, "m": 60, "s": 1}[first[0].casefold()]
    text = f"{sign}{seconds // size:0{min(len(first), 255)}d}"
    if minutes:
        text += f":{seconds // 60 % 60:02d}"
    return text + (f":{seconds % 60:02d}" if rest else ""), True
