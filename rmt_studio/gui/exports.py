"""What leaves the window beside checkpoints: reports, pushes, and what the dialog asks."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from rmt_studio.gui.job_desk import DISK
from rmt_studio.studio import export_tasks

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rmt_studio.gui.job_desk import JobDesk
    from rmt_studio.progress import Progress
    from rmt_studio.studio.document import Document
    from rmt_studio.studio.jobs import Job


class Exports(QObject):
    """Jobs of the export dialog and of File > Export report.

    Signals:
        told (str): one line for the status bar.
        failed (str, str): a title and one line for a person.
    """

    told = Signal(str)
    failed = Signal(str, str)

    def __init__(self, document: Document, desk: JobDesk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document, self._desk = document, desk

    def report(self, path: str | Path) -> Job | None:
        """Write the analysis as a page, a table or JSON; the ending of the name says which."""
        model = self._document.model
        if model is None or not self._document.analyzed:
            title = self.tr("Report is not possible yet")
            self.failed.emit(title, self.tr("wait until every spectrum is known"))
            return None
        work = partial(export_tasks.report_analysis, model, self._document.analysis, str(path))
        return self._desk.start(self.tr("Report"), work, self._reported, lane=DISK, outlives=True)

    def push(self, folder: str | Path, repository: str) -> Job:
        """Push an exported folder to the Hugging Face hub."""
        work = partial(export_tasks.push, str(folder), repository)
        title = "Push to the hub"
        return self._desk.start(title, work, self._pushed, lane="network", outlives=True)

    def ask(self, title: str, work: Callable[[Progress], Any]) -> Job:
        """Queue work whose result is heard of by its event alone; the jobs panel leaves it out."""
        return self._desk.start(title, work, _nothing, lane=DISK, quiet=True)

    def _reported(self, path: str) -> None:
        self.told.emit(self.tr("Report written: {path}").format(path=path))

    def _pushed(self, address: str) -> None:
        self.told.emit(self.tr("Pushed: {address}").format(address=address))


def _nothing(_result: object) -> None:
    """Leave a result to whoever hears of the job's end."""
