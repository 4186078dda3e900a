"""A layout holds as data what is particular to a series; contradictions are refused by key."""

import os
from pathlib import Path

import pytest

from tests.conftest import PROJECT
from transform.errors import UnreadableLayout
from transform.layouts.model import (
    FIELDS,
    LISTS,
    load_layout,
    shipped,
)

SMALL = PROJECT / "tests/layouts/petit.toml"


def written(folder: Path, text: str, name: str = "essai.toml") -> str:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return str(file)


def extended(folder: Path, text: str) -> str:
    return written(folder, f'extends = "{SMALL}"\n{text}')


def test_a_layout_is_read_whole() -> None:
    layout = load_layout(str(SMALL))
    assert (layout.source, layout.name, layout.language) == ("petit.toml", "petit", "fr")
    assert layout.languages == ("fr", "en")
    assert layout.title == {"fr": "Petite série", "en": "Small series"}
    assert layout.licence == "https://creativecommons.org/licenses/by/4.0/"
    assert layout.publisher.slug == "editeur"
    assert tuple(layout.fields) == FIELDS
    assert layout.fields["organisme"].fallback == ("Ministère", "Réseau")
    assert [name for name in FIELDS if layout.fields[name].optional] == ["benefices"]
    assert all(layout.lists[name].open for name in LISTS)
    assert (layout.other_columns, layout.notice, layout.portraits) == ("refuse", None, {})


@pytest.mark.parametrize("name", shipped())
def test_every_shipped_layout_is_sound(name: str) -> None:
    assert load_layout(name).name == name


def test_shipped_layouts_are_named() -> None:
    assert {"quebec", "us-2024", "us-2025"} <= set(shipped())


def test_extends_merges_keys_and_replaces_lists(tmp_path: Path) -> None:
    layout = load_layout(
        extended(
            tmp_path,
            'series.title.en = "Other"\nfields.nom.columns = ["Titre"]\nlists.statut.open = false',
        )
    )
    assert layout.title == {"fr": "Petite série", "en": "Other"}
    assert layout.fields["nom"].columns == ("Titre",)
    assert (layout.lists["statut"].open, layout.lists["categorie"].open) == (False, True)


def test_extends_is_found_beside_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, SMALL.read_text(encoding="utf-8"), "base.toml")
    file = written(tmp_path, 'extends = "base.toml"\nname = "dessus"')
    monkeypatch.chdir("/")
    assert load_layout(file).name == "dessus"


def test_facts_of_a_portrait(tmp_path: Path) -> None:
    layout = load_layout(
        extended(
            tmp_path, '[portraits.2025]\ntotal = 258\nurl = "https://a.ca/x.csv"\ntitle.fr = "P"'
        )
    )
    facts = layout.portraits[2025]
    assert (facts.total, facts.url, facts.title) == (258, "https://a.ca/x.csv", {"fr": "P"})


VALUES = """
[[lists.statut.values]]
concept = "un"
spellings = ["En Cours", "En pause"]
{one}
[[lists.statut.values]]
concept = "deux"
spellings = ["en cours"]
{two}
"""


def test_one_spelling_may_mean_two_concepts_in_different_years(tmp_path: Path) -> None:
    file = extended(tmp_path, VALUES.format(one="until = 2024", two="from = 2025"))
    one, two = load_layout(file).lists["statut"].values
    assert [value.holds_in(2024) for value in (one, two)] == [True, False]
    assert [value.holds_in(2025) for value in (one, two)] == [False, True]


