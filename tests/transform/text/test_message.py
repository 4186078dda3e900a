"""The catalogue of texts: in both languages, used and complete; and no text outside it."""

import ast
import datetime
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter

import pytest

from tests.conftest import PROJECT
from transform.text.languages import (
    LANGUAGES,
    language_for,
    language_of_environment,
    process_language,
    set_language,
)
from transform.text.message import Message, read_room, template

CATALOGUE = PROJECT / "transform" / "text" / "messages"
ROOMS = sorted(file.stem for file in CATALOGUE.glob("*.toml"))
# Looked up by what stands in their place: a text of Click, the English name of a value, an error
# of the system.
BY_TEXT = {"click", "metavars", "system"}
# Filled in by their own writers, and held complete by tests of their own.
BY_WRITER = {"comparison", "site"}
# A text of a page, as templates and the code of pages name it; one that is joined from parts.
ON_PAGES = re.compile(r"""["']([a-z]+\.(?!html|css|js)[a-z0-9_]+)["'](\s*~)?""")
# What is not scanned, by the reason for which its literals of words are no texts of the catalogue.
APART = {
    "titles and labels of the data, in the languages of the register": (
        *(f"transform/catalogue/{name}.py" for name in ("agents", "codelists", "datasets", "dcat")),
        *(f"transform/catalogue/{name}.py" for name in ("distributions", "source", "statistics")),
        "transform/catalogue/void.py",
        *(f"transform/graphs/{name}.py" for name in ("cubes", "decision_terms", "named_graphs")),
        *("transform/graphs/own_fields.py", "transform/release/csvw.py"),
        *("transform/release/spreadsheets.py", "server/release/resource.py"),
        *("server/reconciliation/manifest.py", "server/reconciliation/types.py"),
    ),
    "the mapping, as the English documentation shows it": (
        *("transform/graphs/field_values.py", "transform/graphs/mapping.py"),
    ),
    "pictures and the queries behind them": (
        *(f"transform/charts/{name}.py" for name in ("picture", "pixels", "queries")),
    ),
    "a defect, which only tests read": ("server/questions/question.py",),
    "words that agree with those of a register, in French": ("transform/text/agreement.py",),
    "Turtle, SPARQL, SQL, and codes of formats": (
        *("transform/rdf/turtle_writer.py", "transform/release/definitions.py"),
        *("transform/review/renamings.py", "transform/tables/number_formats.py"),
        *("transform/release/database.py", "transform/release/search_index.py"),
        "transform/release/table_changes.py",
        *(f"server/lists/{name}.py" for name in ("database", "found", "initiatives", "listed")),
        *(f"server/lists/{name}.py" for name in ("known_values", "names", "nearest", "search")),
        *(f"server/lists/{name}.py" for name in ("sparql", "things", "words")),
        *("transform/review/nearest_bodies.py", "server/changes/evidence_rows.py"),
        *("server/discovery/atom.py", "server/release/queries/__init__.py"),
        *("server/things/similar.py", "transform/push/queries.py", "server/export/lists_file.py"),
        *(f"server/question_pages/{name}.py" for name in ("openapi", "shacl", "views")),
        *("server/memento/views.py", "server/engine/query_text.py"),
        *("server/engine/diagnostics/grammar.py", "server/linked_data/vocabulary_page.py"),
        *(f"server/engine/remote/{name}.py" for name in ("engine", "record", "terms")),
        *("server/engine/remote/rewriting.py", "server/engine/remote/tasks.py"),
        "server/discovery/sitemap.py",
    ),
    "defects, and faults of a start, which only a log and who runs a server read": (
        *("server/engine/pool", "server/engine/process", "server/engine/faults.py"),
        "server/discovery/home.py",
    ),
    "requests and answers in the words of HTTP, SPARQL and Turtle, and names of standards": (
        *(f"server/conformance/{name}_checks.py" for name in ("catalogue", "description")),
        *(f"server/conformance/{name}_checks.py" for name in ("freshness", "http", "sparql")),
        "server/conformance/checks.py",
    ),
    "for machines and who runs them, in English": (
        *(f"server/http/process/{name}.py" for name in ("prometheus", "worker")),
        *("server/http/refusals.py", "server/web/assets.py"),
    ),
}
ROOMS_OF_CODE = sorted(
    str(path.relative_to(PROJECT))
    for top in ("transform", "server")
    for path in (PROJECT / top).iterdir()
    if path.suffix == ".py" or (path / "__init__.py").is_file()
)
# Two words, or a word of three letters next to a blank.
# Calls whose arguments no reader sees, or that look up a text by another; the log is in English.
_NO_MESSAGE = re.compile(
    r"AssertionError|_of_click|re\.compile|(?:self\.)?_?log(?:ging)?(?:\.\w+)?"
)
# Markup that is looked for, an option with what stands for its value, a key of TOML, a command of
# Python or SPARQL, values of headers.
_CODE = re.compile(
    "<!?[a-z]+ [a-z]+|--[a-z]+ [A-Z]+|[a-z]+ = \\S*|import .*|SELECT .*"
    "|(?:public|private), max-age.*|Accept, Accept-.*|GET, HEAD.*|Content-Location, .*"
    "|[^ ]*; filename=.*|[^ ]*; (?:charset|header|profile|type|rel)=.*"
    "|(?:default|script)-src .*|; frame-.*"
    '|.*[">]; (?:type|rel)="',
)
_WORDS = re.compile(r"[^\W\d_]{2,}[ ,;]+[^\W\d_]{2,}|[^\W\d_]{3,} | [^\W\d_]{3,}")


