"""Write the values and comments of a proposed layout as TOML does."""

import json
from collections.abc import Iterable

from transform.text.languages import reading_language
from transform.text.message import Message, message


def comment(text: Message | str) -> str:
    """Write a text as a comment."""
    return f"# {text}"


def confirm(what: Message) -> str:
    """Write as a comment what a person has to confirm."""
    return comment(message("proposal.confirm", what=what))


def quoted(text: str) -> str:
    """Write a text as TOML does: JSON escapes it in the same way."""
    return json.dumps(text, ensure_ascii=False)


def listed(texts: Iterable[str]) -> str:
    """Write a list of texts."""
    return f"[{', '.join(map(quoted, texts))}]"


def in_cells(text: Message, language: str) -> str:
    """Write a text of ours for a register in the language of its cells."""
    return quoted(text.text(reading_language(language)))
