"""Read what the charts of a release say."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from server.faults import ReleaseUnready
from server.release.current import Release
from transform.release.paths import CHART_INDEX, CHARTS
from transform.text.message import message

_read: "WeakKeyDictionary[Release, Mapping[str, PublishedChart]]" = WeakKeyDictionary()


class PublishedChart(NamedTuple):
    """A chart: its name, what it shows, its years, how many values it has, and its texts.

    `texts` are by language: title, description, source, query, table and the size of the picture.
    """

    name: str
    kind: str
    list: str
    years: tuple[int, ...]
    values: int
    png: bool
    texts: Mapping[str, Mapping[str, Any]]

    def file(self, language: str, ending: str) -> str:
        """Return the path of one of its files in the release."""
        return f"{CHARTS}{self.name}.{language}.{ending}"


def find_charts(release: Release) -> Mapping[str, PublishedChart]:
    """Return the charts of a release by name; none for one that was built without."""
    if release not in _read:
        _read[release] = _read_index(release)
    return _read[release]


def _read_index(release: Release) -> Mapping[str, PublishedChart]:
    file = release.find_file(CHART_INDEX)
    if file is None:
        return {}
    try:
        entries = json.loads(file.read_bytes())
        figures = [PublishedChart(**{**entry, "years": tuple(entry["years"])}) for entry in entries]
    except (KeyError, TypeError, ValueError) as error:
        raise ReleaseUnready(message("charts.other_version", file=CHART_INDEX)) from error
    return {figure.name: figure for figure in figures}
