"""Write what was checked as a release: graphs, dumps, report, manifest."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path

from transform.catalogue import dcat
from transform.catalogue.dcat import CatalogueContents, DecisionDays
from transform.catalogue.files import GraphCounts, count_graphs, render_catalogue
from transform.charts.counts import count_charts
from transform.charts.files import chart_files
from transform.decisions.sssom import DECISIONS_FILE, LINKS_FILE
from transform.errors import MisusedCommand
from transform.files import Stored, as_json, digest, read_blocks
from transform.graphs.decision_terms import Verdict
from transform.graphs.decisions import (
    people_verdicts,
    rule_dates,
    rule_verdicts,
)
from transform.graphs.links import link_verdicts
from transform.graphs.portraits import Edition, descriptions
from transform.graphs.prepared import Prepared
from transform.identity.splits import cut_off
from transform.parallel import Progress, Workers
from transform.pipeline import report
from transform.pipeline.checked import Checked, count_rows, open_candidates
from transform.pipeline.graphs import write_contexts, write_graphs
from transform.pipeline.manifest import Files, describe_content, describe_file, manifest_of
from transform.release import (
    database,
    decisions_table,
    document_index,
    dumps,
    manifest,
)
from transform.release import folder as release_folder
from transform.release.definitions import definitions
from transform.release.integrity import SUMS_PATH, list_sums
from transform.release.names import read_names
from transform.release.paths import (
    CHART_FORM,
    DATABASE,
    DECISIONS,
    is_packed,
    is_unnamed,
    source_path,
)
from transform.release.spreadsheets import CsvTable, columns_of
from transform.release.stability import Gone, PublishedUris, check_published
from transform.release.thing_tables import VERSION
from transform.review.candidates_csv import candidates_csv
from transform.review.renamings import renamings_turtle
from transform.text.message import message
from transform.validation.locate import CellLocator

# The graph that says what the values of lists are called, and those that name any thing.
_LISTS = "vocabulaire"
_NAMING = ("cadre", "organismes", _LISTS)
# From here on, other processes are worth their start.
_MANY_BYTES = 10_000_000


def write_release(
    work: Prepared,
    checked: Checked,
    releases_folder: Path,
    workers: Workers,
    progress: Progress,
    old: PublishedUris | None = None,
) -> tuple[Path, list[Gone]]:
    """Write a release in whole or not at all; return its path and the URIs that it drops.

    Raises UrisDropped where an edit would drop a URI that `old` publishes.
    """
    with release_folder.building(releases_folder) as folder:
        graphs = write_graphs(work, checked, folder / "graphs", progress)
        gone = _check_stability(old, work, checked, graphs) if old else []
        listed = document_index.list_documents(graphs, work.base_uri)
        series = dcat.series_lines(_offer(work, checked, {}))
        contexts = write_contexts(checked, graphs, series, folder / "graphs")
        files = {
            **_write_dumps(work, checked, graphs, contexts, folder, workers, progress),
            **_copy_sources(work, folder),
            **_write_files({document_index.FILE: listed}, folder),
            **_write_files(definitions(work.base_uri, work.vocabulary, work.languages), folder),
            **_write_report(work, checked, folder),
            **_write_charts(work, checked, graphs, folder),
        }
        _write_sums(files, folder)
        scratch = folder / "graphs"
        counted = count_graphs(_offer(work, checked, files), graphs, contexts, scratch)
        plain = {path: about for path, about in files.items() if not is_unnamed(path)}
        name = _name(*_describe(work, checked, counted, plain), _forms(files))
        documents, _ = _describe(work, checked, counted, files, name)
        _write_files(documents, folder)
        shutil.rmtree(folder / "graphs")
        return release_folder.adopt(folder, name), gone


def _describe(
    work: Prepared, checked: Checked, counted: GraphCounts, files: Files, name: str | None = None
) -> tuple[dict[str, bytes], Files]:
    """Return the catalogue and the manifest by path, and the files that the manifest lists.

    With the release's name, which is made from them without it, the catalogue states it. The
    catalogue describes files of `dumps/`, the manifest every file but itself.
    """
    documents, written = render_catalogue(_offer(work, checked, files, name), counted)
    listed = files | {path: describe_content(path, text) for path, text in documents.items()}
    content = as_json(manifest_of(work, checked, written, listed))
    return {**documents, manifest.FILE: content}, listed


def _name(documents: dict[str, bytes], listed: Files, forms: Mapping[str, str]) -> str:
    digests: dict[str, str] = {path: about["sha256"] for path, about in listed.items()}
    return release_folder.content_name(documents[manifest.FILE], {**digests, **forms})


def _forms(files: Files) -> dict[str, str]:
    """Return in which form each file is whose bytes the name leaves out, but compressed copies.

    A release in an older form keeps its name; what reads the new form finds it in a new release.
    """
    return {
        path: f"tables-{VERSION}" if path == f"dumps/{DATABASE}" else f"charts-{CHART_FORM}"
        for path in files
        if is_unnamed(path) and not is_packed(path)
    }


def _write_sums(files: Files, folder: Path) -> None:
    """Write the checksums of the dumps and charts, as `sha256sum` reads them."""
    listed = list_sums({path: str(about["sha256"]) for path, about in files.items()})
    text = "".join(f"{sha256}  {name}\n" for name, sha256 in listed)
    (folder / SUMS_PATH).write_text(text, encoding="ascii")


def _write_files(contents: dict[str, bytes], folder: Path) -> Files:
    """Write files by their paths in the release, and return their entries in the manifest."""
    for path, content in contents.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_bytes(content)
    return {path: describe_content(path, content) for path, content in contents.items()}


def _offer(
    work: Prepared, checked: Checked, files: Files, name: str | None = None
) -> CatalogueContents:
    sources = {
        context.reading.year: (
            context.reading.table.path.name,
            context.reading.table.raw_sha256,
            context.reading.read,
        )
        for context in work.contexts
    }
    framework = work.framework.lines if work.framework else ()
    return CatalogueContents(
        work.base_uri, checked.editions, files, sources, _decided(work, checked), framework, name
    )


def _decided(work: Prepared, checked: Checked) -> DecisionDays:
    people = {ruling.grounds.date for ruling in work.decisions.rulings}
    links = {link.grounds.date for link in work.links.filed.rulings}
    by_rule = rule_dates(work, checked.rejected)
    return DecisionDays(max(people, default=None), max(people | links | by_rule, default=None))


def _check_stability(
    old: PublishedUris, work: Prepared, checked: Checked, graphs: Sequence[Path]
) -> list[Gone]:
    digests = {s.reading.year: s.reading.table.raw_sha256 for s in work.contexts}
    keys = {key for rejected in checked.rejected.values() for key in rejected}
    # A key that a person's decision split off lasts no longer than the decision.
    keys |= cut_off(work.identities.own)
    kept_back = {f"{work.base_uri}id/initiative/{key}" for key in keys}
    return check_published(old, graphs, digests, kept_back)


def _write_dumps(
    work: Prepared,
    checked: Checked,
    graphs: Sequence[Path],
    contexts: Mapping[int, Path],
    folder: Path,
    workers: Workers,
    progress: Progress,
) -> Files:
    target, scratch = folder / "dumps", folder / "graphs" / "pieces"
    target.mkdir()
    scratch.mkdir()
    stored = dumps.write_dumps(
        [(f"{work.base_uri}graph/{graph.stem}", graph) for graph in graphs],
        {edition.year: _table(edition) for edition in checked.editions},
        contexts,
        target,
        work.base_uri,
        scratch,
        workers=workers,
        many=sum(graph.stat().st_size for graph in graphs) > _MANY_BYTES,
        progress=progress,
        others=[
            _decisions_table(work, checked, target),
            _database(work, checked, graphs, target, scratch),
        ],
    )
    shutil.rmtree(scratch)
    return {f"dumps/{file.name}": describe_file(f"dumps/{file.name}", file) for file in stored}


def _table(edition: Edition) -> CsvTable:
    words = edition.layout.words.names
    title = {
        language: f"{own['portrait'][0].capitalize()} {edition.year}"
        for language, own in words.items()
        if "portrait" in own
    }
    columns = columns_of(edition.layout, edition.fields)
    return CsvTable(columns, title, descriptions(edition), edition.layout.language)


def _decisions_table(work: Prepared, checked: Checked, folder: Path) -> dumps.Dump:
    judged = _judged(work, checked)
    licence = max(checked.editions, key=lambda edition: edition.year).layout.licence
    return dumps.Dump(
        folder / DECISIONS,
        lambda: decisions_table.table_blocks(
            lambda: rule_verdicts(work, checked.rejected), judged, work.base_uri, licence
        ),
    )


def _judged(work: Prepared, checked: Checked) -> list[Verdict]:
    """Return the decisions of people, on identity and on links."""
    return [*people_verdicts(work, checked.rejected), *link_verdicts(work, checked.bodies)]


def _database(
    work: Prepared, checked: Checked, graphs: Sequence[Path], folder: Path, scratch: Path
) -> dumps.Dump:
    """Return the tables as one file, made once it is to be put in place."""

    def blocks() -> Iterator[bytes]:
        named = [graph for graph in graphs if graph.stem in _NAMING]
        verdicts = chain(rule_verdicts(work, checked.rejected), _judged(work, checked))
        made = scratch / DATABASE
        database.write_database(
            made, work, checked.editions, checked.rejected, checked.bodies, named, verdicts
        )
        yield from read_blocks(made)

    return dumps.Dump(folder / DATABASE, blocks)


def _copy_sources(work: Prepared, folder: Path) -> Files:
    files: Files = {}
    for context in work.contexts:
        table = context.reading.table
        path = source_path(context.reading.year, table.path.name)
        target = folder / path
        target.parent.mkdir(parents=True)
        shutil.copyfile(table.path, target)
        if digest(target) != table.raw_sha256:
            raise MisusedCommand(message("pipeline.changed_while_read", file=table.path))
        stored = Stored(target.name, table.bytes, table.raw_sha256)
        files[path] = describe_file(path, stored)
    return files


def _write_report(work: Prepared, checked: Checked, folder: Path) -> Files:
    (folder / "report").mkdir()
    decided = ((DECISIONS_FILE, work.decisions), (LINKS_FILE, work.links.filed))
    copies = {kept.name: read.raw for kept, read in decided if read.rulings}
    contents = report_files(work, checked) | copies
    return _write_files({f"report/{name}": text for name, text in contents.items()}, folder)


def _write_charts(work: Prepared, checked: Checked, graphs: Sequence[Path], folder: Path) -> Files:
    lists = [graph for graph in graphs if graph.stem == _LISTS]
    open_pairs = {
        years: sum(candidate.may_be_one for candidate in group)
        for years, group in checked.candidates.items()
    }
    names = read_names(lists, work.languages.tags)
    charts = count_charts(work, checked.editions, checked.rejected, names, open_pairs)
    return _write_files(dict(chart_files(charts)), folder)


def report_files(work: Prepared, checked: Checked) -> dict[str, bytes]:
    """Return the files of the report by name."""
    places = CellLocator(work)
    return {
        "validation.ttl": report.as_turtle(checked.located, work.base_uri),
        "validation.json": as_json(
            report.as_json(
                checked.located,
                count_rows(work, checked),
                checked.not_reviewed,
                checked.renamings,
            )
        ),
        "rejets.csv": report.rejected_csv(checked.located, places),
        "candidats.csv": candidates_csv(open_candidates(checked), work.base_uri),
        **({"renommages.ttl": renamings_turtle(checked.renamings)} if checked.renamings else {}),
    }
