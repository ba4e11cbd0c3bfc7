"""A field and a list over the window; all by the keyboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPoint, QSettings, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QLineEdit, QListView, QVBoxLayout

from rmt_studio.gui.dialogs.base import Dialog
from rmt_studio.gui.elided_label import ElidedLabel
from rmt_studio.gui.palette.delegate import EntryDelegate
from rmt_studio.gui.palette.entries import Entry, entries_of, matches
from rmt_studio.gui.palette.model import EntryModel

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from rmt_studio.gui.main_window import MainWindow

_KEY, _KEPT = "palette/used", 20
_WIDTH, _HEIGHT, _TOP = 620, 420, 56  # px
_MOVES = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


class CommandPalette(Dialog):
    """Finds by a few letters and does what was found; what was used last stands first.

    What is not possible now is greyed, and the line at the foot says why.
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__("", window)
        self.setWindowTitle(self.tr("Command palette"))
        self.setObjectName("command_palette")
        self.setWindowFlags(Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self._entries, self._used = entries_of(window), used_before()
        self.field, self.list, self.model = _Field(), QListView(), EntryModel()
        self.foot = ElidedLabel()
        self._build()
        self.field.textChanged.connect(self._search)
        self.field.moved.connect(self._move)
        self.field.returnPressed.connect(self._run_current)
        self.list.clicked.connect(self._run)
        self.list.selectionModel().currentChanged.connect(self._tell)
        self._search("")
        self.resize(min(_WIDTH, window.width() - 40), min(_HEIGHT, window.height() - 80))
        middle = (window.width() - self.width()) // 2
        self.move(window.mapToGlobal(QPoint(middle, _TOP)))
        self.field.setFocus()

    def _build(self) -> None:
        frame = QFrame()
        frame.setProperty("card", True)
        inside = QVBoxLayout(frame)
        inside.setContentsMargins(10, 10, 10, 8)
        inside.setSpacing(6)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.addWidget(frame)
        self.field.setObjectName("palette_field")
        self.field.setPlaceholderText(self.tr("Type a few letters of an action, layer or model"))
        self.field.setAccessibleName(self.tr("Find an action, a layer or a recent model"))
        self.list.setModel(self.model)
        self.model.setParent(self.list)
        self.list.setItemDelegate(EntryDelegate(self.list))
        self.list.setObjectName("palette_list")
        self.list.setAccessibleName(self.tr("What fits"))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setUniformItemSizes(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.foot.setProperty("muted", True)
        inside.addWidget(self.field)
        inside.addWidget(self.list, 1)
        inside.addWidget(self.foot)

    def _search(self, query: str) -> None:
        self.model.show_entries(matches(self._entries, query, self._used))
        if self.model.rowCount():
            self.list.setCurrentIndex(self.model.index(0))
        else:
            self.foot.set_text(self.tr("Nothing is called so; try fewer letters"))

    def _move(self, event: QKeyEvent) -> None:
        self.list.keyPressEvent(event)

    def _tell(self, index: QModelIndex, _before: QModelIndex) -> None:
        entry = index.data(Qt.ItemDataRole.UserRole)
        if isinstance(entry, Entry):
            text = self.tr("Not possible now: {reason}").format(reason=entry.reason)
            self.foot.set_text((text if entry.reason else entry.tip).replace("\n", " "))

    def _run_current(self) -> None:
        self._run(self.list.currentIndex())

    def _run(self, index: QModelIndex) -> None:
        entry = index.data(Qt.ItemDataRole.UserRole)
        if not isinstance(entry, Entry) or entry.reason:
            return
        others = [key for key in self._used if key != entry.key]
        QSettings().setValue(_KEY, [entry.key, *others][:_KEPT])
        self.accept()
        QTimer.singleShot(0, entry.run)  # when the palette is gone and the window has the focus


def used_before() -> list[str]:
    """Return the keys of what was chosen before, the last first."""
    kept = QSettings().value(_KEY) or []
    return [kept] if isinstance(kept, str) else [str(key) for key in kept]  # pyright: ignore[reportGeneralTypeIssues]


class _Field(QLineEdit):
    """A line of text that hands on the keys that move in a list.

    Signals:
        moved (object): the `QKeyEvent`.
    """

    moved = Signal(object)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _MOVES:
            self.moved.emit(event)
        else:
            super().keyPressEvent(event)
