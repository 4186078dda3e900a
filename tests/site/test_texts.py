"""The texts of the interface: each in both languages, each used, none missing."""

import re
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest

from server import texts
from server.release.register import WORDS
from tests.conftest import ROW, Run

SERVER = Path(texts.__file__).parent
TEMPLATES = sorted((SERVER / "templates").rglob("*.html"))
USED = re.compile(r"""\bt\(\s*["'](\w+)["']\s*(~?)""")


def used() -> tuple[set[str], set[str]]:
    """Return the whole keys in templates, and the beginnings of joined keys."""
    matches = [match for file in TEMPLATES for match in USED.findall(file.read_text("utf-8"))]
    return {key for key, joined in matches if not joined}, {
        key for key, joined in matches if joined
    }


@pytest.mark.parametrize("table", ["texts", "terms"])
def test_every_text_is_in_both_languages(table: str) -> None:
    for key, text in texts.table(table).items():
        assert set(text) == set(texts.LANGUAGES), key
        assert all(value.strip() for value in text.values()), key


def test_templates_use_only_known_texts() -> None:
    whole, beginnings = used()
    assert whole <= set(texts.table("texts"))
    for beginning in beginnings:
        assert any(key.startswith(beginning) for key in texts.table("texts")), beginning


def test_every_text_is_used() -> None:
    whole, beginnings = used()
    words = {f"word_{form}" for forms in (*WORDS.values(), ("left_out",)) for form in forms}
    unused = {
        key
        for key in texts.table("texts")
        if key not in whole | words and not key.startswith(tuple(beginnings))
    }
    assert not unused


def test_both_languages_take_the_same_values() -> None:
    for key, text in texts.table("texts").items():
        placeholders = [
            # A word may begin a sentence in one language only.
            {
                name.lower().removesuffix("s")
                for name in re.findall(r"\{(?:[^{}]* )?\(?(\w+)\)?\}", text[language])
            }
            for language in texts.LANGUAGES
        ]
        assert placeholders[0] == placeholders[1], key


def test_every_foreign_term_of_a_release_has_a_name(
    example: Path, portrait: Callable[..., Path], portrait_ia: Run, tmp_path: Path
) -> None:
    names = texts.table("terms")
    # The catalogue of true portraits says more than that of the examples, such as whom to write to.
    assert portrait_ia("build", f"2025={portrait(ROW)}", "--to", tmp_path / "own").returncode == 0
    releases = [folder / "current" for folder in (example, tmp_path / "own")]
    files = [
        release / name for release in releases for name in ("dumps/portraits.nq", "catalogue.nq")
    ]
    shown: set[str] = set()
    for quad in (quad for file in files for quad in ox.parse(path=file)):
        shown.add(quad.predicate.value)
        if quad.predicate.value.endswith("#type") and isinstance(quad.object, ox.NamedNode):
            shown.add(quad.object.value)
    own = "http://localhost:8000/def#"
    assert {term for term in shown if not term.startswith(own)} - names.keys() == set()


def test_texts_are_in_order() -> None:
    assert list(texts.table("texts")) == sorted(texts.table("texts"))
    assert list(texts.table("terms")) == sorted(texts.table("terms"))


def test_whole_numbers_are_grouped_as_readers_do() -> None:
    assert texts.whole(3611, "fr") == "3\u202f611"
    assert texts.whole(3611, "en") == "3,611"
