"""Write the proposal of a layout as TOML, with what it is unsure of marked in comments."""

import json
from collections.abc import Iterable, Iterator, Sequence

from transform.layouts.model import FIELDS, LISTS, NEEDED
from transform.proposal.fields import Choice, Choices, choose_columns, is_list
from transform.proposal.survey import Survey
from transform.proposal.words import guess_languages
from transform.text.characters import UNWRITABLE
from transform.text.languages import reading_language
from transform.text.message import Message, message
from transform.text.normal_form import normal_form, slug
from transform.text.printable import visible
from transform.text.slugs import name_all

# Languages that a part of the texts is in, so large that it is no chance.
_MUCH = 0.2
_BLANK = "not-stated"
_SAMPLE = 400

Found = Sequence[tuple[Survey, Choices]]


def propose(surveys: Iterable[Survey]) -> str:
    """Return a layout for the files that were surveyed, the newest first."""
    found = [(survey, choose_columns(survey)) for survey in surveys]
    found.sort(key=lambda pair: pair[0].year or 0, reverse=True)
    languages = guess_languages(_sample(found))
    own = languages[0][0] if languages else "en"
    lines = [
        *_head(found, own, languages),
        *_file(found),
        *_fields(found),
        *_other_columns(found),
        *_lists(found, own),
        *_portraits(found),
    ]
    return "\n".join(lines) + "\n"


def _sample(found: Found) -> Iterator[str]:
    """Yield texts of each column that is read, the names of the columns, and no other."""
    for _, choices in found:
        for choice in choices.values():
            yield choice.column.name.replace("_", " ")
            yield from list(choice.column.texts)[:_SAMPLE]


def _head(found: Found, own: str, languages: list[tuple[str, float]]) -> Iterator[str]:
    title = _quoted(found[0][0].file.stem.replace("_", " ").replace("-", " "))
    names = [visible(survey.file.name) for survey, _ in found]
    yield _comment(message("proposal.from_files", files=names))
    yield _comment(message("proposal.marked", mark=message("proposal.mark")))
    yield "layout = 1"
    name = _quoted(slug(found[0][0].file.stem))
    yield f"name = {name} {_confirm(message('proposal.series_name'))}"
    parts = [
        message("proposal.language_part", tag=tag, part=round(part * 100))
        for tag, part in languages
        if part >= _MUCH
    ]
    guessed = message("proposal.language_guessed", languages=parts)
    yield _confirm(guessed if parts else message("proposal.language_not_guessed"))
    yield f'languages = ["{own}"]'
    yield from ("", "[series]", _confirm(message("proposal.series_facts")))
    yield f"title.{own} = {title}"
    yield f"description.{own} = {title}"
    yield 'licence = "https://creativecommons.org/licenses/by/4.0/"'
    yield from ("", "[publisher]", _confirm(message("proposal.who_publishes")))
    yield 'slug = "publisher"'
    yield f"name.{own} = {_in_cells(message('proposal.publisher'), own)}"


def _file(found: Found) -> Iterator[str]:
    paths = dict.fromkeys(survey.path for survey, _ in found if survey.path)
    if paths:
        yield from ("", _comment(message("proposal.rows_in_json")), "[file]")
        yield f"path = {_quoted(next(iter(paths)))}"
        for path in [*paths][1:]:
            yield _confirm(message("proposal.rows_elsewhere", path=_quoted(path)))


def _fields(found: Found) -> Iterator[str]:
    owners: dict[str, str] = {}
    for field in FIELDS:
        yield from ("", f"[fields.{field}]")
        names = []
        for _, choices in found:
            choice = choices.get(field)
            if choice and owners.setdefault(normal_form(choice.column.name), field) == field:
                names.append(choice.column.name)
        names = list({normal_form(name): name for name in names}.values())
        chosen = [(survey, choices[field]) for survey, choices in found if field in choices]
        yield from _remarks(field, chosen)
        if not names and field not in NEEDED:
            yield _confirm(message("proposal.no_column"))
            yield "absent = true"
            continue
        if names:
            yield f"columns = [{', '.join(map(_quoted, names))}]"
        else:
            yield _confirm(message("proposal.no_needed_column"))
            yield f'columns = ["{field}"]'
        if field == "organisme":
            yield from _fallback(found)
        if field == "benefices" or 0 < len(chosen) < len(found):
            yield "optional = true"


