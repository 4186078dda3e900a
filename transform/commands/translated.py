"""Define commands and options whose help is in the language of the process.

Click takes texts when a module is imported; ours are known once the command line is read. `help` is
therefore a message, and what stands for a value (`metavar`) is looked up by its English name.
"""

import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

import click
import click.core
import click.exceptions
import click.formatting
import click.parser
import click.termui
import click.types

from transform.text.languages import (
    LANGUAGES,
    VARIABLE,
    language_of_environment,
    process_language,
    set_language,
)
from transform.text.message import Message, is_known, message, template

# Where Click takes its own texts from: `gettext` as each of these modules imports it.
_OF_CLICK = (
    *(click.core, click.exceptions, click.formatting),
    *(click.parser, click.termui, click.types),
)


def choose_language(arguments: Sequence[str], variables: dict[str, str]) -> None:
    """Set the language of the process: --lang, PORTRAIT_IA_LANG, else the locale.

    It is looked for before Click reads the line, as help and faults of the line are in it too; a
    value that is no language is left for Click to refuse.
    """
    set_language(language_of_environment(variables))
    options = arguments[: arguments.index("--")] if "--" in arguments else arguments
    for one, other in zip(options, [*options[1:], ""], strict=True):
        name, _, value = one.partition("=")
        if name == "--lang" and (chosen := value or other).lower() in LANGUAGES:
            set_language(chosen.lower())


def translate_click() -> None:
    """Have Click write its own texts in the language of the process."""
    for module in _OF_CLICK:
        for name, function in (("_", _of_click), ("ngettext", _counted_of_click)):
            if hasattr(module, name):
                setattr(module, name, function)


def _of_click(text: str) -> str:
    key = f"click.{text}"
    return template(key, process_language()) if is_known(key) else text


def _counted_of_click(one: str, many: str, number: int) -> str:
    return _of_click(one if number == 1 else many)


def _metavar(name: str) -> str:
    key = f"metavars.{name}"
    return str(Message(key)) if is_known(key) else name


class _Helped:
    """Has `help` as a message, and returns it as a text of the language of the process."""

    _message: Message | None = None

    def _text(self) -> str | None:
        return None if self._message is None else str(self._message).strip()

    def _keep(self, value: Message | None) -> None:
        self._message = value

    help = property(_text, _keep)


class TranslatedOption(_Helped, click.Option):
    """An option whose help is a message."""

    def __init__(self, *arguments: Any, help: Message, **attributes: Any) -> None:  # noqa: A002
        super().__init__(*arguments, **attributes)
        self.help = help

    def make_metavar(self, ctx: click.Context) -> str:
        """Return what stands for the value, in the language of the process."""
        return _metavar(super().make_metavar(ctx))

    def get_error_hint(self, ctx: click.Context | None) -> str:
        """Return how a fault names the option and its variable."""
        hint, bracket, _ = super().get_error_hint(ctx).partition(" (")
        variable = _of_click("env var: {var}").format(var=f"'{self.envvar}'")
        return f"{hint} ({variable})" if bracket else hint


class TranslatedArgument(click.Argument):
    """An argument whose name is in the language of the process."""

    def make_metavar(self, ctx: click.Context) -> str:
        """Return what stands for the value, in the language of the process."""
        return _metavar(super().make_metavar(ctx))


class TranslatedCommand(_Helped, click.Command):
    """A command whose help is a message, and which has the options --lang and --help."""

    def __init__(self, *arguments: Any, help: Message, **attributes: Any) -> None:  # noqa: A002
        super().__init__(*arguments, **attributes)
        self.help = help
        self.params.append(language_option())

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return the option --help, its help in the language of the process."""
        option = super().get_help_option(ctx)
        if option:
            option.help = str(message("commands.option_help"))
        return option

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """Return the pieces of the usage line."""
        return [_metavar(piece) for piece in super().collect_usage_pieces(ctx)]


class TranslatedGroup(TranslatedCommand, click.Group):
    """A group of commands whose help is a message."""

    def main(self, args: Sequence[str] | None = None, **extra: Any) -> Any:  # type: ignore[override]
        """Choose the language of the process, and run the command that the line names."""
        arguments = sys.argv[1:] if args is None else list(args)
        choose_language(arguments, dict(os.environ))
        translate_click()
        return super().main(arguments, **extra)


def command(text: Message) -> Callable[[Callable[..., Any]], click.Command]:
    """Return Click's decorator of a function, as a command whose help is a message."""
    return click.command(cls=TranslatedCommand, help=text)


def argument(*names: str, **attributes: Any) -> Callable[[Any], Any]:
    """Return Click's decorator that adds an argument."""
    return click.argument(*names, cls=TranslatedArgument, **attributes)


def language_option() -> click.Option:
    """Return the option that chooses the language; the group has read its value already."""
    choice = click.Choice(LANGUAGES, case_sensitive=False)
    return TranslatedOption(
        ["--lang"],
        type=choice,
        envvar=VARIABLE,
        show_envvar=True,
        expose_value=False,
        help=message("commands.option_lang"),
    )
