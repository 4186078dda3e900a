"""Find what a layout lacks and where it contradicts itself, whatever files it is made of."""

from datetime import date
from itertools import combinations

from transform.layouts.located import Faults, Node, Place, dotted
from transform.layouts.schema import FIELDS, LISTS, required_keys
from transform.layouts.series import DAYS
from transform.text.normal_form import normal_form


def find_contradictions(layout: Node, faults: Faults) -> None:
    """Add to the faults all that is missing from a layout and all that contradicts itself."""
    for key in required_keys(layout):
        _find_missing(layout, key, faults)
    _find_unreachable(layout, faults)
    _find_absent_columns(layout, faults)
    _find_shared_columns(layout, faults)
    for name in LISTS:
        _find_unfit_values(layout, name, faults)
        _find_shared_spellings(layout, name, faults)
    _find_unfit_coverage(layout, faults)
    for year, portrait in layout.tables("portraits"):
        _find_unfit_days(layout, portrait, year, faults)
        for number, file in enumerate(portrait.elements("files")):
            for key in ("title", "format"):
                if file.sound and not file.find(key):
                    named = dotted(("portraits", year, "files", number, key))
                    faults.add(file.place, f"{named} is missing. Add it.")


def _find_missing(layout: Node, key: str, faults: Faults) -> None:
    keys = key.split(".")
    node = layout.find(*keys)
    if node and (not node.sound or node.value not in ({}, [])):
        return
    above = [layout.find(*keys[:depth]) for depth in range(len(keys))]
    if any(holder and not holder.sound for holder in above):
        return  # the value that should hold it is refused
    own = [holder.place for holder in above if holder and holder.place.rank == 0]
    place = own[-1] if own else Place(layout.place.file)
    faults.add(place, f"{key} is missing. Add it, or extend a layout.")


def _find_unreachable(layout: Node, faults: Faults) -> None:
    """Find an operator whom nobody could reach."""
    operator = layout.find("operator")
    if not operator or not operator.sound:
        return
    contacts = (operator.find(key) for key in ("email", "homepage"))
    if not any(contact and (contact.value or not contact.sound) for contact in contacts):
        faults.add(
            operator.place,
            "operator has no contact. Add operator.email, or operator.homepage, the page where"
            " one can write to it.",
        )


def _find_absent_columns(layout: Node, faults: Faults) -> None:
    """Find a field that one file says is absent and has columns."""
    for name, field in layout.tables("fields"):
        absent, columns = field.find("absent"), field.elements("columns")
        if absent and absent.value and columns and columns[0].place.rank == absent.place.rank:
            faults.add(
                absent.place,
                f"fields.{name} is absent and has columns. Take absent or the columns out.",
            )


def _find_shared_columns(layout: Node, faults: Faults) -> None:
    """Find a column that two fields claim, which could fill either, or that one names twice.

    A column to fall back on may be another field's own.
    """
    owners: dict[str, str] = {}
    used: dict[str, str] = {}
    for field in FIELDS:
        if layout.get("fields", field, "absent"):
            continue
        within: dict[str, str] = {}
        for key in ("columns", "fallback"):
            where = f"fields.{field}.{key}"
            for node in layout.elements("fields", field, key):
                if node.sound:
                    form = normal_form(node.value)
                    other = within.get(form) or (owners.get(form) if key == "columns" else None)
                    _find_second_claim(node, where, other, faults)
                    within.setdefault(form, where)
        used = within | used
        columns = f"fields.{field}.columns"
        owners |= {form: where for form, where in within.items() if where == columns}
    for node in layout.elements("columns", "ignore"):
        if node.sound:
            where, form = "columns.ignore", normal_form(node.value)
            _find_second_claim(node, where, used.get(form), faults)
            used.setdefault(form, where)


def _find_second_claim(node: Node, where: str, other: str | None, faults: Faults) -> None:
    if other == where:
        faults.add(node.place, f'{where} holds "{node.value}" twice. Leave it once.')
    elif other:
        faults.add(
            node.place,
            f'{where} holds "{node.value}", which {other} claims too. Leave it under one of them.',
        )


