"""Write as comments the columns that no field takes: to pass over, or as fields of one's own."""

from collections import Counter
from collections.abc import Iterator, Sequence

from transform.layouts.fields import vocabulary_terms
from transform.proposal.cells import find_separator, guess_dates, guess_decimal, guess_range, unread
from transform.proposal.fields import Proposed
from transform.proposal.languages import Lead
from transform.proposal.lines import comment, listed, quoted
from transform.text.message import message
from transform.text.normal_form import normal_form, slug
from transform.text.printable import visible

_MOST_WORDS = 5


def write_own_fields(
    files: Sequence[Proposed], languages: Sequence[str], claimed: set[str]
) -> Iterator[str]:
    """Yield the lines of the columns that are not claimed, by normal form, each in comments."""
    names: dict[str, str] = {}
    whole = [{normal_form(column.name) for column in file.survey.columns} for file in files]
    used = {name.casefold() for name in vocabulary_terms()}
    for file in files:
        counts = Counter(normal_form(column.name) for column in file.survey.columns)
        for lead in file.leads:
            form = normal_form(lead.column.name)
            if form in claimed or form in names or counts[form] > 1 or not lead.column.filled:
                continue
            if not names:
                yield from ("", comment(message("proposal.own_fields")))
            names[form] = _name(lead, used)
            everywhere = all(form in columns for columns in whole)
            yield ""
            for line in _table(names[form], lead, languages, everywhere):
                yield comment(line)


def _name(lead: Lead, used: set[str]) -> str:
    """Return a name for the property of a column that no other has: vendorName."""
    words = slug(lead.base or lead.column.name.replace("_", " ")).split("-")[:_MOST_WORDS]
    name = words[0] + "".join(word.capitalize() for word in words[1:])
    if not name[0].isalpha():
        name = f"column{name}"
    number, whole = 1, name
    while whole.casefold() in used:
        number += 1
        whole = f"{name}{number}"
    used.add(whole.casefold())
    return whole


def _table(name: str, lead: Lead, languages: Sequence[str], everywhere: bool) -> Iterator[str]:
    column, tags = lead.column, tuple(languages)
    kind = guess_range(column, tags)
    yield f"[own.{name}]"
    yield f"columns = {listed([column.name])}"
    for tag in tags[1:]:
        if tag in lead.translations and kind in ("text", "list"):
            yield f"translations.{tag} = {listed([lead.translations[tag].name])}"
    yield f"range = {quoted(kind)}"
    if kind == "list" and (separator := find_separator(column)):
        yield f"split = {quoted(separator)}"
    if kind == "number" and (mark := guess_decimal(column)) != ".":
        yield f"decimal = {quoted(mark)}"
    patterns = guess_dates(column, tags).patterns if kind == "date" else ()
    if patterns:
        yield f"dates = {listed(patterns)}"
    if unread(column, kind, patterns, tags):
        yield 'unreadable = "leave"'
    if not everywhere:
        yield "optional = true"
    label = visible(lead.base or column.name.replace("_", " "), 200)
    for tag in tags:
        yield f"label.{tag} = {quoted(label)}"
