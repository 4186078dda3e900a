"""Rewrite a question to the SELECT or ASK that a store with several releases is sent.

Every IRI and text is written anew (`terms.py`), comments and prefixes go. The dataset is always
named, as the store may hold more: the graphs of the release, by their names there. `GRAPH ?g { … }`
becomes `{ GRAPH ?h { … } VALUES (?h ?g) { … } }` with a row for each graph, of the name in the
store and that of the release: so `?g` has the release's name wherever else it stands, also where
it joins the statements about the graph, which name it so in the store too.

A VALUES of several columns that stands in a pattern is put in a SELECT of its own, which means the
same (SPARQL 1.1, 18.2.2.6 and 18.2.2.8). Beside statements and a BIND that reads them, Virtuoso
7.2.5 waits for itself: the query never ends, and a minute later the store answers no other one
until it is killed. One column does not do that, and in a SELECT is joined too late for functions
that fail on what it leaves out.

Of `GRAPH ?g { }` Virtuoso finds no graph, of `GRAPH <g> { }` any: which there are is known here.

`a / b` becomes `a * 1.0 / b`, which is the same (SPARQL 1.1, 17.3: integers divided are a decimal);
Virtuoso would cut off what is behind the point.

A property that the release does not use is sent under a name that no store gives a meaning: it
matches nothing here either, and a store could have it search (`bif:contains`).

CONSTRUCT and DESCRIBE are sent as SELECT, of which the triples are made here (`templates.py`):
Virtuoso cuts off the rows of a SELECT and says so, those of a CONSTRUCT without a word.
"""

from collections.abc import Collection, Iterable, Iterator
from itertools import count
from typing import NamedTuple

from server.engine.diagnostics.columns import AGGREGATES
from server.engine.interface import Form, Question
from server.engine.remote import terms
from server.engine.remote.bindings import Bindings
from server.engine.remote.graphs import Graphs
from server.engine.remote.reading import IRIS, ParsedQuery
from server.engine.remote.templates import Template, read_template, subjects_template

_GLUED = ("langtag", "^^")  # stand directly behind a text
_DIVIDED = "* 1.0 /"
# The rules by which a token is a property; the last one within << … >>.
_PROPERTIES = frozenset(("verb", "step", "one_step", "property"))


class Sent(NamedTuple):
    """A query for the store, the form of what was asked, and how triples are made of its rows."""

    text: str
    form: Form
    template: Template | None = None


class Visible(NamedTuple):
    """What a query may see: the graphs of one release, and the properties that it uses."""

    graphs: Graphs
    properties: Collection[str]


def rewrite(query: ParsedQuery, question: Question, release: Visible) -> Sent:
    """Return the query that the store is sent. Raises MalformedQuery for what names no IRI."""
    return _Rewriting(query, question, release).write()


