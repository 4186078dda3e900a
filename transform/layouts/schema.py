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
from transform.layouts.fields import MORE_FIELDS, RANGES
from transform.layouts.located import LONGEST_KEY, Faults, Node, Place, dotted
from transform.layouts.series import DAYS, PUBLISHER_KINDS
from transform.layouts.toml_lines import Path
from transform.layouts.words import NAMED
from transform.text.characters import UNWRITABLE
from transform.text.dates import is_date_pattern
from transform.text.languages import is_language
from transform.text.normal_form import slug
from transform.text.urls import is_email

FIELDS = ("nom", "categorie", "organisme", "portefeuille", "benefices", "statut")
# Without these, a register is none; it may do without any other field.
NEEDED = ("nom", "organisme")
# How a value is related to a term of another vocabulary (SKOS Reference, 10).
MATCHES = ("exact", "close", "broad", "narrow", "related")
LISTS = ("categorie", "statut", "portefeuille")


def _is_text(value: object) -> bool:
    return isinstance(value, str) and not UNWRITABLE.search(value)


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


_KINDS: dict[str, tuple[str, Callable[[Any], object]]] = {
    "text": ("text in quotes, without controls", lambda v: _is_text(v) and v.strip()),
    "forms": (
        'a list of one and several, such as ["portfolio", "portfolios"]',
        lambda v: isinstance(v, list) and len(v) == 2 and all(_is_text(t) and t.strip() for t in v),
    ),
    "flag": ("true or false", lambda v: isinstance(v, bool)),
    "count": ("a whole number, zero or more", lambda v: type(v) is int and 0 <= v < 1 << 31),
    "format": ("1, the only version of the format", lambda v: type(v) is int and v == 1),
    "year": ("a year of four digits", lambda v: type(v) is int and 1900 <= v <= 2999),
    "slug": ("a slug: a-z, 0-9, single hyphens", lambda v: isinstance(v, str) and slug(v) == v),
    "language": ('a language tag such as "fr"', lambda v: isinstance(v, str) and is_language(v)),
    "former language": (
        "languages, a list of language tags of which the first is the register's own, such as"
        ' languages = ["fr", "en"]',
        lambda _: False,
    ),
    "iri": ("an absolute http(s) IRI", _is_iri),
    # The IRIs of rows are this IRI with a fragment.
    "file": ("an absolute http(s) IRI without fragment", lambda v: _is_iri(v) and "#" not in v),
    # "" where a layout extends another and has none of its own.
    "iri?": ('an absolute http(s) IRI, or ""', lambda v: v == "" or _is_iri(v)),
    "email?": ('an e-mail address, or ""', lambda v: v == "" or _is_address(v)),
    # "" where a layout extends another and does not know its own.
    "date?": (
        'a date such as 2026-01-27, without quotes, or ""',
        lambda v: v == "" or (isinstance(v, date) and not isinstance(v, datetime)),
    ),
    # CKAN refuses a whole dataset for a keyword of any other kind.
    "keyword": (
        "a keyword of 2 to 100 letters, digits, blanks and - _ .",
        lambda v: isinstance(v, str) and re.fullmatch(r"[\w .-]{2,100}", v) and v == v.strip(),
    ),
    "text?": ('text in quotes, without controls, or ""', _is_text),
    "moment?": (
        "a date such as 2026-01-27, or a time with its zone such as 2026-01-27T14:04:00-05:00,"
        ' without quotes, or ""',
        lambda v: v == "" or (isinstance(v, datetime) and v.tzinfo) or type(v) is date,
    ),
    "degrees": (
        "a number of degrees between -180 and 180",
        lambda v: type(v) in (int, float) and -180 <= v <= 180,
    ),
    "publisher": (f"one of {', '.join(PUBLISHER_KINDS)}", lambda v: v in PUBLISHER_KINDS),
    "turtle": (f"one of {', '.join(ontology.NAMES)}", lambda v: v in ontology.NAMES),
    "registry": (
        f"one of {', '.join(ontology.NAMES)}, or the path of a Turtle file that ends in .ttl",
        lambda v: v in ontology.NAMES or (_is_text(v) and v.endswith(".ttl")),
    ),
    # "" where a layout extends another and has none of its own.
    "framework?": (
        f'one of {", ".join(ontology.NAMES)}, the path of a Turtle file that ends in .ttl, or ""',
        lambda v: v == "" or v in ontology.NAMES or (_is_text(v) and v.endswith(".ttl")),
    ),
    # "" where a layout extends another and its bodies are within nothing.
    "list?": (f'one of {", ".join(LISTS)}, or ""', lambda v: v == "" or v in LISTS),
    "other": ('"refuse" or "list"', lambda v: v in ("refuse", "list")),
    "unreadable": ('"refuse" or "leave"', lambda v: v in ("refuse", "leave")),
    "separator": (
        "the text that stands between two parts, in quotes, without controls",
        lambda v: _is_text(v) and v,
    ),
    "number of a part": ("a whole number, one or more", lambda v: type(v) is int and 1 <= v < 99),
    "date pattern": (
        'a pattern of YYYY, MM or M, DD or D, such as "D/M/YYYY"',
        lambda v: _is_text(v) and is_date_pattern(v),
    ),
    "decimal": ('"." or ","', lambda v: v in (".", ",")),
    "range": (f"one of {', '.join(RANGES)}", lambda v: v in RANGES),
}
# A format is the name of a kind, [the format of each element] or a table: key to format, where
# "*year", "*language" and "*name" stand for any key of that kind.
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
    "part": "number of a part",
}
_DATE = {"dates": ["date pattern"]}
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
    "registry": "registry",
    "languages": ["language"],
    "language": "former language",
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
        if layout.find(body, "name") or not layout.find("registry"):
            texts.append(f"{body}.name")
    languages = [node.value for node in layout.elements("languages") if node.sound]
    keys += [f"{text}.{language}" for text in texts for language in languages]
    present = [name for name in FIELDS if not layout.get("fields", name, "absent")]
    keys += [f"fields.{name}.columns" for name in present]
    keys += [f"fields.{name}.columns" for name in MORE_FIELDS if layout.find("fields", name)]
    for own, _ in layout.tables("own"):
        keys.append(f"own.{own}.columns")
        keys += [f"own.{own}.label.{language}" for language in languages]
    return keys + [f"lists.{name}" for name in LISTS if name in present]


