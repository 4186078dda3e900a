"""Write the proposal of a layout as TOML, with what it is unsure of marked in comments."""

from collections.abc import Iterable, Iterator, Sequence

from transform.layouts.model import LISTS
from transform.proposal.cells import is_list
from transform.proposal.field_tables import TEXTS, write_fields
from transform.proposal.fields import Proposed, choose_columns
from transform.proposal.languages import cell_languages, labels_of, lead_columns
from transform.proposal.lines import comment, confirm, in_cells, listed, quoted
from transform.proposal.own_tables import write_own_fields
from transform.proposal.survey import Survey, SurveyedColumn
from transform.proposal.words import guess_languages
from transform.text.characters import UNWRITABLE
from transform.text.message import message
from transform.text.normal_form import normal_form, slug
from transform.text.printable import visible
from transform.text.slugs import name_all

# Languages that a part of the texts is in, so large that it is no chance.
_MUCH = 0.2
_BLANK = "not-stated"
_SAMPLE = 400


def propose(surveys: Iterable[Survey]) -> str:
    """Return a layout for the files that were surveyed, the newest first."""
    newest_first = sorted(surveys, key=lambda survey: survey.year or 0, reverse=True)
    named: list[str] = []
    files = []
    for survey in newest_first:
        tags, leads = lead_columns(survey.columns)
        named += tags
        guessed = guess_languages(_sample(survey.columns))
        cells = [tag for tag, part in guessed if part >= _MUCH]
        months = tuple(dict.fromkeys(filter(None, [*tags, *cells])))
        files.append(Proposed(survey, leads, choose_columns(leads, months)))
    parts = guess_languages(
        text
        for file in files
        for text in _sample([choice.column for choice in file.choices.values()])
    )
    languages = _languages(files, named, parts)
    claimed = _claimed(files)
    lines = [
        *_head(files, languages, parts, named),
        *_file(files),
        *write_fields(files, languages),
        *_columns(files, claimed),
        *_lists(files, languages),
        *_portraits(files),
        *write_own_fields(files, languages, claimed),
    ]
    return "\n".join(lines) + "\n"


def _sample(columns: Iterable[SurveyedColumn]) -> Iterator[str]:
    """Yield texts of columns, and their names."""
    for column in columns:
        yield column.name.replace("_", " ")
        yield from list(column.texts)[:_SAMPLE]


def _languages(
    files: Sequence[Proposed], named: Sequence[str], parts: Sequence[tuple[str, float]]
) -> list[str]:
    """Return the languages of the register: those that columns name, and those of cells."""
    languages = [tag for tag in named if tag]
    if "" in named or not named:
        guessed = [tag for tag, part in parts if part >= _MUCH and tag not in languages]
        languages = guessed[:1] + languages
    for file in files:
        for field in TEXTS:
            choice = file.choices.get(field)
            if choice and not choice.translations and (found := cell_languages(choice.column)):
                languages += found[1]
    return list(dict.fromkeys(languages)) or ["en"]


def _claimed(files: Sequence[Proposed]) -> set[str]:
    """Return the normal forms of the names of columns that fields take."""
    return {
        normal_form(column.name)
        for file in files
        for choice in file.choices.values()
        for column in (choice.column, *choice.translations.values())
    }


def _head(
    files: Sequence[Proposed],
    languages: Sequence[str],
    parts: Sequence[tuple[str, float]],
    named: Sequence[str],
) -> Iterator[str]:
    stem = files[0].survey.file.stem
    title = quoted(stem.replace("_", " ").replace("-", " "))
    names = [visible(file.survey.file.name) for file in files]
    yield comment(message("proposal.from_files", files=names))
    yield comment(message("proposal.marked", mark=message("proposal.mark")))
    yield "layout = 1"
    yield f"name = {quoted(slug(stem))} {confirm(message('proposal.series_name'))}"
    shown = [
        message("proposal.language_part", tag=tag, part=round(part * 100))
        for tag, part in parts
        if part >= _MUCH
    ]
    if named:
        yield confirm(message("proposal.languages_named", own=languages[0]))
    elif shown:
        yield confirm(message("proposal.language_guessed", languages=shown))
    else:
        yield confirm(message("proposal.language_not_guessed"))
    yield f"languages = {listed(languages)}"
    yield from ("", "[series]", confirm(message("proposal.series_facts")))
    yield from (f"title.{tag} = {title}" for tag in languages)
    yield from (f"description.{tag} = {title}" for tag in languages)
    yield 'licence = "https://creativecommons.org/licenses/by/4.0/"'
    yield from ("", "[publisher]", confirm(message("proposal.who_publishes")))
    yield 'slug = "publisher"'
    for tag in languages:
        yield f"name.{tag} = {in_cells(message('proposal.publisher'), tag)}"


