"""Describe what the publisher's page states of the series, and what was made of its files."""

from collections.abc import Iterator

from transform.catalogue import codelists
from transform.catalogue.agents import document_lines
from transform.catalogue.datasets import ADAPTATION, DISCLAIMER
from transform.catalogue.statements import bilingual, statements, term, texts, typed
from transform.layouts.model import Layout
from transform.layouts.series import OfferedFile, Texts
from transform.rdf.ntriples import Line, literal
from transform.text.languages import LANGUAGES


def source_lines(base_uri: str, layout: Layout) -> Iterator[Line]:
    """Yield the statements of the publisher's page on the series."""
    facts, series = layout.catalogue, f"<{base_uri}catalogue#serie>"
    theme = f"<{base_uri}catalogue#theme>" if facts.theme else None
    disclaimer = f"<{base_uri}{DISCLAIMER}>" if facts.disclaimer else None
    offered = [
        (year, f"<{base_uri}catalogue#fichier-{year}-{number}>", file)
        for year, portrait in sorted(layout.portraits.items())
        for number, file in enumerate(portrait.files, start=1)
    ]
    yield from statements(
        series,
        {
            "dct:identifier": literal(facts.identifier) if facts.identifier else None,
            "foaf:page": f"<{facts.reference}>" if facts.reference else None,
            "dcat:theme": theme,
            "dct:rights": disclaimer,
            "dct:hasPart": [iri for _, iri, _ in offered],
        },
    )
    if facts.reference:
        yield from document_lines(facts.reference, None)
    if theme:
        yield from _theme_lines(base_uri, theme, facts.theme)
    if disclaimer:
        values = {"a": term("dct:RightsStatement"), "rdfs:label": texts(facts.disclaimer)}
        yield from statements(disclaimer, values)
    for year, iri, file in offered:
        yield from _offered_lines(f"<{base_uri}id/portrait/{year}>", iri, file, layout.language)


def _theme_lines(base_uri: str, theme: str, names: Texts | None) -> Iterator[Line]:
    """Describe the portal's own theme, which is of no list of the EU's."""
    scheme = f"<{base_uri}catalogue#themes>"
    yield from statements(
        theme,
        {"a": term("skos:Concept"), "skos:prefLabel": texts(names), "skos:inScheme": scheme},
    )
    title = bilingual("Thèmes du portail de l'éditeur", "Themes of the publisher's portal")
    yield from statements(scheme, {"a": term("skos:ConceptScheme"), "dct:title": title})


def _offered_lines(portrait: str, iri: str, file: OfferedFile, language: str) -> Iterator[Line]:
    """Describe a file that the page offers: a portrait in a format, at an address it hides."""
    code = codelists.FORMATS.get(file.format.lower())
    size = file.megabytes
    yield from statements(
        iri,
        {
            "a": term("foaf:Document"),
            "dct:title": literal(file.title, language),
            "dct:description": None
            if size is None
            else bilingual(f"Taille affichée\u00a0: {size} Mo", f"Size shown: {size} MB"),
            "dct:isFormatOf": portrait,
            "dct:format": term(code.name) if code else None,
            "dct:modified": typed(file.modified, "xsd:date"),
        },
    )
    if code:
        yield from codelists.code_lines(code)


def adaptation_lines(base_uri: str, layout: Layout) -> Iterator[Line]:
    """Yield what was made of the publisher's files, which CC BY 4.0, 3(a)(1)(B), asks to say."""
    yield from statements(
        f"<{base_uri}{ADAPTATION}>",
        {"a": term("dct:RightsStatement"), "rdfs:label": texts(_adaptation(layout))},
    )


def _adaptation(layout: Layout) -> dict[str, str]:
    operator, publisher = layout.operator, layout.publisher
    same = operator.slug == publisher.slug
    known = codelists.LICENCES.get(layout.licence)
    licence = f"{known.title} ({layout.licence})" if known else layout.licence
    landing = f" ({layout.landing})" if layout.landing else ""
    by, of, title = (
        {language: _in(texts, language) for language in LANGUAGES}
        for texts in (operator.name, publisher.name, layout.title)
    )
    return {
        "fr": f"Adapté par {by['fr']} de «\u00a0{title['fr']}\u00a0» de {of['fr']}{landing},"
        f" licence {licence}. Les fichiers ont été convertis en données liées et en tables\u00a0;"
        f" {_enumerated(layout, 'fr')} ont été rapportés à des listes, et des"
        " lignes de plusieurs années réunies en initiatives. Chaque cellule est aussi gardée telle"
        " qu'écrite." + ("" if same else " L'éditeur n'a pas approuvé ces changements."),
        "en": f"Adapted by {by['en']} from “{title['en']}” of {of['en']}{landing}, licence"
        f" {licence}. The files were converted to linked data and to tables;"
        f" {_enumerated(layout, 'en')} were matched with lists, and rows of several years joined"
        " into initiatives. Each cell is kept as written too."
        + ("" if same else " The publisher has not endorsed these changes."),
    }


_MATCHED = ("organisme", "portefeuille", "categorie", "statut")


def _enumerated(layout: Layout, language: str) -> str:
    """Return what is matched with lists, in the register's words: bodies, and what else it has."""
    names = layout.words.names[language]
    things = [names[thing][1] for thing in _MATCHED if not layout.fields[thing].absent]
    *first, last = things
    return f"{', '.join(first)} {'et' if language == 'fr' else 'and'} {last}" if first else last


def _in(texts: Texts, language: str) -> str:
    """Return a text in a language, else in the first that it has."""
    return texts.get(language) or next(iter(texts.values()))
