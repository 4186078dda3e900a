"""Define what a sheet says of its cells beside their values."""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

_COLUMN_BITS = 14  # a sheet has 16,384 columns


def position(row: int, at: int) -> int:
    """Return one number for a cell, by its row from 1 and its column from 0."""
    return row << _COLUMN_BITS | at


def place(number: int) -> tuple[int, int]:
    """Return row and column of a position."""
    return number >> _COLUMN_BITS, number & ((1 << _COLUMN_BITS) - 1)


def no_marks() -> "array[int]":
    """Return an array without marks; each will be one number of eight bytes."""
    return array("Q")


@dataclass(frozen=True, slots=True)
class Marks:
    """Hidden rows and columns, and cells by their positions; rows from 1, columns from 0.

    `without_value` are formulas whose value the file does not store, `otherwise_shown` cells that
    a spreadsheet shows in another way than their text says, each with its number in `codes`.
    """

    hidden_rows: Sequence[int] = ()
    hidden_columns: Sequence[tuple[int, int]] = ()
    without_value: "array[int]" = field(default_factory=no_marks)
    otherwise_shown: "array[int]" = field(default_factory=no_marks)
    shown_as: "array[int]" = field(default_factory=no_marks)
    codes: Sequence[str] = ()

    def formulas(self) -> Iterator[tuple[int, int]]:
        """Yield row and column of each formula without a stored value."""
        return map(place, self.without_value)

    def formatted(self) -> Iterator[tuple[int, int, str]]:
        """Yield row, column and format of each cell that a spreadsheet shows otherwise."""
        for number, code in zip(self.otherwise_shown, self.shown_as, strict=True):
            yield *place(number), self.codes[code]
