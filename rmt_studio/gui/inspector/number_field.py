"""Fields that show what the document says and announce what a person changes.

A field never keeps a value of its own: after `edited` it shows what comes back. All edits of one
press, one held key or one turn of the wheel carry the same gesture, so they are one undo step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QValidator,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QDoubleSpinBox,
    QWidget,
)

from rmt_studio.gui.edits import new_gesture
from rmt_studio.gui.inspector.rules import Shared
from rmt_studio.gui.theme import number_font

if TYPE_CHECKING:
    from collections.abc import Callable

NO_GESTURE = -1
TEXT_MARGIN = 6  # px; the style sheet's padding does not reach the text of a spin box
_WHEEL_PAUSE = 500  # ms without a notch after which the next one is a new gesture
_HISTORY = (QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo)
_STEP_KEYS = {Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown}


def two_or_three_decimals(value: float) -> str:
    """Write 1.18 as ``1.18`` and 1.183 as ``1.183``."""
    text = f"{value:.3f}"
    return text[:-1] if text.endswith("0") else text


def one_decimal(value: float) -> str:
    """Write 30 as ``30.0``."""
    return f"{value:.1f}"


def whole(value: float) -> str:
    """Write 61.0 as ``61``."""
    return f"{value:.0f}"


def four_digits(value: float) -> str:
    """Write 0.0123456 as ``0.01235``."""
    return f"{value:.4g}"


class NumberField(QDoubleSpinBox):
    """A number with its unit that can also say "mixed" or "—".

    Signals:
        edited (float, int): the new value in data units, and the gesture it belongs to.
    """

    edited = Signal(float, int)

    def __init__(
        self,
        name: str,
        tooltip: str,
        *,
        highest: float,
        step: float,
        decimals: int,
        write: Callable[[float], str],
        scale: float = 1.0,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._write, self._scale, self._tooltip = write, scale, tooltip
        self._unit = ""
        self._shown: float | Shared | None = None
        self._typed_over = False  # a number stands where a note was, not committed yet
        self._gesture, self._wheel_gesture, self._wheel_time = NO_GESTURE, NO_GESTURE, 0
        self.setDecimals(decimals)
        self.setRange(0, highest * scale)
        self.setSingleStep(step)
        self.setKeyboardTracking(False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFont(number_font())
        self.lineEdit().setTextMargins(TEXT_MARGIN, 0, 0, 0)
        self.setAccessibleName(name)
        self.setToolTip(tooltip)
        self.lineEdit().textEdited.connect(self._text_edited)
        self.valueChanged.connect(self._settle)
        self.editingFinished.connect(self._settle)

    @property
    def shown(self) -> float | Shared | None:
        """What stands in the field, in data units."""
        return self._shown

    @property
    def gesture(self) -> int:
        """Number of the press, held key or turn of the wheel that is going on."""
        return self._gesture

    def set_unit(self, unit: str) -> None:
        """Write ``unit`` behind the number."""
        if unit != self._unit:
            self._unit = unit
            self.setSuffix("" if isinstance(self._shown, Shared) else unit)

    def set_highest(self, highest: float) -> None:
        """Accept numbers up to ``highest``, in data units; nothing is edited by this."""
        blocked = self.blockSignals(True)
        self.setMaximum(highest * self._scale)
        self.blockSignals(blocked)

    def show_value(self, value: float | Shared) -> None:
        """Show what the document says."""
        if value != self._shown:
            self._shown = value
            self._display()

    def set_reason(self, reason: str) -> None:
        """Tell in the tooltip why the field is disabled; empty for its usual tooltip."""
        self.setToolTip(reason or self._tooltip)

    def mark_derived(self, derived: bool) -> None:
        """Show the number muted: it follows from another field."""
        if self.property("derived") != derived:
            self.setProperty("derived", derived)
            self.style().unpolish(self)
            self.style().polish(self)

    def _display(self) -> None:
        blocked = self.blockSignals(True)
        shown, self._typed_over = self._shown, False
        note = {Shared.MIXED: self.tr("mixed"), Shared.UNKNOWN: "—"}.get(shown, "")  # type: ignore[arg-type]
        self.lineEdit().setPlaceholderText(note)
        self.setSuffix("" if note else self._unit)
        if isinstance(shown, int | float):
            self.setValue(shown * self._scale)
        else:
            self.lineEdit().clear()
        self.blockSignals(blocked)

    def _settle(self) -> None:
        if isinstance(self._shown, Shared):
            if not self._typed_over:
                return
        elif self._is_shown(self.value()):
            return
        edited = round(self.value() / self._scale, 12)
        self.show_value(edited)
        self.edited.emit(edited, self._gesture)

    def _text_edited(self, text: str) -> None:
        number = self._number(text)
        inside = number is not None and self.minimum() <= number <= self.maximum()
        self._typed_over = inside and isinstance(self._shown, Shared)

    def _is_shown(self, value: float) -> bool:
        shown = self._shown
        return (
            isinstance(shown, int | float)
            and abs(round(shown * self._scale, self.decimals()) - value)
            < 0.5 * 10 ** -self.decimals()
        )

    # --- text ------------------------------------------------------------------------------

    def textFromValue(self, value: float) -> str:
        noted = isinstance(self._shown, Shared) and not self._typed_over
        return "" if noted else self._write(value)

    def valueFromText(self, text: str) -> float:
        number = self._number(text)
        return self.value() if number is None else number

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        number = self._number(text)
        if number is None:
            return QValidator.State.Intermediate, text, position
        inside = self.minimum() <= number <= self.maximum()
        state = QValidator.State.Acceptable if inside else QValidator.State.Intermediate
        return state, text, position

    def _number(self, text: str) -> float | None:
        bare = text.removesuffix(self._unit).strip().replace(",", ".")
        try:
            number = float(bare)
        except ValueError:
            return None
        return number if number == number and abs(number) != float("inf") else None

    def stepEnabled(self) -> QAbstractSpinBox.StepEnabledFlag:
        if isinstance(self._shown, Shared):
            return QAbstractSpinBox.StepEnabledFlag.StepNone
        return super().stepEnabled()

    # --- the history of the window -----------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and any(event.matches(key) for key in _HISTORY)
            and not self._typing
        ):
            event.ignore()  # a number that was committed is undone by the window
            return False
        return super().event(event)

    @property
    def _typing(self) -> bool:
        """Whether the text is another than that of the value: not committed yet."""
        bare = self.textFromValue(self.value())
        return self.lineEdit().text() != (bare + self.suffix() if bare else "")

    # --- gestures --------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._gesture = new_gesture()
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        self._gesture = NO_GESTURE

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _STEP_KEYS and not event.isAutoRepeat():
            self._gesture = new_gesture()
        super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        super().keyReleaseEvent(event)
        if not event.isAutoRepeat():
            self._gesture = NO_GESTURE

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._gesture = NO_GESTURE
        super().focusOutEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if not self.hasFocus():
            event.ignore()  # the page scrolls; a number is not changed in passing
            return
        if event.timestamp() - self._wheel_time > _WHEEL_PAUSE:
            self._wheel_gesture = new_gesture()
        self._wheel_time, self._gesture = event.timestamp(), self._wheel_gesture
        super().wheelEvent(event)
        self._gesture = NO_GESTURE
