"""Declare what every engine offers: questions, answers, limits; who asks cannot tell which answers.

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
class Text:
    """A literal to bind to a variable."""

    value: str
    language: str | None = None


class Question(NamedTuple):
    """One SPARQL query, its dataset and the representations that the client takes.

    `solutions` (SELECT and ASK) and `graph` (CONSTRUCT and DESCRIBE) are media types without
    parameters, or None where the client takes none of that form. Without `default_graphs` and
    `named_graphs` the query's own FROM holds, and without that the union of all named graphs
    (SPARQL 1.1 Protocol, section 2.1.4). `bindings` gives variables (without `?`) an IRI (`str`)
    or a literal (`Text`); they are bound by the engine, never pasted into the text.
    """

    text: str
    base_iri: str
    solutions: str | None = None
    graph: str | None = None
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    bindings: Mapping[str, str | Text] = MappingProxyType({})

    @property
    def plain(self) -> bool:
        """Say whether the text alone says what is asked, of which dataset."""
        return not (self.default_graphs or self.named_graphs or self.bindings)


class Answer(Protocol):
    """A whole answer: it was produced to its end before it is given, so its length is known.

    `body` yields parts of about 64 KB, once. `close` gives everything back and may be called
    twice, also before the end; an answer is its own context manager.
    """

    @property
    def form(self) -> Form:
        """Say what the query asked for."""
        ...

    @property
    def media_type(self) -> str:
        """Give the media type, without parameters."""
        ...

    @property
    def length(self) -> int:
        """Give the number of bytes."""
        ...

    @property
    def body(self) -> Iterator[bytes]:
        """Yield the bytes; raises `AnswerBroken`."""
        ...

    def close(self) -> None:
        """Give back what the answer holds."""
        ...

    def __enter__(self) -> Self: ...
    def __exit__(self, *exc: object) -> None: ...


class Whole:
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
        """Do nothing: it holds no more than memory."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        """Do nothing, as `close`."""


Outcome = Answer | EngineFault


class Ticket(Protocol):
    """A question that was put and has no outcome yet."""

    def withdraw(self) -> None:
        """Ask no more; there will be no outcome. On the loop that asked, once at most."""
        ...


class Engine(Protocol):
    """What answers questions about one release until it is closed.

    `ask` is for threads, as many as there are. `begin` and `look_up` are for the event loop that
    `server.engine.pool.event_loop` names.
    """

    def ask(self, question: Question, gone: Callable[[], bool] | None = None) -> Answer:
        """Answer a question, or raise an `EngineFault`.

        `gone` is asked about ten times a second while the query runs or waits: once it says
        True (the client has hung up) the query is ended and `Abandoned` raised.
        """
        ...

    def begin(self, question: Question, over: Callable[[Outcome], None]) -> Ticket:
        """Put a question, and have `over` called with its outcome later, on this loop.

        Raises EngineBusy and EngineDown.
        """
        ...

    def look_up(self, question: Question) -> Whole | None:
        """Return the answer to what needs no query process; None to anything else."""
        ...

    def figures(self) -> EngineStats:
        """Say how many queries run and wait, and what became of the query processes."""
        ...

    def close(self) -> None:
        """End every process of the engine; questions under way get `EngineDown`."""
        ...

    def __enter__(self) -> Self: ...
    def __exit__(self, *exc: object) -> None: ...


@dataclass(frozen=True, slots=True)
class Limits:
    """What one query, and all together, may take.

    A query that has run for `patience` seconds while others wait for a process keeps its own
    only if it is one of at most `long`; the others are told that the engine is busy.
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