REFUSED = [
    (
        '[fields.nom]\nsplit = ";"',
        "essai.toml: fields.nom.split would give many values, and the field has one. Add part, the"
        " number of the part that is meant, or languages.",
    ),
    (
        '[fields.organisme]\nsplit = " / "\nlanguages = ["en", "de"]',
        "essai.toml: fields.organisme.languages is en, de. Name languages of the register, each"
        " once, fr among them, in the order of the cell.",
    ),
    (
        '[fields.nom.translations]\nde = ["Name"]\n[fields.statut.translations]\nen = ["Status"]',
        "essai.toml: fields.nom.translations.de is in no language of the register. Add it to"
        " languages. fields.statut: it is no text, which alone has languages. Take translations"
        " and languages out.",
    ),
    (
        '[fields.identifiant]\ncolumns = ["No"]\nsplit = ";"\nidentity = true',
        "essai.toml: fields.identifiant.identity wants one identifier a row. Take split out, or"
        " identity.",
    ),
    (
        '[fields.date_statut]\ncolumns = ["Depuis"]\ndates = ["D/M/Y"]',
        "essai.toml: fields.date_statut.dates[1] is 'D/M/Y'. Make it a pattern of YYYY, MM or M,"
        ' DD or D, such as "D/M/YYYY".',
    ),
    (
        '[own.statut]\ncolumns = ["État"]\nlabel = { fr = "État", en = "State" }',
        "essai.toml: own.statut would be <def#statut>, which is a term of the vocabulary already."
        " Take another name.",
    ),
    (
        '[own.cout]\ncolumns = ["Statut"]\nlabel = { fr = "Coût", en = "Cost" }',
        'essai.toml: own.cout.columns holds "Statut", which fields.statut.columns claims too.'
        " Leave it under one of them.",
    ),
    (
        'xyz = "blue"',
        "essai.toml: xyz is no key of a layout; known here: layout, name, extends, registry,"
        " languages, series, publisher, operator, notice, words, fields, own, columns, lists,"
        " portraits. Correct the key.",
    ),
    (
        'fields.nom.column = ["Nom"]',
        "essai.toml: fields.nom.column is no key of a layout; nearest: columns. Correct the key.",
    ),
    (
        'fields.nmo.columns = ["Nom"]',
        "essai.toml: fields.nmo is no key of a layout; nearest: nom. Correct the key.",
    ),
    (
        'fields.nom.columns = "Nom"',
        "essai.toml: fields.nom.columns is 'Nom'. Make it a list in square brackets.",
    ),
    (
        'fields.nom.columns = ["Nom", 3]',
        "essai.toml: fields.nom.columns[2] is 3. Make it text in quotes, without controls.",
    ),
    (
        "fields.nom.columns = []",
        "essai.toml: fields.nom.columns is missing. Add it, or extend a layout.",
    ),
    (
        'fields.nom.optional = "yes"',
        "essai.toml: fields.nom.optional is 'yes'. Make it true or false.",
    ),
    (
        "fields.nom = 3",
        "essai.toml: fields.nom is 3. Make it a table of keys (columns, fallback, optional,"
        " translations, join, joiner, split, languages, part).",
    ),
    ("layout = 2", "essai.toml: layout is 2. Make it 1, the only version of the format."),
    *(
        (
            f'languages = ["fr", "{tag}"]',
            f"essai.toml: languages[2] is '{tag}'. Make it a language tag such as \"fr\".",
        )
        for tag in ("français", "french", "f", "fr_CA", "")
    ),
    (
        'language = "fr"',
        "essai.toml: language is 'fr'. Make it languages, a list of language tags of which the"
        ' first is the register\'s own, such as languages = ["fr", "en"].',
    ),
    (
        'languages = ["fr", "zh-Hant"]',
        "essai.toml: series.title.zh-hant is missing. Add it, or extend a layout.",
    ),
    (
        'series.licence = "CC-BY"',
        "essai.toml: series.licence is 'CC-BY'. Make it an absolute http(s) IRI.",
    ),
    (
        'publisher.slug = "Le Ministère"',
        "essai.toml: publisher.slug is 'Le Ministère'. Make it a slug: a-z, 0-9, single hyphens.",
    ),
    (
        'columns.other = "ignore"',
        'essai.toml: columns.other is \'ignore\'. Make it "refuse" or "list".',
    ),
    (
        "portraits.2025.total = -1",
        "essai.toml: portraits.2025.total is -1. Make it a whole number, zero or more.",
    ),
    (
        "portraits.2025.total = true",
        "essai.toml: portraits.2025.total is True. Make it a whole number, zero or more.",
    ),
    (
        "portraits.25.total = 1",
        "essai.toml: portraits.25 is no key of a layout; known here: a year. Correct the key.",
    ),
    (
        'series.title.French = "x"',
        "essai.toml: series.title.French is no key of a layout;"
        ' known here: a language tag such as "fr". Correct the key.',
    ),
    ('notice.fr = "x"', "essai.toml: notice.en is missing. Add it, or extend a layout."),
    (
        'fields.statut.columns = ["Statut", "NOM"]',
        'essai.toml: fields.statut.columns holds "NOM", which fields.nom.columns claims too.'
        " Leave it under one of them.",
    ),
    (
        'lists.statut.blank = "rien"',
        'essai.toml: lists.statut.blank is "rien", which is no concept of lists.statut.values.'
        " Add a value with this concept.",
    ),
    (
        '[[lists.statut.values]]\nspellings = ["x"]',
        "essai.toml: lists.statut.values[1].concept is missing. Add the concept's slug.",
    ),
    (
        '[[lists.statut.values]]\nconcept = "un"\nfrom = 2025\nuntil = 2024',
        "essai.toml: lists.statut.values[1] (un) is from 2025 until 2024."
        " Make from the earlier year.",
    ),
    (
        '[[lists.statut.values]]\nconcept = "un"\nfrom = "2025"',
        "essai.toml: lists.statut.values[1].from is '2025'. Make it a year of four digits.",
    ),
    *(
        (
            VALUES.format(one=one, two=two),
            'essai.toml: lists.statut.values: "en cours" means both un and deux in the same years.'
            " Set from and until, or leave it under one.",
        )
        for one, two in [("", ""), ("until = 2025", "from = 2025"), ("from = 2020", "")]
    ),
    (
        "fields.nom = =\n",
        "essai.toml: not TOML: Invalid value (at line 2, column 14). Correct it there.",
    ),
]


