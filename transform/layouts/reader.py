"""Read a layout's TOML with all that it extends, and hold it against the layout format."""

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from transform.errors import UnreadableLayout
from transform.layouts.schema import FORMAT, REQUIRED, refuse_misfit

_SHIPPED = files("transform.layouts")
LARGEST = 16 << 20
_MOST_STEPS = 20


def shipped() -> list[str]:
    """Name the layouts that come with the package."""
    names = (entry.name for entry in _SHIPPED.iterdir())
    return sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml"))


def read_layout_file(reference: str) -> tuple[str, dict[str, Any]]:
    """Read a layout by shipped name or path: the file's name, and its keys over those below."""
    source, raw = _merged(reference, Path(), ())
    notice = ["notice.fr", "notice.en"] if "notice" in raw else []
    # A registry of bodies may know the publisher.
    named = "name" in raw.get("publisher", {}) or "registry" not in raw
    publisher = ["publisher.name.fr", "publisher.name.en"] if named else []
    for key in REQUIRED + notice + publisher:
        found: Any = raw
        for part in key.split("."):
            found = found.get(part, {})
        if found in ({}, []):
            raise UnreadableLayout(f"{source}: {key} is missing. Add it, or extend a layout.")
    return source, raw


def _merged(reference: str, beside: Path, above: tuple[str, ...]) -> tuple[str, dict[str, Any]]:
    source, identity, data = _bytes(reference, beside)
    if identity in above:
        raise UnreadableLayout(
            f"{source}: extends leads back to where it began"
            f" ({' → '.join(Path(step).name for step in (*above, identity))})."
            " Take one of these extends out."
        )
    raw = _parsed(source, data)
    if raw.get("registry", "").endswith(".ttl"):
        raw["registry"] = str(Path(identity).parent / raw["registry"])
    if "extends" not in raw:
        return source, raw
    if len(above) == _MOST_STEPS:
        raise UnreadableLayout(
            f"{source}: extends leads on after {_MOST_STEPS} layouts. Take some of them together."
        )
    _, below = _merged(raw.pop("extends"), Path(identity).parent, (*above, identity))
    return source, _over(below, raw)


def _bytes(reference: str, beside: Path) -> tuple[str, str, bytes]:
    """Find a layout: its file's name, what tells it from all others, its bytes."""
    if reference in shipped():
        return f"{reference}.toml", reference, (_SHIPPED / f"{reference}.toml").read_bytes()
    path = beside / reference
    try:
        if path.exists() and not path.is_file():
            raise ValueError("no regular file")
        with path.open("rb") as stream:
            data = stream.read(LARGEST + 1)
        if len(data) > LARGEST:
            raise ValueError(f"larger than {LARGEST >> 20} MB")
        return path.name, str(path.resolve()), data
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UnreadableLayout(
            f"{reference}: no layout can be read there ({reason})."
            f" Give the path of a TOML file, or one of {', '.join(shipped())}."
        ) from error


def _parsed(source: str, data: bytes) -> dict[str, Any]:
    try:
        raw = tomllib.loads(data.decode())
    except (ValueError, RecursionError) as error:
        raise UnreadableLayout(f"{source}: not TOML: {error}. Correct it there.") from error
    refuse_misfit(raw, FORMAT, "", source)
    return raw


def _over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Lay one table over another, key by key; lists and single values are replaced."""
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        merged[key] = _over(old, value) if isinstance(old, dict) else value
    return merged
