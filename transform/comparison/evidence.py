"""Build the SPARQL query behind each number of a comparison: its rows are the things counted.

The templates are the files `questions/*.rq`. Placeholders such as `<portrait>` and `"langue"` are
replaced by IRIs and literals in the syntax of SPARQL, never by bare text.
"""

import re
from functools import cache
from importlib.resources import files

import pyoxigraph as ox

from transform.comparison.model import CHANGES, Comparison, Evolution, Movement
from transform.rdf.namespaces import vocabulary_of

_AS_WRITTEN = {
    "categorie": "categorieTelleQuEcrite",
    "portefeuille": "portefeuilleTelQuEcrit",
    "statut": "statutTelQuEcrit",
}
_EARLIER, _LATER = "avant", "apres"
# By movement: its template, and which of the two portraits the template reads.
_TEMPLATES = {
    **{
        f"{noun}-{name}": (text, side)
        for noun, new, absent in (
            ("organismes", "nouveaux", "absents"),
            ("textes", "nouveaux", "absents"),
            ("initiatives", "nouvelles", "absentes"),
        )
        for name, text, side in (
            ("avant", noun, _EARLIER),
            ("apres", noun, _LATER),
            (new, f"{noun}-d-un-seul", _LATER),
            (absent, f"{noun}-d-un-seul", _EARLIER),
        )
    },
    "organismes-poursuivis": ("organismes-des-deux", _LATER),
    "textes-poursuivis": ("textes-des-deux", _LATER),
    "initiatives-poursuivies": ("initiatives-des-deux", _LATER),
    "organismes-renommes": ("organismes-renommes", _LATER),
    "organismes-a-trancher": ("paires", _LATER),
    "initiatives-a-trancher": ("paires", _LATER),
    "initiatives-statut-change": ("initiatives-changees", _LATER),
    "initiatives-categorie-changee": ("initiatives-changees", _LATER),
    "initiatives-deplacees": ("initiatives-deplacees", _LATER),
}


@cache
def _read(name: str) -> str:
    return files("transform.comparison").joinpath("questions", f"{name}.rq").read_text("utf-8")


def movement_query(comparison: Comparison, movement: Movement, base_uri: str, language: str) -> str:
    """Return the query whose rows are the things that a movement counts."""
    if movement.statuses:
        old, new = movement.statuses
        paths = {"statutAvant": old, "statutApres": new}
        return _fill("initiatives-d-un-passage", comparison, base_uri, language, paths)
    template, side = _TEMPLATES.get(movement.name, ("elements", _LATER))
    if movement.name == "initiatives-deplacees" and "portefeuille" not in comparison.lists:
        template = "initiatives-d-un-autre-organisme"
    portrait, other = comparison.earlier, comparison.later
    if side == _LATER:
        portrait, other = other, portrait
    paths = {
        "portrait": f"id/portrait/{portrait}",
        "autre": f"id/portrait/{other}",
        "mouvement": f"{comparison.path}/{movement.name}",
        "propriete": f"def#{CHANGES.get(movement.name, 'statut')}",
    }
    return _fill(template, comparison, base_uri, language, paths)


def evolution_query(
    comparison: Comparison,
    evolution: Evolution,
    base_uri: str,
    language: str,
    year: int | None = None,
) -> str:
    """Return the query whose rows are the entries of an evolution, of one year or of both."""
    paths = {
        "avant": f"id/portrait/{year or comparison.earlier}",
        "apres": f"id/portrait/{year or comparison.later}",
        "valeur": evolution.concept,
        "propriete": f"def#{evolution.kind}",
        "telQuEcrit": f"def#{_AS_WRITTEN[evolution.kind]}",
    }
    if evolution.text is None:
        return _fill("inscriptions-de-la-valeur", comparison, base_uri, language, paths)
    return _fill("inscriptions-du-texte", comparison, base_uri, language, paths, evolution.text)


def _fill(
    name: str,
    comparison: Comparison,
    base_uri: str,
    language: str,
    paths: dict[str, str],
    text: str = "",
) -> str:
    all_paths = {
        "avant": f"id/portrait/{comparison.earlier}",
        "apres": f"id/portrait/{comparison.later}",
        **paths,
    }
    terms = {
        f"<{key}>": str(
            ox.NamedNode(
                vocabulary_of(base_uri) + path.removeprefix("def#")
                if path.startswith("def#")
                else base_uri + path
            )
        )
        for key, path in all_paths.items()
    }
    terms |= {'"langue"': str(ox.Literal(language)), '"texte"': str(ox.Literal(text))}
    terms["<def#>"] = str(ox.NamedNode(vocabulary_of(base_uri)))
    # One pass: a value that looks like a placeholder is not replaced in its turn.
    pattern = "|".join(map(re.escape, terms))
    return re.sub(pattern, lambda place: terms[place[0]], _read(name))
