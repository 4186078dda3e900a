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


def refusal(file: str) -> list[str]:
    """Return the faults of a layout, without the folder of its file."""
    with pytest.raises(UnreadableLayout) as refused:
        load_layout(file)
    return [fault.replace(f"{Path(file).parent}/", "") for fault in refused.value.lines()]


def test_a_layout_is_read_whole() -> None:
    layout = load_layout(str(SMALL))
    assert (layout.source, layout.name, layout.language) == (str(SMALL), "petit", "fr")
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


def test_extends_merges_keys_and_adds_to_lists(tmp_path: Path) -> None:
    layout = load_layout(
        extended(
            tmp_path,
            'series.title.en = "Other"\nlists.statut.open = false\n'
            'fields.nom.columns = ["Titre", "nom"]\nfields.organisme.fallback = ["Secteur"]\n',
        )
    )
    assert layout.title == {"fr": "Petite série", "en": "Other"}
    assert layout.fields["nom"].columns == ("Titre", "nom", "Nom de l'initiative")
    assert layout.fields["organisme"].fallback == ("Secteur", "Ministère", "Réseau")
    assert (layout.lists["statut"].open, layout.lists["categorie"].open) == (False, True)


def test_a_value_and_a_spelling_are_three_lines(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        'extends = "quebec"\n[[lists.statut.values]]\nconcept = "en-pause"\n'
        'spellings = ["En pause"]\n[[lists.statut.values]]\nconcept = "solution-en-production"\n'
        'spellings = ["En production"]\nlabel.en = "Live"',
    )
    before, after = (load_layout(name).lists["statut"].values for name in ("quebec", file))
    old = {value.concept: value for value in before}
    new = {value.concept: value for value in after}
    assert [value.concept for value in after] == [*(value.concept for value in before), "en-pause"]
    live = new.pop("solution-en-production")
    assert live.spellings == (*old.pop("solution-en-production").spellings, "En production")
    assert live.label["en"] == "Live"
    assert new.pop("en-pause").spellings == ("En pause",)
    assert new == old


def test_a_spelling_of_other_years_stands_beside_the_inherited_ones(tmp_path: Path) -> None:
    base = written(tmp_path, SMALL.read_text("utf-8") + VALUES.format(one="", two="from = 1999"
        ).replace('"en cours"', '"Fini"'), "base.toml")  # fmt: skip
    value = '[[lists.statut.values]]\nconcept = "un"\nspellings = ["Actif"]\nfrom = 2026\n'
    values = load_layout(written(tmp_path, f'extends = "{base}"\n{value}label.fr = "Un"')).lists
    assert [(v.concept, v.spellings, v.since, v.label) for v in values["statut"].values] == [
        ("un", ("En Cours", "En pause"), None, {"fr": "Un"}),
        ("deux", ("Fini",), 1999, {}),
        ("un", ("Actif",), 2026, {"fr": "Un"}),
    ]


def test_a_field_that_is_absent_below_may_have_columns_above(tmp_path: Path) -> None:
    written(tmp_path, f'extends = "{SMALL}"\nfields.statut.absent = true', "base.toml")
    fields = load_layout(written(tmp_path, 'extends = "base.toml"')).fields
    assert (fields["statut"].absent, fields["statut"].columns) == (True, ())
    above = written(tmp_path, 'extends = "base.toml"\nfields.statut.columns = ["État"]')
    fields = load_layout(above).fields
    assert (fields["statut"].absent, fields["statut"].columns) == (False, ("État", "Statut"))