def _remarks(field: str, chosen: Sequence[tuple[Survey, Choice]]) -> Iterator[str]:
    for survey, choice in chosen:
        column, file = choice.column, visible(survey.file.name)
        named = message("proposal.column_of_file", column=visible(column.name), file=file)
        if choice.by_values:
            yield _confirm(message("proposal.by_values", column=named))
        if column.blank and field in ("nom", "organisme"):
            cells = {"blank": column.blank, "rows": column.rows}
            yield _comment(message("proposal.blanks", column=named, **cells))
        example = _quoted(visible(next(iter(column.texts), ""), 60))
        number = len(column.texts)
        yield _comment(message("proposal.texts", column=named, number=number, text=example))


def _fallback(found: Found) -> Iterator[str]:
    """Yield the columns of the parent body where that of the body has blank cells."""
    names = {
        normal_form(choices["portefeuille"].column.name): choices["portefeuille"].column.name
        for _, choices in found
        if "portefeuille" in choices
        and "organisme" in choices
        and choices["organisme"].column.blank
    }
    own = {normal_form(c["organisme"].column.name) for _, c in found if "organisme" in c}
    listed = [name for form, name in names.items() if form not in own]
    if listed:
        yield _confirm(message("proposal.fallback"))
        yield f"fallback = [{', '.join(map(_quoted, listed))}]"


def _other_columns(found: Found) -> Iterator[str]:
    yield from ("", _comment(message("proposal.other_columns")))
    yield from ("[columns]", 'other = "list"')
    taken = {normal_form(c.column.name) for _, choices in found for c in choices.values()}
    for survey, _ in found:
        left = [c.name for c in survey.columns if normal_form(c.name) not in taken]
        if left:
            yield _confirm(message("proposal.untaken", file=visible(survey.file.name)))
            yield from (f"#   {_quoted(visible(name, 120))}" for name in left)


def _lists(found: Found, own: str) -> Iterator[str]:
    for name in LISTS:
        columns = [choices[name].column for _, choices in found if name in choices]
        texts = {
            normal_form(text): text
            for column in columns
            if is_list(column)
            for text in column.texts
            if not UNWRITABLE.search(text)
        }
        if not columns:
            continue
        blank = any(column.blank for column in columns)
        yield from ("", f"[lists.{name}]")
        yield _confirm(message("proposal.list_open"))
        yield "open = true"
        if blank:
            yield f'blank = "{_BLANK}"'
            yield from _value(name, _BLANK, [])
            yield f"label.{own} = {_in_cells(message('proposal.not_stated'), own)}"
        slugs = name_all(((0, form) for form in texts), [_BLANK])
        if name == "portefeuille":
            continue  # an open list coins its concepts by the same rule
        for form, text in sorted(texts.items()):
            yield from _value(name, slugs[form], [text])
            yield f"label.{own} = {_quoted(text)}"


def _value(name: str, concept: str, spellings: list[str]) -> Iterator[str]:
    yield from ("", f"[[lists.{name}.values]]", f'concept = "{concept}"')
    yield f"spellings = [{', '.join(map(_quoted, spellings))}]"


def _portraits(found: Found) -> Iterator[str]:
    seen: set[int] = set()
    for survey, _ in sorted(found, key=lambda pair: pair[0].year or 0):
        file = visible(survey.file.name)
        if survey.year is None:
            yield from ("", _confirm(message("proposal.which_year", file=file)))
        elif survey.year not in seen:
            seen.add(survey.year)
            yield from ("", _comment(message("proposal.rows", file=file, rows=survey.rows)))
            yield f"[portraits.{survey.year}]"


def _comment(text: Message) -> str:
    return f"# {text}"


def _confirm(what: Message) -> str:
    """Write as a comment what a person has to confirm."""
    return _comment(message("proposal.confirm", what=what))


def _in_cells(text: Message, own: str) -> str:
    """Write a text of ours for a register in the language of its cells."""
    return _quoted(text.text(reading_language(own)))


def _quoted(text: str) -> str:
    """Write a text as TOML does: JSON escapes it in the same way."""
    return json.dumps(text, ensure_ascii=False)
