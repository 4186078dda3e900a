"""Write what the values of our lists are to the terms of other vocabularies, as SSSOM.

Source: SSSOM 1.0, «The SSSOM/TSV serialisation format».
https://mapping-commons.github.io/sssom/spec-formats-tsv/
"""

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence

import pyoxigraph as ox

import ontology
from transform.rdf.jsonld import prefixes_of
from transform.rdf.namespaces import EU_AUTHORITY, PREF_LABEL, SKOS, split_iri, vocabulary_of
from transform.text.csv_injection import SpreadsheetWriter

CROSSWALK = "correspondances.sssom.tsv"
_LICENCE = "https://creativecommons.org/licenses/by/4.0/"
_COLUMNS = ("subject_id", "subject_label", "predicate_id", "object_id", "mapping_justification")
# Nobody published these alignments: a person judged each of them.
_JUSTIFICATION = "semapv:ManualMappingCuration"


def write_crosswalk(vocabulary: Iterable[str], base_uri: str, languages: Sequence[str]) -> bytes:
    """Return the matches of concepts among the N-Triples of the vocabulary, as SSSOM/TSV.

    Concepts are named in the first of `languages`, the register's, in which they have a label.
    """
    quads = list(ox.parse("".join(vocabulary).encode(), format=ox.RdfFormat.N_TRIPLES))
    by_language = {
        (quad.subject, quad.object.language): quad.object.value
        for quad in quads
        if quad.predicate.value == PREF_LABEL and isinstance(quad.object, ox.Literal)
    }
    labels = {
        subject: by_language[subject, language]
        for language in reversed(languages)
        for subject, tag in by_language
        if tag == language
    }
    spaces = {"id": f"{base_uri}id/", "theme": f"{EU_AUTHORITY}data-theme/"}
    spaces = {**prefixes_of(ontology.context(vocabulary_of(base_uri))), **spaces}
    matches = [
        quad
        for quad in quads
        if quad.predicate.value.startswith(SKOS) and quad.predicate.value.endswith("Match")
    ]
    spaces |= _number((str(quad.object)[1:-1] for quad in matches), spaces)
    rows = sorted(
        (
            _shorten(str(getattr(quad.subject, "value", "")), spaces),
            labels.get(quad.subject, ""),
            _shorten(quad.predicate.value, spaces),
            _shorten(str(getattr(quad.object, "value", "")), spaces),
            _JUSTIFICATION,
        )
        for quad in matches
    )
    used = {cell.partition(":")[0] for row in rows for cell in (row[0], row[2], row[3], row[4])}
    out = io.StringIO(newline="")
    out.writelines(_head(base_uri, {name: spaces[name] for name in sorted(used)}))
    writer = SpreadsheetWriter(out, delimiter="\t", lineterminator="\n")
    writer.writerows([_COLUMNS, *rows])
    return out.getvalue().encode()


def _head(base_uri: str, spaces: dict[str, str]) -> Iterator[str]:
    yield f'#mapping_set_id: "{base_uri}{CROSSWALK}"\n'
    yield f'#license: "{_LICENCE}"\n'
    yield "#curie_map:\n"
    for name, space in spaces.items():
        yield f'#  {name}: "{space}"\n'


def _number(iris: Iterable[str], spaces: Mapping[str, str]) -> dict[str, str]:
    """Return a prefix for each namespace that has none yet: a layout may match any term."""
    known = tuple(spaces.values())
    unknown = sorted({split_iri(iri)[0] for iri in iris if not iri.startswith(known)})
    return {f"n{number}": space for number, space in enumerate(unknown, start=1)}


def _shorten(iri: str, spaces: dict[str, str]) -> str:
    """Return an IRI with the prefix of the longest namespace that it begins with."""
    fitting = [name for name, space in spaces.items() if iri.startswith(space)]
    name = max(fitting, key=lambda name: len(spaces[name]))
    return f"{name}:{iri.removeprefix(spaces[name])}"
