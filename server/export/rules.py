"""Write the rules by which nginx, Apache and object stores send the files of a copy."""

import re
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, StrictUndefined

from server.export.written import USUAL, Folder, ending_of
from server.negotiation import GRAPHS, HTML, PAGES
from server.web.headers import COMPUTING_POLICY, HEADERS, POLICY

FOLDER = "rules"
_NGINX = ("nginx-http.conf", "nginx-server.conf")
# The weights that are told apart: 1, then by their first decimal.
_WEIGHTS = ("1(?:\\.0*)?", *(f"0?\\.{n}\\d*" for n in range(9, 0, -1)))
_ITEM, _PARAMETERS = r"(?:^|,)\s*", r"\s*(?:;(?!\s*q=)[^,;]*)*"


def write_rules(
    folder: Path,
    written: Folder,
    base_uri: str,
    languages: Sequence[str],
    moved: Mapping[str, str],
    dumps: Sequence[str],
) -> None:
    """Write the rules of a copy into its folder, for the path of its base URI.

    `moved` leads from the path of a replaced document to that of its replacement, `dumps` are the
    names of the dumps that have several forms.
    """
    prefix = urlsplit(base_uri).path.rstrip("/")
    values = {
        "base_uri": base_uri,
        "prefix": prefix,
        "accepted": list(_accepted()),
        "forms": [form.suffix for form in PAGES],
        "graphs": [form.suffix for form in GRAPHS],
        "spoken": list(_spoken(languages)),
        "languages": [(tag, _ending(tag, languages)) for tag in languages],
        "moved": list(_moved(moved, f"{prefix}/")),
        "policy": HEADERS[POLICY],
        "computing_policy": COMPUTING_POLICY,
        "computing": [f"{prefix}/{path}" for path in _computing(written, languages)],
        "headers": {name: value for name, value in HEADERS.items() if name != POLICY},
        "usual": sorted((name, kind) for name, kind in USUAL.items() if "." not in name),
        "utf8": sorted({t.partition(";")[0] for t in USUAL.values() if "charset" in t}),
        "types": list(_types(written, f"{prefix}/")),
        "folders": ("changements", "dumps"),
        "dumps": "|".join(map(re.escape, dumps)),
    }
    local = {
        "moved": list(_moved(moved, "")),
        "types": [(p, k.partition(";")[0] if '"' in k else k) for p, k in _types(written, "")],
        "computing_files": "|".join(
            re.escape(path.rpartition("/")[2]) for path in _computing(written, languages)
        ),
    }
    (folder / FOLDER).mkdir(exist_ok=True)
    (folder / ".htaccess").write_text(_fill("htaccess", {**values, **local}), "utf-8")
    for name in _NGINX:
        (folder / FOLDER / name).write_text(_fill(name, values), "utf-8")


def _fill(name: str, values: Mapping[str, Any]) -> str:
    text = files("server").joinpath(f"export/rules/{name}").read_text("utf-8")
    # Configurations, not pages: what is filled in is checked where it is made.
    environment = Environment(undefined=StrictUndefined, keep_trailing_newline=True)  # noqa: S701
    return environment.from_string(text).render(values)


def _accepted() -> Iterator[tuple[str, str]]:
    """Yield a pattern of Accept and the form that it asks for, the first that fits wins."""
    for weight in _WEIGHTS:
        for form in PAGES:
            yield _pattern([form.media_type], weight), form.suffix
        for form in PAGES:
            if form.accepted_as:
                yield _pattern(form.accepted_as, weight), form.suffix
        yield _pattern(["text/*"], weight), HTML.suffix
        yield _pattern(["*/*"], weight), "any"


def _pattern(names: Sequence[str], weight: str) -> str:
    return f"{_ITEM}(?:{'|'.join(map(re.escape, names))}){_PARAMETERS}{_weigh(weight)}"


def _weigh(weight: str) -> str:
    """Return the pattern of a weight and the end of the item; no weight is a weight of 1."""
    written = rf";\s*q={weight}\s*(?:;[^,]*)?"
    return f"(?:{written})?(?:,|$)" if weight == _WEIGHTS[0] else f"{written}(?:,|$)"


def _spoken(languages: Sequence[str]) -> Iterator[tuple[str, str]]:
    for weight in _WEIGHTS:
        for tag in languages:
            pattern = rf"{_ITEM}{re.escape(tag)}(?:-[a-z0-9-]+)?\s*{_weigh(weight)}"
            yield pattern, _ending(tag, languages)


def _ending(tag: str, languages: Sequence[str]) -> str:
    return "" if tag == languages[0] else f".{tag}"


def _moved(moved: Mapping[str, str], prefix: str) -> Iterator[tuple[str, str]]:
    for old, new in moved.items():
        for kind in ("id", "doc"):
            yield f"{prefix}{kind}/{old}", f"{prefix}{kind}/{new}"
        for form in PAGES:
            yield f"{prefix}doc/{old}.{form.suffix}", f"{prefix}doc/{new}.{form.suffix}"


def _computing(written: Folder, languages: Sequence[str]) -> Iterator[str]:
    """Yield the paths of the page for queries, and of the script that runs them."""
    yield "sparql"
    for tag in languages:
        yield f"sparql{_ending(tag, languages)}.html"
    yield from written.workers


def _types(written: Folder, prefix: str) -> Iterator[tuple[str, str]]:
    """Yield a pattern of paths and the media type that their ending does not tell."""
    whole: dict[tuple[str, str], str] = {}
    for (top, ending), kinds in written.kinds.items():
        if top and ending and USUAL.get(ending) not in kinds:
            ((whole[top, ending], _),) = kinds.most_common(1)
    for name, kind in sorted(written.types.items()):
        top = name.partition("/")[0] if "/" in name else ""
        if whole.get((top, ending_of(name))) != kind:
            yield f"^{prefix}{_escape(name)}$", kind
    for (top, ending), kind in sorted(whole.items()):
        yield f"^{prefix}{_escape(top)}/.*\\.{_escape(ending)}$", kind
    yield "\\.excel\\.csv$", USUAL["excel.csv"]


def _escape(name: str) -> str:
    """Escape a path for a pattern within the quotes of a configuration."""
    return "".join(c if c.isalnum() or c in "/_-" else f"\\x{{{ord(c):x}}}" for c in name)
