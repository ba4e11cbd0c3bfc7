"""Write the pruned checkpoint: what it will hold, where it goes, and the proof that it loads."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QProgressBar, QWidget

from rmt_studio.gui.dialogs.base import Dialog, StatusLine, button, caption, card, heading
from rmt_studio.gui.dialogs.export_result import ExportResult
from rmt_studio.gui.dialogs.export_subject import describe, file_bytes
from rmt_studio.gui.dialogs.files import choose_export, last_folder, remember_folder
from rmt_studio.gui.dialogs.open_pages import PathField
from rmt_studio.gui.inspector.figures import size_text
from rmt_studio.studio.jobs import (
    JobCancelled,
    JobEvent,
    JobFailed,
    JobFinished,
    JobProgressed,
)

if TYPE_CHECKING:
    from rmt_studio.gui.workbench import Workbench
    from rmt_studio.models.loading import LoadedModel

_STEPS = 1000
_WIDTH = 600


class ExportDialog(Dialog):
    """Exports the pruned model, or the dense one while there is none.

    Closing it while the export runs leaves the job alone; the jobs panel shows it.
    """

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.setWindowTitle(self.tr("Export checkpoint"))
        self.setObjectName("export_dialog")
        self.setMinimumWidth(_WIDTH)
        self._workbench = workbench
        self._job: int | None = None
        document = workbench.document
        self._subject: LoadedModel | None = document.pruned or document.model
        self.target = PathField(self.tr("File to write"), self.tr("name.safetensors"))
        self.target.path.setObjectName("export_path")
        self.status = StatusLine()
        self.status.setObjectName("export_status")
        self.progress = QProgressBar()
        self.progress.setObjectName("export_progress")
        self.progress.setTextVisible(False)
        self.progress.setRange(0, _STEPS)
        self.progress.setAccessibleName(self.tr("Progress of the export"))
        self.report = ExportResult()
        self.export_button = button(self.tr("Export"), primary=True)
        self.export_button.setObjectName("export_button")
        self.close_button = button(self.tr("Cancel"))
        self._lay_out()
        self.target.path.setText(self._proposed())
        self.target.path.textChanged.connect(self._judge)
        self.target.browse.clicked.connect(self._browse)
        self.export_button.clicked.connect(self._export)
        self.close_button.clicked.connect(self._stop_or_close)
        workbench.job_changed.connect(self._job_changed)
        self._judge()

    def _lay_out(self) -> None:
        frame, column = card()
        title, *lines = describe(self._workbench.document)
        column.addWidget(heading(title))
        for line in lines:
            column.addWidget(caption(line))
        if self._subject is not None:
            size = size_text(file_bytes(self._subject))
            column.addWidget(
                caption(self.tr("One dense safetensors file, timm's key names: {0}.").format(size))
            )
            column.addWidget(caption(self.tr("Zeros do not make this file smaller.")))
        self.column.addWidget(frame)
        self.column.addWidget(caption(self.tr("Write to"), self.target.path))
        self.column.addWidget(self.target)
        for widget in (self.status, self.progress, self.report):
            self.column.addWidget(widget)
        self.column.addStretch(1)
        self.add_buttons(self.close_button, self.export_button)
        self.progress.hide()
        self.report.hide()

    # --- where to ----------------------------------------------------------------------------

    def _proposed(self) -> str:
        if self._subject is None:
            return ""
        kind = "pruned" if self._workbench.document.pruned else "dense"
        return str(Path(last_folder("export")) / f"{self._subject.title}-{kind}.safetensors")

    def _browse(self) -> None:
        path = choose_export(self, self.target.text)
        if path:
            self.target.path.setText(path)

    def _judge(self) -> None:
        usable, text = self._verdict()
        self.status.tell(text, problem=not usable)
        self.export_button.setEnabled(usable and self._job is None)
        self.export_button.setToolTip("" if usable else text)

    def _verdict(self) -> tuple[bool, str]:
        if self._subject is None:
            return False, self.tr("Open a model first.")
        if not self.target.text:
            return False, self.tr("Say where the file goes.")
        path = Path(self.target.text)
        if path.suffix.lower() != ".safetensors":
            return False, self.tr("The name has to end in .safetensors.")
        if path.is_dir() or not path.parent.is_dir():
            wrong = path if path.is_dir() else path.parent
            is_no = self.tr("{0} is a folder.") if path.is_dir() else self.tr("No folder {0}.")
            return False, is_no.format(wrong)
        source = self._subject.source.file
        if source is not None and source.exists() and path.exists() and path.samefile(source):
            return False, self.tr("The file that the model was opened from is never overwritten.")
        return True, self.tr("The file there will be replaced.") if path.exists() else ""

    # --- the job -----------------------------------------------------------------------------

    def _export(self) -> None:
        remember_folder("export", self.target.text)
        job = self._workbench.export(self.target.text)
        if job is None:
            return
        self._job = job.id
        self.report.hide()
        self.progress.setValue(0)
        self.progress.show()
        self._judge()
        self.target.setEnabled(False)
        self.status.tell(self.tr("Writing…"))

    def _job_changed(self, event: JobEvent) -> None:
        if event.job_id != self._job:
            return
        if isinstance(event, JobProgressed):
            self.progress.setValue(round(_STEPS * event.done / max(1, event.total)))
            self.status.tell(f"{event.note}…" if event.note else "")
        elif isinstance(event, JobFinished | JobFailed | JobCancelled):
            self._ended(event)

    def _ended(self, event: JobFinished | JobFailed | JobCancelled) -> None:
        self._job = None
        self.progress.hide()
        self.target.setEnabled(True)
        self._judge()
        if isinstance(event, JobFinished) and self._subject is not None:
            self.status.tell("")
            self.report.show_report(event.result, self._subject)
            self.report.show()
            self._grow()
            self.close_button.setText(self.tr("Close"))
            self.export_button.setText(self.tr("Export again"))
            self.export_button.setProperty("primary", False)
            self.export_button.style().polish(self.export_button)
        elif isinstance(event, JobFailed):
            self.status.tell(event.message, problem=True)
        else:
            self.status.tell(self.tr("Cancelled; nothing was written."))

    def _grow(self) -> None:
        """Make room for the result."""
        self.column.activate()
        wanted, room = self.sizeHint().height(), self.screen().availableGeometry().height()
        self.resize(self.width(), max(self.height(), min(wanted, room)))

    def _stop_or_close(self) -> None:
        if self._job is not None:
            self._workbench.cancel_job(self._job)
        else:
            self.reject()
