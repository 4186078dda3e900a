"""Define the options of the commands that make releases; each has an environment variable."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from transform.commands.translated import TranslatedOption, argument
from transform.decisions.sssom import DECISIONS_FILE, LINKS_FILE, FileKind
from transform.text.message import Message, message

DEFAULT_BASE_URI = "http://localhost:8000/"


def option(name: str, *names: str, **attributes: Any) -> Callable[[Any], Any]:
    """Return Click's option with the variable of its name: --base-uri is PORTRAIT_IA_BASE_URI.

    `help`, a message, is written in the language of the process.
    """
    variable = f"PORTRAIT_IA_{name.lstrip('-').upper().replace('-', '_')}"
    attributes = {"envvar": variable, "show_envvar": True, **attributes}
    return click.option(name, *names, cls=TranslatedOption, **attributes)


def seconds_option(default: int, text: Message) -> Callable[[Any], Any]:
    """Return the option that bounds how long to wait for others, a day at most."""
    day = click.FloatRange(0, 86_400, min_open=True)
    return option("--seconds", metavar="N", type=day, default=default, show_default=True, help=text)


def file_option(kind: FileKind, text: Message) -> Callable[[Any], Any]:
    """Return the option that names a decisions file of a kind."""
    path = click.Path(path_type=Path, dir_okay=False)
    return option(kind.option, f"{kind.key}_file", type=path, metavar="FILE", help=text)


# Each option's help is written once; the README's table is checked against it.
YEAR_FILES = argument("pairs", nargs=-1, metavar="[YEAR=FILE | DIR]…")
RELEASES_FOLDER = argument("releases_folder", type=click.Path(path_type=Path), metavar="DIR")
LAYOUT = option(
    "--layout",
    "layouts",
    multiple=True,
    metavar="[YEAR=]LAYOUT",
    help=message("commands.option_layout"),
)
REPORT = option(
    "--report",
    "report_folder",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help=message("commands.option_report"),
)
BASE_URI = option(
    "--base-uri",
    metavar="URI",
    default=DEFAULT_BASE_URI,
    show_default=True,
    help=message("commands.option_base_uri"),
)
VOCABULARY_URI = option(
    "--vocabulary-uri",
    metavar="URI",
    help=message("commands.option_vocabulary_uri"),
)
TO = option(
    "--to",
    "releases_folder",
    type=click.Path(path_type=Path),
    metavar="DIR",
    required=True,
    help=message("commands.option_to"),
)
QUARANTINE = option("--quarantine", is_flag=True, help=message("commands.option_quarantine"))
NO_PUBLISH = option("--no-publish", is_flag=True, help=message("commands.option_no_publish"))
YES = option("--yes", is_flag=True, help=message("commands.option_yes"))
DECISIONS = file_option(
    DECISIONS_FILE, message("commands.option_decisions", file=DECISIONS_FILE.name)
)
LINKS = file_option(LINKS_FILE, message("commands.option_links", file=LINKS_FILE.name))
RETRIES = option(
    "--retries",
    metavar="N",
    type=click.IntRange(0, 20),
    default=4,
    show_default=True,
    help=message("commands.option_retries"),
)
