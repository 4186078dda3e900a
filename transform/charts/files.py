"""Write the charts of a release: SVG, PNG and CSV of each, and what they say as `index.json`."""

import io
from collections.abc import Iterator, Sequence
from typing import Any

from transform.charts.drawing import (
    describe,
    draw,
    name_of,
    notice_text,
    open_pairs,
    source_text,
)
from transform.charts.model import FLOW, YEARS, Chart, Label
from transform.charts.picture import LIGHT, THEMES, WIDTH
from transform.charts.pixels import as_png
from transform.files import as_json
from transform.release.paths import CHART_INDEX, CHARTS
from transform.text.csv_injection import SpreadsheetWriter
from transform.text.languages import LANGUAGES
from transform.text.message import message

Json = dict[str, Any]


def chart_files(charts: Sequence[Chart]) -> Iterator[tuple[str, bytes]]:
    """Yield path and content of each file of the charts."""
    newest = max((year for chart in charts for year in chart.years), default=0)
    index: list[Json] = []
    for chart in charts:
        # A picture of pixels takes as long as ten of shapes: the older portraits have none.
        has_png = chart.kind == YEARS or chart.years[-1] == newest
        entry: Json = {
            "name": chart.name,
            "kind": chart.kind,
            "list": chart.list_name,
            "years": list(chart.years),
            "values": len(chart.rows),
            "png": has_png,
            "texts": {},
        }
        for language in LANGUAGES:
            heights = set()
            for theme in THEMES:
                svg, height = draw(chart, theme, language)
                heights.add(height)
                yield chart_path(chart.name, language, f"{theme.name}.svg"), svg
                if has_png and theme is LIGHT:
                    yield chart_path(chart.name, language, "png"), as_png(svg)
            yield chart_path(chart.name, language, "csv"), _table(chart, language)
            entry["texts"][language] = _texts(chart, language) | {
                "width": WIDTH,
                "height": max(heights),
            }
        index.append(entry)
    if index:
        yield CHART_INDEX, as_json(index)


def chart_path(name: str, language: str, ending: str) -> str:
    """Return the path of a file of a chart in the release."""
    return f"{CHARTS}{name}.{language}.{ending}"


def _texts(chart: Chart, language: str) -> Json:
    return {
        "title": chart.title[language],
        "subtitle": chart.subtitle[language],
        "description": describe(chart, language),
        "source": source_text(chart.source, language)._asdict(),
        "notice": notice_text(chart.source, language)._asdict(),
        "caution": open_pairs(chart, language),
        "query": chart.query[language],
        "columns": _columns(chart, language),
        "rows": _rows(chart, language),
    }


def _columns(chart: Chart, language: str) -> Json:
    """Return the headings of the table, of names and of numbers."""
    years = [str(year) for year in chart.years]
    if chart.kind == FLOW:
        return {"names": years, "numbers": [message("charts.initiatives").text(language)]}
    entries = [message("charts.entries").text(language)]
    value = message("charts.value").text(language)
    return {"names": [value], "numbers": years if chart.kind == YEARS else entries}


def _rows(chart: Chart, language: str) -> list[Json]:
    """Return what the chart shows as rows of a table; what is summed up has no IRI."""
    rows = [
        {
            "names": [
                _cell(name_of(chart, row, place, language), value.iri if value else None)
                for place, value in enumerate(row.values)
            ],
            "numbers": list(row.numbers),
        }
        for row in chart.drawn
    ]
    if chart.rest:
        text = message("charts.others", number=chart.others).text(language)
        names = [Label(text, language), *[Label("", "")] * (len(chart.rows[0].values) - 1)]
        rows.append({"names": [_cell(name, None) for name in names], "numbers": list(chart.rest)})
    return rows


def _cell(label: Label, iri: str | None) -> Json:
    return {"text": label.text, "language": label.language, "iri": iri}


def _table(chart: Chart, language: str) -> bytes:
    """Return all values as CSV, none of them summed up, each with its IRI."""
    out = io.StringIO(newline="")
    writer = SpreadsheetWriter(out)
    columns = _columns(chart, language)
    heads = [head for name in columns["names"] for head in (name, f"{name} (URI)")]
    writer.writerow([*heads, *columns["numbers"]])
    for row in chart.rows:
        cells: list[str | int] = []
        for place, value in enumerate(row.values):
            label = name_of(chart, row, place, language)
            cells += [label.text, value.iri if value else ""]
        writer.writerow([*cells, *row.numbers])
    return out.getvalue().encode()
