"""Write the tables `[fields.…]` of a proposed layout, with what is unsure of each in comments."""

from collections.abc import Iterator, Sequence

from transform.layouts.fields import MORE_FIELDS
from transform.layouts.model import FIELDS, LISTS, NEEDED
from transform.proposal.cells import guess_dates, unread
from transform.proposal.fields import ChosenColumn, Proposed
from transform.proposal.languages import cell_languages
from transform.proposal.lines import comment, confirm, listed, quoted
from transform.proposal.survey import Survey
from transform.text.message import Message, message
from transform.text.normal_form import normal_form
from transform.text.printable import visible

# Fields whose cells may hold their text in two languages.
TEXTS = ("nom", "organisme", "benefices", "description")
# Of the identifiers that two files share, this part names one thing in both where they last.
_LASTING = 0.9

Chosen = Sequence[tuple[Survey, ChosenColumn]]


def write_fields(files: Sequence[Proposed], languages: Sequence[str]) -> Iterator[str]:
    """Yield the lines of all fields: the six, then those beside them that a column holds."""
    owners: dict[str, str] = {}
    for field in (*FIELDS, *MORE_FIELDS):
        chosen = [
            (file.survey, choice)
            for file in files
            if (choice := file.choices.get(field)) and _owns(field, choice, owners)
        ]
        if chosen or field in FIELDS:
            yield from ("", f"[fields.{field}]", *_table(field, chosen, files, languages))


def _owns(field: str, choice: ChosenColumn, owners: dict[str, str]) -> bool:
    """Claim a column for a field; what is a page's address may be an identifier, too."""
    owner = owners.setdefault(normal_form(choice.column.name), field)
    return owner == field or {owner, field} == {"identifiant", "page"}


def _table(
    field: str, chosen: Chosen, files: Sequence[Proposed], languages: Sequence[str]
) -> Iterator[str]:
    yield from _remarks(field, chosen)
    if not chosen and field not in NEEDED:
        if field in LISTS:
            yield confirm(message("proposal.no_column_of_list", key=f"lists.{field}"))
        else:
            yield confirm(message("proposal.no_column"))
        yield "absent = true"
        return
    if not chosen:
        yield confirm(message("proposal.no_needed_column"))
        yield f"columns = {listed([field])}"
        return
    yield f"columns = {listed(_names([choice.column.name for _, choice in chosen]))}"
    yield from _translations(field, chosen, languages)
    if field == "organisme":
        yield from _fallback(files)
        yield from _within(files)
    if field in MORE_FIELDS:
        yield from _values(field, chosen, tuple(languages))
    if field == "identifiant":
        yield from _identity(files)
    whole = all({*choice.translations} == {*chosen[0][1].translations} for _, choice in chosen)
    if field == "benefices" or len(chosen) < len(files) or not whole:
        yield "optional = true"


def _names(names: Sequence[str]) -> list[str]:
    """Return names of columns, those that differ in blanks and capitals alone once."""
    return list({normal_form(name): name for name in names}.values())


def _remarks(field: str, chosen: Chosen) -> Iterator[str]:
    for survey, choice in chosen:
        column = choice.column
        named = _named(survey, choice)
        if choice.by_values:
            yield confirm(message("proposal.by_values", column=named))
        if column.blank and field in ("nom", "organisme", "identifiant"):
            cells = {"blank": column.blank, "rows": column.rows}
            yield comment(message("proposal.blanks", column=named, **cells))
        example = quoted(visible(next(iter(column.texts), ""), 60))
        number = len(column.texts)
        yield comment(message("proposal.texts", column=named, number=number, text=example))


def _named(survey: Survey, choice: ChosenColumn) -> Message:
    column, file = visible(choice.column.name), visible(survey.file.name)
    return message("proposal.column_of_file", column=column, file=file)


