"""Declare what every engine offers: questions, answers, limits.

`Engine.ask` takes a `Question` and returns an `Answer`, or raises one of the
`server.engine.faults`; `Engine.begin` does the same for an event loop, which never waits.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, NamedTuple, Protocol, Self

from server.engine.faults import EngineFault
from server.engine.stats import EngineStats

JSON = "application/sparql-results+json"
XML = "application/sparql-results+xml"
CSV = "text/csv"
TSV = "text/tab-separated-values"

Form = Literal["solutions", "boolean", "graph"]


@dataclass(frozen=True, slots=True)
class BoundText:
    """A literal to bind to a variable: of a language, or of a datatype (an IRI), or plain."""

    value: str
    language: str | None = None
    datatype: str | None = None


class Question(NamedTuple):
    """One SPARQL query, its dataset and the representations that the client takes.

    `solutions` (SELECT and ASK) and `graph` (CONSTRUCT and DESCRIBE) are media types without
    parameters, or None where the client takes none of that form. Without `default_graphs` and
    `named_graphs` the query's own FROM holds, and without that the union of all named graphs
    (SPARQL 1.1 Protocol, section 2.1.4). `bindings` gives variables (without `?`) an IRI (`str`)
    or a literal (`BoundText`); they are bound by the engine, never pasted into the text.
    """

    text: str
    base_iri: str
    solutions: str | None = None
    graph: str | None = None
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    bindings: Mapping[str, str | BoundText] = MappingProxyType({})

    @property
    def plain(self) -> bool:
        """Return whether the text is all of the question: no dataset, no bindings."""
        return not (self.default_graphs or self.named_graphs or self.bindings)


class Answer(Protocol):
    """A whole answer: it was produced to its end before it is returned, so its length is known.

    `body` yields parts of about 64 KB, once. `close` frees its memory and file and may be called
    twice, also before the end; an answer is its own context manager.
    """

    @property
    def form(self) -> Form:
        """Return the kind of result: solutions, a boolean or a graph."""
        ...

    @property
    def media_type(self) -> str:
        """Return the media type, without parameters."""
        ...

    @property
    def length(self) -> int:
        """Return the number of bytes."""
        ...

    @property
    def body(self) -> Iterator[bytes]:
        """Yield the bytes; raises `AnswerBroken`."""
        ...

    def close(self) -> None:
        """Free the memory and the file of the answer."""
        ...

    def __enter__(self) -> Self: ...
    def __exit__(self, *exc: object) -> None: ...


class WholeAnswer:
    """A small answer, in memory: see `Answer`."""

    __slots__ = ("content", "form", "media_type")

    def __init__(self, form: Form, media_type: str, content: bytes) -> None:
        self.form: Form = form
        self.media_type = media_type
        self.content = content

    @property
    def length(self) -> int:
        """Return the number of bytes."""
        return len(self.content)

    @property
    def body(self) -> Iterator[bytes]:
        """Yield the bytes."""
        yield self.content

    def close(self) -> None:
        """Close nothing: the answer is only in memory."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        """Close nothing, as `close`."""


Outcome = Answer | EngineFault


class Ticket(Protocol):
    """A question under way, without an outcome yet."""

    def withdraw(self) -> None:
        """Cancel the question, without an outcome; on the loop that began it, once at most."""
        ...


class Engine(Protocol):
    """Answers questions about one release until it is closed.

    `ask` is for any number of threads. `begin` and `look_up` are for the event loop that
    `server.engine.pool.event_loop` names.
    """

    def ask(self, question: Question, gone: Callable[[], bool] | None = None) -> Answer:
        """Answer a question, or raise an `EngineFault`.

        `gone` is called about ten times a second while the query runs or waits: once it returns
        True (the client has hung up) the query is ended and `Abandoned` raised.
        """
        ...

    def begin(self, question: Question, over: Callable[[Outcome], None]) -> Ticket:
        """Begin a question; `over` is called with its outcome later, on this loop.

        Raises EngineBusy and EngineDown.
        """
        ...

    def look_up(self, question: Question) -> WholeAnswer | None:
        """Return the answer to a question that needs no query process; None to any other."""
        ...

    def stats(self) -> EngineStats:
        """Return how many queries run and wait, and how many query processes there were."""
        ...

    def close(self) -> None:
        """End every process of the engine; questions under way get `EngineDown`."""
        ...

    def __enter__(self) -> Self: ...
    def __exit__(self, *exc: object) -> None: ...


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one query, and of all queries that one engine answers together.

    A site gives each worker its share of the limits in `Settings`; the defaults here are those of
    `portrait-ia query`, where one query runs. A query that has run for `patience` seconds, and has
    worked in them, while others wait for a process keeps its own only if it is one of at most
    `long`; the others end with EngineBusy.
    """

    seconds: float = 10.0  # production of one answer, from the moment a process takes it
    memory_mb: int = 1024  # one query, beyond what the release itself takes
    total_memory_mb: int = 4096  # all running queries together, likewise
    result_mb: int = 100  # one answer
    total_result_mb: int = 1000  # all answers that clients have not read to the end
    processes: int = 16  # queries that run at once
    idle: int = 2  # processes that stand ready when nothing runs
    long: int = 4
    patience: float = 0.4
    waiting: int = 64  # questions that wait for a process
    waiting_seconds: float = 5.0  # how long one of them waits
