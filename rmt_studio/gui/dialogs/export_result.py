"""What was written, whether it loads, how fast it is, and the way to the hub."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from rmt_studio.gui.dialogs.base import button, caption, card, heading
from rmt_studio.gui.inspector.figures import size_text

if TYPE_CHECKING:
    from rmt_studio.models.export import ExportReport


class ExportResult(QWidget):
    """The verdict on what was written.

    Signals:
        push_asked (str, str): push this folder to this model of the hub.
    """

    push_asked = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        frame, column = card(12)
        outer.addWidget(frame)
        self._folder = ""
        self.title = heading("")
        self.title.setObjectName("export_verdict")
        self.proof, self.file, self.speed = caption(""), caption(""), caption("")
        self.file.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.repository = QLineEdit()
        self.repository.setObjectName("push_repository")
        self.repository.setPlaceholderText(self.tr("owner/name on the Hugging Face hub"))
        self.repository.setAccessibleName(self.tr("Model on the hub"))
        self.repository.setToolTip(self.tr("A new model is private until you change that there"))
        self.push = button(
            self.tr("Push to the hub"), tooltip=self.tr("Upload this folder to the hub")
        )
        self.push.setObjectName("push_button")
        row = QHBoxLayout()
        row.addWidget(self.repository, 1)
        row.addWidget(self.push)
        for widget in (self.title, self.proof, self.file, self.speed):
            column.addWidget(widget)
        column.addLayout(row)
        self.repository.textChanged.connect(self.allow_push)
        self.push.clicked.connect(self._push)
        self.allow_push()

    def show_report(self, report: ExportReport) -> None:
        """Show what was written."""
        self._folder = str(report.path)
        if report.verified:
            self.title.setText(self.tr("Written and verified"))
            self.proof.setText(self._proof(report))
        else:
            self.title.setText(self.tr("Written"))
            self.proof.setText(self.tr("The file was not verified."))
        text = self.tr("{0} · {1} · SHA-256 {2}… · {3}")
        beside = ", ".join(file.name for file in report.files[1:])
        self.file.setText(
            text.format(report.path.name, size_text(report.bytes), report.sha256[:12], beside)
        )
        self.file.setToolTip(f"{report.path}\nSHA-256 {report.sha256}")
        self.show_speed("")
        for widget in (self.repository, self.push):
            widget.setVisible(report.format == "hf")

    def show_speed(self, text: str) -> None:
        """Show what was counted and timed; an empty text takes no room."""
        self.speed.setText(text)
        self.speed.setVisible(bool(text))

    def _proof(self, report: ExportReport) -> str:
        how = self.tr("The code ran in a fresh process without rmt studio;")
        difference = report.max_logit_difference
        if difference is None:
            text = how + self.tr(" all {0} tensors equal those in memory as {1}, bit by bit.")
            return text.format(report.tensors_compared, report.dtype)
        if difference == 0:
            return how + self.tr(" the logits are exactly those in memory.")
        text = how + self.tr(" logits differ by at most {0} from those in memory")
        found = text.format(f"{difference:.2g}")
        if report.rounding:
            found += self.tr(", which is the rounding to {0}").format(report.dtype)
        return f"{found}."

    def allow_push(self) -> None:
        """Let a person push where a model is named."""
        self.push.setEnabled(self.repository.text().strip().count("/") == 1)

    def _push(self) -> None:
        self.push_asked.emit(self._folder, self.repository.text().strip())
