"""Read the description of a release: `manifest.json`."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from transform.errors import UnreadableRelease

Manifest = Mapping[str, Any]
FILE = "manifest.json"
_NEEDED = (
    "software",
    "base_uri",
    "series",
    "publisher",
    "portraits",
    "graphs",
    "quads",
    "classes",
    "properties",
    "files",
)


def read_manifest(release: Path) -> Manifest:
    """Read the manifest of a release folder; raises UnreadableRelease."""
    try:
        manifest = json.loads((release / FILE).read_bytes())
    except (OSError, ValueError) as error:
        raise UnreadableRelease(
            f"{release}: no release here ({error}). Build one with `portrait-ia build … --to DIR`."
        ) from error
    missing = [key for key in _NEEDED if key not in manifest]
    if missing:
        raise UnreadableRelease(
            f"{release / FILE}: {', '.join(missing)} missing. Build the release again."
        )
    return manifest  # type: ignore[no-any-return]
