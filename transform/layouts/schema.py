"""Declare what a layout may hold, in one table, and find anything else, in one function."""

import difflib
import re
import reprlib
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

import pyoxigraph as ox

import ontology
from transform.errors import Said
from transform.layouts.fields import MORE_FIELDS, RANGES
from transform.layouts.located import LONGEST_KEY, Faults, LayoutLine, Node, dotted
from transform.layouts.series import DAYS, PUBLISHER_KINDS
from transform.layouts.toml_lines import Path
from transform.layouts.words import FEMININE, MASCULINE, NAMED
from transform.text.characters import UNWRITABLE
from transform.text.dates import is_date_pattern
from transform.text.languages import is_language
from transform.text.message import Message, message
from transform.text.normal_form import slug
from transform.text.urls import is_email

FIELDS = ("nom", "categorie", "organisme", "portefeuille", "benefices", "statut")
# Without these, a register is none; it may do without any other field.
NEEDED = ("nom", "organisme")
# How a value is related to a term of another vocabulary (SKOS Reference, 10).
MATCHES = ("exact", "close", "broad", "narrow", "related")
LISTS = ("categorie", "statut", "portefeuille")
# What no word holds: it would stand for something else in a query or message that has the word.
_NOT_IN_WORDS = re.compile(r"[\\{}]")


def _is_text(value: object) -> bool:
    return isinstance(value, str) and not UNWRITABLE.search(value)


def _is_forms(value: list[object]) -> bool:
    """Check whether texts are one and several of a thing, with a gender behind them or without."""
    return (
        len(value) >= 2
        and value[2:] in ([], [FEMININE], [MASCULINE])
        and all(_is_text(text) and str(text).strip() for text in value)
        and not any(_NOT_IN_WORDS.search(str(text)) for text in value)
    )


def _is_iri(value: object) -> bool:
    if not isinstance(value, str) or not value.startswith(("http://", "https://")):
        return False
    try:
        ox.NamedNode(value)
        return bool(urlsplit(value).hostname)
    except ValueError:
        return False


def _is_address(value: object) -> bool:
    return isinstance(value, str) and is_email(value)


