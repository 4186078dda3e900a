"""Encodings are found from the bytes, and what they cannot read is never guessed."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transform.errors import UnreadableFile
from transform.tables.encoding import decode
from transform.text.characters import marked_byte
from transform.text.printable import shown

SENTENCE = "Statut ; «É» à Québec’s œuvre\r\nligne\n"
ENCODED = [
    ("utf-8", "utf-8", b""),
    ("utf-8-sig", "utf-8", codecs.BOM_UTF8),
    ("utf-16-le", "utf-16-le", codecs.BOM_UTF16_LE),
    ("utf-16-be", "utf-16-be", codecs.BOM_UTF16_BE),
    ("utf-16-le", "utf-16-le", b""),
    ("utf-16-be", "utf-16-be", b""),
    ("windows-1252", "cp1252", b""),
]


def read(raw: bytes) -> tuple[str, str, bool]:
    text = decode(raw, "portrait.csv")
    with text.lines() as lines:
        return text.encoding, lines.read(), text.broken


@pytest.mark.parametrize(("name", "codec", "mark"), ENCODED)
def test_encoding_is_found(name: str, codec: str, mark: bytes) -> None:
    assert read(mark + SENTENCE.encode(codec)) == (name, SENTENCE, False)


@pytest.mark.parametrize(("name", "codec", "mark"), [case for case in ENCODED if case[2]])
def test_a_doubled_byte_order_mark_is_no_text(name: str, codec: str, mark: bytes) -> None:
    assert read(mark * 2 + SENTENCE.encode(codec)) == (name, SENTENCE, False)


def test_plain_ascii_is_utf8() -> None:
    assert read(b"Nom,Statut\n") == ("utf-8", "Nom,Statut\n", False)


def test_utf8_that_ends_at_a_block_stays_utf8() -> None:
    raw = b"a" * ((1 << 20) - 1) + "é".encode()
    assert read(raw)[0::2] == ("utf-8", False)


@pytest.mark.parametrize(
    ("raw", "encoding", "shows"),
    [
        ("été, été, été".encode() + b", \xe9t\xe9", "utf-8", "été, été, été, \\xe9t\\xe9"),
        ("é".encode() + b" \xe9", "utf-8", "é \\xe9"),
        # Four words in UTF-8 beside five in Windows-1252: neither, so nobody guesses.
        ("é é é é".encode() + b" \xe9 \xe9 \xe9 \xe9 \xe9", "utf-8", "é é é é" + " \\xe9" * 5),
        (codecs.BOM_UTF8 + b"caf\xe9", "utf-8-sig", "caf\\xe9"),
        (b"\xe9t\xe9 \x81", "windows-1252", "été \\x81"),
        (b"\xe9\x8d\xe9\x8f\xe9\x90\xe9\x9d", "windows-1252", "é\\x8dé\\x8fé\\x90é\\x9d"),
        (codecs.BOM_UTF16_LE + b"a\0\x00\xd8b\0", "utf-16-le", "a\\x00\\xd8b"),
        (codecs.BOM_UTF16_BE + b"\0a\0", "utf-16-be", "a\\x00"),
    ],
)
def test_broken_bytes_are_marked(raw: bytes, encoding: str, shows: str) -> None:
    chosen, text, broken = read(raw)
    assert (chosen, shown(text), broken) == (encoding, shows, True)


@pytest.mark.parametrize("sentence", ["«CAFÉ»", "L’ÉTÉ’ – L’ÉTÉ… ARRIVÉ\xa0!", "été ; OÙ…"])
def test_a_capital_before_a_closing_sign_stays_windows_1252(sentence: str) -> None:
    assert read(sentence.encode("cp1252")) == ("windows-1252", sentence, False)


@pytest.mark.parametrize(
    "raw",
    [
        b"Nom\0,Statut\n",
        b"\x7fELF\x02\x01\x01\0\0\0\0\0",
        codecs.BOM_UTF8 + b"Nom\0,Statut",
        codecs.BOM_UTF16_LE + "Nom\0".encode("utf-16-le"),
        codecs.BOM_UTF32_LE + "Nom".encode("utf-32-le"),
    ],
)
def test_nul_characters_are_refused(raw: bytes) -> None:
    with pytest.raises(UnreadableFile) as refused:
        decode(raw, "portrait.csv")
    assert str(refused.value) == (
        "portrait.csv: holds NUL characters: a binary file, or an encoding other than UTF-8,"
        " UTF-16 and Windows-1252. Give the file as .csv in UTF-8, as .xlsx, .xls, .ods or"
        " .json."
    )


def test_marked_byte_is_the_first() -> None:
    assert marked_byte("a\udce9\udc81") == 0xE9
    assert marked_byte("aé") is None


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0\ufeff")))
def test_every_text_in_utf8_comes_back(text: str) -> None:
    assert read(codecs.BOM_UTF8 + text.encode()) == ("utf-8-sig", text, False)
    assert read(text.encode()) == ("utf-8", text, False)


@given(st.text(st.characters(codec="utf-16", exclude_characters="\0\ufeff")))
def test_every_text_in_marked_utf16_comes_back(text: str) -> None:
    for name, codec, mark in ENCODED[2:4]:
        assert read(mark + text.encode(codec)) == (name, text, False)


def test_what_is_shown_stands_on_one_line_and_cannot_act() -> None:
    assert shown("a\r\n b\u2028c \x1b[31m\u202e\u200b\udc81é’") == (
        "a b c \\x1b[31m\\u202e\\u200b\\x81é’"
    )
