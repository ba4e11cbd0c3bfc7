"""The formats of an export, each with the size that it would have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from rmt_studio.gui.inspector.figures import size_text
from rmt_studio.gui.terms import term
from rmt_studio.gui.theme import theme

if TYPE_CHECKING:
    from rmt_studio.models.exports import Format
    from rmt_studio.studio.export_tasks import ExpectedSize

_WIDTH, _ROW = 214, 46  # px
_KEY = Qt.ItemDataRole.UserRole
_UNFIT = Qt.ItemDataRole.UserRole + 1


class FormatList(QListWidget):
    """One format a row: its name, and under it what it would take or why it cannot be.

    Signals:
        chosen (str): key of the format.
    """

    chosen = Signal(str)

    def __init__(self, formats: list[Format], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("export_formats")
        self.setAccessibleName(self.tr("Format"))
        self.setToolTip(self.tr("What to write"))
        self.setFixedWidth(_WIDTH)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._labels = {one.key: term(one.label) for one in formats}
        for one in formats:
            row = QListWidgetItem(f"{term(one.label)}\n…")
            row.setData(_KEY, one.key)
            row.setSizeHint(QSize(_WIDTH - 8, _ROW))
            row.setToolTip(one.gives)
            self.addItem(row)
        self.setMinimumHeight(_ROW * min(len(formats), 7) + 8)
        self.setCurrentRow(0)
        self.currentItemChanged.connect(self._changed)
        theme().changed.connect(self._recolor)

    @property
    def key(self) -> str:
        """Key of the chosen format; empty where there is none."""
        row = self.currentItem()
        return str(row.data(_KEY)) if row is not None else ""

    def show_size(self, key: str, size: ExpectedSize) -> None:
        """Write what a format would take under its name."""
        row = self._row(key)
        row.setText(f"{self._labels[key]}\n{self.size_line(size)}")
        row.setToolTip(size.reason or row.toolTip())
        row.setData(_UNFIT, size.bytes is None)
        self._recolor()

    def show_written(self, key: str, count: int) -> None:
        """Write what was written under the name of its format."""
        text = self.tr("{0} written").format(size_text(count))
        self._row(key).setText(f"{self._labels[key]}\n{text}")

    def _row(self, key: str) -> QListWidgetItem:
        rows = (self.item(place) for place in range(self.count()))
        return next(row for row in rows if row.data(_KEY) == key)

    def _recolor(self) -> None:
        """Write formats that are nothing for the model in the colour of what is muted."""
        colors = theme().colors
        for place in range(self.count()):
            row = self.item(place)
            row.setForeground(QColor(colors.muted if row.data(_UNFIT) else colors.text))

    def size_line(self, size: ExpectedSize) -> str:
        """Return a size in words."""
        if size.bytes is None:
            return self.tr("not for this model")
        text = size_text(size.bytes)
        return self.tr("under {0}").format(text) if size.at_most else text

    def choose(self, key: str) -> None:
        """Choose a format."""
        self.setCurrentItem(self._row(key))

    def _changed(self, row: QListWidgetItem | None) -> None:
        if row is not None:
            self.chosen.emit(str(row.data(_KEY)))
