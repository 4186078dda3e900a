"""Say the words of the interface, in French and in English: one table, one function."""

import tomllib
from functools import cache
from importlib.resources import files

from transform.text.numbers import whole

__all__ = ["LANGUAGES", "say", "table", "whole"]
LANGUAGES = ("fr", "en")  # the first is what a reader gets whose wish we do not know


@cache
def table(name: str) -> dict[str, dict[str, str]]:
    """Read one of the tables: `texts`, the interface, or `terms`, the labels of others' terms."""
    read: dict[str, dict[str, str]] = tomllib.loads(
        files("server").joinpath(f"{name}.toml").read_text("utf-8")
    )
    return read


def say(key: str, language: str, **values: object) -> str:
    """Give a text of the interface with its values filled in; KeyError for an unknown key."""
    return table("texts")[key][language].format(**values)


def size(number: int, language: str) -> str:
    """Write a number of bytes in the unit that suits it, decimal: 12,3 Mo or 12.3 MB."""
    place = 2 if number >= 1_000_000 else 1 if number >= 1000 else 0
    text = f"{number / 1000**place:.{1 if place == 2 else 0}f}"
    unit = ("", "k", "M")[place] + ("o" if language == "fr" else "B")
    return f"{text.replace('.', ',') if language == 'fr' else text}\u00a0{unit}"
