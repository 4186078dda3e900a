"""Read a layout's TOML with all that it extends, and check it against the layout format."""

import tomllib
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

from transform.errors import UnreadableLayout
from transform.files import reason_of
from transform.layouts.contradictions import find_contradictions
from transform.layouts.located import Faults, Node, Place
from transform.layouts.merge import merge
from transform.layouts.schema import FORMAT, read_value
from transform.layouts.toml_lines import find_lines

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
        raise UnreadableLayout(
            f"{name}: no shipped layout has this name. Give one of {', '.join(shipped())}."
        )
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
        raise UnreadableLayout(
            f"{file}: extends leads back to where it began"
            f" ({' → '.join(Path(step).name for step in (*above, identity))})."
            " Take one of these extends out."
        )
    layout = _parse(Place(file, len(above)), data, faults)
    for keys in (("registry",), ("series", "framework")):
        layout = _find_beside(layout, keys, Path(identity).parent)
    extends = layout.get("extends")
    if not extends:
        if named := layout.find("afresh"):
            faults.add(named.place, "afresh, but nothing is extended. Add extends, or take it out.")
        return layout
    if len(above) == _MOST_STEPS:
        raise UnreadableLayout(
            f"{file}: extends leads on after {_MOST_STEPS} layouts. Take some of them together."
        )
    own = replace(layout, value={k: v for k, v in layout.value.items() if k != "extends"})
    below = _read_merged(extends, Path(identity).parent, (*above, identity), faults)
    return merge(below, own, faults)


def _find_beside(layout: Node, keys: tuple[str, ...], folder: Path) -> Node:
    """Make the path of a Turtle file one from the folder of the layout."""
    if not keys:
        return replace(layout, value=str(folder / layout.value))
    name = layout.get(*keys)
    if not isinstance(name, str) or not name.endswith(".ttl"):
        return layout
    inner = _find_beside(layout.value[keys[0]], keys[1:], folder)
    return replace(layout, value={**layout.value, keys[0]: inner})


def _read_bytes(reference: str, folder: Path) -> tuple[str, str, bytes]:
    """Read a layout: how messages name it, an identity that no other layout has, its bytes."""
    if reference in shipped():
        return f"{reference}.toml", reference, (_SHIPPED / f"{reference}.toml").read_bytes()
    path = folder / reference
    try:
        if path.exists() and not path.is_file():
            raise ValueError("no regular file")
        with path.open("rb") as stream:
            data = stream.read(LARGEST + 1)
        if len(data) > LARGEST:
            raise ValueError(f"larger than {LARGEST >> 20} MB")
        return str(path), str(path.resolve()), data
    except (OSError, ValueError) as error:
        raise UnreadableLayout(
            f"{reference}: no layout can be read there ({reason_of(error)})."
            f" Give the path of a TOML file, or one of {', '.join(shipped())}."
        ) from error


def _parse(place: Place, data: bytes, faults: Faults) -> Node:
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
        raw = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableLayout(f"{place}: not TOML: {error}. Correct it there.") from error
    return read_value(raw, FORMAT, (), place, find_lines(text), faults)
