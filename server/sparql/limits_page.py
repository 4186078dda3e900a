"""List every limit of the endpoint, the status beyond it, and what helps."""

from collections.abc import Iterator
from typing import NamedTuple

from flask import Blueprint, Response, current_app

from server import texts
from server.bounds import (
    BODY_SECONDS,
    HEAD_BYTES,
    HEAD_SECONDS,
    LINE_BYTES,
    MOST_HEADERS,
    READER_BYTES,
    READER_SECONDS,
)
from server.settings import PREFIX, Settings
from server.web import render

bp = Blueprint("limits", __name__)


class Limit(NamedTuple):
    """A limit: its name (`limit_…` of site.toml), its value, the status beyond it, its setting."""

    name: str
    value: str
    status: int | None
    setting: str | None = None


# Each setting that limits clients, with the status of a request beyond it.
_OF_SETTINGS: tuple[tuple[str, int | None], ...] = (
    ("query_seconds", 503),
    ("query_memory_mb", 422),
    ("result_mb", 422),
    ("query_kb", 413),
    ("queries_at_once", 503),
    ("queries_waiting", 503),
    ("queue_seconds", 503),
    ("total_memory_mb", 503),
    ("total_result_mb", 503),
    ("requests_per_minute", 429),
)


def list_limits(settings: Settings, language: str) -> Iterator[Limit]:
    """Yield all limits of a site, described in a language."""
    for name, status in _OF_SETTINGS:
        value = getattr(settings, name)
        if not value and name.endswith("memory_mb"):  # of a remote store, which has its own
            continue
        if not value and name == "requests_per_minute":
            shown, status = texts.text("limit_none", language), None
        else:
            shown = texts.text(f"limit_{name}_value", language, value=_number(value, language))
        yield Limit(name, shown, status, PREFIX + name.upper())
    fixed: tuple[tuple[str, int | None, dict[str, object]], ...] = (
        (
            "head",
            431,
            {"kilobytes": HEAD_BYTES // 1024, "lines": MOST_HEADERS, "line": LINE_BYTES // 1024},
        ),
        ("slow_writer", 408, {"head": f"{HEAD_SECONDS:g}", "body": f"{BODY_SECONDS:g}"}),
        ("slow_reader", None, {"bytes": READER_BYTES // 1024, "seconds": f"{READER_SECONDS:g}"}),
    )
    for name, status, values in fixed:
        shown = texts.text(f"limit_{name}_value", language, **values)
        yield Limit(name, shown, status)


def describe_limits(settings: Settings, language: str) -> str:
    """Return all limits as one text."""
    return " ".join(
        texts.text(
            "limit_sentence",
            language,
            what=texts.text(f"limit_{limit.name}", language),
            value=limit.value,
        )
        for limit in list_limits(settings, language)
    )


def write_limits(settings: Settings, language: str) -> dict[str, str]:
    """Return the values of the sentence about the limits (`rule_limits` of site.toml)."""
    return {
        "seconds": f"{settings.query_seconds:g}",
        "memory": texts.limit(settings.query_memory_mb * 1024, language),
        "result": texts.limit(settings.result_mb * 1024, language),
        "query": texts.limit(settings.query_kb, language),
    }


@bp.route("/sparql/limites")
def show() -> Response:
    """Answer with the page of the limits."""
    settings: Settings = current_app.config["SETTINGS"]
    return render.page("limites.html", limits=list(list_limits(settings, render.language())))


def _number(value: float, language: str) -> str:
    if isinstance(value, int):
        return texts.whole(value, language)
    shown = f"{value:g}"
    return shown.replace(".", ",") if language == "fr" else shown
