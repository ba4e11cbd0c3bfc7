"""Copies what was done so far as a script or as commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication

from rmt_studio.models.exports import FORMATS
from rmt_studio.studio.document import ModelOpened
from rmt_studio.studio.retold import Done, Exported, as_commands, as_python, done_so_far

if TYPE_CHECKING:
    from rmt_studio.gui.workbench import Workbench
    from rmt_studio.models.export import ExportReport
    from rmt_studio.pruning import Recipe


class Retelling(QObject):
    """Remembers what the document does not: which files were written of the open model."""

    def __init__(self, workbench: Workbench, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bench = workbench
        self._exports: tuple[tuple[Recipe, Exported], ...] = ()
        workbench.exported.connect(self._exported)
        workbench.document_changed.connect(self._document_changed)

    @property
    def done(self) -> Done:
        """The steps so far; a model has to be open."""
        bench = self._bench
        return done_so_far(
            bench.document,
            device=bench.device,
            filled=bench.targets.filled_for(bench.document.recipe),
            exports=tuple(f for recipe, f in self._exports if recipe == bench.document.recipe),
            tuned=bench.fine_tuner.told,
        )

    def copy_python(self) -> None:
        """Put the script on the clipboard."""
        QGuiApplication.clipboard().setText(as_python(self.done))
        self._bench.told.emit(self.tr("Copied as Python: paste it into a file or a notebook"))

    def copy_commands(self) -> None:
        """Put the commands on the clipboard."""
        QGuiApplication.clipboard().setText(as_commands(self.done))
        self._bench.told.emit(self.tr("Copied as commands: paste them into a terminal"))

    def _exported(self, report: ExportReport) -> None:
        packed = report.zstd or not FORMATS[report.format].packs  # where it is no choice, the usual
        written = Exported(str(report.path.absolute()), report.format, report.dtype, packed)
        others = tuple(pair for pair in self._exports if pair[1].path != written.path)
        self._exports = (*others, (self._bench.document.recipe, written))

    def _document_changed(self, event: object) -> None:
        if isinstance(event, ModelOpened):
            self._exports = ()
