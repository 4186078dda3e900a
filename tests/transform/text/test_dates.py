"""Dates are read as ISO 8601 writes them, or by the patterns that a layout declares."""

import pytest

from transform.text.dates import is_date_pattern, read_date

LONG = "D MMMM YYYY"


@pytest.mark.parametrize(
    ("text", "pattern", "language", "moment"),
    [
        ("3 juillet 2024", LONG, "fr", "2024-07-03"),
        ("03 JUIL. 2024", LONG, "fr", "2024-07-03"),
        ("1 aout 2024", LONG, "fr", None),
        ("July 3, 2024", "MMMM D, YYYY", "en", "2024-07-03"),
        ("Jul 3, 2024", "MMMM D, YYYY", "en", "2024-07-03"),
        ("March 2024", "MMMM YYYY", "en", "2024-03"),
        ("3 maart 2024", LONG, "nl", "2024-03-03"),
        ("3 mrt 2024", LONG, "nl", "2024-03-03"),
        ("3 maart 2024", LONG, "fr", None),
        ("31 april 2024", LONG, "nl", None),
        ("3 brumaire 2024", LONG, "fr", None),
        ("3. März 2024", "D. MMMM YYYY", "de-at", "2024-03-03"),
        ("3 de mayo de 2024", "D 'de' MMMM 'de' YYYY", "es", "2024-05-03"),
        ("3 mei 2024", LONG, "x-klingon", None),
        ("٣/٧/2024", "D/M/YYYY", "en", None),
    ],
)
def test_a_month_may_have_a_name(
    text: str, pattern: str, language: str, moment: str | None
) -> None:
    assert is_date_pattern(pattern)
    assert {read.text for read in read_date(text, [pattern], (language,))} == (
        {moment} if moment else set()
    )


def test_a_name_of_two_months_is_ambiguous() -> None:
    read = read_date("3 listopad 2024", [LONG], ("hr", "cs", "pl"))
    assert {moment.text for moment in read} == {"2024-10-03", "2024-11-03"}


@pytest.mark.parametrize("pattern", ["D de MMMM YYYY", "MMMM", "D MMM YYYY", "D/M/YY", "'D/M/YYYY"])
def test_what_is_no_pattern_is_refused(pattern: str) -> None:
    assert not is_date_pattern(pattern)
