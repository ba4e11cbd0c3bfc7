"""A combo box for a narrow panel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QComboBox, QStyle, QStyleOptionComboBox, QStylePainter, QWidget

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent, QWheelEvent


class ChoiceBox(QComboBox):
    """A combo box that elides what does not fit, tells it in the tooltip, and can say "mixed".

    Signals:
        chosen (object): the data of the item a person picked.
    """

    chosen = Signal(object)

    def __init__(self, name: str, tooltip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tooltip = tooltip
        self.setAccessibleName(name)
        self.setToolTip(tooltip)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        policy = QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        self.setSizeAdjustPolicy(policy)
        self.setMinimumContentsLength(6)
        self.activated.connect(self._picked)

    def add(self, text: str, data: object) -> None:
        """Append an item; the list opens wide enough to show it whole."""
        self.addItem(text, data)
        width = self.view().fontMetrics().horizontalAdvance(text) + 36
        self.view().setMinimumWidth(max(width, self.view().minimumWidth()))

    def add_heading(self, text: str) -> None:
        """Append a line that cannot be picked, over the items that follow."""
        self.addItem(text)
        model = self.model()
        if isinstance(model, QStandardItemModel):
            model.item(self.count() - 1).setFlags(Qt.ItemFlag.NoItemFlags)

    def explain(self, data: object, tooltip: str) -> None:
        """Tell more about an item: in the list, and in the box's own tooltip while it is chosen."""
        self.setItemData(self.findData(data), tooltip, Qt.ItemDataRole.ToolTipRole)

    def show_choice(self, data: object) -> None:
        """Show the item with this data; none, with the placeholder, where there is no such."""
        index = self.findData(data)
        if index != self.currentIndex():
            self.setCurrentIndex(index)
        self._tell_whole_text()

    def set_reason(self, reason: str) -> None:
        """Tell in the tooltip why the box is disabled; empty for its usual tooltip."""
        if reason:
            self.setToolTip(reason)
        else:
            self._tell_whole_text()

    def _picked(self, index: int) -> None:
        self._tell_whole_text()
        self.chosen.emit(self.itemData(index))

    def _tell_whole_text(self) -> None:
        own = self.currentData(Qt.ItemDataRole.ToolTipRole) or self.currentText()
        self.setToolTip(f"{own}\n{self._tooltip}" if own else self._tooltip)

    def sizeHint(self) -> QSize:
        return QSize(max(120, super().sizeHint().width()), super().sizeHint().height())

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, option = QStylePainter(self), QStyleOptionComboBox()
        self.initStyleOption(option)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        text = self.currentText() or self.placeholderText()
        room = self._text_width(option)
        option.currentText = self.fontMetrics().elidedText(  # pyright: ignore[reportAttributeAccessIssue]
            text, Qt.TextElideMode.ElideRight, room
        )
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)

    def _text_width(self, option: QStyleOptionComboBox) -> int:
        part = QStyle.SubControl.SC_ComboBoxEditField
        control = QStyle.ComplexControl.CC_ComboBox
        return self.style().subControlRect(control, option, part, self).width()
