"""Say the words of the interface, in French and in English: one table, one function."""

import tomllib
from functools import cache
from importlib.resources import files

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


def whole(number: int, language: str) -> str:
    """Write a whole number as its readers group it: 3 611 or 3,611."""
    return f"{number:,}".replace(",", "\u202f" if language == "fr" else ",")
