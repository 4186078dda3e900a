"""Write messages in the reader's language, from the catalogue of texts `messages/*.toml`.

A file of the catalogue is a room, a table of it a message, with its text in each language. In
braces stand values, each with the form in which it is written:

{name}            as it is; a message within a message in the same language
{name:number}     a number, its digits grouped
{name:row|rows}   a number and the word that agrees with it; {name:|is|are} is the word alone
{name:list}       texts with commas between them; `and` and `or` write the word before the last
{name:either}     texts with the word «or» between each two of them
{name:quoted}     a piece of foreign text in the quotes of the language, unseen characters escaped
{name:sentences}  messages one after the other
{name:date}       a date in words

Numbers, plurals, dates and lists follow the data of Unicode CLDR, as Babel holds them. In French,
blanks that no line may end at are written as plain ones; they are set here.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Any

from transform.text.languages import process_language
from transform.text.numbers import decimal, is_one, whole

_BEFORE_COLON = re.compile(" (?=[:»%](?!\\w))|(?<=«) ")
_BETWEEN = {
    "list": {"fr": ", ", "en": ", "},
    "sentences": {"fr": " ", "en": " "},
    "either": {"fr": " ou ", "en": " or "},
}
_BEFORE_MARK = re.compile(" (?=[;?!](?!\\w))")


@dataclass(frozen=True, slots=True)
class Message:
    """A text of the catalogue, by its key, and the values that stand in it.

    As a text it is in the language of the process.
    """

    key: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text(process_language())

    def text(self, language: str) -> str:
        """Return the message in a language."""
        return _WRITERS[language].vformat(template(self.key, language), (), self.values)


def message(key: str, /, **values: object) -> Message:
    """Return the message of a key such as `decisions.two_files`, with its values."""
    return Message(key, values)


def text_in(language: str, said: object) -> str:
    """Return a message in a language; any other value as its own text."""
    return said.text(language) if isinstance(said, Message) else str(said)


def to_data(said: object) -> object:
    """Return a message, and those within it, as values that JSON can hold; others as they are."""
    if isinstance(said, Message):
        values = {name: to_data(value) for name, value in said.values.items()}
        return {"key": said.key, "values": values}
    return [to_data(part) for part in said] if isinstance(said, list | tuple) else said


def from_data(data: object) -> Any:
    """Return the message that `to_data` gave the values of; others as they are."""
    if isinstance(data, dict):
        return Message(data["key"], {name: from_data(v) for name, v in data["values"].items()})
    return [from_data(part) for part in data] if isinstance(data, list) else data


def is_known(key: str) -> bool:
    """Check whether the catalogue has a message of a key."""
    room, _, name = key.partition(".")
    return name in read_room(room)


@cache
def read_room(room: str) -> dict[str, dict[str, str]]:
    """Read the messages of a room by name and language."""
    file = files("transform.text").joinpath("messages", f"{room}.toml")
    table: dict[str, dict[str, str]] = tomllib.loads(file.read_text("utf-8"))
    return table


@cache
def template(key: str, language: str) -> str:
    """Return the text of a message before its values are filled in; raises KeyError."""
    room, _, name = key.partition(".")
    return set_blanks(read_room(room)[name][language], language)


def set_blanks(text: str, language: str) -> str:
    """Return a text with the blanks at which no line may end, where its language has them."""
    if language == "fr":
        text = _BEFORE_MARK.sub("\u202f", _BEFORE_COLON.sub("\u00a0", text))
    return text


class _Writer(Formatter):
    """Fills in the values of a text as readers of a language expect them."""

    def __init__(self, language: str) -> None:
        self._language = language

    def format_field(self, value: Any, format_spec: str) -> str:
        if "|" in format_spec:
            return self._counted(value, *format_spec.rsplit("|", 2))
        if format_spec == "number":
            return decimal(value, self._language)
        if format_spec == "date":
            from babel.dates import format_date

            return format_date(value, "long", locale=self._language)
        if format_spec == "quoted":
            return self._quoted(str(value))
        if format_spec in ("list", "sentences", "and", "or", "either"):
            return self._list(value, format_spec)
        return text_in(self._language, value)

    def _counted(self, number: int, *forms: str) -> str:
        """Write a number and its word; without the number where the first form is empty."""
        *alone, one, many = forms
        word = one if is_one(number, self._language) else many
        blank = "\u00a0" if self._language == "fr" else " "
        return word if alone else f"{whole(number, self._language)}{blank}{word}"

    def _quoted(self, text: str) -> str:
        if self._language != "fr":
            return repr(text)
        seen = "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
        return f"«\u00a0{seen}\u00a0»"

    def _list(self, values: Iterable[object], form: str) -> str:
        texts = [text_in(self._language, value) for value in values]
        if form in _BETWEEN:
            return _BETWEEN[form][self._language].join(texts)
        from babel.lists import format_list

        return format_list(texts, "standard" if form == "and" else "or", locale=self._language)


_WRITERS = {language: _Writer(language) for language in ("fr", "en")}
