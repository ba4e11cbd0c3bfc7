"""The header of the layer table: it sorts, and it opens the menu of the columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt

from rmt_studio.gui.layers.columns import Column
from rmt_studio.gui.layers.delegates import PAD, left_pad
from rmt_studio.gui.layers.plain_header import PlainHeader
from rmt_studio.gui.layers.specs import SPECS

if TYPE_CHECKING:
    from PySide6.QtGui import QFont
    from PySide6.QtWidgets import QWidget

_ROOM = 1.5  # a long title is shown in a column this many times as wide


class LayerHeader(PlainHeader):
    """A third click on a column brings the model's order back."""

    def __init__(self, parent: QWidget, font: QFont) -> None:
        super().__init__(parent, font, PAD)
        self.setSectionsClickable(True)
        self.setSortIndicatorClearable(True)
        self.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)

    def title(self, section: int, width: int) -> str:
        longer = SPECS[Column(section)].long_title
        if longer and _ROOM * self.fontMetrics().horizontalAdvance(longer) <= width:
            return QCoreApplication.translate("LayerTableModel", longer)
        return super().title(section, width)

    def left_pad(self, section: int) -> int:
        return left_pad(Column(section))
