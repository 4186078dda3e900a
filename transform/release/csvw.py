"""Describe the CSV of a portrait as «CSV on the Web»: the type and meaning of each column.

Source: W3C, Metadata Vocabulary for Tabular Data. A reader looks for the description next
to the file (`…csv-metadata.json`, Model for Tabular Data and Metadata, 5.3). The columns of URIs
are statements of our graph; texts are only to be read, as an apostrophe may precede them.
"""

from typing import Any

from transform.files import as_json
from transform.rdf.namespaces import property_iri
from transform.release.csv_dialects import CsvDialect
from transform.release.spreadsheets import CsvColumn, CsvTable

_ABOUT = "{+inscription}"
_APOSTROPHE = {
    "fr": "Une apostrophe précède ce qu'un tableur prendrait pour une formule.",
    "en": "An apostrophe stands before what a spreadsheet would take for a formula.",
}


def describe(name: str, year: int, flavour: CsvDialect, base_uri: str, table: CsvTable) -> bytes:
    """Return the metadata of the CSV of a portrait."""
    portrait = f"{base_uri}id/portrait/{year}"
    return as_json(
        {
            "@context": ["http://www.w3.org/ns/csvw", {"@language": table.language}],
            "url": name,
            "dc:title": dict(table.title),
            "dc:isPartOf": {"@id": portrait},
            "dc:description": {
                language: " ".join(
                    texts[language] for texts in (table.about, _APOSTROPHE) if language in texts
                )
                for language in dict.fromkeys((*_APOSTROPHE, *table.about))
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
                "columns": [_column(column, base_uri) for column in table.columns],
            },
        }
    )


def _column(column: CsvColumn, base_uri: str) -> dict[str, Any]:
    metadata: dict[str, Any] = {
        "name": column.name,
        "titles": {"und": column.name, **column.title},
        "datatype": "anyURI" if column.iri else "string",
    }
    if not column.iri:
        tag = column.language or (None if column.own else column.text_language)
        language = {"lang": tag} if tag else {}
        return {**metadata, **language, "suppressOutput": True}
    if not column.property:
        return {**metadata, "required": True, "suppressOutput": True}
    return {
        **metadata,
        "propertyUrl": property_iri(column.property, base_uri),
        "valueUrl": f"{{+{column.name}}}",
        "required": column.name in ("initiative", "portrait"),
    }
