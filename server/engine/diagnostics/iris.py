"""Find invalid IRIs (RFC 3987)."""

import re

import pyoxigraph as ox

from server.engine.diagnostics.mistake import Mistake
from server.engine.diagnostics.tokens import Token

_ABSOLUTE = re.compile(r"<[A-Za-z][\w+.-]*:[^\\]*>")  # without an escape


def find_wrong(tokens: list[Token]) -> Mistake | None:
    """Return the first absolute IRI that the engine rejects."""
    for token in tokens:
        if token.kind == "iriref" and _ABSOLUTE.fullmatch(token.text):
            try:
                ox.NamedNode(token.text[1:-1])
            except ValueError as error:
                return Mistake(token.start, f"{token.text[:80]!r} is not an IRI: {error}")
    return None
