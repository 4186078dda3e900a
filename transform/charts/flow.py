"""Draw what became of initiatives: bands from their earlier status to their later one.

The statuses of the earlier year stand at the left, those of the later year at the right. What is
absent later ends soon after it begins, what is new begins shortly before it ends. Bands are told
apart by lightness, pattern and shape, and numbered.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from transform.charts.model import ABSENT, CHANGED, NEW, SAME, Chart, ChartRow, Label
from transform.charts.picture import DOTS, HATCH, INNER, MARGIN, Picture
from transform.charts.wrapping import wrap
from transform.text.message import message
from transform.text.numbers import whole

_MOST = 6  # statuses of a side, the sum of the others among them
_SIDE, _NODE = 132, 9  # width of the texts at both sides, and of what stands for a status
_LEFT, _RIGHT = MARGIN + _SIDE, MARGIN + INNER - _SIDE
_BEGIN, _END = _LEFT + _NODE, _RIGHT - _NODE
_LABEL, _HEAD, _NUMBER = 13, 14, 11.5
_LINE = _LABEL * 1.25
_HEIGHT, _GAP = 280, 14
_THINNEST, _STUB = 1.5, 44
_OTHERS = "?"  # stands for the statuses that are summed up


class _Band(NamedTuple):
    """How many initiatives went from a status to a status, "" for none."""

    before: str
    after: str
    kind: str
    number: int


class _Node(NamedTuple):
    """A status in a year: its name, its number and its place."""

    label: Label
    number: int
    top: float
    height: float


def draw_flow(picture: Picture, chart: Chart, language: str) -> None:
    """Draw the bands, what stands at both ends, and what their looks mean."""
    bands, labels = _sum_up(chart, language)
    for x, year, anchor in ((_BEGIN, chart.years[0], "end"), (_END, chart.years[1], "start")):
        picture.text(x, picture.y + _HEAD, str(year), _HEAD, bold=True, anchor=anchor)
    picture.y += _HEAD + 12
    scale = _HEIGHT / sum(band.number for band in bands)
    left, right = (_place(bands, place, labels[place], scale, picture.y) for place in (0, 1))
    _draw_bands(picture, bands, (left, right), scale)
    _write_numbers(picture, bands, (left, right), scale, language)
    for nodes, x, text_x, anchor in (
        (left, _LEFT, _LEFT - 8, "end"),
        (right, _END, _RIGHT + 8, "start"),
    ):
        for node in nodes.values():
            picture.bar(x, node.top, _NODE, max(node.height, 2), picture.theme.ink)
            _write_name(picture, node, text_x, anchor, language)
    ends = [*left.values(), *right.values()]
    picture.y = max(node.top + max(node.height, _slot(node.label)) for node in ends) + 18
    _draw_key(picture, chart, bands, language)


def _sum_up(chart: Chart, language: str) -> tuple[list[_Band], list[dict[str, Label]]]:
    """Return the bands, and what the ends of each side are called in the order in which they stand.

    Each side keeps its own largest statuses: two years may call their stages otherwise.
    """
    names: dict[str, Label] = {}
    sides: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
    totals: Counter[str] = Counter()
    for row in chart.rows:
        for side, value in zip(sides, row.values, strict=True):
            if value:
                side[value.iri] += row.numbers[0]
                names[value.iri] = value.labels[language]
        for iri in {value.iri for value in row.values if value}:
            totals[iri] += row.numbers[0]
    order = sorted(totals, key=lambda iri: (-totals[iri], iri))
    kept = [_largest(side, order) for side in sides]
    labels = [{iri: names[iri] for iri in order if iri in largest} for largest in kept]
    for shown, side in zip(labels, sides, strict=True):
        if rest := len(side) - len(shown):
            text = message("charts.others", number=rest).text(language)
            shown[_OTHERS] = Label(text, language)
    numbers: Counter[tuple[str, str, str]] = Counter()
    for row in chart.rows:
        # What went from one of the others to another of them has changed all the same.
        numbers[*_ends(row, kept), _kind(row)] += row.numbers[0]
    places = {key: place for place, key in enumerate((*order, _OTHERS, ""))}
    bands = sorted(numbers, key=lambda band: (places[band[0]], places[band[1]], band[2]))
    return [_Band(*band, numbers[band]) for band in bands], labels


def _largest(side: Mapping[str, int], order: Sequence[str]) -> set[str]:
    """Return the statuses of a side that are drawn: all, or the largest beside the others' sum."""
    ranked = sorted(side, key=lambda iri: (-side[iri], order.index(iri)))
    return set(ranked if len(ranked) <= _MOST else ranked[: _MOST - 1])


def _kind(row: ChartRow) -> str:
    """Return what a row is about."""
    before, after = row.values
    if before is None:
        return NEW
    if after is None:
        return ABSENT
    return SAME if before.iri == after.iri else CHANGED


def _ends(row: ChartRow, kept: Sequence[Collection[str]]) -> tuple[str, str]:
    before, after = (
        "" if value is None else value.iri if value.iri in largest else _OTHERS
        for value, largest in zip(row.values, kept, strict=True)
    )
    return before, after


