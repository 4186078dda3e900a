"""List the languages in which every text of our own is written, and choose that of the process."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pyoxigraph as ox

# A reader whose language is not known gets the first.
LANGUAGES = ("fr", "en")
VARIABLE = "PORTRAIT_IA_LANG"
# Where nothing chooses a language, commands and logs are in this one.
_NEUTRAL = "en"
# POSIX.1-2017, 8.2: the first of them that is not empty counts.
_LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")


class LanguageName(NamedTuple):
    """A language: its code in the EU's list (Publications Office), its name in French, English."""

    code: str
    fr: str
    en: str


_NAMES = {
    "ar": LanguageName("ARA", "arabe", "Arabic"),
    "bg": LanguageName("BUL", "bulgare", "Bulgarian"),
    "ca": LanguageName("CAT", "catalan", "Catalan"),
    "cs": LanguageName("CES", "tchèque", "Czech"),
    "cy": LanguageName("CYM", "gallois", "Welsh"),
    "da": LanguageName("DAN", "danois", "Danish"),
    "de": LanguageName("DEU", "allemand", "German"),
    "el": LanguageName("ELL", "grec", "Greek"),
    "en": LanguageName("ENG", "anglais", "English"),
    "es": LanguageName("SPA", "espagnol", "Spanish"),
    "et": LanguageName("EST", "estonien", "Estonian"),
    "eu": LanguageName("EUS", "basque", "Basque"),
    "fi": LanguageName("FIN", "finnois", "Finnish"),
    "fr": LanguageName("FRA", "français", "French"),
    "ga": LanguageName("GLE", "irlandais", "Irish"),
    "gl": LanguageName("GLG", "galicien", "Galician"),
    "hi": LanguageName("HIN", "hindi", "Hindi"),
    "hr": LanguageName("HRV", "croate", "Croatian"),
    "hu": LanguageName("HUN", "hongrois", "Hungarian"),
    "is": LanguageName("ISL", "islandais", "Icelandic"),
    "it": LanguageName("ITA", "italien", "Italian"),
    "iu": LanguageName("IKU", "inuktitut", "Inuktitut"),
    "ja": LanguageName("JPN", "japonais", "Japanese"),
    "ko": LanguageName("KOR", "coréen", "Korean"),
    "lt": LanguageName("LIT", "lituanien", "Lithuanian"),
    "lv": LanguageName("LAV", "letton", "Latvian"),
    "mt": LanguageName("MLT", "maltais", "Maltese"),
    "nl": LanguageName("NLD", "néerlandais", "Dutch"),
    "no": LanguageName("NOR", "norvégien", "Norwegian"),
    "pl": LanguageName("POL", "polonais", "Polish"),
    "pt": LanguageName("POR", "portugais", "Portuguese"),
    "ro": LanguageName("RON", "roumain", "Romanian"),
    "sk": LanguageName("SLK", "slovaque", "Slovak"),
    "sl": LanguageName("SLV", "slovène", "Slovenian"),
    "sv": LanguageName("SWE", "suédois", "Swedish"),
    "tr": LanguageName("TUR", "turc", "Turkish"),
    "uk": LanguageName("UKR", "ukrainien", "Ukrainian"),
    "zh": LanguageName("ZHO", "chinois", "Chinese"),
}


def language_name(tag: str) -> LanguageName | None:
    """Return the name of the language of a tag such as `fr-ca`, None for one not in the table."""
    return _NAMES.get(tag.partition("-")[0])


def name_in(tag: str, reader: str) -> str:
    """Return what readers of a language of ours call a language, its tag where no name is known."""
    names = language_name(tag.lower())
    return names._asdict()[reader] if names else tag


def primary_language(tag: str) -> str:
    """Return the primary subtag of a language tag (RFC 5646, 2.2.1)."""
    return tag.partition("-")[0].lower()


def language_tags() -> tuple[str, ...]:
    """Return the tags of the languages that have a name in the table."""
    return tuple(_NAMES)


def reading_language(tag: str) -> str:
    """Return the language of ours for readers of a language: itself, else English."""
    language = tag.partition("-")[0]
    return language if language in LANGUAGES else "en"


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

    `register` are the languages of the register, its own first; where our texts are not written in
    that, English.
    """
    return _Process.language or reading_language(register[0])
