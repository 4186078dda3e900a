"""Choose the representation of an answer: one table and one function.

An explicit name (a suffix, or `?format=`) wins; then `Accept` decides (RFC 9110, section 12.5.1):
the most specific range that matches an offer sets its weight, and a weight of 0 refuses it. A media
type in `?format=` means what it means in `Accept`.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple


class Format(NamedTuple):
    """A representation: its suffix, media type, parameters of the header, and other names."""

    suffix: str
    media_type: str
    parameters: str = ""
    names: tuple[str, ...] = ()
    accepted_as: tuple[str, ...] = ()

    @property
    def content_type(self) -> str:
        """Return the value of Content-Type."""
        return self.media_type + self.parameters


_UTF8 = "; charset=utf-8"
_ANY_XML = ("application/xml", "text/xml")
HTML = Format("html", "text/html", _UTF8, (), ("application/xhtml+xml",))
TURTLE = Format(
    "ttl",
    "text/turtle",
    _UTF8,
    ("turtle", "n3"),
    ("application/turtle", "application/x-turtle", "text/rdf+n3", "text/n3"),
)
JSON_LD = Format("jsonld", "application/ld+json", "", ("json-ld", "json"), ("application/json",))
N_TRIPLES = Format("nt", "application/n-triples", "", ("ntriples", "n-triples"))
N_QUADS = Format("nq", "application/n-quads", "", ("nquads", "n-quads"))
TRIG = Format("trig", "application/trig", _UTF8)
RDF_XML = Format(
    "rdf", "application/rdf+xml", "", ("rdfxml", "rdf-xml", "rdf+xml", "xml"), _ANY_XML
)
JSON = Format("json", "application/sparql-results+json", "", ("srj",), ("application/json",))
XML = Format("xml", "application/sparql-results+xml", "", ("srx",), _ANY_XML)
CSV = Format("csv", "text/csv", _UTF8)
TSV = Format("tsv", "text/tab-separated-values", _UTF8)
PLAIN = Format("txt", "text/plain", _UTF8)
PROBLEM = Format("json", "application/problem+json", "", (), ("application/json",))
BIBTEX = Format("bib", "application/x-bibtex", _UTF8)
RIS = Format("ris", "application/x-research-info-systems", _UTF8)

# A client that states no preference gets the first of a group.
GRAPHS = (TURTLE, JSON_LD, N_TRIPLES, RDF_XML)
PAGES = (HTML, *GRAPHS)
SOLUTIONS = (JSON, XML, CSV, TSV)
# A constructed graph has no named graphs, but the syntaxes for quads can write it too.
CONSTRUCTED = (*GRAPHS, N_QUADS, TRIG)
# Chosen by name only, never by Accept: no media type tells it from other CSV.
EXCEL = Format("excel", "text/csv", "; charset=utf-8; header=present")
CITATIONS = (BIBTEX, RIS)  # by suffix only, too


class NothingAcceptable(Exception):
    """A request that accepts none of the offers."""

    def __init__(self, requested: str, offers: Sequence[Format]) -> None:
        super().__init__(requested)
        self.requested = requested
        self.offers = tuple(offers)


class Range(NamedTuple):
    """A media range or language range of a header, with its parameters in lower case."""

    value: str
    parameters: tuple[tuple[str, str], ...]
    weight: float


def choose_format(offers: Sequence[Format], accept: str | None, name: str | None = None) -> Format:
    """Return the offer that the client prefers; raises NothingAcceptable.

    `accept` is the header's value (several lines joined by commas), `name` an explicit choice:
    a suffix, a short name or a media type. Among equal weights, the offer that the header names
    most exactly wins, then the first offer.
    """
    if name is not None:
        return _choose_by_name(offers, name)
    ranges = list(read_ranges(accept or ""))
    if not ranges:  # absent, empty or malformed: no preference (RFC 9110, 12.5.1)
        return offers[0]
    if (offer := _choose_by_ranges(offers, ranges)) is None:
        raise NothingAcceptable(accept or "", offers)
    return offer


def _choose_by_ranges(offers: Sequence[Format], ranges: list[Range]) -> Format | None:
    """Return the offer of the highest weight, or None where all are refused."""
    ratings = [(*_rate(offer, ranges), -place) for place, offer in enumerate(offers)]
    weight, _, place = max(ratings)
    return offers[-place] if weight > 0 else None


def find_format(offers: Sequence[Format], name: str) -> Format | None:
    """Return the offer with a name, or the one that `Accept` with this media type would choose."""
    # A «+» that was not escaped in an address is read as a blank there: «application/rdf xml».
    name = _READ_AS_BLANK.sub("+", name.strip().lower())
    for offer in offers:
        if name in (offer.suffix, *offer.names):
            return offer
    ranges = list(read_ranges(name)) if "/" in name else []
    return _choose_by_ranges(offers, ranges) if ranges else None


def choose_language(
    accept_language: str | None, requested: str | None, offered: Sequence[str]
) -> str:
    """Return one of the offered languages, by default the first (RFC 4647, 3.4)."""
    if requested in offered:
        return str(requested)
    weights: dict[str, float] = {}
    for item in read_ranges(accept_language or ""):
        language = item.value.partition("-")[0]
        weights[language] = max(weights.get(language, 0.0), item.weight)
    other = weights.get(_ANYTHING, 0.0)
    return max(offered, key=lambda language: weights.get(language, other))


_READ_AS_BLANK = re.compile(r"(?<=\w) (?=\w)")
_QUOTED = r'"(?:[^"\\]|\\.)*"'
# An unclosed quote runs to the end, so that matching stays linear.
_QUOTED_OR_OPEN = _QUOTED + "?"
_WORD = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_ITEM = re.compile(rf"(?:[^,\"]|{_QUOTED_OR_OPEN})+")
_PART = re.compile(rf"(?:[^;\"]|{_QUOTED_OR_OPEN})+")
_VALUE = re.compile(rf"{_WORD}(?:/{_WORD})?")
_PARAMETER = re.compile(rf"\s*({_WORD})\s*=\s*({_WORD}|{_QUOTED})\s*")
_ANYTHING = "*/*"  # stands for «*» too, the range of any language
LONGEST = 8192  # characters of a header that are read; no real client sends more
# RFC 9110, 12.4.2, and «.2», which old clients send.
_WEIGHT = re.compile(r"0?\.\d{1,3}|0\.?|1(?:\.0{0,3})?")


def read_ranges(header: str) -> Iterator[Range]:
    """Parse the ranges of Accept or Accept-Language; malformed ones are skipped."""
    for item in _ITEM.findall(header[:LONGEST]):
        value, *parts = (part.strip() for part in _PART.findall(item) or [""])
        if _VALUE.fullmatch(value) and (parsed := _read_parameters(parts)) is not None:
            parameters, weight = parsed
            yield Range(_ANYTHING if value == "*" else value.lower(), parameters, weight)


def _read_parameters(parts: list[str]) -> tuple[tuple[tuple[str, str], ...], float] | None:
    parameters: list[tuple[str, str]] = []
    for part in parts:
        match = _PARAMETER.fullmatch(part)
        if match is None:
            return None
        name, value = match[1].lower(), match[2].strip('"').lower()
        if name == "q":  # what follows the weight are extensions, not parameters of the type
            return (tuple(parameters), float(value)) if _WEIGHT.fullmatch(value) else None
        parameters.append((name, value))
    return tuple(parameters), 1.0


def _rate(offer: Format, ranges: list[Range]) -> tuple[float, float]:
    """Return the weight of an offer, and how exactly the header names it."""
    exactness, weight = max((_exactness(offer, item), item.weight) for item in ranges)
    return (weight, exactness) if exactness > 0 else (0.0, 0.0)


def _exactness(offer: Format, item: Range) -> float:
    if item.value == _ANYTHING:
        return 1
    if item.value == offer.media_type.partition("/")[0] + "/*":
        return 2
    if item.value in offer.accepted_as:
        return 2.5 if item.weight > 0 else 0  # the alias itself is never sent
    if item.value != offer.media_type:
        return 0
    if not item.parameters:
        return 4
    if all(
        parameter in (("charset", "utf-8"), ("charset", "utf8")) for parameter in item.parameters
    ):
        return 5
    # A profile or another charset: the type is sent without it rather than not at all, but a
    # refusal of that variant does not refuse ours.
    return 3 if item.weight > 0 else 0


def _choose_by_name(offers: Sequence[Format], name: str) -> Format:
    offer = find_format(offers, name)
    if offer is None:
        raise NothingAcceptable(name, offers)
    return offer