def test_columns_and_values_of_any_field_are_added_to(tmp_path: Path) -> None:
    below = """
[columns]
ignore = ["Vendor", "Title"]
[fields.nom]
join = ["Titre", "Version"]
translations = { en = ["Name"] }
[own.fournisseur]
columns = ["Fournisseur", "Marque"]
label = { fr = "Fournisseur", en = "Vendor" }
range = "list"
empty = ["n/d"]
values = [{ concept = "acme", spellings = ["ACME"] }]
"""
    above = """
extends = "base.toml"
[columns]
ignore = ["Marque"]
[fields.nom]
join = ["Titre"]
translations = { en = ["Title"] }
[own.fournisseur]
columns = ["Vendor"]
empty = ["s/o"]
values = [{ concept = "acme", spellings = ["Acme inc."] }, { concept = "z", spellings = ["Z"] }]
"""
    written(tmp_path, f'extends = "{SMALL}"\n{below}', "base.toml")
    layout = load_layout(written(tmp_path, above))
    name, vendor = layout.fields["nom"], layout.fields["own.fournisseur"]
    assert layout.ignored_columns == ("Marque",)
    assert (name.join, name.translations) == (("Titre",), {"en": ("Title", "Name")})
    assert (vendor.columns, len(vendor.empty)) == (("Vendor", "Fournisseur"), 2)
    values = {value.concept: value.spellings for value in layout.own[0].values}
    assert values == {"acme": ("ACME", "Acme inc."), "z": ("Z",)}


def test_afresh_inherits_nothing_of_a_key(tmp_path: Path) -> None:
    afresh = 'afresh = ["fields.nom.columns", "lists.categorie.values", "portraits.2024"]'
    layout = load_layout(
        written(
            tmp_path,
            f'extends = "quebec"\n{afresh}\nfields.nom.columns = ["Titre"]\n'
            '[[lists.categorie.values]]\nconcept = "autre"',
        )
    )
    assert layout.fields["nom"].columns == ("Titre",)
    assert [value.concept for value in layout.lists["categorie"].values] == ["autre"]
    assert list(layout.portraits) == [2025]


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


