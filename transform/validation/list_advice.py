"""Advise on texts that a list does not know: what to write into which file."""

import json
from pathlib import PurePath

from transform.errors import Said
from transform.graphs.mapping import MappingContext
from transform.layouts.model import LISTS, Layout
from transform.text.message import Message, message
from transform.text.normal_form import slug
from transform.text.slugs import LONGEST_SLUG

_SHOWN = 12


def layout_to_edit(layout: Layout) -> Said:
    """Name the layout in which to change something; reports hold no folders of this machine."""
    if name := layout.shipped_as:
        return message("layouts.own_layout", name=name)
    return PurePath(layout.source).name


def unknown_value(context: MappingContext, field: str, raw: str) -> Message:
    """Advise on a cell whose text the list of its field does not know."""
    vocabulary, year = context.vocabularies[field], context.reading.year
    text = " ".join(raw.split())
    layout = layout_to_edit(context.layout)
    known = " | ".join(vocabulary.known(year)[:_SHOWN])
    new = _lines(f"lists.{field}", _new_slug(text), text)
    if not (nearest := vocabulary.nearest(raw, year)):
        return message("validation.unknown", known=known, layout=layout, new=new)
    same = _lines(f"lists.{field}", vocabulary.concept(nearest, year) or "", text)
    return message("validation.unknown_near", nearest=nearest, layout=layout, same=same, new=new)


def unreviewed_value(context: MappingContext, field: str, concept: str) -> Message:
    """Advise on a value of an open list that no layout declares."""
    layout = layout_to_edit(context.layout)
    lines = _lines(f"lists.{field}", concept, context.vocabularies[field].new[concept].label)
    return message("validation.value_not_reviewed", layout=layout, lines=lines)


def unreviewed_own_value(context: MappingContext, name: str, concept: str) -> Message:
    """Advise on a value of a list of the register's own that no layout declares."""
    texts = context.own_lists[name].texts[concept]
    # Layouts of other years may be in other languages.
    text = (texts.get(context.layout.language) or next(iter(texts.values())))[0]
    lines = _lines(f"own.{name}", concept, text)
    layout = layout_to_edit(context.layout)
    return message("validation.value_not_reviewed", layout=layout, lines=lines)


def replaced_value(context: MappingContext, field: str, old: str, new: str) -> Message:
    """Advise on a value that went while another one, which looks like it, came."""
    layout = layout_to_edit(context.layout)
    vocabulary = context.vocabularies[field]
    if coined := vocabulary.new.get(new):
        # A concept that is declared is no longer made of its own text.
        own = [vocabulary.new[old].label] if old in vocabulary.new else []
        lines = _lines(f"lists.{field}", old, *own, coined.label)
        return message("validation.same_value", layout=layout, lines=lines)
    return message("validation.same_declared", new=new, old=old, field=field, layout=layout)


def concept_of(iri: str, base_uri: str) -> tuple[str, str] | None:
    """Return list and slug of the IRI of a value of a list, None for any other."""
    name, _, concept = iri.removeprefix(f"{base_uri}id/").partition("/")
    return (name, concept) if iri.startswith(base_uri) and name in LISTS and concept else None


def own_concept_of(iri: str, base_uri: str) -> tuple[str, str] | None:
    """Return list and slug of the IRI of a value of a list of the register's own, else None."""
    above = f"{base_uri}id/liste/"
    name, _, concept = iri.removeprefix(above).partition("/")
    return (name, concept) if iri.startswith(above) and concept else None


def _new_slug(text: str) -> str:
    return slug(text)[:LONGEST_SLUG].strip("-")


def _lines(key: str, concept: str, *texts: str) -> Message:
    """Write the three lines of a layout that make texts spellings of a concept."""
    # JSON escapes texts as TOML does.
    spellings = json.dumps(texts, ensure_ascii=False)
    return message("validation.value", key=key, concept=concept, spellings=spellings)
