"""Numbers and plurals are written as readers of each language expect."""

import pytest

from transform.text.difference import net
from transform.text.numbers import (
    is_one,
    percent,
    read_number,
    whole,
)


@pytest.mark.parametrize(
    ("before", "after", "fr", "en"),
    [
        (11, 27, "+145\u00a0%", "+145%"),
        (67, 95, "+42\u00a0%", "+42%"),
        (31, 58, "+87\u00a0%", "+87%"),
        (12, 16, "+33\u00a0%", "+33%"),
        (8, 9, "+13\u00a0%", "+13%"),  # 12.5 is rounded up, not to even
        (200, 205, "+2,5\u00a0%", "+2.5%"),
        (25, 26, "+4\u00a0%", "+4%"),
        (1000, 1001, "+0,1\u00a0%", "+0.1%"),
        (10_000, 10_001, "≈\u202f+0\u00a0%", "≈\u202f+0%"),
        (2, 1, "\u221250\u00a0%", "\u221250%"),
        (1, 0, "\u2212100\u00a0%", "\u2212100%"),
        (4, 4, "0\u00a0%", "0%"),
        (1, 2001, "+200\u202f000\u00a0%", "+200,000%"),
        (0, 5, "", ""),
    ],
)
def test_percent(before: int, after: int, fr: str, en: str) -> None:
    assert (percent(before, after, "fr"), percent(before, after, "en")) == (fr, en)


def test_plural_of_nothing_differs() -> None:
    assert [is_one(n, "fr") for n in (0, 1, 2)] == [True, True, False]
    assert [is_one(n, "en") for n in (0, 1, 2)] == [False, True, False]


def test_net() -> None:
    assert net(168, 258, "fr") == "90 de plus (+54\u00a0%)"
    assert net(3611, 1, "en") == "3,610 fewer (\u2212100%)"
    assert net(0, 2, "en") == "2 more"
    assert net(5, 5, "fr") == "autant"
    assert whole(3611, "fr") == "3\u202f611"


@pytest.mark.parametrize(
    ("text", "decimal", "number"),
    [
        *(("12.500,50", ",", "12500.50"), ("1.234.567", ",", "1234567"), ("8,5", ",", "8.5")),
        *(("12 500,50", ",", "12500.50"), ("12.50", ",", None), ("1.2345,6", ",", None)),
        *(("12 500.5", ".", "12500.5"), ("12,500", ".", None), ("12.500", ".", "12.500")),
        *(("1.234 567", ",", None), ("", ",", None)),
    ],
)
def test_digits_are_grouped_where_no_decimal_mark_can_be_meant(
    text: str, decimal: str, number: str | None
) -> None:
    assert read_number(text, decimal) == number
