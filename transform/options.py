"""Make an option that can also be given as a PORTRAIT_IA_… variable."""

from collections.abc import Callable
from typing import Any

import click


def option(name: str, *more: str, **attributes: Any) -> Callable[[Any], Any]:
    """Give Click's option with the variable of its name: --base-uri is PORTRAIT_IA_BASE_URI."""
    variable = f"PORTRAIT_IA_{name.lstrip('-').upper().replace('-', '_')}"
    return click.option(name, *more, envvar=variable, show_envvar=True, **attributes)