def _file(files: Sequence[Proposed]) -> Iterator[str]:
    paths = dict.fromkeys(file.survey.path for file in files if file.survey.path)
    if paths:
        yield from ("", comment(message("proposal.rows_in_json")), "[file]")
        yield f"path = {quoted(next(iter(paths)))}"
        for path in [*paths][1:]:
            yield confirm(message("proposal.rows_elsewhere", path=quoted(path)))


def _columns(files: Sequence[Proposed], claimed: set[str]) -> Iterator[str]:
    """Yield what is done with the columns that no field takes.

    A list's column in another language is passed over: it stands in the labels of the values.
    """
    yield from ("", comment(message("proposal.other_columns")))
    yield from ("[columns]", 'other = "list"')
    labels = {
        normal_form(column.name): column.name
        for file in files
        for name in LISTS
        if name in file.choices
        for column in file.choices[name].translations.values()
    }
    lines = [f"  {quoted(name)}," for name in labels.values()]
    told: set[str] = set()
    for file in files:
        names = {
            normal_form(column.name): column.name
            for column in file.survey.columns
            if normal_form(column.name) not in claimed | told
        }
        told |= names.keys()  # a column may be passed over once
        if names:
            untaken = message("proposal.untaken", file=visible(file.survey.file.name))
            lines.append(f"  {confirm(untaken)}")
            lines += [f"  {comment(f'{quoted(name)},')}" for name in names.values()]
    if lines:
        yield from ("ignore = [", *lines, "]")


def _lists(files: Sequence[Proposed], languages: Sequence[str]) -> Iterator[str]:
    own = languages[0]
    for name in LISTS:
        choices = [file.choices[name] for file in files if name in file.choices]
        if not choices:
            continue
        labels = {
            normal_form(text): {own: text, **others}
            for choice in choices
            if is_list(choice.column)
            for text, others in labels_of(choice.column, choice.translations)
            if not UNWRITABLE.search("".join((text, *others.values())))
        }
        yield from ("", f"[lists.{name}]")
        yield confirm(message("proposal.list_open"))
        yield "open = true"
        if any(choice.column.blank for choice in choices):
            yield f'blank = "{_BLANK}"'
            yield from _value(name, _BLANK, [])
            for tag in languages:
                yield f"label.{tag} = {in_cells(message('proposal.not_stated'), tag)}"
        if name == "portefeuille" and not any(choice.translations for choice in choices):
            continue  # an open list coins its concepts by the same rule
        slugs = name_all(((0, form) for form in labels), [_BLANK])
        for form, texts in sorted(labels.items()):
            yield from _value(name, slugs[form], [texts[own]])
            yield from (f"label.{tag} = {quoted(text)}" for tag, text in texts.items())


def _value(name: str, concept: str, spellings: list[str]) -> Iterator[str]:
    yield from ("", f"[[lists.{name}.values]]", f'concept = "{concept}"')
    yield f"spellings = {listed(spellings)}"


def _portraits(files: Sequence[Proposed]) -> Iterator[str]:
    seen: set[int] = set()
    for survey in sorted((file.survey for file in files), key=lambda survey: survey.year or 0):
        file = visible(survey.file.name)
        if survey.year is None:
            yield from ("", confirm(message("proposal.which_year", file=file)))
        elif survey.year not in seen:
            seen.add(survey.year)
            yield from ("", comment(message("proposal.rows", file=file, rows=survey.rows)))
            yield f"[portraits.{survey.year}]"
