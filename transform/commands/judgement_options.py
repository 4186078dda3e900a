"""Define the options that say who decides, how surely, when and why, and on which pairs."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

from transform.commands.options import option

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
    """Return the option that accepts or refuses pairs, `accepted` or `refused`."""
    variable = f"{name.removesuffix('e')}ed"
    return option(f"--{name}", variable, multiple=True, metavar=metavar, help=text)


def add_judgement_options(command: Command) -> Command:
    """Add to a command the options that say who decides, how surely, when and why."""
    for add in reversed(_OPTIONS):
        command = add(command)
    return command


def ask_author(options: Mapping[str, Any]) -> str:
    """Return who decides; asks on the terminal where no option says it."""
    return options["author"] or str(click.prompt("Who decides (a name, or orcid:…)"))


def ask_key() -> str:
    """Ask what to do with the pair that is shown: a, r, s or q."""
    choices = "[a]ccept, [r]efuse, [s]kip, [q]uit"
    return str(click.prompt(choices, type=click.Choice(["a", "r", "s", "q"]), show_choices=False))
