"""Read the shapes as a register needs them: for its languages, in its words."""

import re
from collections.abc import Iterable

import shapes
from transform.layouts.model import Languages
from transform.layouts.words import RegisterWords, nouns_of, read_words
from transform.rdf.namespaces import at_home
from transform.rdf.ntriples import literal
from transform.text.agreement import write_places
from transform.text.languages import LANGUAGES

# What shapes say in a language: a message, or what a query puts into a message.
_SAID = re.compile(rf'"([^"\n]*)"(?=(@| AS \?)({"|".join(LANGUAGES)})\b)')
# SHACL's own places begin with a question mark or a dollar sign (SHACL 5.3.2).
_PLACE = re.compile(r"\{([^{}?$]+)\}")


def read_tiers(tiers: Iterable[str], base_uri: str, languages: Languages) -> list[bytes]:
    """Return the Turtle of tiers, and behind it what completes them for a register's languages.

    Its messages speak in the register's words. Its IRIs are relative to `base_uri`, but for those
    of the vocabulary, which are where that is at home. KeyError: a place that no word fills.
    """
    words = languages.words or read_words({})
    turtle = [_fill(at_home(shapes.read(tier), base_uri), words) for tier in tiers]
    return [*turtle, shapes.for_languages(languages.tags, languages.in_each)]


def _fill(turtle: bytes, words: RegisterWords) -> bytes:
    """Fill in the words of a register where what shapes say has a place for one."""
    places = {
        language: write_places(nouns_of(words.names[language]), language) for language in LANGUAGES
    }

    def fill_said(said: re.Match[str]) -> str:
        text, before, language = said.groups()

        def fill_place(place: re.Match[str]) -> str:
            word = _escape(places[language][place[1]])
            # A query is a literal of Turtle itself, which holds one of SPARQL.
            return word if before == "@" else _escape(word)

        return f'"{_PLACE.sub(fill_place, text)}"'

    return _SAID.sub(fill_said, turtle.decode()).encode()


def _escape(text: str) -> str:
    """Return a text as a literal of Turtle or SPARQL holds it."""
    return literal(text)[1:-1]
