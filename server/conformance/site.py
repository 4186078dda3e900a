"""Read what a site says of itself: its base URI, its descriptions, the answers to queries."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode, urljoin

import pyoxigraph as ox

from server.conformance.model import (
    Broken,
    CannotTell,
    CheckedReply,
    Client,
    Finding,
    Inapplicable,
    cut,
    describe,
    finding,
)
from server.negotiation import JSON, JSON_LD, N_TRIPLES, PROBLEM, Format
from transform.errors import SiteUnreachable
from transform.rdf import syntaxes
from transform.rdf.namespaces import DCAT, RDF_TYPE, SERVICE_DESCRIPTION, VOID
from transform.text.message import Message, message
from transform.text.urls import url_problem

Node = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
VOID_PATH = ".well-known/void"
_CONTEXT_BYTES = 1 << 20
_READY = "readyz"
# Statuses of the faults of a store behind the site; a server in front has the same for its own.
_OF_STORES = (502, 503, 504)
_RELEASE = re.compile(r"ok ([0-9A-Za-z._-]{1,100})\n")
_SAFE = "/:@!$&'()*+,;=~%"
# Where the base URI stands: a document, the class of a thing that it describes, and the end of that
# thing's IRI, before which the base URI stands.
_SOURCES = (
    (f"{VOID_PATH}.nt", f"{VOID}DatasetDescription", VOID_PATH),
    ("sparql?format=nt", f"{SERVICE_DESCRIPTION}Service", "sparql"),
    ("catalogue.nt", f"{DCAT}Catalog", "catalogue"),
)


class DocumentStatements:
    """Statements of a document, to look up by subject and predicate."""

    def __init__(self, triples: Iterable[ox.Triple]) -> None:
        self.triples = set(triples)
        self._objects: dict[tuple[str, str], list[Node]] = {}
        for triple in self.triples:
            key = str(triple.subject), triple.predicate.value
            self._objects.setdefault(key, []).append(triple.object)

    def objects(self, subject: object, predicate: str) -> list[Node]:
        """Return the objects of a subject's statements, in the order of their texts."""
        return sorted(self._objects.get((str(subject), predicate), ()), key=str)

    def iris(self, subject: object, predicate: str) -> list[str]:
        """Return the IRIs among the objects."""
        objects = self.objects(subject, predicate)
        return [node.value for node in objects if isinstance(node, ox.NamedNode)]

    def number(self, subject: object, predicate: str) -> int | None:
        """Return the one number that is stated, None where there is none."""
        objects = self.objects(subject, predicate)
        values = [node.value for node in objects if isinstance(node, ox.Literal)]
        return int(values[0]) if len(values) == 1 and _is_number(values[0]) else None

    def of_class(self, kind: str) -> list[ox.NamedNode]:
        """Return the IRIs of the things of a class."""
        found = {
            triple.subject
            for triple in self.triples
            if triple.predicate.value == RDF_TYPE
            and isinstance(triple.object, ox.NamedNode)
            and triple.object.value == kind
            and isinstance(triple.subject, ox.NamedNode)
        }
        return sorted(found, key=str)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


def kind_of(reply: CheckedReply) -> str:
    """Return which fault of the site a problem tells (docs/endpoint.md), "" for anything else."""
    if reply.media_type != PROBLEM.media_type:
        return ""
    try:
        kind = json.loads(reply.body).get("kind")
    except (ValueError, AttributeError, RecursionError):
        return ""
    return kind if isinstance(kind, str) else ""


def store_fails(reply: CheckedReply, kind: str) -> CannotTell:
    """Return that a fault of the store, of this kind, keeps a check from telling."""
    said = {"kind": kind, "sent": reply.sent, "head": reply.head}
    return CannotTell(message("conformance.store_fails", **said))


Step = Callable[[str, int, int], None]


class SolutionRows(NamedTuple):
    """The solutions of a query, each with the value of its variables, and the reply."""

    reply: CheckedReply
    rows: list[dict[str, str]]


