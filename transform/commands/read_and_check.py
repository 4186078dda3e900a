"""Read and check the files that a command line names, and print the findings."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from transform.commands import terminal
from transform.commands.decision_files import read_decision_files
from transform.commands.options import DEFAULT_BASE_URI
from transform.errors import DataRefused, MisusedCommand
from transform.files import reason_message
from transform.parallel import Workers
from transform.text.languages import language_for
from transform.text.message import Message, message

if TYPE_CHECKING:
    from transform.graphs.prepared import Prepared
    from transform.pipeline.checked import Checked


def read_and_check(
    pairs: tuple[str, ...],
    layouts: tuple[str, ...],
    base_uri: str | None,
    quarantine: bool,
    scratch: Path,
    workers: Workers,
    options: dict[str, Any],
) -> "tuple[Prepared, Checked]":
    """Read and check, and print the findings; raises DataRefused when they forbid publishing.

    Without a base URI, the IRIs of decisions may begin with any.
    """
    from transform.pipeline.check import check
    from transform.pipeline.checked import count_rows
    from transform.pipeline.prepare import prepare
    from transform.pipeline.sources import (
        example_sources,
        parse_base_uri,
        parse_sources,
        parse_vocabulary_uri,
    )
    from transform.pipeline.write import report_files
    from transform.rdf.namespaces import BaseUri

    base_uri = parse_base_uri(base_uri) if base_uri else None
    if (home := options.get("vocabulary_uri")) is not None:
        base_uri = BaseUri(base_uri or DEFAULT_BASE_URI, parse_vocabulary_uri(home))
    if layouts and not pairs:
        raise MisusedCommand(message("commands.layout_no_file"))
    sources = parse_sources(pairs, layouts) if pairs else example_sources()
    sources_folder = sources[0].path.parent if pairs else None
    decisions, links = read_decision_files(options, sources_folder, base_uri)
    with terminal.progress() as progress:
        work = prepare(sources, base_uri or DEFAULT_BASE_URI, progress, decisions, links)
        checked = check(work, quarantine, scratch, workers, progress)
    if folder := options["report_folder"]:
        _write_report(folder, report_files(work, checked))
    terminal.print_links(work.links.notes)
    terminal.print_read(count_rows(work, checked), refused=checked.refused)
    for context in work.contexts:
        terminal.print_untaken(context.reading, context.layout)
    newest = max(checked.editions, key=lambda edition: edition.year).layout
    terminal.print_not_reviewed(checked.not_reviewed, newest)
    terminal.print_renamings(checked.renamings, newest)
    terminal.print_findings(checked.located, language_for(newest.languages))
    if any(finding.severity != "Info" for finding in checked.located):
        terminal.print_layouts(context.layout for context in work.contexts)
    if checked.refused:
        raise DataRefused(_refusal(checked, quarantine))
    return work, checked


def _refusal(checked: "Checked", quarantine: bool) -> Message:
    broken = sum(f.severity == "Violation" for f in checked.located)
    rows = sum(len(keys) for keys in checked.rejected.values())
    if quarantine or not rows:
        return message("commands.refused_correct", violations=broken)
    return message("commands.refused_rows", violations=broken, rows=rows)


def _write_report(folder: Path, contents: dict[str, bytes]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in contents.items():
            (folder / name).write_bytes(content)
    except OSError as error:
        raise MisusedCommand(
            message("commands.report_unwritable", folder=folder, reason=reason_message(error))
        ) from error
