"""Define the options of the commands that make releases; each has an environment variable."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from transform.decisions.sssom import DECISIONS_FILE, LINKS_FILE, FileKind
from transform.text.languages import LANGUAGES

DEFAULT_BASE_URI = "http://localhost:8000/"


def option(name: str, *names: str, **attributes: Any) -> Callable[[Any], Any]:
    """Return Click's option with the variable of its name: --base-uri is PORTRAIT_IA_BASE_URI."""
    variable = f"PORTRAIT_IA_{name.lstrip('-').upper().replace('-', '_')}"
    return click.option(name, *names, envvar=variable, show_envvar=True, **attributes)


def language_option(text: str) -> Callable[[Any], Any]:
    """Return the option that chooses between French and English."""
    choice = click.Choice(LANGUAGES)
    return option("--lang", "language", type=choice, default="fr", show_default=True, help=text)


def seconds_option(default: int, text: str) -> Callable[[Any], Any]:
    """Return the option that bounds how long to wait for others, a day at most."""
    day = click.FloatRange(0, 86_400, min_open=True)
    return option("--seconds", metavar="N", type=day, default=default, show_default=True, help=text)


def file_option(kind: FileKind, text: str) -> Callable[[Any], Any]:
    """Return the option that names a decisions file of a kind."""
    where = f"Default: {kind.name} beside the first file or in DIR."
    path = click.Path(path_type=Path, dir_okay=False)
    return option(
        kind.option, f"{kind.key}_file", type=path, metavar="FILE", help=f"{text} {where}"
    )


# Each option's help is written once; the README's table is checked against it.
YEAR_FILES = click.argument("pairs", nargs=-1, metavar="[YEAR=FILE | DIR]…")
RELEASES_FOLDER = click.argument("releases_folder", type=click.Path(path_type=Path), metavar="DIR")
LAYOUT = option(
    "--layout",
    "layouts",
    multiple=True,
    metavar="[YEAR=]LAYOUT",
    help="Layout of the files: a shipped name (quebec, us-2024, us-2025) or a TOML file; with"
    " YEAR=, for that year only. Default: quebec.",
)
REPORT = option(
    "--report",
    "report_folder",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Also write validation.ttl, validation.json, rejets.csv and candidats.csv there, whatever"
    " they say.",
)
LANGUAGE = language_option("Language of what the shapes say.")
BASE_URI = option(
    "--base-uri",
    metavar="URI",
    default=DEFAULT_BASE_URI,
    show_default=True,
    help="Where the published URIs begin: an absolute http(s) IRI that ends in «/».",
)
VOCABULARY_URI = option(
    "--vocabulary-uri",
    metavar="URI",
    help="Where the terms of the vocabulary are at home, so that several registers share one: an"
    " absolute http(s) IRI that ends in «#» or «/». Default: def# below the base URI.",
)
TO = option(
    "--to",
    "releases_folder",
    type=click.Path(path_type=Path),
    metavar="DIR",
    required=True,
    help="Folder of the releases; made if it is not there.",
)
QUARANTINE = option(
    "--quarantine",
    is_flag=True,
    help="Keep back rows that break a shape (report/rejets.csv) and publish the rest.",
)
NO_PUBLISH = option(
    "--no-publish", is_flag=True, help="Write the release, but leave DIR/current where it is."
)
DECISIONS = file_option(DECISIONS_FILE, "Decisions on who is who (docs/identite.md).")
LINKS = file_option(
    LINKS_FILE, "Links of bodies that people accepted or refused (docs/identite.md)."
)
RETRIES = option(
    "--retries",
    metavar="N",
    type=click.IntRange(0, 20),
    default=4,
    show_default=True,
    help="How often to try again after a cut or a busy server.",
)
