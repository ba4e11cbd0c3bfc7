"""The analysis of the open model: one job, whose layers go into the document as they arrive."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from rmt_studio.studio import tasks
from rmt_studio.studio.devices import for_spectra

if TYPE_CHECKING:
    from collections.abc import Callable

    from rmt_studio.analysis import Analysis, LayerAnalysis
    from rmt_studio.gui.job_desk import JobDesk
    from rmt_studio.models.loading import LoadedModel
    from rmt_studio.pruning import BulkFitSettings
    from rmt_studio.studio.document import Document
    from rmt_studio.studio.jobs import Job

# Fits that are cached arrive by the hundred in one turn of the event loop, and each change of the
# document costs its listeners a millisecond or two: so they go in together, not too many at once.
_PAUSE = 15  # ms between two lots
_TOGETHER = 16  # layers in one


@dataclass(frozen=True)
class _LayerReady:
    model: LoadedModel
    settings: BulkFitSettings
    layer: LayerAnalysis


class Analyses(QObject):
    """Computes every spectrum and fit in the background; a new start ends the one before.

    Signals:
        told (str): one line for the status bar.
    """

    told = Signal(str)

    def __init__(self, document: Document, desk: JobDesk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document, self._desk = document, desk
        self._job: Job | None = None
        self._arrived: list[_LayerReady] = []
        self._next = QTimer(self, singleShot=True, interval=_PAUSE)
        self._next.timeout.connect(self._put_in)
        desk.arrived.connect(self._layer_arrived)

    def start(self, model: LoadedModel, device: str) -> Job:
        """Analyse the open model as its recipe says, on a device that has float64."""
        if self._job is not None:
            self._job.cancel()
        recipe = self._document.recipe
        ready = partial(_post_layer, self._desk.post, model, recipe.bulk_fit)
        lane = for_spectra(device)
        work = partial(tasks.analyze_model, model, recipe, ready, lane)
        done = partial(self._done, model)
        again = partial(self.start, model, device)
        elsewhere = partial(self.start, model, "cpu") if lane != "cpu" else None
        title = self.tr("Analyse {name}").format(name=model.title)
        self._job = self._desk.start(title, work, done, lane=lane, again=again, elsewhere=elsewhere)
        return self._job

    def _layer_arrived(self, event: object) -> None:
        if isinstance(event, _LayerReady):
            self._arrived.append(event)
            if not self._next.isActive():
                self._next.start()

    def _put_in(self, most: int | None = _TOGETHER) -> None:
        """Put layers that arrived into the document; the rest after the window had its turn."""
        ready = self._arrived[:most]
        del self._arrived[:most]
        if self._arrived:
            self._next.start()
        document = self._document
        model, settings = document.model, document.recipe.bulk_fit
        # `is`: models are equal by their tensors, which may have to be read for that
        found = [x.layer for x in ready if x.model is model and x.settings == settings]
        if found:
            document.add_analysis(found)

    def _done(self, model: LoadedModel, analysis: Analysis) -> None:
        self._put_in(None)
        if model is self._document.model:
            if analysis.skipped:
                self._document.skip_layers(analysis.skipped)
            self.told.emit(self.tr("{name}: all spectra are fitted").format(name=model.title))


def _post_layer(
    post: Callable[[object], None],
    model: LoadedModel,
    settings: BulkFitSettings,
    layer: LayerAnalysis,
) -> None:
    post(_LayerReady(model, settings, layer))
