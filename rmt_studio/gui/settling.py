"""Which changes of the document belong into its file, and how soon each of them is settled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from rmt_studio.gui.edits import in_a_gesture, outlive_listeners
from rmt_studio.studio.document import (
    AnalysisCleared,
    CalibrationOpened,
    ImagesOpened,
    LayersAnalyzed,
    ModelOpened,
    RunAdded,
)
from rmt_studio.studio.events import RunsChanged

if TYPE_CHECKING:
    from rmt_studio.gui.workbench import Workbench
    from rmt_studio.studio.document import DocumentEvent

GESTURE = 250  # ms without a further step of a drag
SPECTRA = 1000  # ms: they arrive one by one and are saved some at a time
_AT_ONCE = ImagesOpened | CalibrationOpened | AnalysisCleared | RunAdded | RunsChanged


class Settling(QObject):
    """Follows the document and its edits.

    Signals:
        another_model (): the document is another one.
        touched (int, bool): something is to be saved in so many ms; whether these count from the
            last such change on, as in a drag.
    """

    another_model = Signal()
    touched = Signal(int, bool)

    def __init__(self, workbench: Workbench, parent: QObject) -> None:
        super().__init__(parent)
        self._bench, self._stack = workbench, workbench.undo_stack
        self._stack.indexChanged.connect(self._edited)
        outlive_listeners(self._stack)
        workbench.document_changed.connect(self._follow)

    def stop(self) -> None:
        """Follow document and edits no further."""
        self._bench.document_changed.disconnect(self._follow)
        self._stack.indexChanged.disconnect(self._edited)

    def _follow(self, event: DocumentEvent) -> None:
        if isinstance(event, ModelOpened):
            self.another_model.emit()
        elif isinstance(event, LayersAnalyzed):
            self.touched.emit(SPECTRA, False)
        elif isinstance(event, _AT_ONCE):
            self.touched.emit(0, False)

    def _edited(self) -> None:
        dragged = in_a_gesture(self._stack)
        self.touched.emit(GESTURE if dragged else 0, dragged)
