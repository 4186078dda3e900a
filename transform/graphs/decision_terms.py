"""Write the decisions of a release as RDF: those of rules, those of people, and former names."""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

import pyoxigraph as ox

import ontology
from transform.decisions.initiatives import Thing
from transform.decisions.lines import Grounds
from transform.rdf.namespaces import (
    DCTERMS,
    ORCID,
    OWL,
    PREF_LABEL,
    PROV,
    RDF_TYPE,
    RDFS,
    SEMAPV,
    SSSOM,
    XSD,
    vocabulary_of,
)
from transform.rdf.ntriples import (
    Line,
    boolean,
    in_order,
    literal,
)
from transform.text.normal_form import slug
from transform.text.slugs import opaque_key


class Rule(NamedTuple):
    """A rule as ontology/regles.ttl states it: dates and numbers as they are written there."""

    issued: str
    confidence: str
    justification: str


class Verdict(NamedTuple):
    """One decision; things are paths below the base URI, author and justification whole IRIs.

    `things` are subject and object, `names` what they are called; `predicate` is what was asked of
    them, as SSSOM names it, and `established` the paths of the initiatives that result. `kind` is
    its class, `tool` the tool that proposed it, "" if none did.
    """

    rule: str
    things: tuple[Thing | str, Thing | str]
    conclusion: str
    confidence: str
    author: str
    date: str
    justification: str
    evidence: str
    language: str | None
    names: tuple[str, str]
    predicate: str
    established: tuple[str, ...] = ()
    kind: str = "DecisionIdentite"
    tool: str = ""

    @property
    def key(self) -> str:
        """Return the last segment of its URI: a hash of who decided what, on what, and when."""
        identifying = (self.rule, *map(str, self.things), self.conclusion, self.author, self.date)
        return opaque_key("decision", *identifying)


_BASE = "http://base.invalid/"
_DATE_TIME = f"{XSD}dateTime"
_DEPRECATED = f"<{OWL}deprecated> {boolean(True)}"
# How names are quoted, by language.
_EVIDENCE = {
    "fr": "Même organisme et même nom en forme normale : « %s »",
    "en": "Same body and same name in normal form: “%s”",
}
_EVIDENCE_OF_IDENTIFIER = {
    "fr": "Même identifiant de la source : « %s »",
    "en": "Same identifier of the source: “%s”",
}
_QUOTED = {"fr": "«\u00a0%s\u00a0»", "en": "“%s”"}


@cache
def conclusions() -> dict[str, dict[str, str]]:
    """Read the labels of the conclusions by slug and language."""
    labels: dict[str, dict[str, str]] = {}
    for about, predicate, value in _statements():
        if predicate == PREF_LABEL and isinstance(value, ox.Literal) and value.language:
            slug_ = about.removeprefix(f"{_BASE}id/conclusion/")
            labels.setdefault(slug_, {})[value.language] = value.value
    return labels


def _statements() -> Iterator[tuple[str, str, ox.NamedNode | ox.Literal]]:
    for quad in ox.parse(ontology.read("regles"), format=ox.RdfFormat.TURTLE, base_iri=_BASE):
        if isinstance(quad.object, ox.NamedNode | ox.Literal):
            yield str(quad.subject)[1:-1], quad.predicate.value, quad.object


@cache
def rules() -> dict[str, Rule]:
    """Read the rules by slug."""
    facts_by_rule: dict[str, dict[str, str]] = {}
    for about, predicate, value in _statements():
        name = re.sub("^.*[/#]", "", predicate)
        facts_by_rule.setdefault(about.removeprefix(f"{_BASE}id/regle/"), {})[name] = value.value
    return {
        about: Rule(facts["issued"], facts.get("confiance", ""), facts["mapping_justification"])
        for about, facts in facts_by_rule.items()
        if "mapping_justification" in facts
    }


def by_rule(
    base_uri: str,
    rule: str,
    things: tuple[Thing, Thing],
    names: tuple[str, str],
    key: str,
    language: str,
    identifier: str = "",
) -> Verdict:
    """Return the decision of a rule on two inscriptions of one name in normal form, or identifier.

    `key` is that of the initiative of both; the evidence is worded in `language`, one of ours.
    """
    evidence = _EVIDENCE[language] % names[1]
    if identifier:
        evidence = _EVIDENCE_OF_IDENTIFIER[language] % identifier
    about = rules()[rule]
    return Verdict(
        rule,
        things,
        "meme",
        about.confidence,
        f"{base_uri}id/agent/portrait-ia",
        about.issued,
        about.justification,
        evidence,
        language,
        names,
        "skos:exactMatch",
        (f"id/initiative/{key}",),
    )


