"""Find what a layout lacks and where it contradicts itself, whatever files it is made of."""

from collections.abc import Iterator
from datetime import date
from itertools import combinations
from typing import NamedTuple

from transform.layouts.fields import MORE_FIELDS, OWN, field_faults, key_of, read_field
from transform.layouts.located import Faults, LayoutLine, Node, dotted
from transform.layouts.merge import column_lists
from transform.layouts.schema import FIELDS, LISTS, NEEDED, required_keys
from transform.layouts.series import DAYS
from transform.layouts.words import NAMED
from transform.text.message import message
from transform.text.normal_form import normal_form


def find_contradictions(layout: Node, faults: Faults) -> None:
    """Add to the faults all that is missing from a layout and all that contradicts itself."""
    own = [("own", name) for name, _ in layout.tables("own")]
    for key in required_keys(layout):
        _find_missing(layout, key, faults)
    _find_unreachable(layout, faults)
    _find_absent_columns(layout, faults)
    _find_absent_parents(layout, faults)
    _find_unfit_words(layout, faults)
    _find_unfit_fields(layout, faults)
    _find_shared_columns(layout, faults)
    for holder in (*(("lists", name) for name in LISTS), *own):
        _find_unfit_values(layout, holder, faults)
        _find_shared_spellings(layout, holder, faults)
    _find_unfit_coverage(layout, faults)
    for year, portrait in layout.tables("portraits"):
        _find_unfit_days(layout, portrait, year, faults)
        for number, file in enumerate(portrait.elements("files")):
            for key in ("title", "format"):
                if file.sound and not file.find(key):
                    named = dotted(("portraits", year, "files", number, key))
                    faults.add(file.place, message("layouts.missing_in_file", key=named))


def _find_missing(layout: Node, key: str, faults: Faults) -> None:
    keys = key.split(".")
    node = layout.find(*keys)
    if node and (not node.sound or node.value not in ({}, [])):
        return
    above = [layout.find(*keys[:depth]) for depth in range(len(keys))]
    if any(holder and not holder.sound for holder in above):
        return  # the value that should hold it is refused
    own = [holder.place for holder in above if holder and holder.place.rank == 0]
    place = own[-1] if own else LayoutLine(layout.place.file)
    if keys[0] == "fields" and keys[1] in FIELDS and keys[1] not in NEEDED:
        field = ".".join(keys[:2])
        faults.add(place, message("layouts.missing_field", key=key, field=field))
    else:
        faults.add(place, message("layouts.missing", key=key))


def _find_unreachable(layout: Node, faults: Faults) -> None:
    """Find an operator whom nobody could reach."""
    operator = layout.find("operator")
    if not operator or not operator.sound:
        return
    contacts = (operator.find(key) for key in ("email", "homepage"))
    if not any(contact and (contact.value or not contact.sound) for contact in contacts):
        faults.add(operator.place, message("layouts.no_contact"))


def _find_absent_columns(layout: Node, faults: Faults) -> None:
    """Find a field that one file says is absent and has columns."""
    for name, field in layout.tables("fields"):
        absent, columns = field.find("absent"), field.elements("columns")
        if absent and absent.value and columns and columns[0].place.rank == absent.place.rank:
            faults.add(absent.place, message("layouts.absent_with_columns", key=key_of(name)))


def _fields(layout: Node) -> Iterator[tuple[str, Node]]:
    """Yield each field and its table, the six first, those of the register's own last."""
    for name in (*FIELDS, *MORE_FIELDS):
        if (table := layout.find("fields", name)) and not table.get("absent"):
            yield name, table
    for name, table in layout.tables("own"):
        yield OWN + name, table


def _find_unfit_fields(layout: Node, faults: Faults) -> None:
    """Find fields that say of their cells what cannot all be so."""
    languages = [node.value for node in layout.elements("languages") if node.sound]
    for name, table in _fields(layout):
        if table.sound:
            kind = table.get("range") or MORE_FIELDS.get(name, "text")
            for fault in field_faults(name, read_field(table.plain(), kind), languages):
                about = _deepest(table, fault.key)
                faults.add(about.place, fault.message)


def _deepest(table: Node, key: str) -> Node:
    """Return what stands under a key, or else under the part of it that is there."""
    for part in key.split("."):
        table = table.find(part) or table
    return table


def _find_absent_parents(layout: Node, faults: Faults) -> None:
    """Find bodies that are within what the register does not have."""
    within = layout.find("fields", "organisme", "within")
    if within and within.value and layout.get("fields", within.value, "absent"):
        faults.add(within.place, message("layouts.within_absent", field=within.value))


def _find_unfit_words(layout: Node, faults: Faults) -> None:
    """Find words with a gender in a language of which no text agrees with them."""
    for thing in NAMED:
        for language, forms in layout.tables("words", thing):
            if forms.sound and language != "fr" and len(forms.value) > 2:
                key = dotted(("words", thing, language))
                faults.add(forms.place, message("layouts.word_with_gender", key=key))


