"""Write TRUE and FALSE as the engine reads them, in lower case."""

import re

from server.engine.diagnostics.diagnose import parse

_IN_CAPITALS = re.compile(r"\b(?!true\b|false\b)(?i:true|false)\b")


def lower_booleans(text: str) -> str | None:
    """Return a query with each TRUE and FALSE in lower case; None where there is none.

    Only a text that follows the grammar to its end is changed, where no token is in doubt.
    """
    tokens = parse(text) if _IN_CAPITALS.search(text) else []
    capitals = [t for t in tokens if t.kind in ("TRUE", "FALSE") and not t.text.islower()]
    if not capitals:
        return None
    parts, end = [], 0
    for token in capitals:
        parts += [text[end : token.start], token.text.lower()]
        end = token.start + len(token.text)
    return "".join(parts) + text[end:]
