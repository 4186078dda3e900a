"""Read the description of a release, `manifest.json`, and name what is damaged of a release."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from transform.errors import DamagedRelease, UnreadableRelease
from transform.files import reason_message
from transform.rdf.namespaces import BaseUri
from transform.text.languages import LANGUAGES
from transform.text.message import Message, message

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
    except OSError as error:
        raise UnreadableRelease(
            message("release.no_release", folder=release, reason=reason_message(error))
        ) from error
    except ValueError as error:
        raise damaged(release, FILE, message("release.not_json", reason=error)) from error
    missing = [key for key in _NEEDED if not isinstance(manifest, dict) or key not in manifest]
    if missing:
        raise damaged(release, FILE, message("release.holds_no", missing=missing))
    return manifest  # type: ignore[no-any-return]


def base_uri_of(manifest: Manifest) -> BaseUri:
    """Return the base URI of a release, which knows where the vocabulary of it is at home."""
    return BaseUri(str(manifest["base_uri"]), manifest.get("vocabulary_uri"))


def languages_in(manifest: Manifest) -> tuple[str, ...]:
    """Return the languages of a release's register, its own first.

    Releases of before there were others are in French and English.
    """
    return tuple(manifest.get("languages", LANGUAGES))


def damaged(release: Path, path: str, problem: Message) -> DamagedRelease:
    """Return the fault of a release: the path of a file in it, and what is wrong with that."""
    return DamagedRelease(
        message("release.damaged", file=release / path, problem=problem, folder=release.parent),
        message("release.file_problem", file=f"{release.name}/{path}", problem=problem),
    )
