"""Make an option that can also be given as a PORTRAIT_IA_… variable."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click


def option(name: str, *more: str, **attributes: Any) -> Callable[[Any], Any]:
    """Give Click's option with the variable of its name: --base-uri is PORTRAIT_IA_BASE_URI."""
    variable = f"PORTRAIT_IA_{name.lstrip('-').upper().replace('-', '_')}"
    return click.option(name, *more, envvar=variable, show_envvar=True, **attributes)


DECISIONS = option(
    "--decisions",
    "decisions_file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Decisions on who is who (docs/identite.md). Default: decisions.csv beside the first"
    " file or in DIR.",
)
