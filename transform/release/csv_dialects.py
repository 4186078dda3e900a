"""Define the kinds of CSV in which a portrait is written, and the file that describes each."""

from typing import NamedTuple

# The ending that is added to the name of a table (Model for Tabular Data and Metadata on the
# Web, 5.3), and the media type of the description.
METADATA = "-metadata.json"
METADATA_TYPE = "application/csvm+json"


class CsvDialect(NamedTuple):
    """A kind of CSV: end of the file name, separator, Python's name of the encoding."""

    ending: str
    separator: str
    encoding: str


FLAVOURS = (CsvDialect(".csv", ",", "utf-8"), CsvDialect("-excel.csv", ";", "utf-8-sig"))
