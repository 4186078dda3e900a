"""Write all decisions as one table in SSSOM: those of rules, those of people, those on links.

https://mapping-commons.github.io/sssom/spec-formats-tsv/ describes the format: metadata in lines
that begin with «#», then tab-separated cells whose IRIs are shortened by the declared prefixes.
"""

import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence

from transform.graphs.decision_terms import Verdict, full_iri
from transform.rdf.namespaces import ORCID, SCHEMA, SEMAPV, SKOS, split_iri
from transform.release.paths import DECISIONS
from transform.text.csv_injection import SpreadsheetWriter

COLUMNS = (
    "record_id",
    "subject_id",
    "subject_label",
    "predicate_id",
    "predicate_modifier",
    "object_id",
    "object_label",
    "mapping_justification",
    "confidence",
    "author_id",
    "mapping_date",
    "curation_rule",
    "mapping_tool",
    "comment",
)
# Cells that are written at once.
_LINES = 1000


def table_blocks(
    by_rule: Callable[[], Iterable[Verdict]],
    judged: Sequence[Verdict],
    base_uri: str,
    licence: str,
) -> Iterator[bytes]:
    """Yield the table in blocks; decisions of rules, which may be many, are read as they come.

    Rules decide on things of ours only, so that `judged` has every other namespace.
    """
    prefixes = _prefixes(judged, base_uri)
    yield _metadata(prefixes, base_uri, licence).encode()
    out = io.StringIO(newline="")
    writer = SpreadsheetWriter(out, delimiter="\t", lineterminator="\n")
    writer.writerow(COLUMNS)
    for verdicts in (by_rule(), judged):
        for number, verdict in enumerate(verdicts, start=1):
            writer.writerow(_row(verdict, prefixes, base_uri))
            if number % _LINES == 0:
                yield out.getvalue().encode()
                out.seek(0)
                out.truncate()
    yield out.getvalue().encode()


def _prefixes(verdicts: Iterable[Verdict], base_uri: str) -> dict[str, str]:
    """Return the prefix of each namespace; those that are not known are numbered in their order."""
    prefixes = {
        f"{base_uri}id/": "ia",
        ORCID: "orcid",
        "https://ror.org/": "ror",
        SCHEMA: "schema",
        SEMAPV: "semapv",
        SKOS: "skos",
        "http://www.wikidata.org/entity/": "wikidata",
    }
    foreign = {
        iri
        for verdict in verdicts
        for iri in (*_things(verdict, base_uri), verdict.author, verdict.justification)
        if not iri.startswith(tuple(prefixes))
    }
    for space in sorted({split_iri(iri)[0] for iri in foreign}):
        prefixes[space] = f"n{len(prefixes) - 6}"
    return prefixes


def _metadata(prefixes: dict[str, str], base_uri: str, licence: str) -> str:
    # A text in JSON is one in YAML too.
    lines = ["curie_map:"]
    lines += [
        f"  {prefix}: {json.dumps(space, ensure_ascii=False)}" for space, prefix in prefixes.items()
    ]
    lines.append(f"license: {json.dumps(licence, ensure_ascii=False)}")
    own_address = json.dumps(f"{base_uri}dumps/{DECISIONS}", ensure_ascii=False)
    lines.append(f"mapping_set_id: {own_address}")
    return "".join(f"#{line}\n" for line in lines)


def _row(verdict: Verdict, prefixes: dict[str, str], base_uri: str) -> list[str]:
    subject, object_ = _things(verdict, base_uri)
    subject_label, object_label = verdict.names
    return [
        f"ia:decision/{verdict.key}",
        _shorten(subject, prefixes),
        subject_label,
        verdict.predicate,
        "Not" if verdict.conclusion == "distinct" else "",
        _shorten(object_, prefixes),
        # Of what another source describes, only the IRI is known.
        "" if object_label == object_ else object_label,
        _shorten(verdict.justification, prefixes),
        verdict.confidence,
        _shorten(verdict.author, prefixes),
        verdict.date,
        f"ia:regle/{verdict.rule}",
        verdict.tool,
        verdict.evidence,
    ]


def _things(verdict: Verdict, base_uri: str) -> tuple[str, str]:
    one, other = verdict.things
    return full_iri(base_uri, one), full_iri(base_uri, other)


def _shorten(iri: str, prefixes: dict[str, str]) -> str:
    """Return an IRI with the prefix of the longest namespace that it begins with."""
    space = max((space for space in prefixes if iri.startswith(space)), key=len, default="")
    return f"{prefixes[space]}:{iri.removeprefix(space)}" if space else iri
