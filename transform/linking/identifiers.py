"""Make the IRI of a candidate from its identifier, as the manifest of a service describes it.

Source: Reconciliation Service API 0.2, section 3.1 (`identifierSpace`, `view`). Many services give
as `identifierSpace` a space of Freebase or SKOS that is a mere example there: nobody has such IRIs.
"""

import re
from urllib.parse import quote, urlsplit

import pyoxigraph as ox

from transform.rdf.namespaces import OWL, RDF, RDFS, SKOS
from transform.text.message import Message, message
from transform.text.urls import url_problem

_ID = "{{id}}"
_ABSOLUTE = re.compile("https?://[^/]")
_FREEBASE = re.compile(r"https?://([a-z]+\.)*freebase\.com(?![^/:])", re.IGNORECASE)
_SCHEMAS = (RDF, RDFS, OWL, SKOS)
# Signs of ASCII that no IRI holds (RFC 3987, 2.2), or that end its path; escapes stay as they are.
_UNFIT = re.compile(r'%(?![0-9A-Fa-f]{2})|[ "<>\\^`{|}?#\[\]]')
_UNFIT_IN_FIELD = re.compile(rf"{_UNFIT.pattern}|[&+]")


def is_whole(identifier: str) -> bool:
    """Check whether an identifier is an http(s) IRI already."""
    return bool(re.match("https?://", identifier))


def can_be_followed(space: str) -> bool:
    """Check whether an identifier may follow a space: it ends so, and is not of a schema."""
    named = bool(_ABSOLUTE.match(space)) and space.endswith(("/", "#", "="))
    return named and not _FREEBASE.match(space) and space not in _SCHEMAS


def follow(space: str, identifier: str) -> str:
    """Return the IRI of an identifier in a space, percent-encoded where it needs be.

    What a reader cannot see stays as it is: an IRI with it is refused.
    """
    unfit = _UNFIT_IN_FIELD if space.endswith("=") else _UNFIT
    return space + unfit.sub(lambda sign: quote(sign[0], safe=""), identifier)


def fill(template: str, identifier: str) -> str:
    """Return the address of an identifier by a template such as `https://…/{{id}}`."""
    try:
        return template.replace(_ID, quote(identifier, safe=""))
    except UnicodeEncodeError:  # a lone surrogate, which JSON can hold: it makes no IRI
        return template.replace(_ID, identifier)


def template_problem(template: str) -> Message | None:
    """Return why a template gives no addresses, None if it does."""
    if _ID not in template:
        return message("linking.view_without_id", id=_ID)
    sample = template.replace(_ID, "x")
    if not _ABSOLUTE.match(sample):
        return message("linking.view_not_absolute")
    try:
        ox.NamedNode(sample)
    except ValueError:
        return message("linking.view_characters")
    if url_problem(sample):
        return message("linking.view_address")
    if _ID in urlsplit(template).netloc:
        return message("linking.view_id_in_host", id=_ID)
    return None
