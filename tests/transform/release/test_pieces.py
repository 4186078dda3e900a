"""Dumps put together from pieces are, to the byte, what is written in one go."""

import gzip
import hashlib
from pathlib import Path

import pyoxigraph as ox
import pytest

from transform.files import write_with_copy
from transform.layouts.model import FIELDS, load_layout
from transform.parallel import Workers
from transform.rdf.fragments import SUFFIXES
from transform.rdf.namespaces import RDF_TYPE, RDFS
from transform.rdf.syntaxes import BY_SUFFIX, write_bytes
from transform.release import pieces
from transform.release.dumps import write_dumps
from transform.release.spreadsheets import CsvTable, columns_of

BASE = "https://exemple.gouv.qc.ca/ia/"
YEAR = f"{BASE}graph/2025"
HOSTILE = (
    "a\nb", "a\r\nb\r", "a\u2028b\u2029", "]}\n", "</rdf:RDF>", "\\\"'", "\t",
    " .\n<x> <y> <z> .\n",
)  # fmt: skip


def write_graph(path: Path, things: int, text: str = "") -> Path:
    triples = [
        ox.Triple(ox.NamedNode(f"{BASE}id/{path.stem}/{number}"), ox.NamedNode(predicate), value)
        for number in range(things)
        for predicate, value in (
            (RDF_TYPE, ox.NamedNode(f"{BASE}def#Inscription")),
            (f"{BASE}def#inscriptionDe", ox.NamedNode(f"{BASE}id/initiative/{number}")),
            (f"{RDFS}label", ox.Literal(f"Tri {number}{text}", language="fr")),
            # The namespace of this one is no known prefix: its element declares it.
            ("http://autre.example/p", ox.Literal(f"{text}{number}")),
        )
    ]
    path.write_bytes(write_bytes(triples, BY_SUFFIX["nt"], BASE))
    return path


def dump(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, graphs: list[Path], context: Path, size: int
) -> dict[str, bytes]:
    """Write dumps with pieces of about `size` bytes, and return them by name."""
    monkeypatch.setattr(pieces, "SIZE", size)
    folder, scratch = tmp_path / f"dumps-{size}", tmp_path / f"scratch-{size}"
    folder.mkdir()
    scratch.mkdir()
    named = [(f"{BASE}graph/{graph.stem}", graph) for graph in graphs]
    stored = write_dumps(
        named,
        {2025: CsvTable(columns_of(load_layout("quebec"), FIELDS), {}, {}, "fr")},
        {2025: context},
        folder,
        BASE,
        scratch,
        workers=Workers(),
        many=False,
        progress=lambda *_: None,
    )
    files = {file.name: file.read_bytes() for file in folder.iterdir()}
    measured = {file.name: (file.bytes, file.sha256) for file in stored}
    assert measured == {
        name: (len(content), hashlib.sha256(content).hexdigest()) for name, content in files.items()
    }
    return files


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
@pytest.mark.parametrize("size", [1, 700, 10_000_000])
def test_documents_of_pieces_are_those_written_in_one_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, size: int
) -> None:
    graphs = [
        write_graph(tmp_path / "2025.nt", 7, text),
        write_graph(tmp_path / "cadre.nt", 0),
        write_graph(tmp_path / "organismes.nt", 1, text),
        write_graph(tmp_path / "vocabulaire.nt", 3),
    ]
    context = write_graph(tmp_path / "contexte-2025.nt", 2, text)
    files = dump(tmp_path, monkeypatch, graphs, context, size)
    quads = [
        ox.Quad(
            quad.subject, quad.predicate, quad.object, ox.NamedNode(f"{BASE}graph/{graph.stem}")
        )
        for graph in graphs
        for quad in ox.parse(path=graph)
    ]
    for suffix in ("nt", *SUFFIXES):
        syntax = BY_SUFFIX[suffix]
        assert files[f"portraits.{suffix}"] == write_bytes([q.triple for q in quads], syntax, BASE)
        of_year = [quad.triple for quad in quads if quad.graph_name == ox.NamedNode(YEAR)]
        of_year += [quad.triple for quad in ox.parse(path=context)]
        assert files[f"portrait-2025.{suffix}"] == write_bytes(of_year, syntax, BASE)
    for suffix in ("nq", "trig"):
        whole = write_bytes(quads, BY_SUFFIX[suffix], BASE)  # type: ignore[arg-type]
        assert files[f"portraits.{suffix}"] == whole
    assert files["portrait-2025.csv"].count(f"{BASE}id/2025/".encode()) == 7
    assert files["portrait-2025-excel.csv"].count(b"\xef\xbb\xbf") == 1


@pytest.mark.parametrize("size", [1, 200, 333, 1_000, 5_000])
def test_pieces_end_where_a_subject_ends(tmp_path: Path, size: int) -> None:
    graph = write_graph(tmp_path / "2025.nt", 9)
    cut = pieces.cut(graph, tmp_path, BASE, size=size)
    texts = [piece.read() for piece in cut]
    assert b"".join(texts) == graph.read_bytes()
    subjects = [{line.split()[0] for line in text.splitlines()} for text in texts]
    assert sum(map(len, subjects)) == 9
    assert len(texts) == {1: 9, 5_000: 1}.get(size, len(texts))


def test_a_graph_without_statements_has_no_piece(tmp_path: Path) -> None:
    assert pieces.cut(write_graph(tmp_path / "cadre.nt", 0), tmp_path, BASE) == []


def test_a_file_and_its_copy_are_the_same_bytes_however_the_blocks_fall(tmp_path: Path) -> None:
    content = b"abc\n" * 50_000
    one = write_with_copy(tmp_path / "one", [content])
    parts = (content[at : at + 777] for at in range(0, len(content), 777))
    two = write_with_copy(tmp_path / "two", parts)
    assert [file[1:] for file in one] == [file[1:] for file in two]
    packed = (tmp_path / "two.gz").read_bytes()
    assert gzip.decompress(packed) == content
    assert packed[3:8] == b"\0" * 5  # neither name nor time
