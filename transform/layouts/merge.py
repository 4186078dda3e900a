"""Merge a layout over the one that it extends: lists that gather are added to, keys replaced."""

from collections.abc import Iterator
from dataclasses import replace

from transform.layouts.located import Faults, Node, dotted
from transform.text.message import message
from transform.text.normal_form import normal_form

# Lists that gather what a series was called from year to year; any other list says all there is.
_GATHERED = ("columns", "fallback", "ignore")
# Texts of cells, of which each counts.
_SPELLINGS = ("spellings", "empty", "yes", "no")


def merge(below: Node, above: Node, faults: Faults) -> Node:
    """Return what a layout says, with what it extends below it.

    `afresh` of the layout names keys of which nothing is inherited.
    """
    for element in above.elements("afresh"):
        if element.sound:
            below = _drop(below, element, faults)
    return _over(_without_moved_columns(below, above), above, ())


def _without_moved_columns(below: Node, above: Node) -> Node:
    """Return a layout without the columns that the one above takes or passes over by name.

    A column that it takes is ignored no more, and one that it ignores is no field's.
    """
    fields = [field for group in _GROUPS for _, field in above.tables(group)]
    taken = [node for field in fields for _, nodes in column_lists(field) for node in nodes]
    passed_over = above.elements("columns", "ignore")
    for group in _GROUPS:
        for name, field in below.tables(group):
            for keys, _ in column_lists(field):
                below = _without_texts(below, [group, name, *keys], passed_over)
    return _without_texts(below, ["columns", "ignore"], taken)


_GROUPS = ("fields", "own")


def column_lists(field: Node) -> Iterator[tuple[tuple[str, ...], list[Node]]]:
    """Yield the lists of column names of a field, each with its keys, those to fall back on last.

    These may be other fields' own.
    """
    translated = [("translations", tag) for tag, _ in field.tables("translations")]
    for keys in (("columns",), ("join",), *translated, ("fallback",)):
        if nodes := field.elements(*keys):
            yield keys, nodes


def _without_texts(table: Node, keys: list[str], texts: list[Node]) -> Node:
    """Return a table without some texts of the list under keys."""
    forms = {normal_form(node.value) for node in texts if node.sound}
    if not keys:
        kept = [n for n in table.value if not n.sound or normal_form(n.value) not in forms]
        return replace(table, value=kept)
    if not forms or not table.elements(*keys):
        return table
    inner = _without_texts(table.value[keys[0]], keys[1:], texts)
    return replace(table, value={**table.value, keys[0]: inner})


def _drop(below: Node, named: Node, faults: Faults) -> Node:
    """Return a layout without the key that an element of `afresh` names."""
    keys = named.value.split(".")
    holder = below.find(*keys[:-1])
    if not holder or not isinstance(holder.value, dict) or keys[-1] not in holder.value:
        faults.add(named.place, message("layouts.afresh_unknown", key=dotted(named.value)))
        return below
    return _without(below, keys)


def _without(table: Node, keys: list[str]) -> Node:
    kept = dict(table.value)
    if len(keys) == 1:
        del kept[keys[0]]
    else:
        kept[keys[0]] = _without(kept[keys[0]], keys[1:])
    return replace(table, value=kept)


def _over(below: Node, above: Node, keys: tuple[str, ...]) -> Node:
    """Merge a value over another; `keys` are those under which it stands."""
    if not (below.sound and above.sound) or type(below.value) is not type(above.value):
        return above
    if isinstance(above.value, dict):
        table = dict(below.value)
        if above.find("columns"):  # a field that has some is absent no more
            table.pop("absent", None)
        for name, node in above.value.items():
            inner = (*keys, name)
            table[name] = _over(table[name], node, inner) if name in table else node
        return replace(above, value=table)
    if not isinstance(above.value, list):
        return above
    first = keys[-1] in _GATHERED or keys[2:3] == ("translations",)
    if first or keys[-1] in _SPELLINGS:
        return replace(above, value=_gather(below.value, above.value, first=first))
    if keys[-1] == "values":
        return replace(above, value=_merge_values(below.value, above.value))
    return above


def _gather(below: list[Node], above: list[Node], *, first: bool) -> list[Node]:
    """Add texts to texts, in front of them where the first that is there counts."""
    forms = {normal_form(node.value) for node in (above if first else below) if node.sound}
    new = below if first else above
    added = [node for node in new if not node.sound or normal_form(node.value) not in forms]
    return [*above, *added] if first else [*below, *added]


def _merge_values(below: list[Node], above: list[Node]) -> list[Node]:
    """Merge values of a list that have one concept and hold in the same years; add the others.

    A label counts for the concept, in whatever years its spellings hold.
    """
    merged = list(below)
    for value in above:
        concept = value.get("concept")
        if concept and (label := value.find("label")):
            of_concept = replace(value, value={"label": label})
            merged = [_over(old, of_concept, ()) if old.get("concept") == concept else old
                      for old in merged]  # fmt: skip
        same = [at for at, old in enumerate(merged) if _period(old) == _period(value)]
        if concept and same:
            merged[same[0]] = _over(merged[same[0]], value, ())
        else:
            merged.append(value)
    return merged


def _period(value: Node) -> tuple[object, ...]:
    return value.get("concept"), value.get("from"), value.get("until")