class CheckedSite:
    """A site that is checked: who asks it, and its base URI; `step` is called with each file."""

    def __init__(self, client: Client, base_uri: str, step: Step = lambda *_: None) -> None:
        self.client = client
        self.base_uri = base_uri
        self.step = step

    def get(self, path: str, accept: str | None = None, **more: Any) -> CheckedReply:
        """Ask for a path, for a media type where one is given; raises Broken.

        Raises CannotTell where the site says that the store behind it fails.
        """
        reply = self.try_to_get(path, accept, **more)
        if reply.status in _OF_STORES:
            # An answer to HEAD, a page and a text do not tell the kind: there, /readyz does.
            kind = kind_of(reply) or kind_of(self.try_to_get(_READY))
            if kind.startswith("store-"):
                raise store_fails(reply, kind)
        return reply

    def try_to_get(self, path: str, accept: str | None = None, **more: Any) -> CheckedReply:
        """Ask for a path as `get` does, whatever comes; raises Broken."""
        headers = {"Accept": accept} if accept else {}
        return self.client.send(path, headers={**headers, **more.pop("headers", {})}, **more)

    def asked(self, path: str) -> str:
        """Return the request for a path as a person would repeat it."""
        return describe("GET", self.client.address + path, {}, None)

    def path_of(self, iri: str) -> str | None:
        """Return the path of an IRI of the site, None for one of another site."""
        iri = iri.partition("#")[0]
        return quote(iri[len(self.base_uri) :], safe=_SAFE + "?") if self.is_own(iri) else None

    def is_own(self, iri: str) -> bool:
        """Check whether an IRI stands below the base URI."""
        return iri.startswith(self.base_uri)

    def target(self, path: str, location: str) -> str | None:
        """Return the path to which a redirect of a path leads, None where that is elsewhere.

        It may name the address that is asked, or the base URI.
        """
        try:
            url = urljoin(self.client.address + path, location)
        except ValueError:
            return None
        for root in (self.client.address, self.base_uri):
            if url.startswith(root):
                return url[len(root) :]
        return None

    def read(self, path: str, form: Format, by_name: bool = False) -> DocumentStatements:
        """Ask for a graph in a syntax and parse it; raises Broken where it is none."""
        accept = None if by_name else form.media_type
        return self.parse(self.get(path, accept), path, form)

    def parse(
        self, reply: CheckedReply, path: str, form: Format, *, of_any_type: bool = False
    ) -> DocumentStatements:
        """Parse an answer that should be a graph in a syntax; raises Broken."""
        expected = f"200 {form.media_type}"
        step = message("conformance.step_document", path=f"/{path}")
        typed = of_any_type or reply.media_type == form.media_type
        if reply.status != 200 or not typed:
            raise Broken(finding(reply, expected, step))
        try:
            return DocumentStatements(self._triples(reply, path, form))
        except (ValueError, SyntaxError, RecursionError, OSError) as error:
            came = message("conformance.unreadable", head=reply.head, reason=cut(str(error)))
            raise Broken(finding(reply, expected, step, came)) from error

    def _triples(self, reply: CheckedReply, path: str, form: Format) -> list[ox.Triple]:
        body = self._with_context(reply, path) if form is JSON_LD else reply.body
        syntax = syntaxes.BY_SUFFIX[form.suffix].rdf
        return [quad.triple for quad in ox.parse(body, syntax, base_iri=self.base_uri + path)]

    def _with_context(self, reply: CheckedReply, path: str) -> bytes:
        """Return JSON-LD that holds the context of the site to which it may link."""
        document = json.loads(reply.body)
        context = document.get("@context") if isinstance(document, dict) else None
        if not isinstance(context, str):
            return reply.body
        target = self.target(path, context)
        if target is None:
            raise ValueError(str(message("conformance.foreign_context", address=cut(context))))
        found = self.get(target, JSON_LD.media_type, most=_CONTEXT_BYTES)
        linked = json.loads(found.body)
        document["@context"] = linked["@context"] if isinstance(linked, dict) else linked
        return json.dumps(document).encode()

    def ask(self, query: str, accept: str = JSON.media_type, **more: Any) -> CheckedReply:
        """Send a query in an address (SPARQL 1.1 Protocol, 2.1.1); raises Broken."""
        return self.get(query_path(query), accept, **more)

    def select(self, query: str) -> SolutionRows:
        """Return the solutions of a query; raises Broken, CannotTell at a limit of the site."""
        return self.read_rows(self.ask(query))

    def read_rows(self, reply: CheckedReply) -> SolutionRows:
        """Read solutions in JSON (SPARQL 1.1 Query Results JSON Format, 3)."""
        if reply.status in (422, 503, 504):
            raise CannotTell(message("conformance.limit_reached", sent=reply.sent, head=reply.head))
        expected = f"200 {JSON.media_type}"
        step = message("conformance.step_sparql")
        if (reply.status, reply.media_type) != (200, JSON.media_type):
            raise Broken(finding(reply, expected, step))
        try:
            bindings = json.loads(reply.body)["results"]["bindings"]
            rows = [{name: str(cell["value"]) for name, cell in row.items()} for row in bindings]
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
            came = message("conformance.unreadable", head=reply.head, reason=cut(str(error)))
            raise Broken(finding(reply, expected, step, came)) from error
        return SolutionRows(reply, rows)

    def numbers(self, query: str) -> tuple[CheckedReply, dict[str, int]]:
        """Return the numbers of the one solution of a query."""
        reply, rows = self.select(query)
        values = rows[0] if len(rows) == 1 else {}
        if not values or not all(map(_is_number, values.values())):
            step = message("conformance.step_sparql")
            raise Broken(finding(reply, message("conformance.one_row"), step, cut(str(rows))))
        return reply, {name: int(value) for name, value in values.items()}

    @cached_property
    def release(self) -> str:
        """Return the name of the release that is served, "" where the site does not tell it."""
        try:
            reply = self.try_to_get(_READY)
        except Broken:
            return ""
        stated = _RELEASE.match(reply.body[:200].decode("utf-8", "replace"))
        return stated[1] if reply.status == 200 and stated else ""

    @cached_property
    def void(self) -> DocumentStatements:
        """Return the VoID description; raises Broken."""
        return self.read(f"{VOID_PATH}.nt", N_TRIPLES, by_name=True)

    @cached_property
    def catalogue(self) -> DocumentStatements:
        """Return the catalogue; raises Broken."""
        return self.read("catalogue.nt", N_TRIPLES, by_name=True)

    @cached_property
    def description(self) -> DocumentStatements:
        """Return the description of the endpoint; raises Broken."""
        return self.read("sparql?format=nt", N_TRIPLES, by_name=True)

    @property
    def dataset(self) -> ox.NamedNode:
        """Return the IRI of the data set that VoID describes; raises Broken."""
        described = self.void.iris(
            ox.NamedNode(self.base_uri + VOID_PATH), "http://xmlns.com/foaf/0.1/primaryTopic"
        )
        if len(described) != 1:
            step = message("conformance.step_document", path=f"/{VOID_PATH}")
            came = cut(", ".join(described)) or message("conformance.nothing")
            expected = message("conformance.one_dataset")
            raise Broken(Finding(self.asked(f"{VOID_PATH}.nt"), came, expected, step))
        return ox.NamedNode(described[0])

    @property
    def sample(self) -> str:
        """Return the path of a thing below `id/`, which VoID names; raises Inapplicable."""
        named = self.void.iris(self.dataset, f"{VOID}exampleResource")
        below = f"{self.base_uri}id/"
        own = [iri for iri in named if iri.startswith(f"{below}portrait/")]
        own += [iri for iri in named if iri.startswith(below)]
        if not own:
            raise Inapplicable(message("conformance.no_sample"))
        return str(self.path_of(own[0]))

    @property
    def sample_document(self) -> str:
        """Return the path of the document of the sample."""
        return f"doc/{self.sample.removeprefix('id/')}"

    @cached_property
    def file(self) -> str:
        """Return the path of a small file that the catalogue lists; raises Inapplicable."""
        sizes = {}
        for node in self.catalogue.of_class(f"{DCAT}Distribution"):
            for iri in self.catalogue.iris(node, f"{DCAT}downloadURL"):
                path, size = self.path_of(iri), self.catalogue.number(node, f"{DCAT}byteSize")
                if path and size:
                    sizes[path] = size
        if not sizes:
            raise Inapplicable(message("conformance.no_file"))
        return min(sizes, key=lambda path: (sizes[path], path))