class _Rewriting:
    """The query with what stands in place of, before and behind its tokens."""

    def __init__(self, query: ParsedQuery, question: Question, release: Visible) -> None:
        self._query = query
        self._graphs = release.graphs
        self._properties = release.properties
        self._bindings = Bindings(query, question.bindings)
        self._defaults, self._named = self._read_dataset(question)
        self._replaced: dict[int, str] = dict.fromkeys(query.datasets, "")
        self._before: dict[int, list[str]] = {}
        self._behind: dict[int, list[str]] = {}
        self._fresh = _fresh_names(query)
        self._edit()

    def write(self) -> Sent:
        query = self._query
        end = len(query.tokens) - 1
        order = self._find_order() if query.form == "SELECT" else None
        rest = self._write(query.clause, end if order is None else order)
        base = ""
        if any(token.kind in ("IRI", "URI") for token in query.tokens):
            base = f"BASE {terms.write_iri(query.names.base)}\n"
        if query.form == "CONSTRUCT":
            template = read_template(self._write_template(), query.scope.names)
            names = " ".join(f"?{name}" for name in template.names) or f"(1 AS {self._name()})"
            return Sent(f"{base}SELECT {names}{self._clauses()}\n{rest}", "graph", template)
        if query.form == "DESCRIBE":
            text, template = self._describe(rest)
            return Sent(base + text, "graph", template)
        head = self._write(query.body, query.clause)
        form: Form = "boolean" if query.form == "ASK" else "solutions"
        if order is not None:
            names = " ".join(f"?{name}" for name in query.scope.names)
            head, rest = f"SELECT {names}", f"{{ {{ {head} {rest} }} }} {self._write(order, end)}"
        return Sent(f"{base}{head}{self._clauses()}\n{rest}", form)

    def _find_order(self) -> int | None:
        """Return where an ORDER BY begins that computes with the columns of groups, else None.

        Virtuoso takes no column there that an aggregate made: they are made in a SELECT within.
        """
        query, tokens = self._query, self._query.tokens
        begin = query.closing[query.scope.where] + 1
        kinds = [token.kind for token in tokens[begin:]]
        columns = {token.kind for token in tokens[query.body : query.clause]}
        if "ORDER" not in kinds or not (columns & AGGREGATES or "GROUP" in kinds):
            return None
        order = begin + kinds.index("ORDER")
        ordered = tokens[order:]
        names = {token.text[1:] for token in ordered if token.kind == "var"}
        computes = any("unary" in rules for rules in query.rules[order:])
        others = AGGREGATES | {"VALUES", "{"}
        if not computes or names - query.scope.names.keys() or others & {t.kind for t in ordered}:
            return None
        return order

    # The dataset

    def _read_dataset(self, question: Question) -> tuple[list[str], list[str]]:
        """Return the default and the named graphs (SPARQL 1.1 Protocol, section 2.1.4)."""
        query = self._query
        for graph in (*question.default_graphs, *question.named_graphs):
            terms.write_iri(graph)  # raises for none
        if question.default_graphs or question.named_graphs:
            return [*question.default_graphs], [*question.named_graphs]
        if query.default_graphs or query.named_graphs:
            return query.default_graphs, query.named_graphs
        return [*self._graphs.names], [*self._graphs.names]

    def _clauses(self) -> str:
        """Write FROM clauses: one of each kind at least, or a store would take all it holds."""
        kinds = [("FROM", self._defaults)]
        if any(token.kind == "GRAPH" for token in self._query.tokens):
            kinds.append(("FROM NAMED", [*self._named, self._graphs.nothing]))
        return "".join(
            f"\n{kind} {terms.write_iri(name)}"
            for kind, graphs in kinds
            for name in dict.fromkeys(map(self._graphs.stored, graphs or [""]))
        )

    def _stored(self, graph: str) -> str:
        return self._graphs.stored(graph) if graph in self._named else self._graphs.nothing

    # What changes in the pattern

    def _edit(self) -> None:
        query, tokens = self._query, self._query.tokens
        for at, group in enumerate(query.within):
            if tokens[at].kind == "/" and "times" in query.rules[at]:
                self._replaced[at] = _DIVIDED
            if group is None:
                continue
            token = tokens[at]
            if token.kind == "GRAPH":
                self._edit_graph(at)
            elif token.kind == "VALUES":
                self._edit_values(at)
            elif token.kind in IRIS and self._is_property(at):
                self._replaced[at] = terms.write_iri(self._used(query.name(at)))
        self._bindings.fill_in(self._replaced, self._is_property, self._used)
        for end, values in self._bindings.rows():
            group = query.groups[end]
            wrap = group.select is not None
            self._add(self._behind, group.start, "{" * wrap)
            self._add(self._before, group.end, "}" * wrap + values)
        columns = query.body + 1 + (tokens[query.body + 1].kind in ("DISTINCT", "REDUCED"))
        if query.form == "SELECT" and query.scope.star and query.scope.names:
            # None of ours, and in the order of our own engine, whichever the store's is.
            self._replaced[columns] = " ".join(f"?{name}" for name in sorted(query.scope.names))

    def _edit_graph(self, at: int) -> None:
        query, name = self._query, self._query.tokens[at + 1]
        graph = query.name(at + 1) if name.kind in IRIS else self._bindings.iri_at(at + 1)
        is_empty = query.closing[at + 2] == at + 3
        if graph is not None:
            stored = self._stored(graph)
            self._replaced[at + 1] = terms.write_iri(stored)
            if is_empty and stored == self._graphs.nothing:
                self._replaced[at + 2] = "{ FILTER(1 = 2)"
            return
        hidden = self._name()
        pairs = [(self._graphs.stored(graph), graph) for graph in self._named]
        rows = [pair for pair in pairs if pair[0] != self._graphs.nothing]
        if is_empty:
            names = (terms.write_iri(graph) for _, graph in rows)
            self._replaced.update(dict.fromkeys(range(at, at + 4), ""))
            self._add(self._before, at, f"{{ {terms.write_rows((name.text,), names)} }}")
            return
        rows = rows or [(self._graphs.nothing, self._graphs.nothing)]
        self._add(self._before, at, "{")
        self._replaced[at + 1] = hidden
        written = (f"{terms.write_iri(a)} {terms.write_iri(b)}" for a, b in rows)
        values = terms.write_rows((hidden, name.text), written)
        self._add(self._behind, query.closing[at + 2], f"{values} }}")

    def _edit_values(self, at: int) -> None:
        """Put a VALUES of a pattern into a SELECT of its own where it has several columns."""
        query, tokens = self._query, self._query.tokens
        rows = next(place for place in count(at) if tokens[place].kind == "{")
        names = [token.text for token in tokens[at:rows] if token.kind == "var"]
        if len(names) > 1:
            self._add(self._before, at, f"{{ SELECT {' '.join(dict.fromkeys(names))} {{")
            self._add(self._behind, query.closing[rows], "} }")

    def _is_property(self, at: int) -> bool:
        """Return whether a token stands where the property of a pattern does, or in a path."""
        rules = self._query.rules[at]
        before = self._query.tokens[at - 1].kind
        return before == "^" or not _PROPERTIES.isdisjoint(rules)

    def _used(self, name: str) -> str:
        return name if name in self._properties else self._graphs.nothing

    def _add(self, edits: dict[int, list[str]], at: int, text: str) -> None:
        if text:
            edits.setdefault(at, []).append(text)

    def _name(self) -> str:
        return f"?{next(self._fresh)}"

    # Writing

    def _write(self, first: int, end: int) -> str:
        return "".join(self._write_tokens(range(first, end))).strip()

    def _write_tokens(self, places: Iterable[int]) -> Iterator[str]:
        glued = False
        for at in places:
            token = self._query.tokens[at]
            yield from (f" {text}" for text in self._before.get(at, ()))
            replaced = self._replaced.get(at)
            text = self._write_token(at) if replaced is None else replaced
            glued = glued or self._is_glued(at)
            yield text if glued or not text else f" {text}"
            glued = token.kind == "^^"
            yield from (f" {text}" for text in self._behind.get(at, ()))

    def _is_glued(self, at: int) -> bool:
        """Return whether a token follows the one before it without a blank.

        Virtuoso does not read the path `<p> ?`, and Oxigraph not the call `COALESCE (`.
        """
        token, before = self._query.tokens[at], self._query.tokens[at - 1]
        if token.kind in ("(", "nil"):
            return token.start == before.start + len(before.text)
        return token.kind in _GLUED or "often" in self._query.rules[at]

    def _write_token(self, at: int) -> str:
        token = self._query.tokens[at]
        if token.kind in IRIS:
            return terms.write_iri(self._query.name(at))
        if token.kind == "string":
            return terms.rewrite_text(token.text)
        return token.text.lower() if token.kind in ("TRUE", "FALSE") else token.text

    def _write_template(self) -> list[tuple[str, str]]:
        """Return the tokens of a template: their kinds and how they are written."""
        assert self._query.template is not None  # noqa: S101  # a CONSTRUCT has one
        start, end = self._query.template
        tokens = self._query.tokens
        return [(tokens[at].kind, self._write_token(at)) for at in range(start + 1, end)]

    def _describe(self, rest: str) -> tuple[str, Template]:
        """Write a DESCRIBE as what it means here: the statements about each of its resources.

        Nothing in a release is a blank node, whose statements would belong to them.
        """
        query = self._query
        subject, prop, value = self._name(), self._name(), self._name()
        parts: list[str] = []
        constants = [
            terms.write_iri(query.name(at))
            for at in range(query.body + 1, query.clause)
            if query.tokens[at].kind in IRIS and at not in query.datasets
        ]
        if constants:
            parts.append(f"{{ {terms.write_rows((subject,), constants)} }}")
        if query.scope.where:
            parts += [f"{{ SELECT (?{name} AS {subject}) {rest} }}" for name in query.scope.names]
        parts = parts or [f"{{ {terms.write_rows((subject,), ())} }}"]
        chosen = f"SELECT DISTINCT {subject} {{ {' UNION '.join(parts)} FILTER(ISIRI({subject})) }}"
        pattern = f"{{ {{ {chosen} }} {subject} {prop} {value} }}"
        text = f"SELECT {subject} {prop} {value}{self._clauses()}\n{pattern}"
        return text, subjects_template(subject[1:], prop[1:], value[1:])


def _fresh_names(query: ParsedQuery) -> Iterator[str]:
    """Yield names of variables that the query does not have."""
    taken = {token.text[1:] for token in query.tokens if token.kind == "var"}
    return (name for number in count() if (name := f"own{number}") not in taken)
