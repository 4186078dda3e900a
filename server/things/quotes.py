"""Write how to cite the page of a thing: as text, in BibTeX and in RIS."""

import re
from datetime import date
from typing import NamedTuple

_LONGEST = 300  # characters of a title
# What BibTeX and LaTeX read as markup, and how it is written as text.
_BIBTEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\{",
        "}": r"\}",
        "%": r"\%",
        "&": r"\&",
        "$": r"\$",
        "#": r"\#",
        "_": r"\_",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
    }
)


class Quote(NamedTuple):
    """How to cite a page: a name of the form, and the text."""

    form: str
    text: str


class Cited(NamedTuple):
    """What a citation holds."""

    title: str
    series: str
    publisher: str
    day: date
    release: str
    address: str
    language: str


def write_quotes(cited: Cited) -> list[Quote]:
    """Return the citation in each form."""
    plain = cited._replace(
        title=_one_line(cited.title),
        series=_one_line(cited.series),
        publisher=_one_line(cited.publisher),
    )
    return [
        Quote("text", _text(plain)),
        Quote("BibTeX", _bibtex(plain)),
        Quote("RIS", _ris(plain)),
    ]


def _one_line(text: str) -> str:
    line = re.sub(r"\s+", " ", text).strip()
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def _text(cited: Cited) -> str:
    parts = (cited.publisher, f"“{cited.title}”", cited.series, cited.day.isoformat())
    if cited.language == "fr":
        quoted = f"«\u00a0{cited.title}\u00a0»"
        parts = (cited.publisher, quoted, cited.series, cited.day.isoformat())
    return f"{', '.join(filter(None, parts))}. {cited.address}"


def _bibtex(cited: Cited) -> str:
    key = re.sub(r"[^A-Za-z0-9]+", "-", cited.address.partition("/id/")[2]).strip("-")
    fields = {
        "title": cited.title,
        "author": "{" + cited.publisher.translate(_BIBTEX) + "}",
        "howpublished": cited.series,
        "year": str(cited.day.year),
        "month": str(cited.day.month),
        "version": cited.release,
        "url": cited.address,
    }
    lines = [
        f"  {name} = {{{value if name in ('author', 'url') else value.translate(_BIBTEX)}}},"
        for name, value in fields.items()
    ]
    return "\n".join([f"@misc{{{key},", *lines, "}"])


def _ris(cited: Cited) -> str:
    fields = (
        ("TY", "ELEC"),
        ("TI", cited.title),
        ("T2", cited.series),
        ("AU", cited.publisher),
        ("PB", cited.publisher),
        ("PY", str(cited.day.year)),
        ("DA", cited.day.strftime("%Y/%m/%d")),
        ("ET", cited.release),
        ("LA", cited.language),
        ("UR", cited.address),
        ("ER", ""),
    )
    return "\n".join(f"{tag}  - {value}" for tag, value in fields)
