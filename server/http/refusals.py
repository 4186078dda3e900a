"""Refuse requests that never reach the application, with a problem, a text or a page."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

from server import texts
from server.http.messages import Headers, Reply, write_head
from server.negotiation import HTML, PROBLEM
from server.problem import Problem, choose_form, describe
from transform.errors import Said

_ALWAYS: Headers = [
    ("Cache-Control", "no-store"),
    ("Vary", "Accept"),
    # So that a page of another site may read the reason, and when to retry.
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", "Retry-After"),
    ("X-Content-Type-Options", "nosniff"),
    ("Content-Security-Policy", "default-src 'none'"),
]


class Refused(Exception):
    """A request that gets no answer: a status, a stable kind, a detail for people."""

    def __init__(self, status: int, kind: str, detail: Said, *headers: tuple[str, str]) -> None:
        super().__init__(detail)
        self.reply = _reply(Problem(status, kind, detail, headers=headers))


@dataclass(slots=True, eq=False)
class Refusal(Reply):
    """A reply that gives the reason; JSON until the Accept of the client is known."""

    problem: Problem = field(default_factory=lambda: Problem(500, "defect", ""))

    def written_for(self, accept: bytes | None, languages: Sequence[str]) -> Reply:
        """Return the refusal for a client that accepts this; `languages` are those of a page."""
        form = choose_form((accept or b"").decode("latin-1"))
        if form is PROBLEM:
            return self
        page = form is HTML
        body = _write_page(self.problem, languages) if page else self.problem.write(form)
        return Reply(
            self.status, _write_head(self.problem, form.content_type, body), body, kind=self.kind
        )


def refuse(status: int, kind: str, detail: Said, retry_after: int | None = None) -> Refusal:
    """Return the reply for a refused request; `retry_after` is in seconds."""
    headers = () if retry_after is None else (("Retry-After", str(retry_after)),)
    return _reply(Problem(status, kind, detail, headers=headers))


def refuse_defect(fault: BaseException, method: str, path: bytes) -> Refusal:
    """Return the reply where we are at fault; the log has the rest."""
    return _reply(describe(fault, f"{method} {path[:200].decode('latin-1')}"))


def _reply(problem: Problem) -> Refusal:
    body = problem.write(PROBLEM)
    head = _write_head(problem, PROBLEM.content_type, body)
    return Refusal(problem.status, head, body, kind=problem.kind, problem=problem)


def _write_page(problem: Problem, languages: Sequence[str]) -> bytes:
    """Write a page in both languages: a refusal may come before the header with the client's."""
    first, second = languages
    key = f"fault_{problem.status}"
    titles = texts.table("texts").get(key) or dict.fromkeys(texts.LANGUAGES, problem.title)
    title = escape(f"{problem.status} {titles[first]}")
    # A detail that is no message has its own language, and is written once.
    details = {tag: text for text, tag in map(problem.detail_for, languages)}
    told = "\n".join(f'<p lang="{tag}">{escape(text)}</p>' for tag, text in details.items())
    return (
        f'<!doctype html>\n<html lang="{first}"><meta charset="utf-8"><title>{title}</title>\n'
        f'<h1>{title}</h1>\n<p lang="{second}">{escape(titles[second])}.</p>\n'
        f"{told}\n</html>\n"
    ).encode()


def _write_head(problem: Problem, content_type: str, body: bytes) -> bytes:
    own = [("Content-Type", content_type), ("Content-Length", str(len(body)))]
    return write_head(problem.status, [*own, *_ALWAYS, *problem.headers])
