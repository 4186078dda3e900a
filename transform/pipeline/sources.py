"""Parse what a user names: YEAR=FILE pairs, layouts, a base URI; or the example portraits."""

import re
from collections.abc import Iterable, Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import pyoxigraph as ox

from transform.errors import MisusedCommand
from transform.fetch.origin import Origin, read_fetched
from transform.layouts.model import Layout, load_layout
from transform.text.message import message

EXAMPLE_LAYOUT = "quebec-exemple"
_EXAMPLES = {2024: "exemple-portrait-2024.csv", 2025: "exemple-portrait-2025.csv"}


class Source(NamedTuple):
    """One yearly file, the layout that explains it and, if it was fetched, from where."""

    year: int
    path: Path
    layout: Layout
    origin: Origin | None = None


def parse_sources(pairs: Iterable[str], layouts: Sequence[str]) -> list[Source]:
    """Read `2025=portrait.csv …` and `quebec` or `2025=layout.toml …`, or raise MisusedCommand.

    A folder without a year stands for the files that a fetch left in it.
    """
    default, by_year = parse_layouts(layouts)
    sources: list[Source] = []
    for pair in pairs:
        for year, path, origin in _files(pair):
            if any(source.year == year for source in sources):
                raise MisusedCommand(message("pipeline.year_twice", pair=pair, year=year))
            sources.append(Source(year, path, by_year.get(year) or default, origin))
    for year in sorted(set(by_year) - {source.year for source in sources}):
        raise MisusedCommand(message("pipeline.layout_without_file", year=year))
    return sorted(sources, key=lambda source: source.year)


def _files(pair: str) -> Iterator[tuple[int, Path, Origin | None]]:
    if "=" not in pair and _is_folder(pair):
        for year, (path, origin) in read_fetched(Path(pair)).items():
            yield year, path, origin
        return
    text, equals, file = pair.partition("=")
    year = _year(text, pair)
    if not equals or not file:
        raise MisusedCommand(message("pipeline.no_file", pair=pair))
    yield year, Path(file), None


def _is_folder(text: str) -> bool:
    try:
        return Path(text).is_dir()
    except (OSError, ValueError):  # too long, or not text that a path can be
        return False


def example_sources() -> list[Source]:
    """Return the example portraits that come with the package."""
    layout = load_layout(EXAMPLE_LAYOUT)
    folder = Path(str(files("transform") / "examples"))
    return [Source(year, folder / name, layout) for year, name in _EXAMPLES.items()]


def parse_layouts(layouts: Sequence[str]) -> tuple[Layout, dict[int, Layout]]:
    """Read `quebec` or `2025=layout.toml …`: the layout of all years, and those of some."""
    default = "quebec"
    by_year: dict[int, Layout] = {}
    for reference in layouts:
        text, equals, file = reference.partition("=")
        if equals and re.fullmatch("[0-9]{4}", text):
            by_year[int(text)] = load_layout(file)
        else:
            default = reference
    return load_layout(default), by_year


def _year(text: str, pair: str) -> int:
    # The years in which public bodies can have declared something.
    if not re.fullmatch("[12][0-9]{3}", text, re.ASCII) or not 1900 <= int(text) <= 2999:
        raise MisusedCommand(message("pipeline.no_year", pair=pair, year=text))
    return int(text)


_BASE = re.compile(r"https?://[^\s<>\"{}|\\^`?#@/]+(/[^\s<>\"{}|\\^`?#]*)?/", re.ASCII)


def parse_base_uri(text: str) -> str:
    """Check and return an absolute http(s) IRI that ends in «/», or raise MisusedCommand."""
    if not _is_absolute(text):
        raise MisusedCommand(message("pipeline.base_uri", uri=text))
    return text


def parse_vocabulary_uri(text: str) -> str:
    """Check and return an absolute http(s) IRI that ends in «#» or «/», or raise MisusedCommand."""
    document = text.removesuffix("#")
    folder = document if document.endswith("/") else f"{document}/"
    if not text.endswith(("#", "/")) or not _is_absolute(folder):
        raise MisusedCommand(message("pipeline.vocabulary_uri", uri=text))
    return text


def _is_absolute(text: str) -> bool:
    """Return whether a text is an absolute http(s) IRI that ends in «/»."""
    fits = _BASE.fullmatch(text) and all(33 <= ord(character) < 127 for character in text)
    try:
        ox.NamedNode(text)
        host = urlsplit(text).hostname and urlsplit(text).port != 0
    except ValueError:
        host = False
    return bool(fits and host) and not any(part in text for part in ("/../", "/./", "%"))
