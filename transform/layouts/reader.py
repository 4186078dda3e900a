"""Read a layout's TOML with all that it extends, and check it against the layout format."""

import tomllib
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

from transform.errors import Said, UnreadableLayout
from transform.files import reason_message
from transform.layouts.contradictions import find_contradictions
from transform.layouts.located import Faults, LayoutLine, Node
from transform.layouts.merge import merge
from transform.layouts.schema import FORMAT, read_value
from transform.layouts.toml_lines import find_lines
from transform.text.message import message

_SHIPPED = files("transform.layouts")
LARGEST = 16 << 20
_MOST_STEPS = 20


def shipped() -> list[str]:
    """List the layouts that come with the package."""
    names = (entry.name for entry in _SHIPPED.iterdir())
    return sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml"))


def read_shipped(name: str) -> str:
    """Return the text of a layout that comes with the package, comments and all."""
    if name not in shipped():
        raise UnreadableLayout(message("layouts.no_such_layout", name=name, names=shipped()))
    return (_SHIPPED / f"{name}.toml").read_text(encoding="utf-8")


def check_readable(reference: str) -> None:
    """Raise UnreadableLayout where no layout can be read, whatever it would say."""
    _read_bytes(reference, Path())


def read_layout_file(reference: str) -> tuple[str, dict[str, Any]]:
    """Read a layout by shipped name or path: how messages name it, its keys with inherited ones.

    Raises UnreadableLayout with all faults of all its files.
    """
    faults = Faults()
    layout = _read_merged(reference, Path(), (), faults)
    find_contradictions(layout, faults)
    faults.refuse()
    raw: dict[str, Any] = layout.plain()
    return layout.place.file, raw


def _read_merged(reference: str, folder: Path, above: tuple[str, ...], faults: Faults) -> Node:
    """Read a layout with all that it extends; `above` are the layouts that lead to it."""
    file, identity, data = _read_bytes(reference, folder)
    if identity in above:
        steps = " → ".join(Path(step).name for step in (*above, identity))
        raise UnreadableLayout(message("layouts.circle", file=file, steps=steps))
    layout = _parse(LayoutLine(file, len(above)), data, faults)
    for keys in (("registry",), ("series", "framework")):
        layout = _find_beside(layout, keys, Path(identity).parent)
    extends = layout.get("extends")
    if not extends:
        if named := layout.find("afresh"):
            faults.add(named.place, message("layouts.afresh_alone"))
        return layout
    if len(above) == _MOST_STEPS:
        raise UnreadableLayout(message("layouts.too_many_steps", file=file, number=_MOST_STEPS))
    own = replace(layout, value={k: v for k, v in layout.value.items() if k != "extends"})
    below = _read_merged(extends, Path(identity).parent, (*above, identity), faults)
    return merge(below, own, faults)


def _find_beside(layout: Node, keys: tuple[str, ...], folder: Path) -> Node:
    """Make the paths of Turtle files under keys paths from the folder of the layout."""
    if keys:
        if not layout.find(*keys):
            return layout
        inner = _find_beside(layout.value[keys[0]], keys[1:], folder)
        return replace(layout, value={**layout.value, keys[0]: inner})
    if isinstance(layout.value, list):
        return replace(layout, value=[_find_beside(each, (), folder) for each in layout.value])
    if isinstance(layout.value, str) and layout.value.endswith(".ttl"):
        return replace(layout, value=str(folder / layout.value))
    return layout


def _read_bytes(reference: str, folder: Path) -> tuple[str, str, bytes]:
    """Read a layout: how messages name it, an identity that no other layout has, its bytes."""
    if reference in shipped():
        return f"{reference}.toml", reference, (_SHIPPED / f"{reference}.toml").read_bytes()
    path = folder / reference
    try:
        if path.exists() and not path.is_file():
            raise _unreadable(reference, message("layouts.no_regular_file"))
        with path.open("rb") as stream:
            data = stream.read(LARGEST + 1)
        identity = str(path.resolve())
    except (OSError, ValueError) as error:
        raise _unreadable(reference, reason_message(error)) from error
    if len(data) > LARGEST:
        raise _unreadable(reference, message("layouts.larger", number=LARGEST >> 20))
    return str(path), identity, data


def _unreadable(reference: str, reason: Said) -> UnreadableLayout:
    problem = message("layouts.unreadable", file=reference, reason=reason, names=shipped())
    return UnreadableLayout(problem)


def _parse(place: LayoutLine, data: bytes, faults: Faults) -> Node:
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
        raw = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableLayout(
            message("layouts.not_toml", file=place.name, reason=str(error))
        ) from error
    return read_value(raw, FORMAT, (), place, find_lines(text), faults)
