"""Print what the publication of a release would change, and ask whether to publish it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from transform.text.languages import process_language
from transform.text.message import Message, message
from transform.text.numbers import is_one
from transform.text.printable import visible

if TYPE_CHECKING:
    from transform.release.preview import Portrait, Preview, Summary
    from transform.release.table_changes import ChangedThing, Renamed, Some, Things

_YES, _NO = ("o", "oui", "y", "yes"), ("", "n", "no", "non")
_NAME = 100  # characters of a name that are shown


def print_preview(preview: "Preview", untaken: Mapping[str, Sequence[str]]) -> None:
    """Print a preview; `untaken` are the columns that no field takes, by file."""
    for line in _lines(preview, untaken):
        click.echo(line)


def ask() -> bool:
    """Ask whether to publish, until the answer is yes or no; no where the input ends."""
    while True:
        try:
            answer = input(f"{message('preview.ask')} ").strip().casefold()
        except EOFError:
            click.echo()
            return False
        if answer in (*_YES, *_NO):
            return answer in _YES
        click.echo(message("preview.ask_again"))


def _lines(preview: "Preview", untaken: Mapping[str, Sequence[str]]) -> Iterator[Message]:
    name, in_place = preview.release.name, preview.in_place
    if in_place is None:
        yield message("preview.head_first", name=name)
    elif in_place.name == name:
        yield message("preview.head_same", name=name)
        return
    else:
        yield message("preview.head", name=name, before=in_place.name)
    if preview.problem:
        before = in_place.name if in_place else ""
        yield message("preview.not_compared", before=before, problem=preview.problem)
    for portrait in preview.portraits:
        yield _portrait(portrait, first=in_place is None)
    for kind, number in preview.things.items():
        counted = _counted(kind, number, preview.words)
        if preview.changes:
            yield from _things(kind, counted, preview.changes.things[kind])
        else:
            yield message("preview.things", things=counted)
    yield from _summary(preview, untaken)


def _counted(kind: str, number: int, words: Mapping[str, Mapping[str, Any]]) -> Message:
    """Return how many things of a kind there are, in the register's word for them if it has one."""
    language = process_language()
    one, several, *_ = words.get(language, {}).get(kind) or ("", "")
    if not one:
        return message(f"preview.{kind}", number=number)
    word = one if is_one(number, language) else several
    return message("preview.of_the_register", number=number, word=word)


def _portrait(portrait: "Portrait", *, first: bool) -> Message:
    year, before, after = portrait.year, portrait.before, portrait.after
    if first:
        return message("preview.rows", year=year, after=after)
    if after is None:
        return message("preview.rows_gone", year=year, before=before)
    if before is None:
        return message("preview.rows_new", year=year, after=after)
    if portrait.rows is None:
        return message("preview.rows_then", year=year, after=after, before=before)
    changes = [
        message(f"preview.row_{fate}", number=number)
        for fate, number in portrait.rows._asdict().items()
        if number
    ]
    if not changes:
        return message("preview.rows_as_before", year=year, after=after)
    return message("preview.rows_changed", year=year, after=after, before=before, changes=changes)


def _things(kind: str, counted: Message, things: "Things") -> Iterator[Message]:
    fates = ("new", "gone", "renamed", "joined")
    numbers = {fate: getattr(things, fate).number for fate in fates}
    ending = "_initiative" if kind == "initiative" else ""
    changes = [
        message(f"preview.{fate}{ending}", number=number)
        for fate, number in numbers.items()
        if number
    ]
    if not changes:
        yield message("preview.things_as_before", things=counted)
        return
    yield message("preview.things_changed", things=counted, before=things.before, changes=changes)
    yield from _named(kind, "new", things.new)
    yield from _named(kind, "gone", things.gone)
    yield from _renamed(kind, things.renamed)
    yield from _renamed(kind, things.joined)


def _named(kind: str, fate: str, some: "Some") -> Iterator[Message]:
    for thing in some.first:
        yield message(f"preview.named_{fate}", **_shown(kind, thing))
    yield from _more(some.number - len(some.first))


def _renamed(kind: str, renamed: "Renamed") -> Iterator[Message]:
    for before, after in renamed.first:
        then = _shown(kind, after)
        named = {"after": then["name"], "after_path": then["path"]}
        yield message("preview.named_renamed", **_shown(kind, before), **named)
    yield from _more(renamed.number - len(renamed.first))


def _shown(kind: str, thing: "ChangedThing") -> dict[str, str]:
    return {"name": visible(thing.name, _NAME), "path": f"id/{kind}/{thing.key}"}


def _more(number: int) -> Iterator[Message]:
    if number > 0:
        yield message("preview.named_more", number=number)


def _summary(preview: "Preview", untaken: Mapping[str, Sequence[str]]) -> Iterator[Message]:
    now, before = preview.summary, preview.summary_before
    yield _beside("shapes", "found", _found(now), _found(before) if before else [])
    for file, columns in untaken.items():
        if columns:
            listed = [message("text.quoted", text=visible(name)) for name in columns]
            yield message("preview.untaken", file=visible(file), columns=listed)
    if not any(untaken.values()):
        yield message("preview.untaken_none")
    yield _beside("open", "open", _open(now), _open(before) if before else [])


def _beside(key: str, name: str, now: Sequence[Message], before: Sequence[Message]) -> Message:
    """Return the numbers of a release, and those of before where they were others."""
    values = {name: now}
    if before and before != now:
        return message(f"preview.{key}_then", before=before, **values)
    return message(f"preview.{key}", **values)


def _found(summary: "Summary") -> list[Message]:
    severities = ("violations", "warnings", "infos")
    return [message(f"preview.{name}", number=summary.shapes.get(name, 0)) for name in severities]


def _open(summary: "Summary") -> list[Message]:
    counts = {name: getattr(summary, name) for name in ("pairs", "bodies", "renamings")}
    return [
        message(f"preview.{name}", number=number)
        for name, number in counts.items()
        if number is not None
    ]
