"""Define the options that say who decides, how surely, when and why, and on which pairs."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

from transform.commands.options import option
from transform.text.message import Message, message

Command = TypeVar("Command")

# Each option's help is written once here; the README's table is checked against it.
_OPTIONS = (
    option("--author", metavar="WHO", help=message("commands.option_author")),
    option(
        "--confidence",
        metavar="N",
        default="0.9",
        show_default=True,
        help=message("commands.option_confidence"),
    ),
    option("--date", metavar="YYYY-MM-DD", help=message("commands.option_date")),
    option(
        "--comment",
        "--because",
        "comment",
        metavar="TEXT",
        default="",
        help=message("commands.option_comment"),
    ),
)


def pairs_option(name: str, metavar: str, text: Message) -> Callable[[Any], Any]:
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
    return options["author"] or str(click.prompt(str(message("commands.ask_author"))))


def ask_key() -> str:
    """Ask what to do with the pair that is shown: a, r, s or q."""
    choices = click.Choice(["a", "r", "s", "q"])
    return str(click.prompt(str(message("commands.ask_key")), type=choices, show_choices=False))