@pytest.mark.parametrize(("text", "message"), REFUSED)
def test_a_contradiction_is_refused_with_its_key(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(UnreadableLayout) as refused:
        load_layout(extended(tmp_path, text))
    assert str(refused.value) == message


@pytest.mark.parametrize(
    "text",
    [
        *(
            f'series.licence = "http://{rest}"'
            for rest in ("\\u0001/", "[", "%zz/", "/x", "x/#a#b")
        ),
        'series.landing = "https://x/\\uffff"',
        'publisher.homepage = "http://x/\\u007f"',
        'portraits.2025.url = "http://x/y#z"',
        'publisher.email = "a> . <http://x/> <http://x/> <http://x/> .\\n<http://x"',
        'publisher.email = "a b@c.ca"',
        'series.framework = "../../x"',
        'lists.statut.scheme = "x"',
        'series.title.fr = "a\\u0001b"',
        'notice.fr = "a\\uffffb"',
        f"portraits.2025.total = {'9' * 9000}",
        f"portraits.2025.total = 0x{'f' * 9000}",
        f"[series.title.fr{'.a' * 20_000}]",
        f"series.title.fr = {'[' * 20_000}",
    ],
    ids=lambda text: text[:40],
)
def test_what_no_release_could_hold_is_refused_at_once(tmp_path: Path, text: str) -> None:
    with pytest.raises(UnreadableLayout) as refused:
        load_layout(extended(tmp_path, text))
    message = str(refused.value)
    assert len(message) < 400
    assert message.isprintable()


@pytest.mark.parametrize("kind", ["pipe", "endless", "large", "chain"])
def test_what_cannot_be_a_layout_is_not_read(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "essai.toml"
    if kind == "pipe":
        os.mkfifo(file)
    elif kind == "endless":
        file.symlink_to("/dev/zero")
    elif kind == "large":
        file.write_bytes(b"#" * (16 << 20) + b"\n")
    else:
        for step in range(50):
            written(tmp_path, f'extends = "{step + 1}.toml"', f"{step}.toml")
        file.symlink_to("0.toml")
    with pytest.raises(UnreadableLayout, match=r"regular file|larger than 16 MB|after 20 layouts"):
        load_layout(str(file))


@pytest.mark.parametrize(
    "key", ["languages", "name", "series.licence", "publisher.slug", "lists.statut"]
)
def test_a_missing_key_is_named(tmp_path: Path, key: str) -> None:
    text = SMALL.read_text(encoding="utf-8")
    last = key.rpartition(".")[2]
    start = text.index(f"[{key}]") if f"[{key}]" in text else text.index(f"\n{last} =")
    end = text.index("\n\n", start) if text[start] == "[" else text.index("\n", start + 1)
    with pytest.raises(UnreadableLayout) as refused:
        load_layout(written(tmp_path, text[:start] + text[end:]))
    assert str(refused.value) == f"essai.toml: {key} is missing. Add it, or extend a layout."


OPERATOR = '[operator]\nslug = "laboratoire"\nname = { fr = "Labo", en = "Lab" }\n'


def test_the_publisher_operates_unless_the_layout_says_who(tmp_path: Path) -> None:
    assert load_layout("quebec").operator == load_layout("quebec").publisher
    layout = load_layout(extended(tmp_path, f'{OPERATOR}email = "a@b.ca"'))
    assert (layout.operator.slug, layout.operator.email) == ("laboratoire", "a@b.ca")
    assert layout.publisher.slug == "editeur"


@pytest.mark.parametrize("more", ["", 'email = ""\n', 'homepage = ""\n'])
def test_an_operator_without_contact_is_refused_where_it_stands(tmp_path: Path, more: str) -> None:
    title = "[series]\ntitle.fr = '''\n[operator]\noperator.slug = 1'''\n"
    with pytest.raises(UnreadableLayout) as refused:
        load_layout(extended(tmp_path, f"{title}{OPERATOR}{more}"))
    assert str(refused.value) == (
        "essai.toml, line 6: operator has no contact. Add operator.email, or operator.homepage,"
        " the page where one can write to it."
    )


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ('[operator]\nemail = "a@b.ca"', "operator.slug is missing"),
        ('[operator]\nslug = "labo"\nemail = "a@b.ca"', "operator.name.fr is missing"),
        ("[portraits.2024]\ncollected = 2024-06-15", "Give both in words"),
        (
            "[portraits.2024]\ncollected = 2024-06-15\nclarified = 2024-06-14\n"
            'collection = { fr = "Le 15", en = "On the 15th" }',
            "no earlier day as clarified",
        ),
        ('[portraits.2024]\nfiles = [{ title = "F" }]', "files[1].format is missing"),
        ("[series]\nmodified = 2026-01-27T14:04:00", "a time with its zone"),
    ],
)
def test_facts_that_miss_something_are_refused(tmp_path: Path, more: str, message: str) -> None:
    with pytest.raises(UnreadableLayout) as refused:
        load_layout(extended(tmp_path, more))
    assert message in str(refused.value)


def test_a_circle_of_extends_is_refused(tmp_path: Path) -> None:
    one = written(tmp_path, 'extends = "two.toml"', "one.toml")
    written(tmp_path, 'extends = "one.toml"', "two.toml")
    with pytest.raises(UnreadableLayout) as refused:
        load_layout(one)
    assert str(refused.value) == (
        "one.toml: extends leads back to where it began (one.toml → two.toml → one.toml)."
        " Take one of these extends out."
    )


def test_an_unknown_layout_names_those_that_ship(tmp_path: Path) -> None:
    with pytest.raises(UnreadableLayout) as refused:
        load_layout("quebek")
    assert str(refused.value) == (
        "quebek: no layout can be read there (No such file or directory)."
        f" Give the path of a TOML file, or one of {', '.join(shipped())}."
    )


def test_a_layout_in_another_encoding_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "essai.toml"
    file.write_bytes(b'name = "\xe9t\xe9"')
    with pytest.raises(UnreadableLayout, match=r"^essai\.toml: not TOML: .* Correct it there\.$"):
        load_layout(str(file))
