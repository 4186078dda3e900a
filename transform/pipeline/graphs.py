"""Write the named graphs of a release as N-Triples, and what stands beside them in yearly dumps."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from pathlib import Path

from transform.graphs import identity_texts
from transform.graphs.bodies import bodies_graph, former_body_lines
from transform.graphs.decisions import authors_and_derivations
from transform.graphs.editions import edition_lines
from transform.graphs.entailed import entailed_lines
from transform.graphs.links import link_texts
from transform.graphs.named_graphs import graph_lines
from transform.graphs.prepared import Prepared
from transform.graphs.rows_file import copy_rows, read_texts
from transform.parallel import Progress
from transform.pipeline.checked import Checked
from transform.rdf.ntriples import Line, in_order
from transform.release import year_context
from transform.release.paths import FORMER_NAMES
from transform.text.message import message


def write_graphs(work: Prepared, checked: Checked, folder: Path, progress: Progress) -> list[Path]:
    """Write each named graph as N-Triples, the biggest ones as a stream; in the order of names."""
    folder.mkdir()
    editions = checked.editions
    newest = max(editions, key=lambda edition: edition.year).layout
    identities = _identity_texts(work, checked)
    texts: dict[str, Iterable[str]] = {
        "vocabulaire": work.vocabulary,
        "organismes": bodies_graph(work, checked.bodies, checked.attached, newest),
        "rapprochements": chain(
            identities[identity_texts.INITIATIVES],
            identities[identity_texts.DECISIONS],
            authors_and_derivations(work, checked.rejected),
            link_texts(work, checked.bodies),
            identities[identity_texts.FORMER],
            checked.comparisons,
        ),
    }
    possible = chain(
        in_order(former_body_lines(work.base_uri, work.identities.bodies)),
        identities[identity_texts.POSSIBLE],
    )
    if first := next(possible, ""):
        texts[FORMER_NAMES] = chain([first], possible)
    if work.framework:
        framework = work.framework.lines
        texts["cadre"] = in_order((*framework, *entailed_lines(framework, work.base_uri)))
    for edition in editions:
        texts[str(edition.year)] = in_order(edition_lines(work, [edition]))
    mapped = {
        str(year): (rows, checked.rejected.get(year, set()))
        for year, rows in checked.mapped.items()
    }
    what = str(message("pipeline.step_graphs"))
    for number, (name, lines) in enumerate(sorted(texts.items())):
        progress(what, number, len(texts))
        with (folder / f"{name}.nt").open("wb") as out:
            if name in mapped:
                copy_rows(*mapped[name], out)
            out.writelines(line.encode() for line in lines)
            described = in_order(graph_lines(work.base_uri, name, newest))
            out.writelines(line.encode() for line in described)
    progress(what, len(texts), len(texts))
    return [folder / f"{name}.nt" for name in sorted(texts)]


def write_contexts(
    checked: Checked, graphs: Sequence[Path], series: Iterable[Line], folder: Path
) -> dict[int, Path]:
    """Write what the dumps of each year hold beside its graph; `series` describes the portraits."""
    by_name = {graph.stem: graph for graph in graphs}
    portraits = {edition.year: by_name.pop(str(edition.year)) for edition in checked.editions}
    initiatives = by_name.pop("rapprochements")
    others = list(by_name.values())
    return year_context.write_contexts(portraits, initiatives, others, in_order(series), folder)


def _identity_texts(work: Prepared, checked: Checked) -> Mapping[str, Iterable[str]]:
    """Return which rows are one initiative: as the shapes read it, unless rows are kept back."""
    if any(checked.rejected.values()):
        return identity_texts.identity_texts(work, checked.rejected)
    return {name: read_texts(checked.identities, name) for name in identity_texts.PARTS}
