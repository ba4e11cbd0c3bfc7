"""What was written, whether it loads, and how to load it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontDatabase, QFontMetrics, QGuiApplication
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from rmt_studio.gui.dialogs.base import button, caption, card, heading
from rmt_studio.gui.dialogs.loading_snippet import loading_snippet
from rmt_studio.gui.inspector.figures import size_text

if TYPE_CHECKING:
    from rmt_studio.models.export import ExportReport
    from rmt_studio.models.loading import LoadedModel

_LINES = 12
_AROUND_CODE = 24  # px: padding, border, the horizontal scroll bar


class ExportResult(QWidget):
    """The verification and the loading code."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        frame, column = card()
        outer.addWidget(frame)
        self.title = heading("")
        self.title.setObjectName("export_verdict")
        self.proof, self.file = caption(""), caption("")
        self.file.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.code = QPlainTextEdit()
        self.code.setObjectName("loading_snippet")
        self.code.setReadOnly(True)
        self.code.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.code.setAccessibleName(self.tr("Python code that loads the file"))
        self.code.setToolTip(self.code.accessibleName())
        self.code.setFont(_fixed_font())
        self.copy = button(self.tr("Copy"), tooltip=self.tr("Copy the code"))
        self.copy.clicked.connect(self._copy)
        above = QHBoxLayout()
        above.addWidget(QLabel(self.tr("Load it anywhere with timm and safetensors:")), 1)
        above.addWidget(self.copy)
        for widget in (self.title, self.proof, self.file):
            column.addWidget(widget)
        column.addLayout(above)
        column.addWidget(self.code)

    def show_report(self, report: ExportReport, model: LoadedModel) -> None:
        """Show what was written."""
        if report.verified and report.max_logit_difference is not None:
            self.title.setText(self.tr("Written and verified"))
            self.proof.setText(self._proof(report.max_logit_difference))
        else:
            self.title.setText(self.tr("Written"))
            self.proof.setText(self.tr("The file was not verified."))
        text = self.tr("{0} · {1} · SHA-256 {2}…")
        digest = report.sha256[:12]
        self.file.setText(text.format(report.path.name, size_text(report.bytes), digest))
        self.file.setToolTip(f"{report.path}\nSHA-256 {report.sha256}")
        code = loading_snippet(model, report.path.absolute())
        self.code.setPlainText(code)
        lines = min(_LINES, code.count("\n") + 2)
        height = lines * QFontMetrics(self.code.font()).lineSpacing()
        self.code.setFixedHeight(height + _AROUND_CODE)

    def _proof(self, difference: float) -> str:
        if difference == 0:
            return self.tr("Loaded in a fresh process; the logits are exactly those in memory.")
        text = self.tr("Loaded in a fresh process; logits differ by at most {0}.")
        return text.format(f"{difference:.2g}")

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.code.toPlainText())


def _fixed_font() -> QFont:
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    font.setPointSizeF(QApplication.font().pointSizeF())
    return font