def _find_shared_columns(layout: Node, faults: Faults) -> None:
    """Find a column that two fields claim, which could fill either, or that one names twice.

    A column to fall back on may be another field's own, and two fields may take parts of one.
    """
    owners: dict[str, list[_Claim]] = {}
    used: dict[str, str] = {}
    for name, table in _fields(layout):
        within: dict[str, str] = {}
        claims: dict[str, _Claim] = {}
        part = table.get("part") or 0
        for keys, nodes in column_lists(table):
            where = dotted((key_of(name), *keys))
            # Columns that are joined where they are all there may also stand alone.
            own: dict[str, str] = {} if keys == ("join",) else within
            for node in nodes:
                if node.sound:
                    form, claim = normal_form(node.value), _Claim(name, where, part)
                    other = own.get(form)
                    if not other and keys != ("fallback",):
                        other = next((o.where for o in owners.get(form, ()) if o.bars(claim)), None)
                        claims.setdefault(form, claim)
                    _find_second_claim(node, where, other, faults)
                    own.setdefault(form, where)
                    used.setdefault(form, where)
        for form, claim in claims.items():
            owners.setdefault(form, []).append(claim)
    for node in layout.elements("columns", "ignore"):
        if node.sound:
            where, form = "columns.ignore", normal_form(node.value)
            _find_second_claim(node, where, used.get(form), faults)
            used.setdefault(form, where)


class _Claim(NamedTuple):
    """A field that claims a column, by what key, and the part of its cells that it takes, or 0."""

    name: str
    where: str
    part: int

    def bars(self, other: "_Claim") -> bool:
        """Check whether another field may not claim the same column."""
        # The address of a page may be what identifies its entry.
        if {self.name, other.name} == {"identifiant", "page"}:
            return False
        return not (self.part and other.part) or self.part == other.part


def _find_second_claim(node: Node, where: str, other: str | None, faults: Faults) -> None:
    if other == where:
        faults.add(node.place, message("layouts.column_twice", key=where, column=node.value))
    elif other:
        problem = message("layouts.column_of_two", key=where, column=node.value, other=other)
        faults.add(node.place, problem)


def _find_unfit_values(layout: Node, holder: tuple[str, str], faults: Faults) -> None:
    """Find values without a concept or a name, or of no year, and a blank that is no value."""
    concepts = set()
    for number, value in enumerate(layout.elements(*holder, "values")):
        if not value.sound:
            continue
        key = dotted((*holder, "values", number))
        concept, since, until = (value.get(part) for part in ("concept", "from", "until"))
        concepts.add(concept)
        if not value.find("concept"):
            faults.add(value.place, message("layouts.value_without_concept", key=key))
        if since and until and since > until:
            years = {"since": since, "until": until}
            problem = message("layouts.value_years", key=key, concept=concept, **years)
            faults.add(value.place, problem)
        if holder[0] == "own" and not (value.find("label") or value.elements("spellings")):
            faults.add(value.place, message("layouts.value_without_text", key=key))
    name = ".".join(holder)
    blank = layout.find(*holder, "blank")
    if blank and blank.sound and blank.value not in concepts:
        problem = message("layouts.blank_unknown", key=name, concept=blank.value)
        faults.add(blank.place, problem)


def _find_shared_spellings(layout: Node, holder: tuple[str, str], faults: Faults) -> None:
    """Find a spelling that means two concepts in one year."""
    claims: dict[str, list[tuple[Node, Node]]] = {}
    for value in layout.elements(*holder, "values"):
        for spelling in value.elements("spellings"):
            if spelling.sound:
                claims.setdefault(normal_form(spelling.value), []).append((value, spelling))
    name = ".".join(holder)
    for claiming in claims.values():
        for (one, first), (two, second) in combinations(claiming, 2):
            names = one.get("concept"), two.get("concept")
            if names[0] != names[1] and all(names) and _overlap(one, two):
                later = max(first.place, second.place, key=lambda place: place.order)
                values = {"key": name, "text": second.value, "one": names[0], "other": names[1]}
                # Values of a field of the register's own hold in all years.
                if holder[0] == "lists":
                    faults.add(later, message("layouts.spelling_of_two_years", **values))
                else:
                    faults.add(later, message("layouts.spelling_of_two", **values))


def _overlap(one: Node, two: Node) -> bool:
    since = max(value.get("from") or 0 for value in (one, two))
    return since <= min(value.get("until") or 9999 for value in (one, two))


def _find_unfit_coverage(layout: Node, faults: Faults) -> None:
    coverage = layout.find("series", "coverage")
    if not coverage or not coverage.sound:
        return
    counts = len(coverage.elements("bounds")), len(coverage.elements("middle"))
    if not (coverage.find("iri") and coverage.find("name") and counts == (4, 2)):
        faults.add(coverage.place, message("layouts.coverage"))


def _find_unfit_days(layout: Node, portrait: Node, year: str, faults: Faults) -> None:
    """Find days of a portrait that are out of order or come alone."""
    days = {key: _day(portrait, key) for key in DAYS}
    begin, end = days["begin"], days["end"]
    if bool(begin) != bool(end) or begin > end:
        nowhere = message("layouts.nowhere")
        problem = message(
            "layouts.days_of_period", year=year, begin=begin or nowhere, end=end or nowhere
        )
        faults.add(_first_place(portrait, "begin", "end"), problem)
    collected, clarified = days["collected"], days["clarified"]
    words = {language for language, text in portrait.tables("collection") if text.value}
    languages = [node.value for node in layout.elements("languages") if node.sound]
    named = [f"collection.{language}" for language in languages]
    if (collected and {*languages} - words) or (clarified or "9999") < (collected or "9999"):
        no_day = message("layouts.no_day")
        problem = message(
            "layouts.days_of_collection",
            year=year,
            collected=collected or no_day,
            clarified=clarified or no_day,
            named=named,
        )
        faults.add(_first_place(portrait, "collected", "clarified"), problem)


def _day(portrait: Node, key: str) -> str:
    day = portrait.get(key)
    return day.isoformat() if isinstance(day, date) else ""


def _first_place(table: Node, *keys: str) -> LayoutLine:
    return next((node.place for key in keys if (node := table.find(key))), table.place)
