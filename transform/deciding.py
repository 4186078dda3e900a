"""Take from a command line who decides, how surely, when and why, and where that is written."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import click

from transform.decisionfile import Kept
from transform.errors import MisusedCommand
from transform.options import option

# Each option's help is written once here; the README's table is checked against it.
AUTHOR = option(
    "--author", metavar="WHO", help="Who decides: a name, an ORCID (orcid:…) or another IRI."
)
CONFIDENCE = option(
    "--confidence", default="0.9", show_default=True, help="How surely, from 0 to 1."
)
DATE = option("--date", metavar="YYYY-MM-DD", help="When it was decided. Default: today.")
COMMENT = option(
    "--comment", "--because", "comment", default="", help="Why; published as the evidence."
)


class Judgement(NamedTuple):
    """What a person says of a pair: who, how surely, when and why."""

    author: str
    confidence: str
    date: str
    comment: str

    def as_line(self, accepted: bool, about: str) -> dict[str, str]:
        """Give what a line of a decisions file says beside the two things, by SSSOM column."""
        return {
            "predicate_modifier": "" if accepted else "Not",
            "mapping_justification": "semapv:ManualMappingCuration",
            "confidence": self.confidence,
            "author_id": self.author,
            "mapping_date": self.date,
            "comment": " ".join(filter(None, (self.comment, about and f"({about})"))),
        }


def judge(command: str, options: Mapping[str, Any]) -> Judgement:
    """Give what the options say; raises MisusedCommand where they do not say who decides."""
    author = options["author"]
    if not author or not author.strip():
        raise MisusedCommand(f"{command}: nobody decides. Say who with --author.")
    today = datetime.now(UTC).astimezone().date().isoformat()
    date = options["date"] or today
    return Judgement(author, options["confidence"], date, options["comment"])


def ask_author(options: Mapping[str, Any]) -> str:
    """Give who decides; asks on the terminal where no option says it."""
    return options["author"] or str(click.prompt("Who decides (a name, or orcid:…)"))


def ask_key() -> str:
    """Ask what becomes of what is shown: a, r, s or q."""
    asked = "[a]ccept, [r]efuse, [s]kip, [q]uit"
    return str(click.prompt(asked, type=click.Choice(["a", "r", "s", "q"]), show_choices=False))


def find_release(shelf: Path) -> Path:
    """Give the release that a folder is, or the current one of a folder of releases."""
    from transform.manifest import FILE

    return shelf if (shelf / FILE).is_file() else shelf / "current"


def find_written(kept: Kept, shelf: Path, named: Path | None) -> Path:
    """Give the file to write to: where the next build will find it."""
    from transform.manifest import read_manifest

    release = find_release(shelf)
    built_with = read_manifest(release).get(kept.key)
    folder = shelf.parent if release == shelf else shelf
    if named or (folder / kept.name).is_file() or not built_with:
        return named or folder / kept.name
    raise MisusedCommand(
        f"{folder}: built with the {kept.key} of a {built_with['file']} that is not there."
        f" Name it with {kept.option} FILE."
    )
