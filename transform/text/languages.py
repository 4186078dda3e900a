"""List the languages in which every text of our own is written, and choose that of the process."""

import re
from collections.abc import Mapping, Sequence

import pyoxigraph as ox

# A reader whose language is not known gets the first.
LANGUAGES = ("fr", "en")
VARIABLE = "PORTRAIT_IA_LANG"
# Where nothing chooses a language, commands and logs are in this one.
_NEUTRAL = "en"
# POSIX.1-2017, 8.2: the first of them that is not empty counts.
_LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")


def is_language(tag: str) -> bool:
    """Check whether a text is a well-formed language tag of BCP 47 that names a language."""
    # No longer code of a language is registered (RFC 5646, section 2.2.1).
    if not re.match("[A-Za-z]{2,3}(-|$)", tag):
        return False
    try:
        ox.Literal("", language=tag)
    except ValueError:
        return False
    return True


def language_of_environment(variables: Mapping[str, str]) -> str | None:
    """Return the language that PORTRAIT_IA_LANG chooses, else the locale.

    None where the locale is C, POSIX, none, or of a language that our texts are not written in.
    """
    names = [VARIABLE, next((name for name in _LOCALE if variables.get(name)), "LANG")]
    languages = (re.split("[-_.@]", variables.get(name, ""))[0].strip().lower() for name in names)
    return next((language for language in languages if language in LANGUAGES), None)


class _Process:
    """The language that was chosen for this process, None while nothing chose one."""

    language: str | None = None


def set_language(language: str | None) -> None:
    """Choose the language of all texts of this process; a command does it once, at its start."""
    _Process.language = language


def process_language() -> str:
    """Return the language of what commands say: the chosen one, else English."""
    return _Process.language or _NEUTRAL


def language_for(register: Sequence[str]) -> str:
    """Return the language of what is said of a register: the chosen one, else the register's.

    `register` are the languages of the register, its own first; where our texts are written in
    none of them, English.
    """
    own = (tag.split("-")[0] for tag in register)
    first = next((language for language in own if language in LANGUAGES), _NEUTRAL)
    return _Process.language or first