def query_path(query: str) -> str:
    """Return the path that asks a query."""
    return f"sparql?{urlencode({'query': query})}"


def discover(client: Client, step: Step = lambda *_: None) -> CheckedSite:
    """Return the site that a client asks, by its base URI; raises SiteUnreachable.

    Three documents say it, so that one of them may be wrong.
    """
    problems: list[Message] = []
    for path, kind, end in _SOURCES:
        site = CheckedSite(client, client.address)
        try:
            reply = site.try_to_get(path)
            statements = site.parse(reply, path, N_TRIPLES, of_any_type=True)
        except Broken as fault:
            problems.append(_problem(fault.found))
            continue
        for node in statements.of_class(kind):
            base_uri = node.value.removesuffix(end)
            if base_uri != node.value and base_uri.endswith("/") and not url_problem(base_uri):
                return CheckedSite(client, base_uri, step)
        problems.append(message("conformance.came", sent=reply.sent, came=reply.head))
    raise SiteUnreachable(
        message("conformance.no_site", address=client.address, problem=problems[0])
    )


def _problem(found: Finding) -> Message:
    return message("conformance.came", sent=found.sent, came=found.came)


def header_words(headers: Mapping[str, str], name: str) -> set[str]:
    """Return the words between commas of a header, in lower case."""
    return {word.strip().lower() for word in headers.get(name, "").split(",")} - {""}
