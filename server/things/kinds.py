"""Find the layout of the page of a thing by its class: a new kind is one line of a table."""

from collections.abc import Callable

from server.things import body, concept, decision, figure, framework, generic, initiative, portrait
from server.things.context import Context, ThingPage

_Kind = Callable[[Context], ThingPage]
# By class, the most exact first: the first one that a thing is of decides.
_BY_CLASS: tuple[tuple[str, _Kind], ...] = (
    ("pia:Initiative", initiative.lay_out),
    ("pia:Inscription", initiative.lay_out_entry),
    ("pia:Organisme", body.lay_out),
    ("pia:Portrait", portrait.lay_out),
    ("pia:TexteDuCadre", framework.lay_out),
    ("pia:DecisionIdentite", decision.lay_out),
    ("pia:PaireOuverte", decision.lay_out_pair),
    ("pia:Mouvement", figure.lay_out),
    ("pia:Evolution", figure.lay_out),
    ("pia:Decompte", figure.lay_out),
    ("pia:Comparaison", figure.lay_out),
    ("pia:PortefeuilleAnnuel", concept.lay_out_year),
    ("skos:ConceptScheme", concept.lay_out_scheme),
    ("skos:Concept", concept.lay_out),
)
# Collections whose members have an order of their own.
_BY_PATH: dict[str, _Kind] = {"cadre": framework.lay_out_timeline}


def lay_out(context: Context) -> ThingPage:
    """Lay out the page of a thing; one of no kind of ours is shown plainly."""
    by_path = _BY_PATH.get(context.path)
    types = set(context.own.iris(context.iri, "rdf:type"))
    by_class = (kind for name, kind in _BY_CLASS if context.own.iri(name) in types)
    kind = by_path or next(by_class, generic.lay_out)
    return kind(context)