def by_person(
    base_uri: str,
    grounds: Grounds,
    things: tuple[Thing | str, Thing | str],
    conclusion: str,
    names: tuple[str, str],
    predicate: str,
    established: tuple[str, ...] = (),
) -> Verdict:
    """Return the decision that a line of the decisions file records."""
    kind = _iri_of(grounds.justification)
    evidence = [grounds.comment] if kind else [grounds.justification, grounds.comment]
    return Verdict(
        "jugement",
        things,
        conclusion,
        grounds.confidence,
        author_iri(base_uri, grounds.author),
        grounds.date,
        kind or rules()["jugement"].justification,
        " ".join(filter(None, evidence)),
        None,
        names,
        predicate,
        established,
    )


def author_iri(base_uri: str, author: str) -> str:
    """Return an author's own IRI if the file has one, else one of ours made from the name."""
    return _iri_of(author) or f"{base_uri}id/agent/{slug(author)}"


def _iri_of(text: str) -> str | None:
    """Return the IRI that a text is or abbreviates with orcid: or semapv:, None for other texts."""
    for prefix, space in (("orcid:", ORCID), ("semapv:", SEMAPV)):
        text = space + text.removeprefix(prefix) if text.startswith(prefix) else text
    try:
        return ox.NamedNode(text).value if re.match("https?://|mailto:", text) else None
    except ValueError:
        return None


def verdict_texts(base_uri: str, verdicts: Iterable[Verdict]) -> Iterator[str]:
    """Yield the N-Triples of each decision as one string.

    Two lines of a file may record one decision twice; what either says of it is said once.
    """
    by_key: dict[str, list[Line]] = {}
    for verdict in verdicts:
        by_key.setdefault(verdict.key, []).extend(verdict_lines(base_uri, verdict))
    for lines in by_key.values():
        yield "".join(in_order(lines))


def verdict_lines(base_uri: str, verdict: Verdict) -> list[Line]:
    """Return the statements about one decision."""
    about = f"<{base_uri}id/decision/{verdict.key}>"
    pia = vocabulary_of(base_uri)
    lines = [
        (about, f"<{RDF_TYPE}>", f"<{pia}{verdict.kind}>"),
        (about, f"<{pia}regle>", f"<{base_uri}id/regle/{verdict.rule}>"),
        (about, f"<{pia}conclusion>", f"<{base_uri}id/conclusion/{verdict.conclusion}>"),
        (about, f"<{pia}confiance>", literal(verdict.confidence, datatype=f"{XSD}decimal")),
        (about, f"<{PROV}wasAssociatedWith>", f"<{verdict.author}>"),
        (about, f"<{DCTERMS}date>", literal(verdict.date, datatype=f"{XSD}date")),
        # A file of decisions has the day only: the decision stands from its first moment on.
        (about, f"<{PROV}endedAtTime>", literal(f"{verdict.date}T00:00:00Z", None, _DATE_TIME)),
        (about, f"<{SSSOM}mapping_justification>", f"<{verdict.justification}>"),
    ]
    names = dict.fromkeys(verdict.names)
    for language, conclusion in conclusions()[verdict.conclusion].items():
        quoted = ", ".join(_QUOTED[language] % name for name in names)
        colon = "\u00a0: " if language == "fr" else ": "
        lines.append((about, f"<{RDFS}label>", literal(conclusion + colon + quoted, language)))
    if verdict.evidence:
        lines.append((about, f"<{pia}preuve>", literal(verdict.evidence, verdict.language)))
    if verdict.tool:
        lines.append((about, f"<{SSSOM}mapping_tool>", literal(verdict.tool)))
    for place, thing in zip(("sujet", "objet"), verdict.things, strict=True):
        reference = f"<{full_iri(base_uri, thing)}>"
        lines += [(about, f"<{pia}{name}>", reference) for name in ("porteSur", place)]
    lines += [(about, f"<{pia}etablit>", f"<{base_uri}{path}>") for path in verdict.established]
    return lines


def full_iri(base_uri: str, thing: Thing | str) -> str:
    """Return the IRI of a thing that a decision is about."""
    text = str(thing)
    return text if "://" in text else f"{base_uri}{text}"


def author_lines(base_uri: str, author: str) -> Iterator[Line]:
    """Yield the statements about an author of decisions: class, and name as in the file."""
    about = f"<{author_iri(base_uri, author)}>"
    yield about, f"<{RDF_TYPE}>", f"<{PROV}Agent>"
    yield about, f"<{RDFS}label>", literal(author)


def derived_line(base_uri: str, subject: Thing, made_of_it: Thing) -> Line:
    """Return the statement that a thing was made out of another, by a split or a merger."""
    return f"<{base_uri}{made_of_it}>", f"<{PROV}wasDerivedFrom>", f"<{base_uri}{subject}>"


def former_lines(base_uri: str, old: Thing, new: Thing) -> str:
    """Return the N-Triples that say which thing replaced a former name."""
    about = f"<{base_uri}{old}>"
    return f"{about} <{DCTERMS}isReplacedBy> <{base_uri}{new}> .\n{about} {_DEPRECATED} .\n"
