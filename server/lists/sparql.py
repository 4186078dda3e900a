"""Write a list as the SPARQL query whose answer it is."""

from collections.abc import Iterator, Sequence
from urllib.parse import quote_plus

from server.lists.kind import YEAR, Facet, ListKind
from server.lists.query import ListQuery
from transform.rdf.namespaces import vocabulary_of

MOST_VALUES = 1000  # URIs that a query of a search may hold
_LONGEST = 6000  # characters of a query in an address: servers before us often take 8 kB


def write_select(
    query: ListQuery,
    base_uri: str,
    newest: int,
    searched: Sequence[str] | None,
    language: str,
    languages: Sequence[str],
) -> str:
    """Write the query of the list; `searched` are the keys that words found, None without words.

    Names are in `language`; a thing that has none in it has that in the register's own one, the
    first of its `languages`. The engine keeps tags in small letters. Of an initiative that has
    names in several it is the best one.
    """
    thing, tag, own = query.kind.thing, language.lower(), languages[0].lower()
    lines = [*_patterns(query, base_uri, newest), *_searched(query, base_uri, searched)]
    if "?nom" not in query.kind.statements:
        if tag == own:
            lines.append(_label(thing, "nom", tag))
        else:
            lines += [_label(thing, "nomLu", tag), _label(thing, "nomPropre", own)]
            lines.append("BIND(COALESCE(?nomLu, ?nomPropre) AS ?nom)")
    elif len(languages) > 1:
        lines += [
            "FILTER NOT EXISTS {",
            f'  ?{thing} rdfs:label ?autreNom FILTER(LANG(?nom) != "{tag}")',
            f'  FILTER(LANG(?autreNom) = "{tag}" || LANG(?autreNom) < LANG(?nom))',
            "}",
        ]
    where = _indent(lines)
    return (
        f"{_prefixes(base_uri)}\nSELECT DISTINCT ?{thing} ?nom WHERE {{\n{where}\n}}\nORDER BY ?nom"
    )


def _label(thing: str, variable: str, tag: str) -> str:
    label = f"?{thing} skos:prefLabel ?{variable}"
    return f'OPTIONAL {{ {label} FILTER(LANG(?{variable}) = "{tag}") }}'


def write_construct(
    query: ListQuery, base_uri: str, newest: int, searched: Sequence[str] | None
) -> str:
    """Write the query of all statements about the things of the list.

    Of an initiative, those about its entries too.
    """
    thing = query.kind.thing
    lines = [*_patterns(query, base_uri, newest), *_searched(query, base_uri, searched)]
    listed = [f"{{ SELECT DISTINCT ?{thing} WHERE {{", *(f"  {line}" for line in lines), "} }"]
    if query.kind.by_entry:
        listed.append(f"?{thing} dcterms:hasVersion? ?chose .")
    about = "chose" if query.kind.by_entry else thing
    said = f"?{about} ?propriete ?valeur"
    where = _indent([*listed, f"{said} ."])
    return f"{_prefixes(base_uri)}\nCONSTRUCT {{ {said} }} WHERE {{\n{where}\n}}"


def write_description(kind: ListKind, base_uri: str, keys: Sequence[str]) -> str:
    """Write the query of the same statements as `write_construct`, about the things of some keys.

    Nothing narrows it but these: what the engine would have to join for each part of a list.
    """
    about = "chose" if kind.by_entry else kind.thing
    said = f"?{about} ?propriete ?valeur"
    lines = [_name(kind.thing, base_uri, keys)]
    if kind.by_entry:
        lines.append(f"?{kind.thing} dcterms:hasVersion? ?chose .")
    where = _indent([*lines, f"{said} ."])
    return f"{_prefixes(base_uri)}\nCONSTRUCT {{ {said} }} WHERE {{\n{where}\n}}"


def fits_address(query: str) -> bool:
    """Return whether a query can stand in an address; a longer one is for a POST."""
    return len(quote_plus(query)) <= _LONGEST


def _prefixes(base_uri: str) -> str:
    return "\n".join(
        (
            f"PREFIX pia: <{vocabulary_of(base_uri)}>",
            "PREFIX dcterms: <http://purl.org/dc/terms/>",
            "PREFIX org: <http://www.w3.org/ns/org#>",
            "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>",
            "PREFIX skos: <http://www.w3.org/2004/02/skos/core#>",
            "",
        )
    )


def _indent(lines: Sequence[str]) -> str:
    return "\n".join(f"  {line}" for line in lines)


def _searched(query: ListQuery, base_uri: str, searched: Sequence[str] | None) -> Iterator[str]:
    if searched is not None:
        yield _name(query.kind.thing, base_uri, searched)


def _name(thing: str, base_uri: str, keys: Sequence[str]) -> str:
    terms = " ".join(f"<{base_uri}id/{thing}/{key}>" for key in keys)
    return f"VALUES ?{thing} {{ {terms} }}"


def _patterns(query: ListQuery, base_uri: str, newest: int) -> Iterator[str]:
    kind = query.kind
    chosen = {name: kind.facet(name) for name in query.all_values}
    yield kind.statements
    if YEAR in chosen:
        yield kind.entries_by_year
    elif any(facet.of_entry for facet in chosen.values()):
        yield kind.entries
    for name, facet in chosen.items():
        if facet.pattern:
            yield facet.pattern
        yield _choose(facet, query.all_values[name], base_uri, newest, kind.thing)


def _choose(facet: Facet, values: Sequence[str], base_uri: str, newest: int, thing: str) -> str:
    """Write that the variable of a facet is one of the values, or that their tests hold."""
    if facet.term:
        terms = (facet.term.format(value) for value in values)
        written = (f"<{base_uri}{term}>" if "/" in term else term for term in terms)
        return f"VALUES ?{facet.variable} {{ {' '.join(written)} }}"
    entry = f"?autre pia:{thing} ?{thing} ; pia:annee"
    filled = {
        "newest": newest,
        "now": f"EXISTS {{ {entry} {newest} }}",
        "before": f"EXISTS {{ {entry} ?avant FILTER(?avant < {newest}) }}",
    }
    return f"FILTER({' || '.join(f'({facet.tests[value].format(**filled)})' for value in values)})"
