"""Advise on texts that a list does not know: what to write into which file."""

import json
from pathlib import PurePath

from transform.graphs.mapping import MappingContext
from transform.layouts.model import LISTS, Layout
from transform.text.normal_form import slug
from transform.text.slugs import LONGEST_SLUG

# The same advice in French and in English.
Steps = tuple[str, str]
_SHOWN = 12


def layout_to_edit(layout: Layout) -> Steps:
    """Name the layout in which to change something; reports hold no folders of this machine."""
    if name := layout.shipped_as:
        start = f'extends = "{name}"'
        return (
            f"un gabarit à soi qui commence par {start} (--layout FICHIER)",
            f"a layout of your own that begins with {start} (--layout FILE)",
        )
    return (PurePath(layout.source).name,) * 2


def unknown_value(context: MappingContext, field: str, raw: str) -> Steps:
    """Advise on a cell whose text the list of its field does not know."""
    vocabulary, year = context.vocabularies[field], context.reading.year
    text = " ".join(raw.split())
    fr, en = layout_to_edit(context.layout)
    known = " | ".join(vocabulary.known(year)[:_SHOWN])
    new = _lines(field, _new_slug(text), text)
    if not (nearest := vocabulary.nearest(raw, year)):
        return (
            f"Valeurs connues : {known}. Corriger la ligne, ou ajouter trois lignes dans {fr} :"
            f" {new}.",
            f"Known: {known}. Correct the row, or add three lines to {en}: {new}.",
        )
    same = _lines(field, vocabulary.concept(nearest, year) or "", text)
    return (
        f"Voulait-on « {nearest} » ? Corriger la ligne, ou ajouter trois lignes dans {fr} : si"
        f" c'est la même valeur, {same} ; si elle est nouvelle, {new}.",
        f'Was "{nearest}" meant? Correct the row, or add three lines to {en}: if it is the same'
        f" value, {same}; if it is a new one, {new}.",
    )


def unreviewed_value(context: MappingContext, field: str, concept: str) -> Steps:
    """Advise on a value of an open list that no layout declares."""
    fr, en = layout_to_edit(context.layout)
    lines = _lines(field, concept, context.vocabularies[field].new[concept].label)
    return (
        f"Quand une personne l'aura lue, ajouter trois lignes dans {fr} : {lines}.",
        f"Once a person has read it, add three lines to {en}: {lines}.",
    )


def replaced_value(context: MappingContext, field: str, old: str, new: str) -> Steps:
    """Advise on a value that went while another one, which looks like it, came."""
    fr, en = layout_to_edit(context.layout)
    vocabulary = context.vocabularies[field]
    if coined := vocabulary.new.get(new):
        # A concept that is declared is no longer made of its own text.
        own = [vocabulary.new[old].label] if old in vocabulary.new else []
        lines = _lines(field, old, *own, coined.label)
        return (
            f"Si c'est la même valeur, ajouter trois lignes dans {fr} : {lines}.",
            f"If it is the same value, add three lines to {en}: {lines}.",
        )
    return (
        f"Si c'est la même valeur, donner les graphies de « {new} » à « {old} » sous"
        f" [[lists.{field}.values]] dans {fr}, et y ôter « {new} » (hérité : afresh).",
        f'If it is the same value, give the spellings of "{new}" to "{old}" under'
        f' [[lists.{field}.values]] of {en}, and take "{new}" out there (inherited: afresh).',
    )


def concept_of(iri: str, base_uri: str) -> tuple[str, str] | None:
    """Return list and slug of the IRI of a value of a list, None for any other."""
    name, _, concept = iri.removeprefix(f"{base_uri}id/").partition("/")
    return (name, concept) if iri.startswith(base_uri) and name in LISTS and concept else None


def _new_slug(text: str) -> str:
    return slug(text)[:LONGEST_SLUG].strip("-")


def _lines(field: str, concept: str, *texts: str) -> str:
    """Write the three lines of a layout that make texts spellings of a concept."""
    # JSON escapes texts as TOML does.
    spellings = json.dumps(texts, ensure_ascii=False)
    return f'[[lists.{field}.values]], concept = "{concept}", spellings = {spellings}'
