"""How wide the columns of the layer table have to be for what stands in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QFontMetrics

from rmt_studio.gui.layers.columns import Column
from rmt_studio.gui.layers.delegates import PAD, fit_width, left_pad, small_font
from rmt_studio.gui.layers.specs import SPECS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QFont

    from rmt_studio.gui.layers.groups import GroupRow
    from rmt_studio.gui.layers.row import LayerRow

    Lines = Sequence[LayerRow | GroupRow]

_SPARKLINE = 56
_CUT_BAR = 34
_MEASURED = 32
_ROUNDING = 1  # a text is shortened already when it is a fraction of a pixel too wide


class ColumnWidths:
    """Widths in pixels under the fonts of the cells and of the header."""

    def __init__(self, font: QFont, header_font: QFont) -> None:
        self._font, self._cells = font, QFontMetrics(font)
        self._small = QFontMetrics(small_font(font))
        self._header = QFontMetrics(header_font)

    def full(self, columns: Sequence[Column], rows: Lines) -> dict[Column, int]:
        """Return the widths at which every cell is shown whole."""
        return {column: self._width(column, rows, with_null=True) for column in columns}

    def brief(self, rows: Lines) -> dict[Column, int]:
        """Return the widths of columns that can say less: short names, KS without its null."""
        shortest = (
            self._cells.horizontalAdvance(SPECS[Column.LAYER].widest) + left_pad(Column.LAYER) + PAD
        )
        return {
            Column.LAYER: shortest,
            Column.KS: self._width(Column.KS, rows, with_null=False),
        }

    def _width(self, column: Column, rows: Lines, *, with_null: bool) -> int:
        header = self._header.horizontalAdvance(SPECS[column].title) + 2 * PAD + _ROUNDING
        if column is Column.SPECTRUM:
            return max(header, _SPARKLINE + 2 * PAD)
        widest = self._widest(column, rows)
        if column is Column.KS:
            return max(header, fit_width(self._font, widest, with_null=with_null))
        cells = self._small if SPECS[column].muted else self._cells
        text = cells.horizontalAdvance(widest) + _ROUNDING
        return max(
            header, max(text, _CUT_BAR if column is Column.CUT else 0) + left_pad(column) + PAD
        )

    def _widest(self, column: Column, rows: Lines) -> str:
        """Return the longest text; measuring each of a thousand would be felt."""
        texts = {row.texts[column] for row in rows} | {SPECS[column].widest}
        longest = sorted(texts, key=len)[-_MEASURED:]
        return max(longest, key=self._cells.horizontalAdvance)
