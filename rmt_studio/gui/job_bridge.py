"""The one bridge from the jobs' threads to Qt: every event goes through one queued signal."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal


class JobBridge(QObject):
    """Hands values from any thread to the thread this object lives in, in order.

    Signals:
        arrived (object): a frozen dataclass, in the window's thread.
    """

    arrived = Signal(object)
    _posted = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._open = True
        self._posted.connect(self._arrive, Qt.ConnectionType.QueuedConnection)

    def post(self, event: object) -> None:
        """Queue ``event``; may be called from any thread."""
        if self._open:
            self._posted.emit(event)

    def close(self) -> None:
        """Drop whatever is still posted after this."""
        self._open = False

    def _arrive(self, event: object) -> None:
        if self._open:
            self.arrived.emit(event)
