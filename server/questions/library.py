"""Choose the saved questions that a release can answer, and fill in its IRIs and languages."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from server import texts
from server.questions.question import (
    THEMES,
    Needs,
    SavedQuestion,
    Term,
    insert_values,
    read_questions,
)
from server.release.current import Release
from server.release.register import Register
from transform.rdf.namespaces import vocabulary_of
from transform.text.message import set_blanks

PATH = "requetes"
# The question that pages show first: every release can answer it, and it has no parameter.
FIRST = "lignes"
# A relative IRI of a question that is no term.
_OUR_IRI = re.compile(r"<(id/|catalogue#)")


class ListedQuestion(NamedTuple):
    """A saved question as a list shows it: its texts in one language, and its path on the site."""

    name: str
    theme: str
    title: str
    description: str
    path: str
    featured: bool


def list_questions(release: Release, language: str) -> list[ListedQuestion]:
    """List the questions that a release can answer: none of a field that its register has not."""
    return [describe(question, release.register, language) for question in offered(release)]


def group_by_theme(questions: list[ListedQuestion]) -> dict[str, list[ListedQuestion]]:
    """Return listed questions by theme, in the order of the themes."""
    groups = {theme: [each for each in questions if each.theme == theme] for theme in THEMES}
    return {theme: group for theme, group in groups.items() if group}


def offered(release: Release) -> list[SavedQuestion]:
    """Return the questions that a release can answer, theme by theme."""
    return [each for each in read_questions().values() if _fits(each.needs, release)]


def describe(question: SavedQuestion, register: Register, language: str) -> ListedQuestion:
    """Return what a list shows of a question, with the words of a register."""
    words = register.words_in(language)
    title, description = (
        set_blanks(texts_of[language].format(**words), language)
        for texts_of in (question.title, question.description)
    )
    path = f"{PATH}/{question.name}"
    return ListedQuestion(
        question.name, question.theme, title, description, path, question.featured
    )


def write_query(question: SavedQuestion, base_uri: str, reader: str, register: Register) -> str:
    """Return the query of a question, with the IRIs of the release filled in."""
    return fill_in(question.query, base_uri, reader, register)


def fill_in(text: str, base_uri: str, reader: str, register: Register) -> str:
    """Return a query with the IRIs of a release, and the languages of names, filled in.

    Names that we give are in the reader's language; those that the register gives too, or else in
    its own; those that stand in cells are in its own.
    """
    text = text.replace("<def#>", f"<{vocabulary_of(base_uri)}>")
    text = _OUR_IRI.sub(lambda iri: f"<{base_uri}{iri[1]}", text)
    own = register.languages[0]
    languages = {"lecteur": reader, "registre": register.nearest(reader), "cellules": own}
    for place, language in languages.items():
        text = text.replace(f') = "{place}")', f') = "{language.lower()}")')
    return text


def write_filled(
    question: SavedQuestion, terms: Mapping[str, Term], release: Release, language: str
) -> str:
    """Return the query of a question with its values, below comments that say what it asks."""
    listed = describe(question, release.register, language)
    lines = (" ".join(text.split()) for text in (listed.title, listed.description))
    about = "".join(f"# {line}\n" for line in lines)
    text = write_query(question, release.base_uri, language, release.register)
    return about + insert_values(text, terms)


def _fits(needs: Needs, release: Release) -> bool:
    manifest, register = release.manifest, release.register
    iri = needs.term if ":" in needs.term else f"{vocabulary_of(release.base_uri)}{needs.term}"
    return (
        register.fields.issuperset(needs.fields)
        and (iri in manifest["properties"] or iri in manifest["classes"])
        and (not needs.graph or needs.graph in manifest["graphs"])
        and needs.portraits <= len(manifest["portraits"])
        and _has_statuses(needs, manifest)
        and (not needs.searches or any(map(register.has, texts.LANGUAGES)))
    )


def _has_statuses(needs: Needs, manifest: Mapping[str, Any]) -> bool:
    """Check whether each status is counted in a portrait; where none are, they are taken to be."""
    counts = [portrait["counts"] for portrait in manifest["portraits"] if "counts" in portrait]
    counted = {slug for each in counts for slug in each.get("statut", ())}
    return not counts or counted.issuperset(needs.statuses)
