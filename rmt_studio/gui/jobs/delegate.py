"""Draws a job: its mark and title, a bar and figures while it runs, how it ended afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QHelpEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
)

from rmt_studio.gui.jobs.model import AnyIndex, JobsModel
from rmt_studio.gui.theme import number_font, theme
from rmt_studio.studio.job_book import JobEntry, State

if TYPE_CHECKING:
    from PySide6.QtCore import QPoint

_MARKS = {
    State.WAITING: ("○", "muted"),
    State.RUNNING: ("▸", "accent"),
    State.FINISHED: ("✓", "good"),
    State.FAILED: ("✕", "poor"),
    State.CANCELLED: ("–", "muted"),
}
_MARK, _VERB, _GAP, _BAR, _PAD = 16, 22, 8, 6, 3  # px
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def verb_of(entry: JobEntry, model: JobsModel) -> str:
    """Return what can be done with a job: ``cancel``, ``retry`` or nothing."""
    if not entry.state.ended:
        return "" if entry.cancelling else "cancel"
    return "retry" if model.can_retry(entry) else ""


def verb_place(row: QRect) -> QRect:
    """Return where in a row the sign is that cancels or retries."""
    height = min(row.height(), _VERB)
    return QRect(row.right() - _VERB + 1, row.top() + 1, _VERB, height)


class JobDelegate(QStyledItemDelegate):
    """Rows of one line for what waits or has ended, two for a failure, three for what runs."""

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        entry = _entry(index)
        title, small = _heights()
        if entry is None or entry.state in (State.WAITING, State.FINISHED, State.CANCELLED):
            return QSize(0, title + 2 * _PAD)
        under = small if entry.state is State.FAILED else _BAR + 4 + 2 * small
        return QSize(0, title + under + 2 * _PAD)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        entry, model = _entry(index), index.model()
        if entry is None or not isinstance(model, JobsModel):
            return
        painter.save()
        self._background(painter, option)
        row = option.rect.adjusted(2, _PAD, -2, -_PAD)  # pyright: ignore[reportAttributeAccessIssue]
        title, small = _heights()
        line = QRect(row.left(), row.top(), row.width(), title)
        verb = verb_of(entry, model)
        self._mark(painter, line, entry)
        inside = line.adjusted(_MARK, 0, -_VERB - 2, 0)
        if verb:
            self._verb(painter, verb_place(option.rect), verb)  # pyright: ignore[reportAttributeAccessIssue]
        status = model.status(entry)
        if entry.state is State.RUNNING:
            _text(painter, inside, entry.title, "text", _LEFT)
            self._progress(painter, line, small, entry, status)
        elif entry.state is State.FAILED:
            _text(painter, inside, entry.title, "text", _LEFT)
            under = QRect(inside.left(), line.bottom() + 1, row.right() - inside.left(), small)
            _text(painter, under, status, "muted", _LEFT, _small_font())
        else:
            self._beside(painter, inside, entry.title, status)
        painter.restore()

    def helpEvent(
        self,
        event: QHelpEvent,
        view: QAbstractItemView,
        option: QStyleOptionViewItem,
        index: AnyIndex,
    ) -> bool:
        entry, model = _entry(index), index.model()
        if event.type() == QEvent.Type.ToolTip and entry and isinstance(model, JobsModel):
            verb = verb_of(entry, model)
            if verb and verb_place(option.rect).contains(event.pos()):  # pyright: ignore[reportAttributeAccessIssue]
                tips = {"cancel": self.tr("Cancel this job"), "retry": self.tr("Start it anew")}
                QToolTip.showText(event.globalPos(), tips[verb], view)
                return True
        return super().helpEvent(event, view, option, index)

    def _background(self, painter: QPainter, option: QStyleOptionViewItem) -> None:
        state = option.state  # pyright: ignore[reportAttributeAccessIssue]
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, QColor(theme().colors.selection))  # pyright: ignore[reportAttributeAccessIssue]
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(option.rect, QColor(theme().colors.hover))  # pyright: ignore[reportAttributeAccessIssue]

    def _mark(self, painter: QPainter, line: QRect, entry: JobEntry) -> None:
        mark, color = _MARKS[entry.state]
        place = QRect(line.left(), line.top(), _MARK, line.height())
        _text(painter, place, mark, color, _LEFT)

    def _verb(self, painter: QPainter, place: QRect, verb: str) -> None:
        sign = {"cancel": "✕", "retry": "↻"}[verb]
        _text(painter, place, sign, "muted", Qt.AlignmentFlag.AlignCenter)

    def _beside(self, painter: QPainter, inside: QRect, title: str, status: str) -> None:
        metrics = QFontMetrics(_small_font())
        wide = min(metrics.horizontalAdvance(status) + 2, round(0.6 * inside.width()))
        room = inside.adjusted(0, 0, -wide - _GAP, 0)
        _text(painter, room, title, "text", _LEFT)
        place = QRect(inside.right() - wide, inside.top(), wide, inside.height())
        _text(painter, place, status, "muted", _RIGHT, _small_font())

    def _progress(
        self, painter: QPainter, line: QRect, small: int, entry: JobEntry, status: str
    ) -> None:
        colors, left = theme().colors, line.left() + _MARK
        bar = QRect(left, line.bottom() + 3, line.right() - left - 2, _BAR)
        progress = entry.progress
        share = progress.done / progress.total if progress and progress.total > 0 else 0.0
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colors.line))
        painter.drawRoundedRect(bar, 3, 3)
        done = round(bar.width() * min(max(share, 0.0), 1.0))
        if done > 0:
            painter.setBrush(QColor(colors.accent))
            painter.drawRoundedRect(QRect(bar.left(), bar.top(), max(done, 6), _BAR), 3, 3)
        under = QRect(left, bar.bottom() + 2, bar.width(), small)
        _text(painter, under, status, "muted", _LEFT, _small_font())
        note = progress.note if progress else ""
        _text(painter, under.translated(0, small), note, "muted", _LEFT, _small_font())


def _entry(index: AnyIndex) -> JobEntry | None:
    model = index.model()
    return model.entry(index) if isinstance(model, JobsModel) else None


def _heights() -> tuple[int, int]:
    """Return the heights of a title and of a line under it."""
    return QFontMetrics(number_font()).height() + 2, QFontMetrics(_small_font()).height()


def _small_font() -> QFont:
    return number_font(number_font().pointSizeF() * 0.9)


def _text(
    painter: QPainter,
    place: QRect,
    text: str,
    color: str,
    alignment: Qt.AlignmentFlag,
    font: QFont | None = None,
) -> None:
    painter.setFont(font or number_font())
    painter.setPen(QColor(getattr(theme().colors, color)))
    shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, place.width())
    painter.drawText(place, alignment, shown)


def over_verb(row: QRect, at: QPoint) -> bool:
    """Whether a point of a row is on the sign that cancels or retries."""
    return verb_place(row).contains(at)
