"""Write the results of checks in EARL 1.0 (W3C, Evaluation and Report Language)."""

import io
from collections.abc import Callable, Iterator
from uuid import NAMESPACE_URL, uuid5

import pyoxigraph as ox

from server.conformance.check import CheckResult, Outcome
from server.conformance.report import Report
from transform import __version__
from transform.rdf.namespaces import DCTERMS, EARL, RDF_TYPE, XSD
from transform.text.message import Message, message, text_in

PATH = "conformite"  # of the page that describes each test, at its name
_LANGUAGES = ("fr", "en")
_DATE = ox.NamedNode(f"{XSD}dateTime")
# The IRI of an assertion and of its result, by `assertion` or `result` and the name of the check.
Name = Callable[[str, str], ox.NamedNode]


def write_earl(report: Report) -> bytes:
    """Return the report of a client as Turtle."""
    prefixes = {"dcterms": DCTERMS, "earl": EARL, "xsd": XSD}
    out = io.BytesIO()
    ox.serialize(earl(report, published=False), out, ox.RdfFormat.TURTLE, prefixes=prefixes)
    return out.getvalue()


def earl(report: Report, published: bool) -> list[ox.Triple]:
    """Return the statements of a report, those of one subject together.

    Assertions have IRIs of the site where it publishes them itself; a report of another client
    gives them names of its own, so that reports of several times can stand in one store.
    """
    triples = set(_statements(report, published))
    return sorted(triples, key=lambda t: (str(t.subject), t.predicate.value != RDF_TYPE, str(t)))


def _statements(report: Report, published: bool) -> Iterator[ox.Triple]:
    base = report.base_uri + PATH
    named: Name = _published(base) if published else _of_client(report)
    software = ox.NamedNode(f"{base}#portrait-ia")
    yield ox.Triple(software, _RDF_TYPE, _earl("Software"))
    for language in _LANGUAGES:
        title = ox.Literal(text_in(language, message("conformance.software")), language=language)
        yield ox.Triple(software, _dct("title"), title)
    yield ox.Triple(software, _dct("hasVersion"), ox.Literal(__version__))
    subject = ox.NamedNode(report.address)
    yield ox.Triple(subject, _RDF_TYPE, _earl("TestSubject"))
    if report.address != report.base_uri:
        yield ox.Triple(subject, _dct("isVersionOf"), ox.NamedNode(report.base_uri))
    if report.release:
        yield ox.Triple(subject, _dct("hasVersion"), ox.Literal(report.release))
    for result in report.results:
        yield from _assertion(report, result, named, software, subject)


def _assertion(
    report: Report,
    result: CheckResult,
    named: Name,
    software: ox.NamedNode,
    subject: ox.NamedNode,
) -> Iterator[ox.Triple]:
    check = result.check
    assertion, outcome = named("assertion", check.name), named("result", check.name)
    test = ox.NamedNode(f"{report.base_uri}{PATH}#{check.name}")
    yield ox.Triple(assertion, _RDF_TYPE, _earl("Assertion"))
    yield ox.Triple(assertion, _earl("assertedBy"), software)
    yield ox.Triple(assertion, _earl("subject"), subject)
    yield ox.Triple(assertion, _earl("test"), test)
    yield ox.Triple(assertion, _earl("mode"), _earl("automatic"))
    yield ox.Triple(assertion, _earl("result"), outcome)
    yield ox.Triple(outcome, _RDF_TYPE, _earl("TestResult"))
    yield ox.Triple(outcome, _earl("outcome"), _earl(result.outcome.value))
    if result.outcome is not Outcome.UNTESTED:
        yield ox.Triple(outcome, _dct("date"), ox.Literal(report.when, datatype=_DATE))
    yield ox.Triple(test, _RDF_TYPE, _earl("TestCase"))
    for document in check.documents:
        yield ox.Triple(test, _dct("source"), ox.NamedNode(report.address_of(document)))
    for language in _LANGUAGES:
        yield ox.Triple(test, _dct("title"), _literal(check.title, language))
        yield ox.Triple(test, _dct("description"), _literal(check.why, language))
        for text in _infos(result, language):
            yield ox.Triple(outcome, _earl("info"), ox.Literal(text, language=language))


def _infos(result: CheckResult, language: str) -> Iterator[str]:
    if result.reason:
        yield text_in(language, result.reason)
    for found in result.findings:
        told = (
            (message("conformance.sent"), found.sent),
            (message("conformance.received"), found.came),
            (message("conformance.expected"), found.expected),
            (message("conformance.next"), found.step),
        )
        text = "\n".join(f"{text_in(language, a)}: {text_in(language, b)}" for a, b in told)
        yield text.encode("utf-8", "replace").decode()  # RDF has no half of a surrogate pair


def _published(base: str) -> Name:
    return lambda kind, name: ox.NamedNode(f"{base}#{kind}-{name}")


def _of_client(report: Report) -> Name:
    run = f"{report.address} {report.when}"
    return lambda kind, name: ox.NamedNode(uuid5(NAMESPACE_URL, f"{run} {kind} {name}").urn)


def _literal(text: Message, language: str) -> ox.Literal:
    return ox.Literal(text_in(language, text), language=language)


_RDF_TYPE = ox.NamedNode(RDF_TYPE)


def _earl(name: str) -> ox.NamedNode:
    return ox.NamedNode(EARL + name)


def _dct(name: str) -> ox.NamedNode:
    return ox.NamedNode(DCTERMS + name)
