"""Choose the representation of an answer: one table and one function.

An explicit name (a suffix, or `?format=`) wins; then `Accept` decides as RFC 9110, section
12.5.1 says: the most specific range that fits an offer gives its weight, and 0 is a refusal.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple


class Format(NamedTuple):
    """A representation: suffix, media type, parameters sent with it, and other names for it."""

    suffix: str
    media_type: str
    parameters: str = ""
    names: tuple[str, ...] = ()
    accepted_as: tuple[str, ...] = ()

    @property
    def content_type(self) -> str:
        """Give the value of the header."""
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

# The first of a group is what a client gets that has no wish.
GRAPHS = (TURTLE, JSON_LD, N_TRIPLES, RDF_XML)
PAGES = (HTML, *GRAPHS)
SOLUTIONS = (JSON, XML, CSV, TSV)
# What a query may construct has no named graphs, which these syntaxes write as well.
CONSTRUCTED = (*GRAPHS, N_QUADS, TRIG)
# Never negotiated: a spreadsheet names it, and no media type tells it from other CSV.
EXCEL = Format("excel", "text/csv", "; charset=utf-8; header=present")


class NothingAcceptable(Exception):
    """A client that takes none of what is on offer."""

    def __init__(self, asked: str, offers: Sequence[Format]) -> None:
        super().__init__(asked)
        self.asked = asked
        self.offers = tuple(offers)


class Range(NamedTuple):
    """A media range or language range of a header, with its parameters in lower case."""

    value: str
    parameters: tuple[tuple[str, str], ...]
    weight: float


def choose_format(
    offers: Sequence[Format], accept: str | None, wanted: str | None = None
) -> Format:
    """Give the offer that a client likes best; raises NothingAcceptable.

    `accept` is the header's value (several lines joined by commas), `wanted` an explicit name:
    a suffix, a short name or a media type. Equal weights are settled by what the client named
    most exactly, then by the order of the offers.
    """
    if wanted is not None:
        return _by_name(offers, wanted)
    ranges = list(read_ranges(accept or ""))
    if not ranges:  # absent, empty or nothing but noise: no wish (RFC 9110, 12.5.1)
        return offers[0]
    rated = [(*_rating(offer, ranges), -place) for place, offer in enumerate(offers)]
    weight, _, place = max(rated)
    if weight <= 0:
        raise NothingAcceptable(accept or "", offers)
    return offers[-place]


def find_format(offers: Sequence[Format], name: str) -> Format | None:
    """Give the offer that has a name, if any."""
    name = name.strip().lower()
    for offer in offers:
        if name in (offer.suffix, offer.media_type, *offer.names):
            return offer
    return None


def choose_language(accept_language: str | None, wanted: str | None, known: Sequence[str]) -> str:
    """Give one of the known languages, the first of them when nothing decides (RFC 4647, 3.4)."""
    if wanted in known:
        return str(wanted)
    weights: dict[str, float] = {}
    for item in read_ranges(accept_language or ""):
        language = item.value.partition("-")[0]
        weights[language] = max(weights.get(language, 0.0), item.weight)
    rest = weights.get(_ANYTHING, 0.0)
    return max(known, key=lambda language: weights.get(language, rest))


_QUOTED = r'"(?:[^"\\]|\\.)*"'
# One that is never closed runs to the end, so that reading stays linear.
_QUOTED_OR_OPEN = _QUOTED + "?"
_WORD = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_ITEM = re.compile(rf"(?:[^,\"]|{_QUOTED_OR_OPEN})+")
_PART = re.compile(rf"(?:[^;\"]|{_QUOTED_OR_OPEN})+")
_VALUE = re.compile(rf"{_WORD}(?:/{_WORD})?")
_PARAMETER = re.compile(rf"\s*({_WORD})\s*=\s*({_WORD}|{_QUOTED})\s*")
_ANYTHING = "*/*"  # also for a bare «*», the range of any language
LONGEST = 8192  # characters of a header that are read; no client writes more in earnest
# RFC 9110, 12.4.2, and the «.2» that old clients send.
_WEIGHT = re.compile(r"0?\.\d{1,3}|0\.?|1(?:\.0{0,3})?")


def read_ranges(header: str) -> Iterator[Range]:
    """Read the ranges of Accept or Accept-Language; what is malformed is passed over."""
    for item in _ITEM.findall(header[:LONGEST]):
        value, *rest = (part.strip() for part in _PART.findall(item) or [""])
        if _VALUE.fullmatch(value) and (read := _read_parameters(rest)) is not None:
            parameters, weight = read
            yield Range(_ANYTHING if value == "*" else value.lower(), parameters, weight)


def _read_parameters(parts: list[str]) -> tuple[tuple[tuple[str, str], ...], float] | None:
    parameters: list[tuple[str, str]] = []
    for part in parts:
        found = _PARAMETER.fullmatch(part)
        if found is None:
            return None
        name, value = found[1].lower(), found[2].strip('"').lower()
        if name == "q":  # what follows the weight are extensions, no parameters of the type
            return (tuple(parameters), float(value)) if _WEIGHT.fullmatch(value) else None
        parameters.append((name, value))
    return tuple(parameters), 1.0


def _rating(offer: Format, ranges: list[Range]) -> tuple[float, float]:
    """Give the weight of an offer and how exactly the client named it."""
    fits = [(_exactness(offer, item), item.weight) for item in ranges]
    exactness, weight = max(fits)
    return (weight, exactness) if exactness > 0 else (0.0, 0.0)


def _exactness(offer: Format, item: Range) -> float:
    if item.value == _ANYTHING:
        return 1
    if item.value == offer.media_type.partition("/")[0] + "/*":
        return 2
    if item.value in offer.accepted_as:
        return 2.5 if item.weight > 0 else 0  # we never send the alias itself
    if item.value != offer.media_type:
        return 0
    if not item.parameters:
        return 4
    if all(
        parameter in (("charset", "utf-8"), ("charset", "utf8")) for parameter in item.parameters
    ):
        return 5
    # A profile or another charset: we serve the type without it rather than nothing, but the
    # refusal of a variant that we do not have refuses nothing of ours.
    return 3 if item.weight > 0 else 0


def _by_name(offers: Sequence[Format], wanted: str) -> Format:
    offer = find_format(offers, wanted)
    if offer is None:
        raise NothingAcceptable(wanted, offers)
    return offer
