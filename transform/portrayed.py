"""Give the rows of portraits as what is compared of them: from what was read, or from a release."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from transform.decisions import Thing
from transform.likeness import Entry
from transform.mapping import DCTERMS, PROV
from transform.registry import SKOS
from transform.work import Work, published

_INSCRIPTION = re.compile("id/initiative/([a-z2-7]{16})/([0-9]{4})")


def entries_of(work: Work, rejected: Mapping[int, set[str]]) -> dict[int, list[Entry]]:
    """Give the published rows of every year, in the order of the files."""
    return {
        setting.reading.year: list(_entries(work, number, rejected))
        for number, setting in enumerate(work.settings)
    }


def _entries(work: Work, number: int, rejected: Mapping[int, set[str]]) -> Iterator[Entry]:
    setting = work.settings[number]
    year, lists = setting.reading.year, setting.vocabularies
    for place in published(work, setting, rejected):
        cells = place.row.cells
        body = work.identities.body(cells.organisme)
        yield Entry(
            key=place.key,
            year=year,
            row=place.row.number,
            name=cells.nom.strip(),
            body=body.slug if body else "",
            body_name=body.label if body else "",
            portfolio=lists["portefeuille"].concept(cells.portefeuille, year) or "",
            category=lists["categorie"].concept(cells.categorie, year) or "",
            filed=cells.categorie,
            status=cells.statut,
            benefits=cells.benefices if cells.benefices.strip() else "",
        )


@dataclass(frozen=True, slots=True)
class Released:
    """What a release says of its rows, and what stands for each former name."""

    entries: dict[int, list[Entry]]
    replaced: dict[Thing, Thing]


def read_released(release: Path, base_uri: str) -> Released:
    """Read the rows of a release back from its dump."""
    wanted = _predicates(base_uri)
    said: dict[str, dict[str, str]] = {}
    labels: dict[str, str] = {}
    replaced: dict[Thing, Thing] = {}
    dump = release / "dumps" / "portraits.nt"
    for quad in ox.parse(path=dump, format=ox.RdfFormat.N_TRIPLES):
        name = wanted.get(quad.predicate.value)
        if name is None or not isinstance(quad.subject, ox.NamedNode):
            continue
        about = quad.subject.value.removeprefix(base_uri)
        text = "" if isinstance(quad.object, ox.Triple) else quad.object.value
        if name == "replaced":
            _note(replaced, about, text.removeprefix(base_uri))
        elif name == "prefLabel":
            french = isinstance(quad.object, ox.Literal) and quad.object.language == "fr"
            labels[about] = text if french else labels.get(about, text)
        else:
            said.setdefault(about, {})[name] = text
    entries: dict[int, list[Entry]] = {}
    for about, facts in said.items():
        if found := _INSCRIPTION.fullmatch(about):
            entry = _entry(found[1], int(found[2]), facts, labels, base_uri)
            entries.setdefault(entry.year, []).append(entry)
    for rows in entries.values():
        rows.sort(key=lambda entry: entry.row)
    return Released(entries, replaced)


def _predicates(base_uri: str) -> dict[str, str]:
    pia = f"{base_uri}def#"
    ours = ("organisme", "portefeuille", "categorie", "categorieTelleQuEcrite", "statutTelQuEcrit")
    return {
        **{f"{pia}{name}": name for name in (*ours, "benefices", "nomTelQuEcrit")},
        f"{PROV}hadPrimarySource": "source",
        f"{SKOS}prefLabel": "prefLabel",
        f"{DCTERMS}isReplacedBy": "replaced",
    }


def _note(replaced: dict[Thing, Thing], old: str, new: str) -> None:
    things = [re.fullmatch("id/initiative/([a-z2-7]{16})(?:/([0-9]{4}))?", t) for t in (old, new)]
    if things[0] and things[1]:
        one, other = (Thing(t[1], int(t[2]) if t[2] else None) for t in things if t)
        replaced[one] = other


def _entry(
    key: str, year: int, facts: Mapping[str, str], labels: Mapping[str, str], base_uri: str
) -> Entry:
    body = facts.get("organisme", "").removeprefix(base_uri)
    return Entry(
        key=key,
        year=year,
        row=int(facts["source"].rpartition("#row=")[2]),
        name=facts["nomTelQuEcrit"].strip(),
        body=body.removeprefix("id/organisme/"),
        body_name=labels.get(body, ""),
        portfolio=facts.get("portefeuille", "").rpartition("/")[2],
        category=facts.get("categorie", "").rpartition("/")[2],
        filed=facts.get("categorieTelleQuEcrite", ""),
        status=facts.get("statutTelQuEcrit", ""),
        benefits=facts.get("benefices", ""),
    )
