"""Earlier results, to open again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QLocale, QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from rmt_studio.gui.terms import term
from rmt_studio.studies.lab import EXPERIMENTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QKeyEvent

    from rmt_studio.studio.lab_tasks import KeptResult

_DELETE = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)


class KeptList(QListWidget):
    """Opens a result by a click, Enter or Return; Delete asks to delete it.

    Signals:
        opened (object): a `KeptResult`.
        unwanted (object): one that a person wants deleted.
    """

    opened = Signal(object)
    unwanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("lab_kept")
        self.setAccessibleName(self.tr("Earlier results"))
        self.setToolTip(self.tr("Click or Enter opens a result; Delete deletes it"))
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.itemClicked.connect(self._open)
        self.itemActivated.connect(self._open)

    def show_results(self, kept: Sequence[KeptResult]) -> None:
        """Show these, the newest first."""
        _blocked = QSignalBlocker(self)
        self.clear()
        for one in kept:
            item = QListWidgetItem(result_text(one))
            item.setData(Qt.ItemDataRole.UserRole, one)
            item.setToolTip(f"{result_text(one)}\n{one.path.parent}")
            self.addItem(item)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _DELETE:
            self.ask_removal()
        else:
            super().keyPressEvent(event)

    def _open(self, item: QListWidgetItem) -> None:
        self.opened.emit(item.data(Qt.ItemDataRole.UserRole))

    def ask_removal(self) -> None:
        """Have the current result deleted, if there is one."""
        if self.currentItem() is not None:
            self.unwanted.emit(self.currentItem().data(Qt.ItemDataRole.UserRole))


def result_text(kept: KeptResult) -> str:
    """Return when an experiment was run, and which."""
    experiment = EXPERIMENTS.get(kept.key)
    title = term(experiment.title) if experiment is not None else kept.key
    when = QLocale().toString(kept.when.astimezone(), QLocale.FormatType.ShortFormat)  # pyright: ignore
    text = _tr("{0}  {1} (stopped)") if kept.stopped else "{0}  {1}"
    return text.format(when, title)


def _tr(text: str) -> str:
    return QCoreApplication.translate("Lab", text)