def _find_unfit_values(layout: Node, name: str, faults: Faults) -> None:
    """Find values without a concept, or of no year, and a blank that is no value."""
    concepts = set()
    for number, value in enumerate(layout.elements("lists", name, "values")):
        if not value.sound:
            continue
        key = dotted(("lists", name, "values", number))
        concept, since, until = (value.get(part) for part in ("concept", "from", "until"))
        concepts.add(concept)
        if not value.find("concept"):
            faults.add(value.place, f"{key}.concept is missing. Add the concept's slug.")
        if since and until and since > until:
            faults.add(
                value.place,
                f"{key} ({concept}) is from {since} until {until}. Make from the earlier year.",
            )
    blank = layout.find("lists", name, "blank")
    if blank and blank.sound and blank.value not in concepts:
        faults.add(
            blank.place,
            f'lists.{name}.blank is "{blank.value}", which is no concept of lists.{name}.values.'
            " Add a value with this concept.",
        )


def _find_shared_spellings(layout: Node, name: str, faults: Faults) -> None:
    """Find a spelling that means two concepts in one year."""
    claims: dict[str, list[tuple[Node, Node]]] = {}
    for value in layout.elements("lists", name, "values"):
        for spelling in value.elements("spellings"):
            if spelling.sound:
                claims.setdefault(normal_form(spelling.value), []).append((value, spelling))
    for claiming in claims.values():
        for (one, first), (two, second) in combinations(claiming, 2):
            names = one.get("concept"), two.get("concept")
            if names[0] != names[1] and all(names) and _overlap(one, two):
                later = max(first.place, second.place, key=lambda place: place.order)
                faults.add(
                    later,
                    f'lists.{name}.values: "{second.value}" means both {names[0]} and {names[1]}'
                    " in the same years. Set from and until, or leave it under one.",
                )


def _overlap(one: Node, two: Node) -> bool:
    since = max(value.get("from") or 0 for value in (one, two))
    return since <= min(value.get("until") or 9999 for value in (one, two))


def _find_unfit_coverage(layout: Node, faults: Faults) -> None:
    coverage = layout.find("series", "coverage")
    if not coverage or not coverage.sound:
        return
    counts = len(coverage.elements("bounds")), len(coverage.elements("middle"))
    if not (coverage.find("iri") and coverage.find("name") and counts == (4, 2)):
        faults.add(
            coverage.place,
            "series.coverage wants iri, name, bounds (west, south, east, north) and"
            " middle (longitude, latitude). Add what is missing.",
        )


def _find_unfit_days(layout: Node, portrait: Node, year: str, faults: Faults) -> None:
    """Find days of a portrait that are out of order or come alone."""
    days = {key: _day(portrait, key) for key in DAYS}
    begin, end = days["begin"], days["end"]
    if bool(begin) != bool(end) or begin > end:
        faults.add(
            _first_place(portrait, "begin", "end"),
            f"portraits.{year} begins {begin or 'nowhere'} and ends {end or 'nowhere'}."
            " Give both days, the earlier one as begin.",
        )
    collected, clarified = days["collected"], days["clarified"]
    words = {language for language, text in portrait.tables("collection") if text.value}
    languages = [node.value for node in layout.elements("languages") if node.sound]
    named = " and ".join(f"collection.{language}" for language in languages)
    if (collected and {*languages} - words) or (clarified or "9999") < (collected or "9999"):
        faults.add(
            _first_place(portrait, "collected", "clarified"),
            f"portraits.{year} was collected on {collected or 'no day'} and clarified on"
            f" {clarified or 'no day'}. Give both in words as {named}, and no earlier day as"
            " clarified than as collected.",
        )


def _day(portrait: Node, key: str) -> str:
    day = portrait.get(key)
    return day.isoformat() if isinstance(day, date) else ""


def _first_place(table: Node, *keys: str) -> Place:
    return next((node.place for key in keys if (node := table.find(key))), table.place)
