"""The list of documents of a release: each thing that it speaks of, but what was replaced."""

from pathlib import Path

import pyoxigraph as ox

from transform.rdf.namespaces import IS_REPLACED_BY
from transform.release import document_index

BASE = "https://exemple.gouv.qc.ca/ia/"


def test_the_list_holds_each_subject_once_in_order(tmp_path: Path) -> None:
    label, gone = "<http://www.w3.org/2000/01/rdf-schema#label>", f"<{IS_REPLACED_BY}>"
    first, second = tmp_path / "a.nt", tmp_path / "b.nt"
    first.write_text(
        f'<{BASE}id/z> {label} "z" .\n<{BASE}id/a/2025> {label} "a" .\n<{BASE}def#B> {label} "b" .'
        f'\n<{BASE}id/vieux> {gone} <{BASE}id/z> .\n<https://autre.example/id/c> {label} "c" .\n'
    )
    second.write_text(f'<{BASE}id/z> {label} "zz" .\n<{BASE}id/é> {label} "é\\u2028" .\n')
    listed = document_index.list_documents([first, second], BASE)
    assert listed.decode().split("\n") == ["a/2025", "z", "é", ""]


def test_a_release_lists_what_can_be_dereferenced(example: Path) -> None:
    release = example / "current"
    listed = (release / document_index.FILE).read_text("utf-8").splitlines()
    subjects = set()
    replaced = set()
    for quad in ox.parse(path=release / "dumps/portraits.nt"):
        subjects.add(str(quad.subject)[1:-1])
        if quad.predicate.value == IS_REPLACED_BY:
            replaced.add(str(quad.subject)[1:-1])
    base = "http://localhost:8000/id/"
    assert replaced
    expected = {iri.removeprefix(base) for iri in subjects - replaced if iri.startswith(base)}
    assert listed == sorted(expected)
