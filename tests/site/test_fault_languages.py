"""Why a query has no answer, in the language of who asked: French and English are never mixed."""

import html
import json
from typing import Any
from urllib.parse import quote, urlencode

import pytest

WRONG = "SELECT * WERE { ?s ?p ?o }"
FRENCH = (
    "La requête ne peut pas être lue à la ligne 1, colonne 10\u00a0: il faut ici FROM ou WHERE ou"
    " «\u00a0{\u00a0», et non «\u00a0WERE\u00a0». Vouliez-vous écrire WHERE\u202f?"
)
ENGLISH = (
    "The query cannot be read at line 1, column 10: expected FROM or WHERE or '{', not 'WERE':"
    " did you mean WHERE?"
)
DETAILS = {"fr": FRENCH, "en": ENGLISH}
# What a request states, and the language of its problem.
STATED = [
    ("", None, "en"),
    ("", "fr-CA,fr;q=0.9,en;q=0.8", "fr"),
    ("", "en-CA,fr;q=0.9", "en"),
    ("", "*", "en"),
    ("", "de", "en"),
    ("", "de, fr;q=0.1", "fr"),
    ("fr", None, "fr"),
    ("fr", "en", "fr"),
    ("en", "fr", "en"),
    ("nl", None, "en"),
]
# A request to the endpoint, its status, and a part of what is said of it in both languages.
REFUSED = [
    (f"sparql?query={quote(WRONG)}", 400, "Vouliez-vous écrire WHERE", "did you mean WHERE"),
    (
        "sparql?query=SELECT(COUNT(?v)AS?c)(?c%2B1AS?d){}",
        422,
        "Le moteur ne peut pas suivre la requête",
        "The engine cannot follow the query",
    ),
    (
        "sparql?query=ASK{FILTER(<a:f>(1))}",
        422,
        "la fonction <a:f> n'existe pas ici",
        "there is no function <a:f> here",
    ),
    ("sparql?query=CLEAR+ALL", 403, "n'accepte aucune mise à jour", "it takes no update"),
    (
        "sparql?query=SELECT*{SERVICE<a:b>{}}",
        403,
        "ôter SERVICE de la requête",
        "leave SERVICE out of the query",
    ),
    (
        "sparql?query=ASK{}&query=ASK{}",
        400,
        "Poser une seule requête à la fois",
        "Ask one query in a request",
    ),
    (
        "sparql?query=%ZZ",
        400,
        "dans l'adresse, n'est pas un",
        "in the address is no percent",
    ),
    ("sparql?query=%FF", 400, "n'est pas de l'UTF-8", "is not UTF-8"),
    (
        "sparql?query=ASK{}&default-graph-uri=a",
        400,
        "donner un IRI absolu",
        "give an absolute IRI",
    ),
    (
        "sparql?query=ASK{}&format=png",
        406,
        "ne nomme rien de ce qui",
        "names nothing that is",
    ),
    ("graph/xyz", 404, "Cette version n'a pas de graphe", "This release holds no graph"),
    ("def/9.9", 404, "n'a pas la version «\u00a09.9\u00a0» du voc", "no version '9.9' of the voc"),
]


@pytest.mark.parametrize("accept", ["*/*", "text/csv"])
@pytest.mark.parametrize(("lang", "accepted", "language"), STATED)
def test_a_program_is_told_in_the_language_that_it_states(
    site: str, fetch: Any, lang: str, accepted: str | None, language: str, accept: str
) -> None:
    address = f"{site}sparql?{urlencode({'query': WRONG, **({'lang': lang} if lang else {})})}"
    headers = {"Accept": accept} | ({"Accept-Language": accepted} if accepted else {})
    reply = fetch(address, headers=headers)
    if accept == "*/*":
        problem = json.loads(reply.body)
        assert (problem["detail"], problem["kind"]) == (DETAILS[language], "malformed-query")
        assert (problem["title"], problem["line"], problem["column"]) == ("Bad Request", 1, 10)
    else:
        assert reply.text == f"400 Bad Request: {DETAILS[language]}\n"
    assert reply.headers["Content-Language"] == language
    assert reply.headers["Vary"].startswith("Accept, Accept-Language")
    assert reply.headers["Cache-Control"] == "no-store"


def test_a_form_is_told_in_the_language_that_it_states(site: str, fetch: Any) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    body = urlencode({"query": WRONG})
    for query, language in (("", "en"), ("?lang=fr", "fr")):
        reply = fetch(f"{site}sparql{query}", "POST", body, form)
        assert json.loads(reply.body)["detail"] == DETAILS[language]
        assert reply.headers["Content-Language"] == language


def test_who_asks_the_same_in_turn_gets_each_their_language(site: str, fetch: Any) -> None:
    for language in ("fr", "en", "fr", "en"):
        for accept in ("*/*", "text/html"):
            reply = fetch(
                f"{site}sparql?query={quote(WRONG)}", Accept=accept, Accept_Language=language
            )
            assert reply.headers["Content-Language"] == language
            told = html.unescape(reply.text) if accept == "text/html" else reply.text
            assert "WHERE ou" in told if language == "fr" else "WHERE or" in told


@pytest.mark.parametrize(("path", "status", "french", "english"), REFUSED)
def test_a_page_and_a_problem_are_in_the_language_of_their_reader(
    site: str, fetch: Any, path: str, status: int, french: str, english: str
) -> None:
    for accept in ("text/html", "*/*"):
        for language, said, other in (("fr", french, english), ("en", english, french)):
            reply = fetch(site + path, Accept=accept, Accept_Language=language)
            assert reply.status == status
            told = html.unescape(reply.text)
            assert said in told
            assert other not in told or path.endswith("}}")  # of SERVICE, a problem says both
            assert "<p>Ce que dit le serveur" not in told
            assert reply.headers["Content-Language"] == language
    assert english in fetch(site + path, Accept="*/*").text


def test_a_method_that_is_not_offered_is_refused_in_both_languages(site: str, fetch: Any) -> None:
    said = {"fr": "Cette méthode n'est pas permise", "en": "The method is not allowed for the"}
    for language, text in said.items():
        reply = fetch(f"{site}sparql", "DELETE", Accept="text/html", Accept_Language=language)
        assert (reply.status, reply.headers["Content-Language"]) == (405, language)
        assert text in html.unescape(reply.text)
