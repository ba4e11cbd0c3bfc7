"""Opens project files: the document as it was, with its spectra, results and edits to undo."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from rmt_studio.gui.edits import put_back
from rmt_studio.studio import project_tasks
from rmt_studio.studio.recovery import recoverable

if TYPE_CHECKING:
    from rmt_studio.analysis import LayerAnalysis
    from rmt_studio.gui.job_desk import JobDesk
    from rmt_studio.gui.project import ProjectDesk
    from rmt_studio.gui.workbench import Workbench
    from rmt_studio.studio.jobs import Job
    from rmt_studio.studio.project_tasks import Opened

LANE = "project"
_AT_ONCE = 8  # layers put into the document between two turns of the window


class ProjectOpening(QObject):
    """Opens projects in the background; the open document stays until that is whole.

    Signals:
        opened (str): the file of a project that is open now.
        model_missing (object): an `Opened` whose model is not where it was.
        lost_found (object): `Recoverable` documents, a tuple; empty where there are none.
        failed (str, str): a title and one line for a person.
        told (str): one line for the status bar.
    """

    opened = Signal(str)
    model_missing = Signal(object)
    lost_found = Signal(object)
    failed = Signal(str, str)
    told = Signal(str)

    def __init__(self, workbench: Workbench, desk: JobDesk, project: ProjectDesk) -> None:
        super().__init__(workbench)
        self._bench, self._document = workbench, workbench.document
        self._desk, self._project = desk, project
        self._opened: Opened | None = None
        self._rest: list[LayerAnalysis] = []
        self._timer = QTimer(self, singleShot=True, interval=0)
        self._timer.timeout.connect(self._fill)
        project.closing.connect(self.stop)
        self.failed.connect(workbench.failed)
        self.told.connect(workbench.told)

    def start(self, path: str | Path, *, recovered: bool = False) -> Job | None:
        """Open a project file.

        Args:
            path: of the file.
            recovered: it is the recovery file of a document without a name.
        """
        path = Path(os.path.realpath(path))
        if path == self._project.path:
            self.told.emit(self.tr("{0} is open already").format(path.name))
            return None
        work = partial(project_tasks.open_project, str(path))
        done = partial(self._take, recovered)
        name = self.tr("the recovered document") if recovered else path.name
        return self._desk.start(self.tr("Open {0}").format(name), work, done, lane=LANE)

    def locate(self, place: str | Path) -> Job | None:
        """Go on with a project whose model was missing, with the file that a person found."""
        missing = self._project.missing
        if missing is None:
            return None
        work = partial(project_tasks.locate_model, missing, str(Path(place).absolute()))
        done = partial(self._located, missing)
        title = self.tr("Locate {0}").format(missing.project.model.title)
        return self._desk.start(title, work, done, lane=LANE)

    def look_for_lost(self) -> None:
        """Look in the background for documents that a killed program left behind."""
        title = self.tr("Look for documents to recover")
        self._desk.start(title, recoverable, self.lost_found.emit, lane=LANE, quiet=True)

    def stop(self) -> None:
        """Put nothing into the document any more."""
        self._timer.stop()

    def _located(self, missing: Opened, opened: Opened) -> None:
        if missing is self._project.missing:
            self._take(self._project.path is None, opened)

    def _take(self, recovered: bool, opened: Opened) -> None:
        """Make a project the open document."""
        project, document = opened.project, self._document
        self._desk.cancel_those_of_the_model(self.tr("a project was opened"))
        self._project.expect(opened, recovered=recovered)
        self._opened, self._rest = opened, list(project.layers)
        if opened.model is None:
            document.open_results(project.history.recipe, project.runs)
        else:
            asked = project.model.name, project.model.checkpoint
            document.open_model(opened.model, project.history.recipe, asked)
            put_back(self._bench.undo_stack, document, project.history)
        document.open_images(opened.images)
        document.open_calibration(opened.calibration)
        if opened.model is None:
            self.model_missing.emit(opened)
            text = self.tr("{name} is missing: File > Locate model… says where it is")
            self.told.emit(text.format(name=project.model.title))
        else:
            document.put_runs(project.runs)
            if project.skipped:
                document.skip_layers(project.skipped)
            self._fill()
        if not recovered:
            self.opened.emit(str(opened.file.path))
        for line in opened.gone:
            self.failed.emit(self.tr("Images of the project are not there"), line)

    def _fill(self) -> None:
        """Put some of the spectra into the document, and go on in the window's next turn."""
        opened = self._opened
        if opened is None or self._document.model is not opened.model:
            return
        some, self._rest = self._rest[:_AT_ONCE], self._rest[_AT_ONCE:]
        if some:
            self._document.add_analysis(some)
        if self._rest:
            self._timer.start()
            return
        self._opened = None
        self._project.settle(opened.project.model.fingerprint)
        if not self._document.analyzed:
            self._bench.analyze()
