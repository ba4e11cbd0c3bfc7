"""The second moments of the layers' inputs: measured once for a model and its images."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from rmt_studio.studio import lens_tasks
from rmt_studio.studio.job_events import JobCancelled, JobEvent, JobFailed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

    from rmt_studio.data.images import ImageSet
    from rmt_studio.gui.job_desk import JobDesk
    from rmt_studio.models.loading import LoadedModel
    from rmt_studio.studio.document import Document
    from rmt_studio.studio.jobs import Job


class Moments(QObject):
    """Measures them when a view needs them, in a job that a person sees and can cancel.

    Signals:
        changed (): the job began, or ended in any way.
    """

    changed = Signal()

    def __init__(self, document: Document, desk: JobDesk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document, self._desk = document, desk
        self._job: Job | None = None
        self._of: tuple[object, object] = (None, None)
        desk.job_changed.connect(self._job_moved)

    @property
    def measuring(self) -> bool:
        """Whether they are being measured for the open model and images."""
        return self._job is not None and self._is_open(self._of)

    def measure(self) -> None:
        """Begin to measure, unless that is under way or there are no images."""
        model, images = self._open
        if self.measuring or model is None or images is None:
            return
        self.stop()
        self._of = self._open
        work = partial(lens_tasks.measure_moments, model, images)
        done = partial(self._measured, self._of)
        title = self.tr("Measuring input moments")
        self._job = self._desk.start(title, work, done, lane="sampling")
        self.changed.emit()

    def stop(self) -> None:
        """Cancel the measuring that is under way."""
        if self._job is not None:
            self._job.cancel()
            self._job = None

    @property
    def _open(self) -> tuple[LoadedModel | None, ImageSet | None]:
        return self._document.model, self._document.images

    def _measured(self, of: tuple[object, object], moments: Mapping[str, Tensor]) -> None:
        if self._is_open(of):
            self._job = None
            self._document.set_moments(moments)

    def _is_open(self, of: tuple[object, object]) -> bool:
        return of[0] is self._document.model and of[1] is self._document.images

    def _job_moved(self, event: JobEvent) -> None:
        ended = isinstance(event, JobCancelled | JobFailed)
        if ended and self._job is not None and event.job_id == self._job.id:
            self._job = None
            self.changed.emit()
