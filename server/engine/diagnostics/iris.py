"""Find invalid IRIs (RFC 3987)."""

import re

import pyoxigraph as ox

from server.engine.diagnostics.mistake import Mistake
from server.engine.diagnostics.tokens import Token
from transform.text.message import Message, message

_ABSOLUTE = re.compile(r"<[A-Za-z][\w+.-]*:[^\\]*>")  # without an escape


def find_wrong(tokens: list[Token]) -> Mistake | None:
    """Return the first absolute IRI that the engine rejects."""
    for token in tokens:
        if token.kind == "iriref" and _ABSOLUTE.fullmatch(token.text):
            try:
                ox.NamedNode(token.text[1:-1])
            except ValueError as error:
                reason = message("diagnostics.no_iri", iri=token.text[:80], why=why_no_iri(error))
                return Mistake(token.start, reason)
    return None


def why_no_iri(error: ValueError) -> Message:
    """Return why the engine rejects an IRI or another term, in its own English words."""
    return message("diagnostics.words_of_engine", words=str(error))
