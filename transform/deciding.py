"""Take from a command line who decides, how surely, when and why, and where that is written.

What people decided before is read from there, too.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

from transform.decisionfile import DECISIONS_FILE, LINKS_FILE, Kept
from transform.errors import MisusedCommand
from transform.options import option

if TYPE_CHECKING:
    from transform.decisions import Decisions
    from transform.linking.links import Links

Command = TypeVar("Command")

# Each option's help is written once here; the README's table is checked against it.
_OPTIONS = (
    option(
        "--author", metavar="WHO", help="Who decides: a name, an ORCID (orcid:…) or another IRI."
    ),
    option("--confidence", default="0.9", show_default=True, help="How surely, from 0 to 1."),
    option("--date", metavar="YYYY-MM-DD", help="When it was decided. Default: today."),
    option("--comment", "--because", "comment", default="", help="Why; published as the evidence."),
)


def pairs_option(name: str, metavar: str, text: str) -> Callable[[Any], Any]:
    """Give the option that accepts or refuses pairs, `accepted` or `refused`."""
    variable = f"{name.removesuffix('e')}ed"
    return option(f"--{name}", variable, multiple=True, metavar=metavar, help=text)


def takes_judgement(command: Command) -> Command:
    """Give a command the options that say who decides, how surely, when and why."""
    for add in reversed(_OPTIONS):
        command = add(command)
    return command


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


def read_decided(
    options: Mapping[str, Any], beside: Path | None, base_uri: str | None
) -> "tuple[Decisions, Links]":
    """Read what people decided on identity and on links, and say from which files."""
    from transform.decisionline import read_file
    from transform.decisionlog import find_file
    from transform.decisions import Decisions, read_decisions
    from transform.linking.links import Links, parse_links

    folders = beside, options.get("shelf")
    file = find_file(DECISIONS_FILE, options["decisions_file"], *folders)
    decisions = read_decisions(file, base_uri) if file else Decisions()
    file = find_file(LINKS_FILE, options["links_file"], *folders)
    links = parse_links(file, read_file(file, LINKS_FILE), base_uri) if file else Links()
    for kept, read in ((DECISIONS_FILE, decisions), (LINKS_FILE, links)):
        if read.path:
            click.echo(f"{read.path}: {len(read.rulings)} {kept.key}")
    return decisions, links