# After the number of the line.
REFUSED = [
    (
        'words.portrait.en = ["card", "cards", "f"]\nwords.portrait.fr = ["fiche", "fiches", "f"]',
        "2: words.portrait.en says the gender of the word, which is of use in French only. Keep"
        " only one and several.",
    ),
    (
        'words.portrait.fr = ["fiche", "fiches", "n"]',
        "2: words.portrait.fr is ['fiche', 'fiches', 'n']. Make it a list of one and several,"
        ' without backslash or brace, such as ["portfolio", "portfolios"]; of a French word that is'
        ' feminine, ["direction", "directions", "f"].',
    ),
    (
        'words.statut.en = ["{?value}", "stages"]',
        "2: words.statut.en is ['{?value}', 'stages']. Make it a list of one and several, without"
        ' backslash or brace, such as ["portfolio", "portfolios"]; of a French word that is'
        ' feminine, ["direction", "directions", "f"].',
    ),
    (
        r"words.statut.en = ['stage\u0022', 'stages']",
        r"2: words.statut.en is ['stage\\u0022', 'stages']. Make it a list of one and several,"
        ' without backslash or brace, such as ["portfolio", "portfolios"]; of a French word that is'
        ' feminine, ["direction", "directions", "f"].',
    ),
    (
        '[fields.nom]\nsplit = ";"',
        "3: fields.nom.split would give many values, and the field has one. Add part, the"
        " number of the part that is meant, or languages.",
    ),
    (
        '[fields.organisme]\nsplit = " / "\nlanguages = ["en", "de"]',
        "4: fields.organisme.languages is en, de. Name languages of the register, each"
        " once, fr among them, in the order of the cell.",
    ),
    (
        '[fields.nom.translations]\nde = ["Name"]',
        "3: fields.nom.translations.de is in no language of the register. Add it to languages.",
    ),
    (
        '[fields.statut.translations]\nen = ["Status"]',
        "2: fields.statut: it is no text, which alone has languages. Take translations and"
        " languages out.",
    ),
    (
        '[own.cout]\ncolumns = ["Coût"]\nlabel = { en = "Cost" }',
        "4: own.cout.label.fr is missing. Add it, or extend a layout.",
    ),
    (
        '[own."coût"]\ncolumns = ["Coût"]',
        "2: own.coût is no key of a layout; known here: a name such as fournisseur, of letters and"
        " digits. Correct the key.",
    ),
    (
        'own.c = { columns = ["C"], range = "list", values = [{ concept = "un" }],'
        ' label = { fr = "C", en = "C" } }',
        "2: own.c.values[1] has no text. Add spellings, or a label.",
    ),
    (
        'fields.portefeuille.absent = true\nfields.organisme.within = "portefeuille"',
        '3: fields.organisme.within is "portefeuille", and fields.portefeuille is absent. Name a'
        ' field that the register has, or make within "".',
    ),
    (
        '[fields.identifiant]\ncolumns = ["No"]\nsplit = ";"\nidentity = true',
        "5: fields.identifiant.identity wants one identifier a row. Take split out, or identity.",
    ),
    (
        '[fields.date_statut]\ncolumns = ["Depuis"]\ndates = ["D/M/Y"]',
        "4: fields.date_statut.dates[1] is 'D/M/Y'. Make it a pattern of YYYY, of MM, M or"
        ' MMMM (a month by its name), of DD or D, such as "D/M/YYYY" or "D \'de\' MMMM YYYY".',
    ),
    (
        '[own.statut]\ncolumns = ["État"]\nlabel = { fr = "État", en = "State" }',
        "2: own.statut would be <def#statut>, which is a term of the vocabulary already."
        " Take another name.",
    ),
    (
        '[own.cout]\ncolumns = ["Statut"]\nlabel = { fr = "Coût", en = "Cost" }',
        '3: own.cout.columns holds "Statut", which fields.statut.columns claims too.'
        " Leave it under one of them.",
    ),
    (
        'xyz = "blue"',
        "2: xyz is no key of a layout; known here: layout, name, extends, afresh, registry,"
        " languages, series, publisher, operator, notice, words, fields, own, file, columns, fetch,"
        " lists, portraits. Correct the key.",
    ),
    (
        'fields.nom.column = ["Nom"]',
        "2: fields.nom.column is no key of a layout; nearest: columns. Correct the key.",
    ),
    (
        'fields.nmo.columns = ["Nom"]',
        "2: fields.nmo is no key of a layout; nearest: nom. Correct the key.",
    ),
    (
        'fields.nom.columns = "Nom"',
        "2: fields.nom.columns is 'Nom'. Make it a list in square brackets.",
    ),
    (
        'fields.nom.columns = ["Nom", 3]',
        "2: fields.nom.columns[2] is 3. Make it text in quotes, without controls.",
    ),
    (
        'afresh = ["fields.nom.columns"]\nfields.nom.columns = []',
        "3: fields.nom.columns is missing. Add it, or extend a layout.",
    ),
    (
        'fields.nom.optional = "yes"',
        "2: fields.nom.optional is 'yes'. Make it true or false.",
    ),
    (
        "fields.nom = 3",
        "2: fields.nom is 3. Make it a table of keys (columns, fallback, optional, translations,"
        " join, joiner, split, languages, part).",
    ),
    ("layout = 2", "2: layout is 2. Make it 1, the only version of the format."),
    *(
        (
            f'languages = ["fr", "{tag}"]',
            f"2: languages[2] is '{tag}'. Make it a language tag such as \"fr\".",
        )
        for tag in ("français", "french", "f", "fr_CA", "")
    ),
    (
        'language = "fr"',
        "2: language is 'fr'. Make it languages, a list of language tags of which the"
        ' first is the register\'s own, such as languages = ["fr", "en"].',
    ),
    (
        'series.title = { FR = "a", fr = "b" }',
        "2: series.title.fr stands twice. Leave it once.",
    ),
    (
        'series.licence = "CC-BY"',
        "2: series.licence is 'CC-BY'. Make it an absolute http(s) IRI.",
    ),
    (
        'publisher.slug = "Le Ministère"',
        "2: publisher.slug is 'Le Ministère'. Make it a slug: a-z, 0-9, single hyphens.",
    ),
    (
        'columns.other = "ignore"',
        '2: columns.other is \'ignore\'. Make it "refuse" or "list".',
    ),
    (
        "portraits.2025.total = -1",
        "2: portraits.2025.total is -1. Make it a whole number, zero or more.",
    ),
    (
        "portraits.2025.total = true",
        "2: portraits.2025.total is True. Make it a whole number, zero or more.",
    ),
    (
        "portraits.25.total = 1",
        "2: portraits.25 is no key of a layout; known here: a year. Correct the key.",
    ),
    (
        'series.title.French = "x"',
        "2: series.title.French is no key of a layout;"
        ' known here: a language tag such as "fr". Correct the key.',
    ),
    (
        'series.title.language = "x"',
        "2: series.title.language is no key of a layout;"
        ' known here: a language tag such as "fr". Correct the key.',
    ),
    ('notice.fr = "x"', "2: notice.en is missing. Add it, or extend a layout."),
    (
        'fields.statut.columns = ["Statut", "NOM"]',
        '2: fields.statut.columns holds "NOM", which fields.nom.columns claims too.'
        " Leave it under one of them.",
    ),
    (
        'lists.statut.blank = "rien"',
        '2: lists.statut.blank is "rien", which is no concept of lists.statut.values.'
        " Add a value with this concept.",
    ),
    (
        '[[lists.statut.values]]\nspellings = ["x"]',
        "2: lists.statut.values[1].concept is missing. Add the concept's slug.",
    ),
    (
        '[[lists.statut.values]]\nconcept = "un"\nfrom = 2025\nuntil = 2024',
        "2: lists.statut.values[1] (un) is from 2025 until 2024. Make from the earlier year.",
    ),
    (
        '[[lists.statut.values]]\nconcept = "un"\nfrom = "2025"',
        "4: lists.statut.values[1].from is '2025'. Make it a year of four digits.",
    ),
    *(
        (
            VALUES.format(one=one, two=two),
            '9: lists.statut.values: "en cours" means both un and deux in the same years.'
            " Set from and until, or leave it under one.",
        )
        for one, two in [("", ""), ("until = 2025", "from = 2025"), ("from = 2020", "")]
    ),
    (
        'fields.statut = { absent = true, columns = ["Statut"] }',
        "2: fields.statut is absent and has columns. Take absent or the columns out.",
    ),
    (
        'afresh = ["lists.statut.valeurs"]',
        '2: afresh names "lists.statut.valeurs", which the extended layout does'
        ' not have. Name one of its keys, such as "lists.statut.values", or take it out.',
    ),
    (
        'fields.nom.columns = ["Titre", "TITRE"]',
        '2: fields.nom.columns holds "TITRE" twice. Leave it once.',
    ),
    (
        'columns.ignore = ["Coût", "titre"]\nfields.nom.columns = ["Titre"]',
        '2: columns.ignore holds "titre", which fields.nom.columns claims too.'
        " Leave it under one of them.",
    ),
    (
        "fields.nom = =\n",
        ": not TOML: Invalid value (at line 2, column 14). Correct it there.",
    ),
]