def _place(
    bands: Iterable[_Band], place: int, labels: Mapping[str, Label], scale: float, top: float
) -> dict[str, _Node]:
    """Return the ends of a side below each other."""
    numbers: dict[str, int] = {}
    for band in bands:
        key = str(band[place])
        numbers[key] = numbers.get(key, 0) + band.number
    nodes: dict[str, _Node] = {}
    for key, label in labels.items():
        if number := numbers.get(key):
            nodes[key] = _Node(label, number, top, number * scale)
            top += max(number * scale, _slot(label)) + _GAP
    return nodes


def _slot(label: Label) -> float:
    """Return the height that a name takes with its number."""
    return (len(_lines(label)) + 1) * _LINE


def _lines(label: Label) -> list[str]:
    return wrap(label.text, _LABEL, _SIDE - 8)


def _draw_bands(
    picture: Picture,
    bands: Sequence[_Band],
    sides: tuple[Mapping[str, _Node], Mapping[str, _Node]],
    scale: float,
) -> None:
    looks = _looks(picture)
    # The thickest lie below the others.
    for band, y, y2 in sorted(_run(bands, sides, scale), key=lambda each: -each[0].number):
        high = max(band.number * scale, _THINNEST)
        if band.kind == ABSENT:
            shape = _stub(_BEGIN, _BEGIN + _STUB, y, high)
        elif band.kind == NEW:
            shape = _stub(_END, _END - _STUB, y2, high)
        else:
            shape = _curve(y, y2, high)
        picture.path(shape, looks[band.kind], thin=high < 2 * _THINNEST)


def _write_numbers(
    picture: Picture,
    bands: Sequence[_Band],
    sides: tuple[Mapping[str, _Node], Mapping[str, _Node]],
    scale: float,
    language: str,
) -> None:
    """Write the number of each band that is thick enough: what is new where it ends."""
    for band, y, y2 in _run(bands, sides, scale):
        high = band.number * scale
        if high >= _NUMBER:
            x, top, anchor = (_END - 6, y2, "end") if band.kind == NEW else (_BEGIN + 6, y, "start")
            base = top + high / 2 + _NUMBER * 0.36
            text = whole(band.number, language)
            picture.text(x, base, text, _NUMBER, bold=True, anchor=anchor, halo=True)


def _run(
    bands: Iterable[_Band], sides: tuple[Mapping[str, _Node], Mapping[str, _Node]], scale: float
) -> Iterator[tuple[_Band, float, float]]:
    """Yield each band with the height of its upper edge at both ends; 0 where it has no end."""
    left, right = ({key: node.top for key, node in side.items()} for side in sides)
    for band in bands:
        yield band, left.get(band.before, 0), right.get(band.after, 0)
        for side, key in ((left, band.before), (right, band.after)):
            if key:
                side[key] += band.number * scale


def _curve(y: float, y2: float, high: float) -> str:
    """Return the outline of a band from a status to a status."""
    x, x2, middle = _BEGIN, _END, (_BEGIN + _END) / 2
    down, down2 = y + high, y2 + high
    return (
        f"M{x} {y:.1f}C{middle} {y:.1f} {middle} {y2:.1f} {x2} {y2:.1f}"
        f"V{down2:.1f}C{middle} {down2:.1f} {middle} {down:.1f} {x} {down:.1f}Z"
    )


def _stub(x: float, x2: float, y: float, high: float) -> str:
    """Return the outline of a band that leads nowhere, or comes from nowhere."""
    edge = x2 - (x2 - x) * 0.25
    return f"M{x} {y:.1f}H{edge}L{x2} {y + high / 2:.1f}L{edge} {y + high:.1f}H{x}Z"


def _write_name(picture: Picture, node: _Node, x: float, anchor: str, language: str) -> None:
    base = node.top + _LABEL * 0.9
    for line in _lines(node.label):
        picture.text(x, base, Label(line, node.label.language), _LABEL, anchor=anchor)
        base += _LINE
    picture.text(x, base, whole(node.number, language), _LABEL, bold=True, anchor=anchor)


def _looks(picture: Picture) -> dict[str, str]:
    """Return how bands are filled, by what they are about."""
    theme = picture.theme
    return {SAME: theme.middle, CHANGED: theme.strong, NEW: HATCH, ABSENT: DOTS}


def _draw_key(picture: Picture, chart: Chart, bands: Sequence[_Band], language: str) -> None:
    """Write what each look of a band means, and how many initiatives it stands for."""
    for kind, fill in _looks(picture).items():
        if number := sum(band.number for band in bands if band.kind == kind):
            text = message(f"charts.{kind}", year=str(chart.years[1])).text(language)
            base = picture.y + 11
            picture.bar(MARGIN, picture.y, 16, 12, fill)
            picture.text(MARGIN + 24, base, text, _LABEL)
            shown = whole(number, language)
            picture.text(MARGIN + INNER, base, shown, _LABEL, bold=True, anchor="end")
            picture.y += 20
