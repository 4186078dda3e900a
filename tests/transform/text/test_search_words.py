"""Words that a reader takes for one are one to a search, and others stay apart."""

import sqlite3
from contextlib import closing

import pytest

from transform.text.search_words import Stems, fold, words


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("fr", "Santé", "SANTE"),
        ("fr", "chef-d'œuvre", "chef d’oeuvre"),
        ("fr", "l'hôpital", "L`HOPITAL"),
        ("fr", "les hôpitaux", "les hopitaux"),
        ("fr", "prévisions", "prévision"),
        ("fr", "e\u0301tude", "étude"),
        ("en", "agencies", "agency"),
        ("en-CA", "naïve models", "naive model"),
        ("nl", "algoritmes", "algoritme"),
        ("de", "Straße", "STRASSE"),
    ],
)
def test_spellings_of_one_word_have_one_stem(language: str, one: str, other: str) -> None:
    stems = Stems([language])
    assert stems.of_text(one, language) == stems.of_text(other, language)


@pytest.mark.parametrize(
    ("one", "other"), [("image", "imagination"), ("santé", "sentier"), ("IA", "AI")]
)
def test_other_words_stay_apart(one: str, other: str) -> None:
    stems = Stems(["fr"])
    assert stems.of_text(one, "fr") != stems.of_text(other, "fr")


def test_what_a_reader_asks_is_words_and_never_syntax() -> None:
    assert words("-mot \"l'hôpital* NEAR(a, b) ^x:y") == [
        *("mot", "l", "hopital", "near", "a", "b", "x", "y"),
    ]
    assert words("*- \"'") == []
    assert fold("Ça") == "ca"


def test_a_word_has_a_stem_in_each_language_and_itself_in_an_unknown_one() -> None:
    assert Stems(["fr", "en"]).of_word("hopitaux") == ["hopital", "hopitaux"]
    assert Stems(["xx"]).of_text("Zzs aa", "xx") == ["zzs", "aa"]
    assert Stems(["fr"]).of_text("maladies", "en") == ["maladies"]


def test_the_index_cuts_no_word_further() -> None:
    with closing(sqlite3.connect(":memory:")) as tables:
        tables.execute(
            "CREATE VIRTUAL TABLE mots USING fts5(mot, tokenize='unicode61 remove_diacritics 0')"
        )
        tables.execute("CREATE VIRTUAL TABLE parts USING fts5vocab(mots, 'instance')")
        characters = (chr(code) for code in range(0x20000) if not 0xD800 <= code < 0xE000)
        listed = [word for one in characters for word in words(f"a{one}b")]
        tables.executemany("INSERT INTO mots VALUES (?)", ((word,) for word in listed))
        parts = tables.execute("SELECT doc, count(*) FROM parts GROUP BY doc").fetchall()
    assert len(parts) == len(listed)
    assert [listed[row - 1] for row, number in parts if number != 1] == []