@pytest.mark.parametrize(("text", "message"), REFUSED)
def test_a_contradiction_is_refused_with_its_key(tmp_path: Path, text: str, message: str) -> None:
    place = f"line {message}" if message[0].isdigit() else message
    assert refusal(extended(tmp_path, text)) == [f"essai.toml, {place}".replace(", :", ":")]


ALL_AT_ONCE = """
[series]
title.fr = '''
nom.xyz = 1'''
licence = "CC-BY"
"coverage".iri = "https://sws.geonames.org/1/"

[[portraits.2025.files]]
title = "F"

[fields]
statut = { columns = ["Statut", "NOM"], blanc = true }
nom.columns = [
    "Titre",
    7,
]

[[lists.statut.values]]
concept = "un"
spellings = ["En cours"]
[[lists.statut.values]]
concept = "deux"
spellings = ["en  cours"]
label = { fr = "Deux", french = "Deux" }
"""


def test_all_faults_are_told_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    below = SMALL.read_text(encoding="utf-8").replace("optional = true", "optional = 1")
    written(tmp_path, below.replace('name = "petit"\n', ""), "base.toml")
    faults = refusal(written(tmp_path, f'extends = "base.toml"{ALL_AT_ONCE}'))
    assert [fault.partition(". ")[0] for fault in faults] == [
        "essai.toml: name is missing",
        "essai.toml, line 5: series.licence is 'CC-BY'",
        "essai.toml, line 6: series.coverage wants iri, name, bounds (west, south, east, north) and"
        " middle (longitude, latitude)",
        "essai.toml, line 8: portraits.2025.files[1].format is missing",
        "essai.toml, line 12: fields.statut.blanc is no key of a layout; known here: columns,"
        " fallback, optional, translations, join, joiner, split, languages, part, absent",
        'essai.toml, line 12: fields.statut.columns holds "NOM", which fields.nom.columns claims'
        " too",
        "essai.toml, line 15: fields.nom.columns[2] is 7",
        'essai.toml, line 23: lists.statut.values: "en  cours" means both un and deux in the same'
        " years",
        "essai.toml, line 24: lists.statut.values[2].label.french is no key of a layout; known"
        ' here: a language tag such as "fr"',
        "base.toml, line 31: fields.benefices.optional is 1",
    ]


