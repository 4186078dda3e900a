"""Check the catalogue against what DCAT-AP requires, and every file that is offered."""

from collections.abc import Iterator
from importlib.resources import files
from typing import NamedTuple

import pyoxigraph as ox

from server.conformance.model import (
    Broken,
    CannotTell,
    CheckedReply,
    Finding,
    Inapplicable,
    cut,
    finding,
)
from server.conformance.site import CheckedSite
from transform.rdf.namespaces import DCAT, IANA_MEDIA_TYPES, SHACL, SPDX
from transform.text.message import message
from transform.text.printable import visible

_SUMS = "dumps/SHA256SUMS"
_SUMS_BYTES = 4 << 20
_SHA256 = f"{SPDX}checksumAlgorithm_sha256"
_MOST_STATEMENTS = 200_000  # of a catalogue; the shapes take a minute for as many


def check_dcat(site: CheckedSite) -> Iterator[Finding]:
    """Validate the catalogue with shapes that say what DCAT-AP 3.0.1 requires."""
    # Both are slow to load, and the serving process never does.
    import rdflib
    from pyshacl import validate

    triples = site.catalogue.triples
    if len(triples) > _MOST_STATEMENTS:
        raise CannotTell(message("conformance.too_many_statements", most=_MOST_STATEMENTS))
    sent = site.asked("catalogue.nt")
    step = message("conformance.step_dcat")
    if not site.catalogue.of_class(f"{DCAT}Catalog"):
        yield Finding(sent, message("conformance.nothing"), "dcat:Catalog", step)
        return
    data = rdflib.Graph().parse(
        data=ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES), format="nt"
    )
    shapes = rdflib.Graph().parse(
        data=files(__package__).joinpath("dcat-ap.ttl").read_text("utf-8"),
        format="turtle",
        publicID="urn:x-shapes:",
    )
    _, report, _ = validate(data, shacl_graph=shapes, max_validation_depth=30)
    if not isinstance(report, rdflib.Graph):
        raise CannotTell(message("conformance.shapes_failed", reason=cut(str(report))))
    found = set()
    for result in report.subjects(rdflib.RDF.type, rdflib.SH.ValidationResult):
        names = ("focusNode", "resultPath", "value", "sourceConstraintComponent")
        found.add(tuple(str(report.value(result, rdflib.SH[name]) or "") for name in names))
    for focus, path, value, component in sorted(found):
        rule = component.removeprefix(SHACL).removesuffix("ConstraintComponent")
        came = cut(f"<{focus}> <{path}> {value}".strip())
        yield Finding(sent, came, f"sh:{rule[:1].lower()}{rule[1:]}", step)


class _Offered(NamedTuple):
    """A file as it is offered: its digest, bytes and media type, each "" or 0 where unstated."""

    sha256: str
    size: int
    media_type: str
    stated_in: str


def check_files(site: CheckedSite) -> Iterator[Finding]:
    """Download every file that the catalogue or the list of checksums names, and compare it."""
    offered: dict[str, list[_Offered]] = {}
    for path, file in (*_in_catalogue(site), *_in_sums(site)):
        offered.setdefault(path, []).append(file)
    if not offered:
        raise Inapplicable(message("conformance.no_file"))
    for number, (path, entries) in enumerate(sorted(offered.items()), start=1):
        site.step(path, number, len(offered))
        try:
            yield from _compare(site, path, entries)
        except Broken as fault:
            yield fault.found


def _compare(site: CheckedSite, path: str, entries: list[_Offered]) -> Iterator[Finding]:
    size = max(entry.size for entry in entries)
    # One byte more than it should have tells a file that is longer; nothing endless is read.
    downloaded = site.client.download(path, size + 1 if size else 0)
    reply, step = downloaded.reply, message("conformance.step_file")
    if reply.status != 200:
        yield finding(reply, "200", step)
        return
    for entry in entries:
        where = message("conformance.stated_in", path=f"/{entry.stated_in}")
        if entry.size and entry.size != downloaded.size:
            expected = message("conformance.file_bytes", number=entry.size, where=where)
            yield finding(reply, expected, step, str(downloaded.size))
        elif entry.sha256 and entry.sha256 != downloaded.sha256:
            expected = message("conformance.file_digest", digest=entry.sha256, where=where)
            yield finding(reply, expected, step, f"SHA-256 {downloaded.sha256}")
        if entry.media_type and entry.media_type != reply.media_type:
            yield finding(reply, f"200 {entry.media_type}", step)


def _in_catalogue(site: CheckedSite) -> Iterator[tuple[str, _Offered]]:
    catalogue = site.catalogue
    for node in catalogue.of_class(f"{DCAT}Distribution"):
        sums = catalogue.iris(node, f"{SPDX}checksum")
        digests = [
            value.value.lower()
            for name in map(ox.NamedNode, sums)
            if catalogue.iris(name, f"{SPDX}algorithm") == [_SHA256]
            for value in catalogue.objects(name, f"{SPDX}checksumValue")
            if isinstance(value, ox.Literal)
        ]
        types = catalogue.iris(node, f"{DCAT}mediaType")
        packed = catalogue.iris(node, f"{DCAT}compressFormat")
        media_type = (packed or types or [""])[0].removeprefix(IANA_MEDIA_TYPES)
        size = catalogue.number(node, f"{DCAT}byteSize") or 0
        for iri in catalogue.iris(node, f"{DCAT}downloadURL"):
            if path := site.path_of(iri):
                digest = digests[0] if digests else ""
                yield path, _Offered(digest, size, media_type.lower(), "catalogue.nt")


def _in_sums(site: CheckedSite) -> Iterator[tuple[str, _Offered]]:
    """Read the list of checksums, lines of a digest and a name as sha256sum writes them."""
    reply: CheckedReply = site.get(_SUMS, most=_SUMS_BYTES)
    step = message("conformance.step_file")
    if (reply.status, reply.media_type) != (200, "text/plain"):
        raise Broken(finding(reply, "200 text/plain", step))
    for line in reply.body.decode("utf-8", "replace").splitlines():
        digest, _, name = line.partition("  ")
        path = site.path_of(f"{site.base_uri}dumps/{name}")
        if len(digest) != 64 or not name or path is None:
            expected = message("conformance.line_of_sums")
            raise Broken(finding(reply, expected, step, visible(line)))
        yield path, _Offered(digest.lower(), 0, "", _SUMS)
