"""Count what the charts of a release show, by the rows that it publishes."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from transform.charts.model import (
    BARS,
    FLOW,
    YEARS,
    Chart,
    ChartRow,
    ChartSource,
    ChartValue,
    Label,
)
from transform.charts.queries import count_query, flow_query
from transform.graphs.cubes import KIND
from transform.graphs.portraits import Edition
from transform.graphs.prepared import Prepared, Rejected
from transform.release.names import GraphNames, TaggedText
from transform.release.thing_tables import CONCEPTS
from transform.text.languages import LANGUAGES
from transform.text.message import message

# Bars of a chart, the sum of the others among them.
_MOST_BARS = {BARS: 15, YEARS: 10}
_MOST_YEARS = 10
# Rows of the table of a flow, the sum of the others among them.
_MOST_PASSAGES = 50
# The address of the page of a chart, below the base URI.
FOLDER = "graphiques"


def count_charts(
    work: Prepared,
    editions: Sequence[Edition],
    rejected: Rejected,
    names: GraphNames,
    open_pairs: Mapping[tuple[int, int], int],
) -> list[Chart]:
    """Return the charts of a release; `open_pairs` are the initiatives that may be one, by years.

    A list has a chart for each portrait that has it, and one over all years where two have it;
    statuses have one for each two successive portraits.
    """
    counting = _Counting(work, sorted(editions), names)
    charts = [chart for name in CONCEPTS for chart in counting.of_list(name)]
    return [*charts, *counting.of_passages(rejected, open_pairs)]


class _Counting:
    def __init__(self, work: Prepared, editions: Sequence[Edition], names: GraphNames) -> None:
        self._work, self._editions, self._names = work, editions, names
        self._newest = editions[-1].layout

    def of_list(self, name: str) -> Iterator[Chart]:
        """Yield the charts of a list: by value in each year, and over the years."""
        counted = {
            edition.year: self._group(name, edition.counts[name])
            for edition in self._editions
            if edition.counts.get(name)
        }
        for year, numbers in counted.items():
            yield self._chart(BARS, f"{CONCEPTS[name]}-{year}", name, {year: numbers})
        if len(counted) > 1:
            newest = dict(list(counted.items())[-_MOST_YEARS:])
            yield self._chart(YEARS, CONCEPTS[name], name, newest)

    def of_passages(
        self, rejected: Rejected, open_pairs: Mapping[tuple[int, int], int]
    ) -> Iterator[Chart]:
        """Yield what became of the initiatives of each portrait by the next one, by status."""
        statuses = {
            edition.year: {
                row.key: row.concepts.statut for row in self._work.published(edition.year, rejected)
            }
            for edition in self._editions
        }
        for years in pairwise(statuses):
            before, after = (statuses[year] for year in years)
            if any(before.values()) and any(after.values()):
                yield self._flow(years, before, after, open_pairs.get(years, 0))

    def _group(self, name: str, counts: Mapping[str, int]) -> dict[str, int]:
        """Return counts by slug, those of portfolios by that of their group."""
        if name != "portefeuille":
            return dict(counts)
        begin = f"{self._work.base_uri}id/{name}/"
        groups: Counter[str] = Counter()
        for slug, number in counts.items():
            groups[(self._names.of(begin + slug).broader or slug).removeprefix(begin)] += number
        return dict(groups)

    def _chart(
        self, kind: str, chart_name: str, name: str, counted: Mapping[int, Mapping[str, int]]
    ) -> Chart:
        years = tuple(counted)
        slugs = sorted(
            {slug for numbers in counted.values() for slug in numbers},
            key=lambda slug: (*(-counted[year].get(slug, 0) for year in reversed(years)), slug),
        )
        rows = [
            ChartRow(
                (self._value(name, slug),),
                tuple(counted[year].get(slug, 0) for year in years),
            )
            for slug in slugs
        ]
        totals = [sum(numbers.values()) for numbers in counted.values()]
        years_in_words = {"year": str(years[-1]), "first": str(years[0]), "last": str(years[-1])}
        which = "year" if kind == BARS else "years"
        title, subtitle = self._titles(which, name, **years_in_words, total=totals[-1])
        query = {
            language: count_query(self._work.base_uri, name, years, self._own_language(language))
            for language in LANGUAGES
        }
        shown = _shown(len(rows), _MOST_BARS[kind])
        source = self._source(chart_name, years)
        return Chart(
            chart_name, kind, name, years, rows, shown, sum(totals), title, subtitle, source, query
        )

    def _flow(
        self,
        years: tuple[int, int],
        before: Mapping[str, str | None],
        after: Mapping[str, str | None],
        open_pairs: int,
    ) -> Chart:
        passages = count_passages(before, after)
        totals: Counter[str] = Counter()
        for pair, number in passages.items():
            for slug in {slug for slug in pair if slug}:
                totals[slug] += number
        order = sorted(totals, key=lambda slug: (-totals[slug], slug))
        places: dict[str | None, int] = {slug: place for place, slug in enumerate(order)}
        places[None] = len(order)  # what is new or absent comes last
        rows = [
            ChartRow(
                tuple(self._value("statut", slug) if slug else None for slug in pair),
                (passages[pair],),
            )
            for pair in sorted(passages, key=lambda pair: [places[slug] for slug in pair])
        ]
        earlier, later = map(str, years)
        name = f"passages-{earlier}-{later}"
        span = {"earlier": earlier, "later": later}
        query = flow_query(self._work.base_uri, *years)
        return Chart(
            name,
            FLOW,
            "statut",
            years,
            rows,
            _shown(len(rows), _MOST_PASSAGES),
            passages.total(),
            *self._titles("flow", "statut", **span, total=passages.total()),
            self._source(name, years),
            dict.fromkeys(LANGUAGES, query),
            open_pairs,
        )

    def _value(self, name: str, slug: str) -> ChartValue:
        iri = f"{self._work.base_uri}id/{name}/{slug}"
        texts = [text for kind, text in self._names.of(iri).labels if kind == "principal"]
        labels = {language: self._label(texts, language, slug) for language in LANGUAGES}
        return ChartValue(iri, labels)

    def _label(self, texts: Sequence[TaggedText], language: str, slug: str) -> Label:
        best = min(texts, key=lambda text: self._rank(text.language, language), default=None)
        return Label(best.text, best.language) if best else Label(slug, "")

    def _rank(self, tag: str, language: str) -> tuple[bool, int]:
        tags = self._work.languages.tags
        return (_primary(tag) != language, tags.index(tag) if tag in tags else len(tags))

    def _own_language(self, language: str) -> str:
        """Return the language of labels for a reader: the reader's, else the register's own."""
        tags = [_primary(tag) for tag in self._work.languages.tags]
        return language if language in tags else tags[0]

    def _titles(
        self, which: str, name: str, **values: object
    ) -> tuple[dict[str, str], dict[str, str]]:
        """Return title and subtitle of a chart of a list, in the languages of the interface."""
        words = {language: self._word(name, language) for language in LANGUAGES}
        return (
            {
                language: message(f"charts.title_{which}", **values, list=word).text(language)
                for language, word in words.items()
            },
            {
                language: message(f"charts.subtitle_{which}", **values).text(language)
                for language in LANGUAGES
            },
        )

    def _word(self, name: str, language: str) -> str:
        """Return what the register calls one of its things."""
        if name == KIND:
            return message("charts.kind_of_body").text(language)
        return self._newest.words.names[language][name][0]

    def _source(self, name: str, years: tuple[int, ...]) -> ChartSource:
        facts = self._newest.portraits.get(years[-1])
        date = (facts.dates.modified or facts.dates.issued) if facts else None
        return ChartSource(
            self._texts(self._newest.title),
            years,
            date,
            self._texts(self._newest.notice or {}),
            f"{self._work.base_uri}{FOLDER}/{name}",
        )

    def _texts(self, texts: Mapping[str, str]) -> dict[str, Label]:
        own = [TaggedText(text, tag) for tag, text in texts.items()]
        return {language: self._label(own, language, "") for language in LANGUAGES}


def count_passages(
    before: Mapping[str, str | None], after: Mapping[str, str | None]
) -> Counter[tuple[str | None, str | None]]:
    """Count initiatives by their earlier and later status; None is no entry in that year.

    An entry without a status is neither new nor absent: its initiative is left out.
    """
    return Counter(
        (before.get(key), after.get(key))
        for key in before.keys() | after.keys()
        if all(side[key] for side in (before, after) if key in side)
    )


def _shown(rows: int, most: int) -> int:
    """Return how many rows are drawn, so that with the sum of the others there are `most`."""
    return rows if rows <= most else most - 1


def _primary(tag: str) -> str:
    return tag.partition("-")[0].lower()
