"""Whether the work that a form asks for was begun before, looked for in the background."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from rmt_studio.studio.training_tasks import epochs_before

if TYPE_CHECKING:
    from rmt_studio.gui.job_desk import JobDesk
    from rmt_studio.studio.jobs import Job
    from rmt_studio.studio.training_tasks import Tuning

_SETTLING = 400  # ms without another edit
_LANE = "earlier work"


class EarlierWork(QObject):
    """Looks when the form has settled; the models and a million file names have to be hashed.

    Signals:
        found (): `epochs` is another.

    Attributes:
        epochs: that an earlier run has ended; 0 for none, or while that is not known.
    """

    found = Signal()

    def __init__(self, parent: QObject, desk: JobDesk) -> None:
        super().__init__(parent)
        self._desk = desk
        self._job: Job | None = None
        self._wanted: Tuning | None = None
        self.epochs = 0
        self._timer = QTimer(self, singleShot=True, interval=_SETTLING)
        self._timer.timeout.connect(self._look)

    def look(self, tuning: Tuning | None) -> None:
        """Look for this work once nothing else is asked for a moment; None for no work."""
        if self._job is not None:
            self._job.cancel()
        self._wanted, self._job = tuning, None
        self._say(0)
        if tuning is None:
            self._timer.stop()
        else:
            self._timer.start()

    def _look(self) -> None:
        if (tuning := self._wanted) is not None:
            work, done = partial(epochs_before, tuning), partial(self._looked, tuning)
            title = self.tr("Look for earlier work")
            self._job = self._desk.start(title, work, done, lane=_LANE, quiet=True)

    def _looked(self, tuning: Tuning, epochs: int) -> None:
        if tuning is self._wanted:
            self._job = None
            self._say(epochs)

    def _say(self, epochs: int) -> None:
        if epochs != self.epochs:
            self.epochs = epochs
            self.found.emit()
