"""Read the texts of the interface, in French and in English, and fill in their values."""

import tomllib
from functools import cache
from importlib.resources import files

from transform.text.message import Message, read_room, set_blanks
from transform.text.numbers import decimal, whole

__all__ = ["LANGUAGES", "table", "text", "whole"]
LANGUAGES = ("fr", "en")  # in which one a site opens, its register says


@cache
def table(name: str) -> dict[str, dict[str, str]]:
    """Read a table: `texts`, those of the interface, or `terms`, labels of foreign terms.

    Those of the interface are the room `site` of the catalogue of texts.
    """
    if name == "texts":
        return read_room("site")
    entries: dict[str, dict[str, str]] = tomllib.loads(
        files("server").joinpath(f"{name}.toml").read_text("utf-8")
    )
    return entries


def text(key: str, language: str, **values: object) -> str:
    """Return a text of the interface with its values filled in; raises KeyError.

    A key with a dot is of another room of the catalogue: `lists.count` is `count` of `lists.toml`.
    """
    if "." in key:
        return Message(key, values).text(language)
    return set_blanks(table("texts")[key][language], language).format(**values)


def limit(kilobytes: int, language: str) -> str:
    """Write a limit of memory, of 1024 bytes a unit, in the largest unit of which it is a whole."""
    power = 0
    while kilobytes and kilobytes % 1024 == 0 and power < 2:
        kilobytes, power = kilobytes // 1024, power + 1
    unit = ("ko", "Mo", "Go") if language == "fr" else ("KB", "MB", "GB")
    return f"{whole(kilobytes, language)}\u00a0{unit[power]}"


def size(number: int, language: str) -> str:
    """Write a number of bytes in the decimal unit that fits: 12,3 Mo or 12.3 MB."""
    power = 2 if number >= 1_000_000 else 1 if number >= 1000 else 0
    text = decimal(number / 1000**power, language, "0.0" if power == 2 else "0")
    unit = ("", "k", "M")[power] + ("o" if language == "fr" else "B")
    return f"{text}\u00a0{unit}"
