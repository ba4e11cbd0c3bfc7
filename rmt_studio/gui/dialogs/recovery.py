"""Documents that were open without a name when the program ended against its will."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QDateTime, QLocale, Signal
from PySide6.QtWidgets import QLabel, QListWidget, QListWidgetItem, QWidget

from rmt_studio.gui.dialogs.base import Dialog, button, heading

if TYPE_CHECKING:
    from pathlib import Path

    from rmt_studio.studio.recovery import Recoverable

_WIDTH, _ROW, _SPACE, _MOST_ROWS = 520, 18, 4, 6


class RecoveryBox(Dialog):
    """Open one of them, discard all, or leave them for later.

    Signals:
        chosen (object): the path of the one to open.
        discard_wanted (object): the paths of all, a tuple.
    """

    chosen = Signal(object)
    discard_wanted = Signal(object)

    def __init__(self, found: tuple[Recoverable, ...], parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.setWindowTitle(self.tr("Recover documents"))
        self.setObjectName("recovery_box")
        self.setMinimumWidth(_WIDTH)
        self._paths: list[Path] = [one.path for one in found]
        title = self.tr("rmt studio did not close in the usual way")
        text = QLabel(self.tr("This was open without a file of its own. Open it to go on with it."))
        text.setWordWrap(True)
        self.list = QListWidget()
        self.list.setObjectName("recoverable_documents")
        self.list.setAccessibleName(self.tr("Documents to recover"))
        self.list.setToolTip(self.tr("Double-click opens one"))
        for one in found:
            self.list.addItem(QListWidgetItem(self._text(one)))
        self.list.setCurrentRow(0)
        self.list.setSpacing(_SPACE)
        rows = max(2, min(len(found), _MOST_ROWS))
        self.list.setFixedHeight((_ROW + 2 * _SPACE) * rows + _SPACE)
        self.discard_button = button(
            self.tr("Discard all"), tooltip=self.tr("Remove these documents for good")
        )
        later = button(self.tr("Later"), tooltip=self.tr("Ask again at the next start"))
        self.open_button = button(
            self.tr("Open"), primary=True, tooltip=self.tr("Go on with the selected document")
        )
        self.column.addWidget(heading(title))
        self.column.addWidget(text)
        self.column.addWidget(self.list)
        self.discard_button.clicked.connect(self._discard)
        later.clicked.connect(self.reject)
        self.open_button.clicked.connect(self._open)
        self.list.itemActivated.connect(self._open)
        self.add_buttons(self.discard_button, later, self.open_button)

    def _text(self, one: Recoverable) -> str:
        when = QDateTime.fromSecsSinceEpoch(int(one.saved_at))
        told = QLocale().toString(when, QLocale.FormatType.ShortFormat)
        text = self.tr("{title} · edits: {edits} · results: {runs} · saved {when}")
        return text.format(title=one.title, edits=one.edits, runs=one.runs, when=told)

    def _open(self) -> None:
        if self.list.currentRow() >= 0:
            self.accept()
            self.chosen.emit(self._paths[self.list.currentRow()])

    def _discard(self) -> None:
        self.accept()
        self.discard_wanted.emit(tuple(self._paths))
