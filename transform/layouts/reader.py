"""Read a layout's TOML with all that it extends, and check it against the layout format."""

import re
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from transform.errors import UnreadableLayout
from transform.files import reason_of
from transform.layouts.schema import FORMAT, fold_tags, refuse_misfit, required_keys

_SHIPPED = files("transform.layouts")
LARGEST = 16 << 20
_MOST_STEPS = 20


def shipped() -> list[str]:
    """List the layouts that come with the package."""
    names = (entry.name for entry in _SHIPPED.iterdir())
    return sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml"))


def read_layout_file(reference: str) -> tuple[str, dict[str, Any]]:
    """Read a layout by shipped name or path: the file's name, and its keys with inherited ones."""
    files: list[tuple[str, str]] = []
    source, raw = _read_merged(reference, Path(), (), files)
    for key in required_keys(raw):
        value: Any = raw
        for part in key.split("."):
            value = value.get(part, {})
        if value in ({}, []):
            raise UnreadableLayout(f"{source}: {key} is missing. Add it, or extend a layout.")
    if "operator" in raw:
        _refuse_unreachable(raw["operator"], files)
    return source, raw


def _refuse_unreachable(operator: Mapping[str, Any], files: list[tuple[str, str]]) -> None:
    """Refuse an operator whom nobody could reach; `files` are source and text, the topmost first.

    The line is where the topmost file that has the operator begins to describe it.
    """
    if operator.get("email") or operator.get("homepage"):
        return
    lines = ((source, _find_table(text, "operator")) for source, text in files)
    source, line = next((source, line) for source, line in lines if line)
    raise UnreadableLayout(
        f"{source}, line {line}: operator has no contact. Add operator.email, or"
        " operator.homepage, the page where one can write to it."
    )


def _find_table(text: str, table: str) -> int | None:
    """Return the number of the line on which a table of a TOML text begins, None without it."""
    lines = text.splitlines()
    for number, line in enumerate(lines, start=1):
        if re.match(rf"\s*\[?\s*[\"']?{re.escape(table)}[\"']?\s*[].=]", line):
            # A line within a text of several lines looks the same; what is before it ends nowhere.
            try:
                tomllib.loads("\n".join(lines[: number - 1]))
            except tomllib.TOMLDecodeError:
                continue
            return number
    return None


def _read_merged(
    reference: str, folder: Path, above: tuple[str, ...], files: list[tuple[str, str]]
) -> tuple[str, dict[str, Any]]:
    """Read a layout with all that it extends; `files` receives source and text of each."""
    source, identity, data = _read_bytes(reference, folder)
    if identity in above:
        raise UnreadableLayout(
            f"{source}: extends leads back to where it began"
            f" ({' → '.join(Path(step).name for step in (*above, identity))})."
            " Take one of these extends out."
        )
    raw = _parse(source, data)
    files.append((source, data.decode()))
    for table, key in ((raw, "registry"), (raw.get("series", {}), "framework")):
        if table.get(key, "").endswith(".ttl"):
            table[key] = str(Path(identity).parent / table[key])
    if "extends" not in raw:
        return source, raw
    if len(above) == _MOST_STEPS:
        raise UnreadableLayout(
            f"{source}: extends leads on after {_MOST_STEPS} layouts. Take some of them together."
        )
    _, below = _read_merged(raw.pop("extends"), Path(identity).parent, (*above, identity), files)
    return source, _merge(below, raw)


def _read_bytes(reference: str, folder: Path) -> tuple[str, str, bytes]:
    """Read a layout: its file's name, an identity that no other layout has, its bytes."""
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
        return path.name, str(path.resolve()), data
    except (OSError, ValueError) as error:
        raise UnreadableLayout(
            f"{reference}: no layout can be read there ({reason_of(error)})."
            f" Give the path of a TOML file, or one of {', '.join(shipped())}."
        ) from error


def _parse(source: str, data: bytes) -> dict[str, Any]:
    try:
        raw = tomllib.loads(data.decode())
    except (ValueError, RecursionError) as error:
        raise UnreadableLayout(f"{source}: not TOML: {error}. Correct it there.") from error
    refuse_misfit(raw, FORMAT, "", source)
    return fold_tags(raw, FORMAT)  # type: ignore[no-any-return]


def _merge(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Merge one table over another, key by key; lists and single values are replaced."""
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        merged[key] = _merge(old, value) if isinstance(old, dict) else value
    return merged