def read_value(
    value: Any, expected: Any, path: Path, file: Place, lines: Mapping[Path, int], faults: Faults
) -> Node:
    """Return a value with the places of all that is in it, adding each misfit to the faults.

    Only what the format knows is read: nothing goes deeper than it. Language tags are written in
    lower case, as RDF has them.
    """
    place = Place(file.file, file.rank, lines.get(path, file.line))
    if isinstance(expected, dict):
        if not isinstance(value, dict):
            return _misfit(value, f"a table of keys ({_known(expected)})", path, place, faults)
        table = {}
        for name, element in value.items():
            inner = (*path, name)
            known = _format_of(name, expected)
            if known is None:
                where = Place(file.file, file.rank, lines.get(inner, place.line))
                faults.add(where, _unknown_key(name, inner, expected))
                continue
            read = read_value(element, known, inner, place, lines, faults)
            key = name.lower() if "*language" in expected else name
            if key in table:
                faults.add(read.place, f"{dotted(inner)} stands twice. Leave it once.")
            table[key] = read
        return Node(place, table)
    if isinstance(expected, list):
        if not isinstance(value, list):
            return _misfit(value, "a list in square brackets", path, place, faults)
        elements = enumerate(value)
        return Node(
            place,
            [read_value(v, expected[0], (*path, n), place, lines, faults) for n, v in elements],
        )
    words, fits = _KINDS[expected]
    if not fits(value):
        return _misfit(value, words, path, place, faults)
    # A list that is one value has no places of its own for its elements.
    one = tuple(value) if isinstance(value, list) else value
    return Node(place, value.lower() if expected == "language" else one)


def _misfit(value: Any, words: str, path: Path, place: Place, faults: Faults) -> Node:
    faults.add(place, f"{dotted(path)} is {_shown(value)}. Make it {words}.")
    return Node(place, None, sound=False)


def _shown(value: object) -> str:
    """Show a value on one line, cut where it is long or deeply nested."""
    short = reprlib.Repr()
    short.maxstring = short.maxother = 80
    try:
        return short.repr(value)
    except ValueError:
        return "a number of too many digits"


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


def _unknown_key(name: str, path: Path, table: Mapping[str, Any]) -> str:
    """Return the message on an unknown key, with the nearest known one."""
    near = difflib.get_close_matches(name[:LONGEST_KEY], table, n=1)
    hint = f"nearest: {near[0]}" if near else f"known here: {_known(table)}"
    return f"{dotted(path)} is no key of a layout; {hint}. Correct the key."


def _known(table: Mapping[str, Any]) -> str:
    names = {"*language": 'a language tag such as "fr"', "*year": "a year"}
    names["*name"] = "a name such as fournisseur, of letters and digits"
    known = (name for name, expected in table.items() if expected != "former language")
    return ", ".join(names.get(name, name) for name in known)