@cache
def parse(file: Path) -> ast.Module:
    return ast.parse(file.read_text("utf-8"))


def modules(room: str) -> list[Path]:
    """Return the modules of a folder, or the one module of that name."""
    path = PROJECT / room
    return [path] if path.is_file() else sorted(path.rglob("*.py"))


def calls_of_message() -> Iterator[tuple[Path, ast.Call]]:
    for file in (*modules("transform"), *modules("server")):
        if "message(" not in file.read_text("utf-8"):
            continue
        for node in ast.walk(parse(file)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "message":
                yield file, node


def texts_of_pages() -> tuple[set[str], set[str]]:
    """Return the keys, and the beginnings of joined ones, that pages take from a room."""
    whole: set[str] = set()
    beginnings: set[str] = set()
    files = [*(PROJECT / "server/templates").rglob("*.html"), *modules("server")]
    for key, joined in (m for file in files for m in ON_PAGES.findall(file.read_text("utf-8"))):
        if key.split(".")[0] in ROOMS and key.split(".")[0] not in BY_WRITER:
            (beginnings if joined else whole).add(key)
    return whole, beginnings


def keys() -> set[str]:
    return {f"{room}.{name}" for room in ROOMS for name in read_room(room)}


def fields(key: str, language: str) -> set[str]:
    return set(fields_of(template(key, language)))


def fields_of(text: str) -> Iterator[str]:
    """Yield the names of the values of a text, and of those within the forms of others.

    With a noun stands what agrees with it, which is not the same in another language.
    """
    for _, name, form, _ in Formatter().parse(text):
        if name:
            agreed, _, noun = name.rpartition(" ")
            yield noun.strip("()").removesuffix("s") if agreed else noun
            yield from fields_of(form or "")


@pytest.mark.parametrize("room", ROOMS)
def test_every_text_is_in_both_languages_with_the_same_values(room: str) -> None:
    for name, texts in read_room(room).items():
        assert list(texts) == list(LANGUAGES), name
        assert all(texts.values()), name
        if room not in {"click", *BY_WRITER}:
            names = (fields(f"{room}.{name}", tag) for tag in LANGUAGES)
            in_both = [{each.lower().removesuffix("s") for each in own} for own in names]
            # A word may begin a sentence in one language only.
            assert in_both[0] == in_both[1], name


def test_every_text_is_used_and_every_used_one_is_there_with_its_values() -> None:
    used, beginnings = set(), set()
    for file, call in calls_of_message():
        key = call.args[0]
        if isinstance(key, ast.JoinedStr) and isinstance(key.values[0], ast.Constant):
            beginnings.add(key.values[0].value)
            continue
        assert isinstance(key, ast.Constant), (file, ast.unparse(call))
        assert isinstance(key.value, str), file
        used.add(key.value)
        named = {keyword.arg for keyword in call.keywords}
        if None not in named:  # no `**values`
            assert named == fields(key.value, "en"), (file, key.value)
    on_pages, joined = texts_of_pages()
    used |= on_pages
    assert used <= keys()
    begun = tuple(map(str, beginnings | joined))
    apart = BY_TEXT | BY_WRITER
    unused = {key for key in keys() - used if key.split(".")[0] not in apart}
    unused = {key for key in unused if not key.startswith(begun)}
    assert unused == set()


def no_texts(node: ast.AST) -> Iterator[ast.AST | None]:
    """Yield what is no text of a message: docstrings, types, names, comparisons, defects."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        yield node.value
    if isinstance(node, ast.arg | ast.AnnAssign):
        yield node.annotation
    if isinstance(node, ast.FunctionDef):
        yield node.returns
    if isinstance(node, ast.Compare):
        yield node
    if isinstance(node, ast.keyword) and node.arg == "metavar":
        yield node.value
    if isinstance(node, ast.Call) and _NO_MESSAGE.fullmatch(ast.unparse(node.func)):
        yield node


def texts_outside(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield the literals of words that stand in no catalogue."""
    apart = {
        id(part)
        for node in ast.walk(tree)
        for whole in no_texts(node)
        if whole
        for part in ast.walk(whole)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or id(node) in apart:
            continue
        text = node.value
        if isinstance(text, str) and _WORDS.search(text) and not _CODE.fullmatch(text):
            yield node.lineno, text


def scan(room: str) -> Iterator[tuple[str, int, str]]:
    """Yield the places and the texts of a room, or of a module, that stand in no catalogue."""
    for file in modules(room):
        name = str(file.relative_to(PROJECT))
        for line, text in texts_outside(parse(file)):
            yield name, line, text


@pytest.mark.parametrize("room", ROOMS_OF_CODE)
def test_no_text_stands_outside_the_catalogue(room: str) -> None:
    apart = tuple(path for paths in APART.values() for path in paths)
    assert {text for text in scan(room) if not text[0].startswith(apart)} == set()


def test_nothing_stands_apart_that_has_no_text() -> None:
    assert [path for paths in APART.values() for path in paths if not [*scan(path)]] == []


def test_a_text_outside_the_catalogue_would_be_seen() -> None:
    source = '"""One docstring."""\nclick.echo(f"{n} rows")\nraise MisusedCommand("no file")\n'
    assert sorted(line for line, _ in texts_outside(ast.parse(source))) == [2, 3]


def write(text: str, language: str, monkeypatch: pytest.MonkeyPatch, **values: object) -> str:
    """Return a text of its own, written as one of the catalogue is."""
    catalogue = {"text": {language: text}, "within": {language: "ligne"}}
    monkeypatch.setattr("transform.text.message.read_room", lambda _: catalogue)
    template.cache_clear()
    try:
        return Message("room.text", values).text(language)
    finally:
        template.cache_clear()


@pytest.mark.parametrize(
    ("language", "text", "values", "expected"),
    [
        ("fr", "{n:ligne|lignes}", {"n": 0}, "0\u00a0ligne"),
        ("fr", "{n:ligne|lignes}", {"n": 3611}, "3\u202f611\u00a0lignes"),
        ("en", "{n:row|rows}", {"n": 0}, "0 rows"),
        ("en", "{n:row|rows} {n:|is|are}", {"n": 1}, "1 row is"),
        ("fr", "{n:number}", {"n": 12.5}, "12,5"),
        ("fr", "{d:date}", {"d": datetime.date(2026, 1, 31)}, "31 janvier 2026"),
        ("en", "{d:date}", {"d": datetime.date(2026, 1, 31)}, "January 31, 2026"),
        ("fr", "{a:and} ; {a:or}", {"a": [1, 2, 3]}, "1, 2 et 3\u202f; 1, 2 ou 3"),
        ("fr", "« {a} » : voir ?", {"a": "x : y"}, "«\u00a0x : y\u00a0»\u00a0: voir\u202f?"),
        ("en", "{a}: {b!r}", {"a": "{b}", "b": "x"}, "{b}: 'x'"),
        ("fr", "{a}", {"a": Message("room.within")}, "ligne"),
    ],
)
def test_values_are_written_as_readers_expect(
    language: str,
    text: str,
    values: dict[str, object],
    expected: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert write(text, language, monkeypatch, **values) == expected


@pytest.mark.parametrize(
    ("variables", "language"),
    [
        ({}, None),
        ({"LANG": "C.UTF-8"}, None),
        ({"LANG": "POSIX"}, None),
        ({"LANG": "de_DE.UTF-8"}, None),
        ({"LANG": "fr_CA.UTF-8"}, "fr"),
        ({"LANG": "fr_CA.UTF-8", "LC_MESSAGES": "en_CA.UTF-8"}, "en"),
        ({"LANG": "en_CA", "LC_MESSAGES": "en_CA", "LC_ALL": "fr_CA"}, "fr"),
        ({"LANG": "fr_CA", "LC_ALL": "C"}, None),
        ({"LANG": "fr_CA", "LC_ALL": ""}, "fr"),
        ({"LANG": "fr_CA", "PORTRAIT_IA_LANG": "en"}, "en"),
    ],
)
def test_the_environment_chooses_the_language(
    variables: dict[str, str], language: str | None
) -> None:
    assert language_of_environment(variables) == language


@pytest.mark.parametrize(
    ("chosen", "register", "of_commands", "of_rules"),
    [
        (None, ["fr", "en"], "en", "fr"),
        (None, ["fr-CA"], "en", "fr"),
        (None, ["nl"], "en", "en"),
        ("en", ["fr"], "en", "en"),
        ("fr", ["en"], "fr", "fr"),
    ],
)
def test_rules_speak_the_language_of_the_register_where_none_is_chosen(
    chosen: str | None, register: list[str], of_commands: str, of_rules: str
) -> None:
    set_language(chosen)
    try:
        assert (process_language(), language_for(register)) == (of_commands, of_rules)
    finally:
        set_language(None)
