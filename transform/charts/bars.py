"""Draw bars: one a value, or one a value and year; each with its number."""

from transform.charts.model import Chart, ChartRow, Label
from transform.charts.picture import HATCH, INNER, MARGIN, Picture
from transform.charts.wrapping import width_of
from transform.text.message import message
from transform.text.numbers import whole

_LABEL, _YEAR, _SMALL = 15, 13, 11.5
_RIGHT = MARGIN + INNER
_COLUMN_HEIGHT = 44


def draw_bars(picture: Picture, chart: Chart, language: str) -> None:
    """Draw a bar for each value, below what it is called, with its number at the right."""
    most = _most(chart)
    for label, numbers, is_rest in _named(chart, language):
        (number,) = numbers
        text = whole(number, language)
        picture.text(_RIGHT, picture.y + _LABEL, text, _LABEL, bold=True, anchor="end")
        picture.lines(MARGIN, label, _LABEL, INNER - 12 - width_of(text, _LABEL))
        if number <= most:
            fill = HATCH if is_rest else picture.theme.strong
            picture.bar(MARGIN, picture.y + 1, INNER * number / most, 12, fill)
        picture.y += 24


def draw_years(picture: Picture, chart: Chart, language: str) -> None:
    """Draw a bar for each value and year, the newest year the darkest, with year and number."""
    most = _most(chart)
    room = max(width_of(whole(most, language), _YEAR) + 8, 30)
    begin = MARGIN + 40
    for label, numbers, is_rest in _named(chart, language):
        picture.lines(MARGIN, label, _LABEL, INNER)
        for place, (year, number) in enumerate(zip(chart.years, numbers, strict=True), start=1):
            newest = place == len(chart.years)
            theme = picture.theme
            base = picture.y + 11.5
            picture.text(MARGIN, base, str(year), _YEAR, fill=theme.soft)
            width = (_RIGHT - room - begin) * number / most if number <= most else 0
            if width:
                fill = HATCH if is_rest and newest else theme.strong if newest else theme.middle
                picture.bar(begin, picture.y + 1, width, 12, fill)
            picture.text(
                begin + max(width, 1) + 6, base, whole(number, language), _YEAR, bold=newest
            )
            picture.y += 17
        picture.y += 10


def draw_columns(picture: Picture, chart: Chart, language: str) -> None:
    """Draw a column for each value and year, the newest the darkest, with number and year."""
    most = _most(chart)
    step = INNER / len(chart.years)
    longest = max(map(max, (numbers for _, numbers, _ in _named(chart, language))))
    size = min(_SMALL, _SMALL * (step - 3) / width_of(whole(longest, language), _SMALL))
    theme = picture.theme
    for label, numbers, is_rest in _named(chart, language):
        picture.lines(MARGIN, label, _LABEL, INNER)
        floor = picture.y + _COLUMN_HEIGHT + 14
        for place, (year, number) in enumerate(zip(chart.years, numbers, strict=True), start=1):
            newest = place == len(chart.years)
            middle = MARGIN + (place - 0.5) * step
            height = _COLUMN_HEIGHT * number / most if number <= most else 0
            if height:
                fill = HATCH if is_rest and newest else theme.strong if newest else theme.middle
                picture.bar(middle - step * 0.36, floor - height, step * 0.72, height, fill)
            text = whole(number, language)
            above = floor - height - 3
            picture.text(middle, above, text, size, bold=newest, anchor="middle")
            picture.text(middle, floor + 12, str(year), _SMALL, fill=theme.soft, anchor="middle")
        picture.line(MARGIN, floor, _RIGHT, floor, theme.soft)
        picture.y = floor + 28


def _named(chart: Chart, language: str) -> list[tuple[Label, tuple[int, ...], bool]]:
    """Return what is drawn: its name, its numbers, and whether it is the sum of the others."""
    named = [(_name(row, language), row.numbers, False) for row in chart.drawn]
    if chart.rest:
        text = message("charts.others", number=chart.others).text(language)
        named.append((Label(text, language), chart.rest, True))
    return named


def _name(row: ChartRow, language: str) -> Label:
    (value,) = row.values
    if value is None:
        raise AssertionError("only a flow has rows without a value")
    return value.labels[language]


def _most(chart: Chart) -> int:
    """Return the number of the longest bar: of the values, not of the sum of the others.

    That may be many times as large; it then has its number and no bar, so that all others are seen.
    """
    return max(number for row in chart.drawn for number in row.numbers)
