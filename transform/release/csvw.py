"""Describe the CSV of a portrait as «CSV on the Web»: the type and meaning of each column.

Source: W3C, Metadata Vocabulary for Tabular Data. A reader looks for the description next
to the file (`…csv-metadata.json`, Model for Tabular Data and Metadata, 5.3). The columns of URIs
are statements of our graph; texts are only to be read, as an apostrophe may precede them.
"""

from collections.abc import Mapping
from typing import Any

from transform.files import as_json
from transform.rdf.namespaces import property_iri
from transform.release.csv_dialects import CsvDialect
from transform.release.spreadsheets import COLUMNS, Column

_ABOUT = "{+inscription}"
_APOSTROPHE = {
    "fr": "Une apostrophe précède ce qu'un tableur prendrait pour une formule.",
    "en": "An apostrophe stands before what a spreadsheet would take for a formula.",
}


def describe(
    name: str, year: int, flavour: CsvDialect, base_uri: str, about: Mapping[str, str]
) -> bytes:
    """Return the metadata of the CSV of a portrait; `about` describes it by language."""
    portrait = f"{base_uri}id/portrait/{year}"
    return as_json(
        {
            "@context": ["http://www.w3.org/ns/csvw", {"@language": "fr"}],
            "url": name,
            "dc:title": {"fr": f"Portrait {year}", "en": f"Portrait {year}"},
            "dc:isPartOf": {"@id": portrait},
            "dc:description": {
                language: " ".join(filter(None, (about.get(language), text)))
                for language, text in _APOSTROPHE.items()
            },
            "dialect": {
                "delimiter": flavour.separator,
                "encoding": "utf-8",
                "header": True,
                "headerRowCount": 1,
                "quoteChar": '"',
                "doubleQuote": True,
                "lineTerminators": ["\r\n"],
                "trim": False,
            },
            "tableSchema": {
                "aboutUrl": _ABOUT,
                "primaryKey": "inscription",
                "columns": [_column(column, base_uri) for column in COLUMNS],
            },
        }
    )


def _column(column: Column, base_uri: str) -> dict[str, Any]:
    metadata: dict[str, Any] = {
        "name": column.name,
        "titles": {"und": column.name, **column.title},
        "datatype": "anyURI" if column.iri else "string",
    }
    if not column.iri:
        language = {"lang": column.language} if column.language else {}
        return {**metadata, **language, "suppressOutput": True}
    if not column.property:
        return {**metadata, "required": True, "suppressOutput": True}
    return {
        **metadata,
        "propertyUrl": property_iri(column.property, base_uri),
        "valueUrl": f"{{+{column.name}}}",
        "required": column.name in ("initiative", "portrait"),
    }
