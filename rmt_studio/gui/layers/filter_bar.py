"""The field above the layer table that says which rows are shown."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from rmt_studio.gui.layers.query import Query, parse_query


class FilterBar(QWidget):
    """A text field, a button for the columns, and a hint when a word makes no sense.

    Signals:
        query_changed (): `query` is another one.
        left (): Enter or the down key was pressed; the rows come next.
    """

    query_changed = Signal()
    left = Signal()

    def __init__(self, columns: QMenu, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.query = Query()
        self.field = _FilterField(self)
        self.hint = QLabel(self)
        self.columns_button = QToolButton(self)
        self._build(columns)
        self.field.textChanged.connect(self._read)
        self.field.left.connect(self.left)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self, self._focus)

    @property
    def stops(self) -> tuple[QWidget, ...]:
        """What the Tab key goes to, in order."""
        return (self.field, self.columns_button)

    def _build(self, columns: QMenu) -> None:
        self.field.setObjectName("layer_filter")
        self.field.setPlaceholderText(self.tr("Filter layers  (name, role:mlp, spikes>20)"))
        self.field.setAccessibleName(self.tr("Filter layers"))
        self.field.setToolTip(
            self.tr(
                "Words that all have to hold (Ctrl+F):\n"
                "fc1  ·  role:mlp  ·  block:3  ·  block:0-5  ·  fit:good\n"
                "spikes>20  ·  ks>0.05  ·  ks>null  ·  cut<50%  ·  edge>1  ·  bulk<0.9\n"
                "c=1  ·  parameters>100k  ·  alpha>3  ·  edge_p<0.05  ·  stable_rank<10\n"
                "The name of a column that is not shown can be used as well; while comparing:\n"
                "edge_change<-5%  ·  spikes_change>0  ·  alpha_change>0.5"
            )
        )
        self.hint.setObjectName("layer_filter_hint")
        self.hint.setProperty("muted", True)
        self.hint.setWordWrap(True)
        self.hint.hide()
        self.columns_button.setText("⋯")
        self.columns_button.setObjectName("layer_columns")
        self.columns_button.setMenu(columns)
        self.columns_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.columns_button.setAccessibleName(self.tr("Columns"))
        self.columns_button.setToolTip(self.tr("Choose the columns"))
        line = QHBoxLayout()
        line.setSpacing(4)
        line.addWidget(self.field)
        line.addWidget(self.columns_button)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(4)
        rows.addLayout(line)
        rows.addWidget(self.hint)

    def _read(self, text: str) -> None:
        self.query = parse_query(text)
        self.hint.setText(self.query.hint)
        self.hint.setVisible(bool(self.query.hint))
        self.query_changed.emit()

    def _focus(self) -> None:
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()


class _FilterField(QLineEdit):
    """Escape clears it; Enter and the down key leave it for the rows.

    Signals:
        left (): the rows come next.
    """

    left = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setClearButtonEnabled(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.left.emit()
        else:
            super().keyPressEvent(event)
