"""What was tested, a line each: a tick or a cross, the statement, where it holds, by how much."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from rmt_studio.gui.elided_label import ElidedLabel
from rmt_studio.gui.lab.texts import points_text, statement_text, verdict_text
from rmt_studio.gui.theme import number_font, theme

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rmt_studio.studies.lab import Verdict

_HOLDS, _FAILS = "✓", "✗"


class VerdictLines(QWidget):
    """Shortens each verdict to a line; the tooltip has all of it and what else to know."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("lab_verdicts")
        self._verdicts: tuple[Verdict, ...] = ()
        self._marks: list[QLabel] = []
        self.lines: list[ElidedLabel] = []
        self.points: list[QLabel] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(6)
        self._grid.setVerticalSpacing(2)
        self._grid.setColumnStretch(1, 1)
        self.hide()
        theme().changed.connect(self._recolor)

    def show_verdicts(self, verdicts: Sequence[Verdict]) -> None:
        """Show these; none take no room."""
        if self._verdicts == tuple(verdicts):
            return
        self._verdicts = tuple(verdicts)
        while len(self.lines) < len(verdicts):
            mark, line, points = QLabel(), ElidedLabel(least=20), QLabel()
            points.setFont(number_font())
            for column, label in enumerate((mark, line, points)):
                self._grid.addWidget(label, len(self.lines), column)
            self._marks.append(mark)
            self.points.append(points)
            self.lines.append(line)
        for place, (mark, line) in enumerate(zip(self._marks, self.lines, strict=True)):
            shown = place < len(verdicts)
            for label in (mark, line, self.points[place]):
                label.setVisible(shown)
            if shown:
                verdict = verdicts[place]
                text, points = statement_text(verdict), points_text(verdict)
                self.points[place].setText(points)
                mark.setText(_HOLDS if verdict.passed else _FAILS)
                mark.setAccessibleName(
                    self.tr("holds") if verdict.passed else self.tr("does not hold everywhere")
                )
                line.set_text(text, verdict_text(verdict))
                line.setAccessibleName(verdict_text(verdict))
        self.setVisible(bool(verdicts))
        self._recolor()

    def _recolor(self) -> None:
        colors = theme().colors
        for verdict, mark in zip(self._verdicts, self._marks, strict=False):
            color = colors.threshold_text if verdict.passed else colors.problem
            mark.setStyleSheet(f"color: {color}; font-weight: 600;")