_KINDS: dict[str, tuple[Message, Callable[[Any], object]]] = {
    "text": (message("layouts.kind_text"), lambda v: _is_text(v) and v.strip()),
    "forms": (
        message("layouts.kind_forms"),
        lambda v: isinstance(v, list) and _is_forms(v),
    ),
    "flag": (message("layouts.kind_flag"), lambda v: isinstance(v, bool)),
    "count": (message("layouts.kind_count"), lambda v: type(v) is int and 0 <= v < 1 << 31),
    "format": (message("layouts.kind_format"), lambda v: type(v) is int and v == 1),
    "year": (message("layouts.kind_year"), lambda v: type(v) is int and 1900 <= v <= 2999),
    "slug": (message("layouts.kind_slug"), lambda v: isinstance(v, str) and slug(v) == v),
    "language": (message("layouts.any_language"), lambda v: isinstance(v, str) and is_language(v)),
    "former-language": (message("layouts.kind_languages"), lambda _: False),
    "iri": (message("layouts.kind_iri"), _is_iri),
    # The IRIs of rows are this IRI with a fragment.
    "file": (message("layouts.kind_iri_of_file"), lambda v: _is_iri(v) and "#" not in v),
    # "" where a layout extends another and has none of its own.
    "iri?": (message("layouts.kind_iri_or_none"), lambda v: v == "" or _is_iri(v)),
    "email?": (message("layouts.kind_email_or_none"), lambda v: v == "" or _is_address(v)),
    # "" where a layout extends another and does not know its own.
    "date?": (
        message("layouts.kind_date_or_none"),
        lambda v: v == "" or (isinstance(v, date) and not isinstance(v, datetime)),
    ),
    # CKAN refuses a whole dataset for a keyword of any other kind.
    "keyword": (
        message("layouts.kind_keyword"),
        lambda v: isinstance(v, str) and re.fullmatch(r"[\w .-]{2,100}", v) and v == v.strip(),
    ),
    "text?": (message("layouts.kind_text_or_none"), _is_text),
    "moment?": (
        message("layouts.kind_moment_or_none"),
        lambda v: v == "" or (isinstance(v, datetime) and v.tzinfo) or type(v) is date,
    ),
    "degrees": (
        message("layouts.kind_degrees"),
        lambda v: type(v) in (int, float) and -180 <= v <= 180,
    ),
    "publisher": (
        message("layouts.kind_choice", values=PUBLISHER_KINDS),
        lambda v: v in PUBLISHER_KINDS,
    ),
    "turtle": (
        message("layouts.kind_choice", values=ontology.NAMES),
        lambda v: v in ontology.NAMES,
    ),
    "registry": (
        message("layouts.kind_choice_or_turtle", values=ontology.NAMES),
        lambda v: v in ontology.NAMES or (_is_text(v) and v.endswith(".ttl")),
    ),
    # "" where a layout extends another and has none of its own.
    "framework?": (
        message("layouts.kind_choice_turtle_or_none", values=ontology.NAMES),
        lambda v: v == "" or v in ontology.NAMES or (_is_text(v) and v.endswith(".ttl")),
    ),
    # "" where a layout extends another and its bodies are within nothing.
    "list?": (
        message("layouts.kind_choice_or_none", values=LISTS),
        lambda v: v == "" or v in LISTS,
    ),
    "other": (
        message("layouts.kind_choice_of_two", one="refuse", other="list"),
        lambda v: v in ("refuse", "list"),
    ),
    "unreadable": (
        message("layouts.kind_choice_of_two", one="refuse", other="leave"),
        lambda v: v in ("refuse", "leave"),
    ),
    "separator": (
        message("layouts.kind_separator"),
        lambda v: _is_text(v) and v,
    ),
    "part-number": (message("layouts.kind_part"), lambda v: type(v) is int and 1 <= v < 99),
    "date-pattern": (
        message("layouts.kind_date_pattern"),
        lambda v: _is_text(v) and is_date_pattern(v),
    ),
    "decimal": (
        message("layouts.kind_choice_of_two", one=".", other=","),
        lambda v: v in (".", ","),
    ),
    "range": (message("layouts.kind_choice", values=RANGES), lambda v: v in RANGES),
}
# A format is the name of a kind, with a plus where a list of several is read too, [the format of
# each element] or a table: key to format, where "*year", "*language" and "*name" stand for any key
# of that kind.
_TEXTS = {"*language": "text"}
# "" where a layout extends another and has none of its own.
_TEXTS_OR_NONE = {"*language": "text?"}
_OFFERED = {"title": "text", "format": "text", "megabytes": "count", "modified": "date?"}
_PUBLISHER = {
    "slug": "slug",
    "name": _TEXTS,
    "homepage": "iri?",
    "email": "email?",
    "kind": "publisher",
    "unit": "text?",
}
_VALUE = {
    "concept": "slug",
    "spellings": ["text"],
    "from": "year",
    "until": "year",
    "label": _TEXTS,
    "match": {kind: ["iri"] for kind in MATCHES},
}
_FIELD = {
    "columns": ["text"],
    "fallback": ["text"],
    "optional": "flag",
    "translations": {"*language": ["text"]},
    "join": ["text"],
    "joiner": "text?",
    "split": "separator",
    "languages": ["language"],
    "part": "part-number",
}
_DATE = {"dates": ["date-pattern"]}
_MORE = {**_FIELD, "empty": ["text"], "unreadable": "unreadable"}
_OWN = {
    **_MORE,
    **_DATE,
    "label": _TEXTS,
    "definition": _TEXTS,
    "range": "range",
    "decimal": "decimal",
    "yes": ["text"],
    "no": ["text"],
    "values": [{"concept": "slug", "spellings": ["text"], "label": _TEXTS}],
}
_FIELDS = {
    **{name: _FIELD if name in NEEDED else {**_FIELD, "absent": "flag"} for name in FIELDS},
    "organisme": {**_FIELD, "within": "list?"},
    **{name: _MORE | (_DATE if kind == "date" else {}) for name, kind in MORE_FIELDS.items()},
    "identifiant": {**_MORE, "identity": "flag"},
}
_LIST = {"scheme": "turtle", "open": "flag", "blank": "slug", "values": [_VALUE]}
FORMAT = {
    "layout": "format",
    "name": "text",
    "extends": "text",
    "afresh": ["text"],
    "registry": "registry+",
    "languages": ["language"],
    "language": "former-language",
    "series": {
        "title": _TEXTS,
        "description": _TEXTS,
        "licence": "iri",
        "landing": "iri?",
        "framework": "framework?",
        "reference": "iri?",
        "identifier": "text?",
        "theme": _TEXTS_OR_NONE,
        "disclaimer": _TEXTS_OR_NONE,
        "issued": "moment?",
        "modified": "moment?",
        "keywords": {"*language": ["keyword"]},
        "citation": _TEXTS,
        "legislation": "slug",
        "coverage": {"iri": "iri", "name": _TEXTS, "bounds": ["degrees"], "middle": ["degrees"]},
    },
    "publisher": _PUBLISHER,
    "operator": _PUBLISHER,
    "notice": _TEXTS,
    "words": {**{thing: {"*language": "forms"} for thing in NAMED}, "left_out": _TEXTS},
    "fields": _FIELDS,
    "own": {"*name": _OWN},
    "file": {"path": "text"},
    "columns": {"other": "other", "ignore": ["text"]},
    "fetch": {
        "api": "iri?",
        "dataset": "text?",
        "words": ["text"],
        "resources": {"*year": "text"},
    },
    "lists": dict.fromkeys(LISTS, _LIST),
    "portraits": {
        "*year": {
            "total": "count",
            "url": "file",
            "sheet": "text",
            "title": _TEXTS,
            "description": _TEXTS,
            "collection": _TEXTS,
            "files": [_OFFERED],
            **dict.fromkeys(DAYS, "date?"),
        }
    },
}


