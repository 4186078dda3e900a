"""Write how to cite a page, or the whole: as text, in BibTeX and in RIS, which are files too."""

import re
from datetime import date
from typing import NamedTuple

from flask import Response

from server.negotiation import BIBTEX, RIS, Format
from server.release.current import Release
from server.release.history import current_published
from server.web import render

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
    """How to cite a page: the name of the form, the text, and the suffix of its file."""

    form: str
    text: str
    suffix: str | None = None


class Cited(NamedTuple):
    """What a citation holds."""

    title: str
    series: str
    publisher: str
    day: date
    release: str
    address: str
    language: str


def cite(release: Release, title: str | None, address: str, language: str) -> Cited:
    """Return the citation of what has a title of its own, or of the whole."""
    register, manifest = release.register, release.manifest
    series = _one_line(register.choose(manifest["series"]["title"], language).value)
    return Cited(
        title=series if title is None else _one_line(title),
        series="" if title is None else series,
        publisher=_one_line(register.choose(manifest["publisher"]["name"], language).value),
        day=current_published(release).time.date(),
        release=release.name,
        address=address,
        language=language,
    )


def recommend(release: Release, language: str) -> str:
    """Return the citation of the whole that the site recommends, as text."""
    cited = cite(release, None, release.base_uri, language)
    return release.register.text(
        "home.citation",
        language,
        publisher=cited.publisher,
        year=cited.day.year,
        title=cited.title,
        release=cited.release,
        address=cited.address,
    )


def write_quotes(cited: Cited) -> list[Quote]:
    """Return the citation in each form."""
    return [
        Quote("text", _text(cited)),
        Quote("BibTeX", _bibtex(cited), BIBTEX.suffix),
        Quote("RIS", _ris(cited), RIS.suffix),
    ]


def answer(cited: Cited, form: Format, name: str) -> Response:
    """Answer with the file of a citation, which a reference manager opens."""
    text = _bibtex(cited) if form is BIBTEX else _ris(cited).replace("\n", "\r\n")
    response = Response(text + "\n", content_type=form.content_type)
    disposition = f'attachment; filename="{name}.{form.suffix}"'
    response.headers["Content-Disposition"] = disposition
    response.headers["X-Robots-Tag"] = "noindex"
    return render.finish(response, form)


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
    key = _key(cited)
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
        if value
    ]
    return "\n".join([f"@misc{{{key},", *lines, "}"])


def _key(cited: Cited) -> str:
    """Return the key of a citation: the path of the thing, or of the whole the release."""
    path = cited.address.partition("/id/")[2] or f"version-{cited.release}"
    return re.sub(r"[^A-Za-z0-9]+", "-", path).strip("-")


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
    return "\n".join(f"{tag}  - {value}" for tag, value in fields if value or tag == "ER")
