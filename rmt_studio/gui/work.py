"""Long work on the open model that outlives the window which shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from rmt_studio.studio.job_events import JobProgressed


class Work(QObject):
    """What a `rmt_studio.gui.studies.work_window.WorkWindow` shows, starts and stops.

    Signals:
        changed (): what was found, or whether it runs.
        progressed (): `progress` is another.

    Attributes:
        scene: what it works on; None before the first start.
        progress: the last report of the job.
    """

    changed = Signal()
    progressed = Signal()

    scene: Any = None
    progress: JobProgressed | None = None

    @property
    def running(self) -> bool:
        """Whether the job has not ended."""
        raise NotImplementedError

    def stop(self) -> None:
        """End the job; what was found stays."""
        raise NotImplementedError
