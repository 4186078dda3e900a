"""Name the kinds of CSV that a portrait is written as, and the file that describes each."""

from typing import NamedTuple

# Beside the table (Model for Tabular Data and Metadata on the Web, 5.3), and its type.
METADATA = "-metadata.json"
METADATA_TYPE = "application/csvm+json"


class CsvDialect(NamedTuple):
    """How a CSV file is written: end of its name, separator, Python's name of the encoding."""

    ending: str
    separator: str
    encoding: str


FLAVOURS = (CsvDialect(".csv", ",", "utf-8"), CsvDialect("-excel.csv", ";", "utf-8-sig"))
