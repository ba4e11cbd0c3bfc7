"""Write the model: in which format, where to, and the proof that it loads."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from rmt_studio.gui.dialogs.base import Dialog, StatusLine, button, caption, card, heading
from rmt_studio.gui.dialogs.export_result import ExportResult
from rmt_studio.gui.dialogs.export_subject import describe, file_bytes, verdict
from rmt_studio.gui.dialogs.files import choose_export, last_folder, remember_folder
from rmt_studio.gui.dialogs.format_list import FormatList
from rmt_studio.gui.dialogs.format_page import FormatPage
from rmt_studio.gui.dialogs.open_pages import PathField
from rmt_studio.gui.terms import term
from rmt_studio.models.exports import FORMATS, Options, Subject, formats_for
from rmt_studio.studio import export_tasks
from rmt_studio.studio.export_tasks import ExportChoice
from rmt_studio.studio.job_events import (
    JobCancelled,
    JobEvent,
    JobFailed,
    JobFinished,
    JobProgressed,
)

if TYPE_CHECKING:
    from rmt_studio.gui.workbench import Workbench
    from rmt_studio.models.export import ExportReport
    from rmt_studio.models.loading import LoadedModel
    from rmt_studio.studio.export_tasks import ExpectedSize

_STEPS = 1000
_WIDTH = 860


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
        self._quiet: dict[int, str] = {}
        document = workbench.document
        self._subject: LoadedModel | None = document.pruned or document.model
        self._dense = file_bytes(self._subject) if self._subject is not None else 0
        self._sizes: dict[ExportChoice, ExpectedSize] = {}
        self.formats = FormatList(formats_for(self._subject) if self._subject is not None else [])
        self.page = FormatPage()
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
        self.target.path.textChanged.connect(self._path_changed)
        self.target.browse.clicked.connect(self._browse)
        self.export_button.clicked.connect(self._export)
        self.close_button.clicked.connect(self._stop_or_close)
        self.formats.chosen.connect(self._format_chosen)
        self.page.changed.connect(self._options_changed)
        self.report.push_asked.connect(self._push)
        workbench.job_changed.connect(self._job_changed)
        if self._subject is not None:
            self._format_chosen(self.formats.key)
            self._ask_sizes(tuple(ExportChoice(one.key) for one in formats_for(self._subject)))
        self._judge()

    def _lay_out(self) -> None:
        title, *lines = describe(self._workbench.document)
        head = QVBoxLayout()
        head.setSpacing(2)
        head.addWidget(heading(title))
        for line in lines:
            head.addWidget(caption(line))
        self.column.addLayout(head)
        frame, inside = card(4)
        inside.addWidget(self.formats)
        middle = QHBoxLayout()
        middle.setSpacing(12)
        middle.addWidget(frame)
        middle.addWidget(self.page, 1)
        self.column.addLayout(middle, 1)
        self.column.addWidget(caption(self.tr("Write to"), self.target.path))
        self.column.addWidget(self.target)
        for widget in (self.status, self.progress, self.report):
            self.column.addWidget(widget)
        self.add_buttons(self.close_button, self.export_button)
        self.page.setVisible(self._subject is not None)
        self.progress.hide()
        self.report.hide()

    # --- what -------------------------------------------------------------------------------

    def _format_chosen(self, key: str) -> None:
        chosen = FORMATS[key]
        self.page.show_format(chosen)
        path = Path(self.target.text) if self.target.text else None
        if path is not None:
            known = {one.suffix for one in FORMATS.values() if one.suffix}
            stem = path.with_suffix("") if path.suffix.lower() in known else path
            self.target.path.setText(f"{stem}{chosen.suffix}")
        self._options_changed()

    def _options_changed(self) -> None:
        self.report.hide()  # it was of other options
        choice = self.page.choice
        if choice not in self._sizes and self._subject is not None:
            self._ask_sizes((choice,))
        self._show_choice()
        self._judge()

    def _show_choice(self) -> None:
        if self._subject is None:
            return
        choice = self.page.choice
        self.page.show_size(self._sizes.get(choice), self._dense)
        options = Options(choice.dtype or "fp32", choice.zstd)
        path = str(Path(self.target.text or "model").absolute())
        self.page.show_code(FORMATS[choice.format].snippet(Subject(self._subject, options), path))

    def _ask_sizes(self, choices: tuple[ExportChoice, ...]) -> None:
        """Count in the background what the choices would take."""
        assert self._subject is not None  # noqa: S101
        named = tuple(
            ExportChoice(c.format, c.dtype or FORMATS[c.format].dtypes[0],
                         c.zstd and FORMATS[c.format].packs)
            for c in choices
        )  # fmt: skip
        work = partial(export_tasks.expected_sizes, self._subject, named)
        job = self._workbench.exports.ask(self.tr("Sizes"), work)
        self._quiet[job.id] = "sizes"

    def _take_sizes(self, found: dict[ExportChoice, ExpectedSize]) -> None:
        before = self._verdict()
        self._sizes |= found
        for choice, size in found.items():
            if choice.format != self.page.choice.format or choice == self.page.choice:
                self.formats.show_size(choice.format, size)
        if self.page.choice in found:
            self.page.show_size(found[self.page.choice], self._dense)
        if self._job is None and self._verdict() != before:
            self._judge()  # else what was said of the last export stays

    # --- where to ----------------------------------------------------------------------------

    def _proposed(self) -> str:
        if self._subject is None:
            return ""
        kind = "pruned" if self._workbench.document.pruned else "dense"
        return str(Path(last_folder("export")) / f"{self._subject.title}-{kind}.safetensors")

    def _path_changed(self) -> None:
        self._show_choice()
        self._judge()

    def _browse(self) -> None:
        chosen = FORMATS[self.page.choice.format]
        kind = f"{term(chosen.label)} (*{chosen.suffix})" if chosen.suffix else ""
        path = choose_export(self, self.target.text, kind)
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
        size = self._sizes.get(self.page.choice)
        if size is not None and size.bytes is None:
            return False, self.tr("This format is not for this model.")
        return verdict(self._subject, self.target.text, FORMATS[self.page.choice.format])

    # --- the job -----------------------------------------------------------------------------

    def _export(self) -> None:
        remember_folder("export", self.target.text)
        job = self._workbench.export(self.target.text, self.page.choice)
        if job is None:
            return
        self._job = job.id
        self.report.hide()
        self.progress.setValue(0)
        self.progress.show()
        self._judge()
        self._show_choice()
        self._set_busy(True)
        self.status.tell(self.tr("Writing…"))

    def _set_busy(self, busy: bool) -> None:
        for widget in (self.target, self.formats, self.page.dtype, self.page.zstd):
            widget.setEnabled(not busy)

    def _job_changed(self, event: JobEvent) -> None:
        if event.job_id in self._quiet:
            self._quiet_changed(event)
        if event.job_id != self._job:
            return
        if isinstance(event, JobProgressed):
            self.progress.setValue(round(_STEPS * event.done / max(1, event.total)))
            self.status.tell(f"{event.note}…" if event.note else "")
        elif isinstance(event, JobFinished | JobFailed | JobCancelled):
            self._ended(event)

    def _quiet_changed(self, event: JobEvent) -> None:
        """Take what a job found that only this dialog shows, or that it pushed."""
        kind = self._quiet[event.job_id]
        if isinstance(event, JobFinished):
            if kind == "sizes":
                self._take_sizes(event.result)
            elif kind == "speed":
                self.report.show_speed(event.result.text)
            else:
                self.status.tell(self.tr("Pushed to {0}").format(event.result))
        elif isinstance(event, JobFailed):
            self.status.tell(event.message, problem=True)
        if isinstance(event, JobFinished | JobFailed | JobCancelled):
            del self._quiet[event.job_id]
            if kind == "push":
                self.report.allow_push()

    def _ended(self, event: JobFinished | JobFailed | JobCancelled) -> None:
        self._job = None
        self.progress.hide()
        self._set_busy(False)
        self.page.dtype.setEnabled(len(FORMATS[self.page.choice.format].dtypes) > 1)
        self._judge()
        if isinstance(event, JobFinished):
            self._show_report(event.result)
        elif isinstance(event, JobFailed):
            self.status.tell(event.message, problem=True)
        else:
            self.status.tell(self.tr("Cancelled; nothing was written."))

    def _show_report(self, report: ExportReport) -> None:
        self.status.tell("")
        self.report.show_report(report)
        self.page.show_written(report.bytes, self._dense)
        self.formats.show_written(report.format, report.bytes)
        self.page.show_code(report.snippet)
        self.report.show()
        self._grow()
        self.close_button.setText(self.tr("Close"))
        self.export_button.setText(self.tr("Export again"))
        self.export_button.setProperty("primary", False)
        self.export_button.style().polish(self.export_button)
        if report.format == "factored" and self._subject is not None:
            self.report.show_speed(self.tr("Timing it beside the dense model…"))
            path, device = str(report.path), self._workbench.device
            work = partial(export_tasks.measure_speed_up, self._subject, path, device)
            job = self._workbench.exports.ask(self.tr("Speed"), work)
            self._quiet[job.id] = "speed"

    def _push(self, folder: str, repository: str) -> None:
        self.report.push.setEnabled(False)
        self.status.tell(self.tr("Pushing to {0}…").format(repository))
        job = self._workbench.exports.push(folder, repository)
        self._quiet[job.id] = "push"

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
