"""Check SPARQL texts with the engine's own parser, which does not show what it parsed.

To learn whether a keyword is used, `uses` misspells the word everywhere and parses again: where it
stood only in comments, strings, IRIs, prefixes or variables, the text still parses. That follows
the parser in every spelling that it accepts (`trueSERVICE<x>{}`), which a tokenizer of ours would
have to guess.
"""

import re
import secrets
from collections.abc import Iterator
from itertools import product

import pyoxigraph as ox

from server.engine.diagnostics.booleans import lower_booleans
from server.engine.faults import MalformedQuery
from transform.text.message import message

_EMPTY = ox.Store()
# A query with a substitution for a variable that it does not select is parsed and not run.
_UNSELECTED = ox.Variable(f"v{secrets.token_hex(16)}")
_VALUE = ox.NamedNode("a:a")
_HTTPS = re.compile("https:", re.IGNORECASE | re.ASCII)
_CODEPOINT = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_ERROR = re.compile(r"error at (\d+):(\d+): (?:expected (?:one of )?)?(.*)", re.DOTALL)
# What the parser lists as expected: character classes, "signs", KEYWORDS and plain reasons.
_EXPECTED = re.compile(r"""\['.*?'\](?=,|$)|\[_\]|("(?:[^"\\]|\\.)*"|[^,\s"\[][^,]*)""", re.DOTALL)
_MOST_EXPECTED = 12


def is_plain(text: str) -> bool:
    """Return whether a text holds no backslash, FROM or SERVICE anywhere."""
    upper = text.upper()  # four times as fast as a regular expression
    return not ("\\" in text or "FROM" in upper or "SERVICE" in upper)


def spellings(text: str) -> Iterator[str]:
    r"""Yield the text, and what it means to SPARQL 1.1 where the engine cannot parse it.

    \\u escapes are resolved before parsing (section 19.2), which the engine does only within
    strings and IRIs; TRUE and FALSE are true and false (section 19.8, note 1).
    """
    yield text
    resolved = _CODEPOINT.sub(_character, text)
    if resolved != text:
        yield resolved
    lowered = lower_booleans(resolved)
    if lowered is not None:
        yield lowered


def uses(keyword: str, text: str, base_iri: str) -> bool:
    """Return whether a query uses a keyword; False for a text that cannot be parsed."""
    word = re.compile(keyword, re.IGNORECASE | re.ASCII)
    if not word.search(text) or not is_query(text, base_iri):
        return False
    other = _word_not_in(text, keyword)
    return not is_query(word.sub(lambda m: _in_case_of(m[0], other), text), base_iri)


def _word_not_in(text: str, keyword: str) -> str:
    """Return a misspelling of a keyword that stands nowhere in a text.

    Another word of the text would clash: `?service` and `?servicq` must stay two variables.
    """
    lowered, letters = text.lower(), "qxzjkvwybcdfghlmnprst"
    for end in product(letters, repeat=3):
        if (word := keyword.lower()[:-3] + "".join(end)) not in lowered:
            return word
    raise MalformedQuery(message("engine.too_many_words", word=keyword))


def _in_case_of(pattern: str, word: str) -> str:
    """Return a word in the case of another, so that names that differ by case stay different."""
    return "".join(b.upper() if a.isupper() else b for a, b in zip(pattern, word, strict=True))


def is_update(text: str, base_iri: str) -> bool:
    """Return whether a text that is no query is a SPARQL update.

    The parser accepts a prologue alone as an update too; that one is an unfinished query.
    The engine cannot parse an update without running it: it runs on an empty store that is thrown
    away, in a process that can open nothing. There the engine's HTTPS client finds no certificates
    and would end the process, so addresses become http, whose client fails with an error.
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
    """Return the fault for an error of the engine's parser.

    The parser names the furthest place that it reached, at or after the mistake.
    """
    match = _ERROR.match(str(error.msg))
    if match is None:
        return MalformedQuery(message("engine.unread", words=str(error.msg)))
    line, column = int(match[1]), int(match[2])
    expected = [item for item in _EXPECTED.findall(match[3]) if item]
    reasons = [item for item in expected if " " in item and item[0].isupper()]
    if reasons:
        reason = message("engine.parser_says", words="; ".join(reasons))
    elif expected:
        reason = message("engine.parser_expects", names=expected[:_MOST_EXPECTED])
    else:
        reason = message("engine.out_of_place")
    detail = message("engine.unread_or_before", line=line, column=column, reason=reason)
    return MalformedQuery(detail, line, column)


def is_query(text: str, base_iri: str) -> bool:
    """Return whether a text parses as a query; it is not run, so its SERVICE calls nothing."""
    try:
        _EMPTY.query(text, base_iri=base_iri, substitutions={_UNSELECTED: _VALUE})
    except SyntaxError:
        return False
    except RuntimeError:  # it was parsed, and does not select the variable of the substitution
        return True
    return True


def _character(escape: re.Match[str]) -> str:
    point = int(escape[1] or escape[2], 16)
    if 0xD800 <= point <= 0xDFFF or point > 0x10FFFF:
        return escape[0]
    return chr(point)
