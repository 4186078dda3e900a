"""Draw a chart in a language and a theme: its title, its bars or bands, its source."""

from datetime import date

from transform.charts.bars import draw_bars, draw_columns, draw_years
from transform.charts.flow import draw_flow
from transform.charts.model import (
    ABSENT,
    BARS,
    FLOW,
    NEW,
    YEARS,
    Chart,
    ChartRow,
    ChartSource,
    Label,
)
from transform.charts.picture import INNER, MARGIN, Picture, Theme
from transform.text.message import message

_TITLE, _SUBTITLE, _SOURCE = 18, 13.5, 12
# More years than these are columns: bars below each other would fill two screens.
_MOST_BARS = 4


def draw(chart: Chart, theme: Theme, language: str) -> tuple[bytes, int]:
    """Return a chart as SVG, and its height."""
    picture = Picture(theme, language)
    picture.lines(MARGIN, chart.title[language], _TITLE, INNER, bold=True)
    picture.y += 2
    picture.lines(MARGIN, chart.subtitle[language], _SUBTITLE, INNER, fill=theme.soft)
    picture.y += 10
    if chart.kind == FLOW:
        draw_flow(picture, chart, language)
    elif chart.kind == BARS:
        draw_bars(picture, chart, language)
    elif len(chart.years) <= _MOST_BARS:
        draw_years(picture, chart, language)
    else:
        draw_columns(picture, chart, language)
    _draw_source(picture, chart, language)
    height = round(picture.y + MARGIN)
    return picture.write(chart.title[language], describe(chart, language)), height


def describe(chart: Chart, language: str) -> str:
    """Return what a chart shows, in words."""
    rows = [_describe_row(chart, row, language) for row in chart.drawn]
    if chart.rest:
        name = message("charts.others", number=chart.others).text(language)
        rows.append(_numbers(chart, name, chart.rest, language))
    kind = {BARS: "values", YEARS: "years", FLOW: "flow"}[chart.kind]
    between = "\u202f; " if language == "fr" else "; "
    text = message(f"charts.described_{kind}", rows=between.join(rows)).text(language)
    return f"{text} {open_pairs(chart, language)}".strip()


def name_of(chart: Chart, row: ChartRow, place: int, language: str) -> Label:
    """Return what a value of a row is called; what is new or absent is so called."""
    value = row.values[place]
    if value:
        return value.labels[language]
    key, year = ((NEW, ABSENT)[place], chart.years[1])
    return Label(message(f"charts.{key}", year=str(year)).text(language), language)


def open_pairs(chart: Chart, language: str) -> str:
    """Return the sentence on the pairs that may be one; "" without any."""
    if not chart.open_pairs:
        return ""
    return message("charts.open_pairs", number=chart.open_pairs).text(language)


def source_text(source: ChartSource, language: str) -> Label:
    """Return where the numbers come from, and as of when."""
    title = source.title[language]
    first, last = source.years[0], source.years[-1]
    span = str(last) if first == last else f"{first}–{last}"
    values: dict[str, object] = {"title": title.text, "years": span}
    if when := _day(source.date):
        return Label(message("charts.source_dated", **values, when=when).text(language), language)
    return Label(message("charts.source", **values).text(language), language)


def notice_text(source: ChartSource, language: str) -> Label:
    """Return the first sentence of the notice on the data, "" without one."""
    notice = source.notice[language]
    sentence, dot, _ = notice.text.partition(". ")
    return Label(sentence + dot.strip(), notice.language)


def _describe_row(chart: Chart, row: ChartRow, language: str) -> str:
    if chart.kind == FLOW:
        before, after = (name_of(chart, row, place, language).text for place in (0, 1))
        return message("charts.from_to", before=before, after=after, number=row.numbers[0]).text(
            language
        )
    return _numbers(chart, name_of(chart, row, 0, language).text, row.numbers, language)


def _numbers(chart: Chart, name: str, numbers: tuple[int, ...], language: str) -> str:
    if chart.kind == YEARS:
        parts = [
            message("charts.number", number=number, year=str(year))
            for number, year in zip(numbers, chart.years, strict=True)
        ]
    else:
        parts = [message("charts.number_alone", number=number) for number in numbers]
    return message("charts.named", name=name, numbers=parts).text(language)


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat((text or "")[:10])
    except ValueError:
        return None


def _draw_source(picture: Picture, chart: Chart, language: str) -> None:
    soft = picture.theme.soft
    picture.y += 6
    picture.line(MARGIN, picture.y, MARGIN + INNER, picture.y)
    picture.y += 8
    for text in (
        Label(open_pairs(chart, language), language),
        notice_text(chart.source, language),
        source_text(chart.source, language),
        Label(chart.source.address, ""),
    ):
        if text.text:
            picture.lines(MARGIN, text, _SOURCE, INNER, fill=soft, most=4)