def _translations(field: str, chosen: Chosen, languages: Sequence[str]) -> Iterator[str]:
    """Yield the columns of the text in other languages, or what parts its cells into them."""
    if field in LISTS:
        return
    for tag in languages[1:]:
        names = [c.translations[tag].name for _, c in chosen if tag in c.translations]
        if names:
            yield f"translations.{tag} = {listed(_names(names))}"
    parts = cell_languages(chosen[0][1].column) if field in TEXTS else None
    if parts and not chosen[0][1].translations:
        separator, tags = parts
        yield confirm(message("proposal.two_languages", first=tags[0], second=tags[1]))
        yield f"split = {quoted(separator)}"
        yield f"languages = {listed(tags)}"


def _fallback(files: Sequence[Proposed]) -> Iterator[str]:
    """Yield the columns of the parent body where that of the body has blank cells."""
    names = _names(
        [
            file.choices["portefeuille"].column.name
            for file in files
            if {"portefeuille", "organisme"} <= file.choices.keys()
            and file.choices["organisme"].column.blank
        ]
    )
    if names:
        yield confirm(message("proposal.fallback"))
        yield f"fallback = {listed(names)}"


def _within(files: Sequence[Proposed]) -> Iterator[str]:
    """Yield within where one text stands below several values of the list of parents."""
    for file in files:
        parents: dict[str, set[str]] = {}
        if {"portefeuille", "organisme"} <= file.choices.keys():
            body, parent = (file.choices[name].column for name in ("organisme", "portefeuille"))
            for one, above in zip(body.cells, parent.cells, strict=True):
                parents.setdefault(" ".join(one.split()), set()).add(normal_form(above))
        several = [text for text, above in parents.items() if text and len(above - {""}) > 1]
        if several:
            example = quoted(visible(several[0], 60))
            yield confirm(message("proposal.within", number=len(several), text=example))
            yield 'within = "portefeuille"'
            return


def _values(field: str, chosen: Chosen, languages: tuple[str, ...]) -> Iterator[str]:
    """Yield how the cells of a field beside the six hold their values."""
    kind = MORE_FIELDS[field]
    patterns: list[str] = []
    if kind == "date":
        for survey, choice in chosen:
            dates = guess_dates(choice.column, languages)
            patterns += dates.patterns
            if dates.rivals:
                named = {"one": dates.rivals[0], "other": dates.rivals[1]}
                yield confirm(
                    message("proposal.two_patterns", column=_named(survey, choice), **named)
                )
        if patterns:
            yield f"dates = {listed(dict.fromkeys(patterns))}"
    if kind == "contact":
        yield confirm(message("proposal.contact_is_published"))
    left = False
    for survey, choice in chosen:
        texts = unread(choice.column, kind, patterns, languages)
        if texts:
            number = sum(choice.column.texts[text] for text in texts)
            example = quoted(visible(texts[0], 60))
            source = _named(survey, choice)
            yield confirm(
                message("proposal.unreadable", column=source, number=number, text=example)
            )
            left = True
    if left:
        yield 'unreadable = "leave"'


def _identity(files: Sequence[Proposed]) -> Iterator[str]:
    """Yield whether rows of one identifier are one initiative, as far as files can show."""
    named = [names for file in files if (names := _names_by_identifier(file))]
    for file in files:
        column = file.choices["identifiant"].column if "identifiant" in file.choices else None
        if column and (repeated := column.filled - len(column.texts)):
            told = {"file": visible(file.survey.file.name), "number": repeated}
            yield comment(message("proposal.repeated_identifiers", **told))
            named = named[:1]
    if len(named) < 2:
        yield confirm(message("proposal.identity"))
        yield comment("identity = true")
        return
    newer, older = named[:2]
    shared = newer.keys() & older.keys()
    same = sum(newer[one] == older[one] for one in shared)
    numbers = {"number": len(shared), "same": same}
    yield confirm(message("proposal.identity_of_files", **numbers))
    lasting = shared and same >= _LASTING * len(shared)
    yield "identity = true" if lasting else comment("identity = true")


def _names_by_identifier(file: Proposed) -> dict[str, str]:
    if not {"identifiant", "nom"} <= file.choices.keys():
        return {}
    identifiers, names = (file.choices[name].column.cells for name in ("identifiant", "nom"))
    pairs = zip(identifiers, names, strict=True)
    return {one.strip(): normal_form(name) for one, name in pairs if one.strip()}
