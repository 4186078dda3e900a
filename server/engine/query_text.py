"""Read a SPARQL text as far as the engine's own parser lets us: it does not show what it parsed.

Whether a keyword is used is asked of the parser itself: where the word stands in a comment, a
string, an IRI, a prefix or a variable, the text still parses after it was misspelt everywhere.
That follows the parser in every spelling it takes (`trueSERVICE<x>{}`), which a tokenizer of
ours would have to guess.
"""

import re
import secrets
from itertools import product

import pyoxigraph as ox

from server.engine.faults import MalformedQuery

_NOTHING = ox.Store()
# A query that is to bind what it does not select is parsed and not run.
_UNSELECTED = ox.Variable(f"v{secrets.token_hex(16)}")
_VALUE = ox.NamedNode("a:a")
_HTTPS = re.compile("https:", re.IGNORECASE | re.ASCII)
_CODEPOINT = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_ERROR = re.compile(r"error at (\d+):(\d+): (?:expected (?:one of )?)?(.*)", re.DOTALL)
# What the parser lists as expected: character classes, "signs", KEYWORDS and plain reasons.
_EXPECTED = re.compile(r"""\['.*?'\](?=,|$)|\[_\]|("(?:[^"\\]|\\.)*"|[^,\s"\[][^,]*)""", re.DOTALL)
_MOST_EXPECTED = 12


def is_plain(text: str) -> bool:
    """Say whether a text holds no escape, no FROM and no SERVICE, in whatever place."""
    upper = text.upper()  # four times as quick as a pattern
    return not ("\\" in text or "FROM" in upper or "SERVICE" in upper)


def spellings(text: str) -> list[str]:
    r"""Give the text, and the text with \\u escapes resolved where that makes another.

    SPARQL 1.1, section 19.2, resolves them before parsing; the engine does so only within
    strings and IRIs, so the second is for when it cannot read the first.
    """
    resolved = _CODEPOINT.sub(_character, text)
    return [text] if resolved == text else [text, resolved]


def uses(keyword: str, text: str, base_iri: str) -> bool:
    """Say whether a query that can be read uses a keyword; False for one that cannot."""
    word = re.compile(keyword, re.IGNORECASE | re.ASCII)
    if not word.search(text) or not is_query(text, base_iri):
        return False
    other = _word_not_in(text, keyword)
    return not is_query(word.sub(lambda m: _in_case_of(m[0], other), text), base_iri)


def _word_not_in(text: str, keyword: str) -> str:
    """Misspell a keyword as a word that stands nowhere in a text.

    One that did would meet itself: `?service` and `?servicq` must stay two variables.
    """
    lowered, letters = text.lower(), "qxzjkvwybcdfghlmnprst"
    for end in product(letters, repeat=3):
        if (word := keyword.lower()[:-3] + "".join(end)) not in lowered:
            return word
    raise MalformedQuery(f"The query holds thousands of words like {keyword}: rename some.")


def _in_case_of(found: str, word: str) -> str:
    """Write a word in the letters' case of another: names that differ by it must go on to."""
    return "".join(b.upper() if a.isupper() else b for a, b in zip(found, word, strict=True))


def is_update(text: str, base_iri: str) -> bool:
    """Say whether a text that is no query is a SPARQL update.

    The parser takes a bare prologue for an update too; a query with nothing asked it is not.
    The update runs, on a store of nothing that is thrown away, in a process that can open
    nothing: there is no way to have it parsed alone. The engine's client of HTTPS would end that
    process, where it finds no certificates; that of HTTP fails as it should.
    """
    if is_query(f"{text}\nASK {{}}", base_iri):
        return False
    try:
        ox.Store().update(_HTTPS.sub("http:", text), base_iri=_HTTPS.sub("http:", base_iri))
    except SyntaxError:
        return False
    except (OSError, RuntimeError, ValueError):
        return True
    return True


def malformed(error: SyntaxError) -> MalformedQuery:
    """Give the fault for an error of the engine's parser.

    The parser names the furthest place that it reached, which lies at or behind the mistake.
    """
    found = _ERROR.match(str(error.msg))
    if found is None:
        return MalformedQuery(f"The query cannot be read: {error.msg}")
    line, column = int(found[1]), int(found[2])
    expected = [item for item in _EXPECTED.findall(found[3]) if item]
    reasons = [item for item in expected if " " in item and item[0].isupper()]
    told = "; ".join(reasons) or "this cannot stand here"
    if expected and not reasons:
        told = f"expected {' or '.join(expected[:_MOST_EXPECTED])}"
    return MalformedQuery(
        f"The query cannot be read at line {line}, column {column} or before: {told}.",
        line,
        column,
    )


def is_query(text: str, base_iri: str) -> bool:
    """Say whether a text can be read as a query; it is not run, so its SERVICE asks nobody."""
    try:
        _NOTHING.query(text, base_iri=base_iri, substitutions={_UNSELECTED: _VALUE})
    except SyntaxError:
        return False
    except RuntimeError:  # it was read, and does not select what is to be bound
        return True
    return True


def _character(escape: re.Match[str]) -> str:
    point = int(escape[1] or escape[2], 16)
    if 0xD800 <= point <= 0xDFFF or point > 0x10FFFF:
        return escape[0]
    return chr(point)