def required_keys(layout: Node) -> list[str]:
    """Return the keys that a layout must have, with all that it extends: texts in its languages."""
    texts = ["series.title", "series.description"]
    texts += ["notice"] if layout.find("notice") else []
    keys = ["layout", "name", "languages", "series.licence"]
    for body in ("publisher", "operator") if layout.find("operator") else ("publisher",):
        keys.append(f"{body}.slug")
        # A registry of bodies may know its name.
        if layout.find(body, "name") or not layout.elements("registry"):
            texts.append(f"{body}.name")
    languages = [node.value for node in layout.elements("languages") if node.sound]
    keys += [f"{text}.{language}" for text in texts for language in languages]
    present = [name for name in FIELDS if not layout.get("fields", name, "absent")]
    keys += [f"fields.{name}.columns" for name in present]
    keys += [f"fields.{name}.columns" for name in MORE_FIELDS if layout.find("fields", name)]
    for own, _ in layout.tables("own"):
        keys.append(f"own.{own}.columns")
        keys += [f"own.{own}.label.{language}" for language in languages]
    # A field that is missing has been told of already.
    declared = [name for name in LISTS if name in present and layout.find("fields", name)]
    return keys + [f"lists.{name}" for name in declared]


def read_value(
    value: Any,
    expected: Any,
    path: Path,
    file: LayoutLine,
    lines: Mapping[Path, int],
    faults: Faults,
) -> Node:
    """Return a value with the places of all that is in it, adding each misfit to the faults.

    Only what the format knows is read: nothing goes deeper than it. Language tags are written in
    lower case, as RDF has them.
    """
    place = LayoutLine(file.file, file.rank, lines.get(path, file.line))
    if isinstance(expected, dict):
        if not isinstance(value, dict):
            kind = message("layouts.kind_table", known=_known(expected))
            return _misfit(value, kind, path, place, faults)
        table = {}
        for name, element in value.items():
            inner = (*path, name)
            known = _format_of(name, expected)
            if known is None:
                where = LayoutLine(file.file, file.rank, lines.get(inner, place.line))
                faults.add(where, _unknown_key(name, inner, expected))
                continue
            read = read_value(element, known, inner, place, lines, faults)
            key = name.lower() if "*language" in expected else name
            if key in table:
                faults.add(read.place, message("layouts.key_twice", key=dotted(inner)))
            table[key] = read
        return Node(place, table)
    if isinstance(expected, list):
        if not isinstance(value, list):
            return _misfit(value, message("layouts.kind_list"), path, place, faults)
        elements = enumerate(value)
        return Node(
            place,
            [read_value(v, expected[0], (*path, n), place, lines, faults) for n, v in elements],
        )
    if expected.endswith("+"):
        several = value if isinstance(value, list) else [value]
        return read_value(several, [expected[:-1]], path, file, lines, faults)
    kind, fits = _KINDS[expected]
    if not fits(value):
        return _misfit(value, kind, path, place, faults)
    # A list that is one value has no places of its own for its elements.
    one = tuple(value) if isinstance(value, list) else value
    return Node(place, value.lower() if expected == "language" else one)


def _misfit(value: Any, kind: Message, path: Path, place: LayoutLine, faults: Faults) -> Node:
    faults.add(place, message("layouts.misfit", key=dotted(path), value=_shown(value), kind=kind))
    return Node(place, None, sound=False)


def _shown(value: object) -> Said:
    """Show a value on one line, cut where it is long or deeply nested."""
    short = reprlib.Repr()
    short.maxstring = short.maxother = 80
    try:
        return short.repr(value)
    except ValueError:
        return message("layouts.long_number")


def _format_of(name: str, table: Mapping[str, Any]) -> Any:
    """Return the format of a key, None for a key that is not known."""
    if name in table and not name.startswith("*"):
        return table[name]
    if "*language" in table and _KINDS["language"][1](name):
        return table["*language"]
    if "*year" in table and re.fullmatch("[12][0-9]{3}", name):
        return table["*year"]
    if "*name" in table and re.fullmatch("[a-z][A-Za-z0-9]*", name):
        return table["*name"]
    return None


def _unknown_key(name: str, path: Path, table: Mapping[str, Any]) -> Message:
    """Return the message on an unknown key, with the nearest known one."""
    fixed = [key for key in _in_use(table) if not key.startswith("*")]
    near = difflib.get_close_matches(name[:LONGEST_KEY], fixed, n=1)
    if near:
        return message("layouts.no_key", key=dotted(path), nearest=near[0])
    return message("layouts.no_key_here", key=dotted(path), known=_known(table))


def _known(table: Mapping[str, Any]) -> list[Said]:
    names: dict[str, Said] = {
        "*language": message("layouts.any_language"),
        "*year": message("layouts.any_year"),
        "*name": message("layouts.any_name"),
    }
    return [names.get(name, name) for name in _in_use(table)]


def _in_use(table: Mapping[str, Any]) -> list[str]:
    """Return the keys of a table, but for the one that had another name before."""
    return [name for name, expected in table.items() if expected != "former-language"]
