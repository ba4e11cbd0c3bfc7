"""The results looked at last, and the jobs that make those which are wanted."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from rmt_studio.studio.lens_tasks import Refused

if TYPE_CHECKING:
    from rmt_studio.gui.job_desk import JobDesk
    from rmt_studio.studio.jobs import Job
    from rmt_studio.studio.lens_tasks import Work

    Key = tuple[object, ...]

LANE = "lens"
_KEPT = 24


class LensShelf(QObject):
    """Keeps results by key and computes what is asked for and not there.

    Args:
        desk: where the jobs are started.
        parent: of the object.
        kept: how many results are kept; those asked for last.

    Signals:
        arrived (): a result is there.
    """

    arrived = Signal()

    def __init__(self, desk: JobDesk, parent: QObject | None = None, kept: int = _KEPT) -> None:
        super().__init__(parent)
        self._desk, self._kept = desk, kept
        self._results: OrderedDict[Key, object] = OrderedDict()
        self._jobs: dict[Key, Job] = {}

    def get(self, key: Key) -> Any:  # noqa: ANN401 - what it is depends on the key
        """Return the result under a key; None while it is not there or was refused."""
        found = self._results.get(key)
        return None if isinstance(found, Refused) else found

    def reason(self, key: Key) -> str:
        """Return why there is no result under a key; empty where there is, or may yet be one."""
        found = self._results.get(key)
        return found.reason if isinstance(found, Refused) else ""

    def ask(self, wanted: dict[Key, Work]) -> None:
        """Start the work of the keys that are not there; cancel what nobody wants any more."""
        for key in [key for key in self._jobs if key not in wanted]:
            self._jobs.pop(key).cancel()
        for key, work in wanted.items():
            if key in self._results:
                self._results.move_to_end(key)
            elif key not in self._jobs or self._jobs[key].cancelling:
                self._start(key, work)

    def clear(self) -> None:
        """Forget every result and cancel every job: what they belong to is there no more."""
        self._results.clear()
        self.ask({})

    def _start(self, key: Key, work: Work) -> None:
        ticket = _Ticket()
        done = partial(self._keep, key, ticket)
        title = self.tr("Look at {layer}").format(layer=key[1])
        ticket.job = self._desk.start(title, work, done, lane=LANE, quiet=True)
        self._jobs[key] = ticket.job

    def _keep(self, key: Key, ticket: _Ticket, result: object) -> None:
        if self._jobs.get(key) is not ticket.job:
            return  # it ended after it had been cancelled
        del self._jobs[key]
        self._results[key] = result
        while len(self._results) > self._kept:
            self._results.popitem(last=False)
        self.arrived.emit()


@dataclass
class _Ticket:
    """Tells the callback of a job which job it is the callback of."""

    job: Job | None = None
