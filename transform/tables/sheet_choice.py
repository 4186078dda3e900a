"""Choose the sheet of a workbook that holds a portrait."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from transform.errors import Said, UnreadableFile
from transform.layouts.model import Layout
from transform.tables.faults import unreadable
from transform.tables.header import SEARCHED, Fit, best_fit
from transform.text.message import Message, message
from transform.text.printable import shown

if TYPE_CHECKING:
    import pandas as pd


class Sheets(NamedTuple):
    """The sheets of a workbook: all names, those of visible ones, and what reads one's cells."""

    names: Sequence[str]
    visible: Sequence[str]
    read_frame: "Callable[[str], pd.DataFrame]"


def choose_sheet(
    sheets: Sheets, file: str, layout: Layout, year: int | None
) -> "tuple[str, pd.DataFrame]":
    """Return the name of the portrait's sheet, and its cells.

    It is the one that the layout names for the year, else the visible one whose header fits. Raises
    UnreadableFile where there is none or are several.
    """
    return _Choice(sheets, file, layout, year).choose()


class _Choice:
    """The choice of the sheet that holds a portrait, among those of a workbook."""

    def __init__(self, sheets: Sheets, file: str, layout: Layout, year: int | None) -> None:
        self._file, self._layout = file, layout
        facts = layout.portraits.get(year) if year else None
        self._named = facts.sheet if facts else None
        of_year: Said = str(year) if year else message("tables.any_year")
        self._key = message("tables.key_of_year", year=of_year, layout=layout.to_edit)
        self._names, self._visible, self._frame = sheets

    def choose(self) -> "tuple[str, pd.DataFrame]":
        """Return the sheet that the layout names, else the visible one that fits, and its cells."""
        if self._named and self._named in self._names:
            return self._named, self._frame(self._named)
        if self._named:
            raise self._refusal(
                message("tables.sheet_not_there", name=shown(self._named)),
                message("tables.step_sheet_key", key=self._key),
            )
        frames = {name: self._frame(name) for name in self._visible}
        fits = {name: self._fit(frame) for name, frame in frames.items()}
        whole = self._whole(fits)
        most = max((len(fit.fields) for fit in fits.values()), default=0)
        chosen = whole or [name for name in fits if len(fits[name].fields) == most]
        if not whole:
            self._refuse_hidden()
        if len(chosen) == 1:
            return chosen[0], frames[chosen[0]]
        if most:
            raise self._refusal(
                message("tables.sheets_several", layout=self._layout.source),
                message("tables.step_sheet_named", key=self._key),
            )
        raise self._refusal(
            message("tables.sheets_none", layout=self._layout.source),
            message("tables.step_sheet_columns", layout=self._layout.to_edit),
        )

    def _fit(self, frame: "pd.DataFrame") -> Fit:
        head = frame.head(SEARCHED).itertuples(index=False, name=None)
        return best_fit(([str(cell) for cell in row] for row in head), self._layout)

    def _whole(self, fits: Mapping[str, Fit]) -> list[str]:
        return [name for name, fit in fits.items() if fit.is_whole(self._layout)]

    def _refuse_hidden(self) -> None:
        """Refuse a workbook of which only a hidden sheet fits: it may be an older portrait."""
        hidden = (name for name in self._names if name not in self._visible)
        if whole := self._whole({name: self._fit(self._frame(name)) for name in hidden}):
            raise self._refusal(
                message("tables.sheet_hidden", name=shown(whole[0]), layout=self._layout.source),
                message("tables.step_sheet_unhide", key=self._key),
            )

    def _refusal(self, problem: Message, step: Message) -> UnreadableFile:
        sheets = [message("text.quoted", text=shown(name)) for name in self._names]
        listed = message("tables.sheets", problem=problem, sheets=sheets)
        return unreadable(self._file, listed, step)