def test_texts_are_missing_in_each_language_of_the_register(tmp_path: Path) -> None:
    assert refusal(extended(tmp_path, 'languages = ["fr", "zh-Hant"]')) == [
        f"essai.toml: {key}.zh-hant is missing. Add it, or extend a layout."
        for key in ("series.title", "series.description", "publisher.name")
    ]


def test_a_thousand_faults_are_counted(tmp_path: Path) -> None:
    faults = refusal(extended(tmp_path, "\n".join(f"x{n} = 1" for n in range(1000))))
    assert len(faults) == 41
    assert faults[-1] == "… and 960 more faults."


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
    for message in refused.value.lines():
        assert len(message) < 400 + len(str(tmp_path))
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
    holder, _, _ = key.rpartition(".")
    kept = text[:start] + text[end:]
    place = f", line {kept[: kept.index(f'[{holder}')].count(chr(10)) + 1}" if holder else ""
    message = f"essai.toml{place}: {key} is missing. Add it, or extend a layout."
    assert refusal(written(tmp_path, kept)) == [message]


OPERATOR = '[operator]\nslug = "laboratoire"\nname = { fr = "Labo", en = "Lab" }\n'


def test_the_publisher_operates_unless_the_layout_says_who(tmp_path: Path) -> None:
    assert load_layout("quebec").operator == load_layout("quebec").publisher
    layout = load_layout(extended(tmp_path, f'{OPERATOR}email = "a@b.ca"'))
    assert (layout.operator.slug, layout.operator.email) == ("laboratoire", "a@b.ca")
    assert layout.publisher.slug == "editeur"


@pytest.mark.parametrize("more", ["", 'email = ""\n', 'homepage = ""\n'])
def test_an_operator_without_contact_is_refused_where_it_stands(tmp_path: Path, more: str) -> None:
    title = "[series]\ntitle.fr = '''\n[operator]\noperator.slug = 1'''\n"
    assert refusal(extended(tmp_path, f"{title}{OPERATOR}{more}")) == [
        "essai.toml, line 6: operator has no contact. Add operator.email, or operator.homepage,"
        " the page where one can write to it."
    ]


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
    assert refusal(one) == [
        "one.toml: extends leads back to where it began (one.toml → two.toml → one.toml)."
        " Take one of these extends out."
    ]


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
    with pytest.raises(UnreadableLayout, match=r"essai\.toml: not TOML: .* Correct it there\.$"):
        load_layout(str(file))
