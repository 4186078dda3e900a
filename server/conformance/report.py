"""Write the results of checks for people and programs: lines, JSON, a page of its own."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from server import texts
from server.conformance.check import CheckResult, Document, Outcome
from transform import __version__
from transform.errors import Said
from transform.files import as_json
from transform.text.message import Message, message, text_in
from transform.text.printable import shown

_LONGEST = 600  # characters of a line of a finding


@dataclass(frozen=True, slots=True)
class Report:
    """The results of all checks: of the site at an address, its base URI and release, and when.

    `release` is "" where the site does not tell it.
    """

    address: str
    base_uri: str
    release: str
    time: datetime
    results: tuple[CheckResult, ...]

    @property
    def failed(self) -> bool:
        """Check whether one check failed."""
        return any(result.outcome is Outcome.FAILED for result in self.results)

    @property
    def decided(self) -> bool:
        """Check whether nothing failed or could not be told."""
        return not {r.outcome for r in self.results} & {Outcome.FAILED, Outcome.CANNOT_TELL}

    @property
    def when(self) -> str:
        """Return the time in UTC, as xsd:dateTime."""
        return f"{self.time:%Y-%m-%dT%H:%M:%SZ}"

    def address_of(self, document: Document) -> str:
        """Return the address of what a check follows, which may be a page of the site."""
        own = "://" not in document.address
        return self.address + document.address if own else document.address


def outcome_word(outcome: Outcome) -> Message:
    """Return an outcome as a reader is told it."""
    return message(f"conformance.outcome_{outcome.value}")


def lines(result: CheckResult, language: str) -> Iterator[str]:
    """Yield the lines of one result: outcome, name and title; below, what is wrong, or why not."""
    outcomes = [text_in(language, outcome_word(outcome)) for outcome in Outcome]
    word = text_in(language, outcome_word(result.outcome)).ljust(max(map(len, outcomes)))
    yield f"{word}  {result.check.name:<16}{text_in(language, result.check.title)}"
    if result.reason:
        yield f"    {shown(text_in(language, result.reason))}"
    labels = [text_in(language, label) for label in _LABELS.values()]
    width = max(map(len, labels))
    for found in result.findings:
        told = (found.sent, found.came, found.expected, found.step)
        for label, said in zip(labels, told, strict=True):
            yield f"    {label:<{width}}  {shown(text_in(language, said))[:_LONGEST]}"


_LABELS = {
    "sent": message("conformance.sent"),
    "came": message("conformance.received"),
    "expected": message("conformance.expected"),
    "step": message("conformance.next"),
}


def summary(report: Report) -> Message:
    """Return how many checks had each outcome, of which site and release."""
    release = report.release or message("conformance.no_release")
    counts = count_outcomes(report)
    return message("conformance.summary", counts=counts, address=report.address, release=release)


def count_outcomes(report: Report) -> list[Message]:
    """Return how many checks had each outcome."""
    counted = Counter(result.outcome for result in report.results)
    return [
        message(f"conformance.count_{outcome.value}", number=counted[outcome])
        for outcome in Outcome
        if counted[outcome]
    ]


def write_json(report: Report, language: str) -> bytes:
    """Return the report as JSON, whose texts are in a language."""
    return as_json(
        {
            "address": report.address,
            "base_uri": report.base_uri,
            "release": report.release,
            "time": report.when,
            "software": f"portrait-ia {__version__}",
            "results": [_result(report, result, language) for result in report.results],
        }
    )


def _result(report: Report, result: CheckResult, language: str) -> dict[str, Any]:
    def said(text: Said) -> str:
        return text_in(language, text)

    return {
        "check": result.check.name,
        "title": said(result.check.title),
        "outcome": result.outcome.value,
        "reason": said(result.reason) if result.reason else None,
        "follows": [
            {"name": document.name, "address": report.address_of(document)}
            for document in result.check.documents
        ],
        "findings": [
            {
                "sent": found.sent,
                "came": said(found.came),
                "expected": said(found.expected),
                "step": said(found.step),
            }
            for found in result.findings
        ],
    }


def write_page(report: Report, language: str) -> str:
    """Return the report as an HTML page that needs no other file."""
    from jinja2 import Environment, PackageLoader, select_autoescape

    templates = Environment(
        loader=PackageLoader("server", "templates"),
        autoescape=select_autoescape(),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return templates.get_template("conformance/report.html").render(
        lang=language,
        t=lambda key, **values: texts.text(key, language, **values),
        **page_values(report, language),
    )


def page_values(report: Report, language: str) -> dict[str, Any]:
    """Return what the table of a page shows."""
    rows: Sequence[dict[str, Any]] = [
        {**_result(report, result, language), "why": text_in(language, result.check.why)}
        for result in report.results
    ]
    return {
        "report": report,
        "rows": rows,
        "counts": [text_in(language, count) for count in count_outcomes(report)],
        "time": f"{report.time:%Y-%m-%d %H:%M:%S}",
    }
