"""Which plot the actions of the menu Plot work on. Imports no plot: the menus are made early."""

from __future__ import annotations

from typing import Protocol
from weakref import WeakKeyDictionary

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

_KIND = QEvent.Type


class Plot(Protocol):
    """What can be done with a plot; what writes a file asks where to and returns it, or nothing."""

    @property
    def title(self) -> str: ...
    def copy_plot(self) -> None: ...
    def copy_numbers(self) -> None: ...
    def save_picture(self) -> str: ...
    def save_numbers(self) -> str: ...


class PlotsInUse(QObject):
    """The plots that there are, and when each was used last.

    Signals:
        changed (): there is a plot to work on and was none, or the other way round.
    """

    changed = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._plots: WeakKeyDictionary[QWidget, Plot] = WeakKeyDictionary()
        self._used: WeakKeyDictionary[QWidget, int] = WeakKeyDictionary()
        self._clock, self._some = 0, False
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._look)

    def add(self, view: QWidget, plot: Plot) -> None:
        """Know a plot from now on for as long as its view lives."""
        self._plots[view] = plot
        view.installEventFilter(self)

    def of(self, view: QWidget) -> Plot | None:
        """Return the plot of a view, or None where that shows none."""
        return self._plots.get(view)

    def current(self) -> Plot | None:
        """Return the plot that has the focus, or else was used last, or else the largest.

        Those of the window in front go before all others; what is hidden does not count.
        """
        shown = [view for view in self._plots if isValid(view) and view.isVisible()]
        view = max(shown, key=self._claim, default=None)
        return self._plots[view] if view is not None else None

    def use(self, view: QWidget) -> None:
        """Take a plot for the one that was used last."""
        self._clock += 1
        self._used[view] = self._clock

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind is _KIND.FocusIn and isinstance(watched, QWidget):
            self.use(watched)
        elif kind in (_KIND.Show, _KIND.Hide):
            self._soon.start()
        return False

    def _claim(self, view: QWidget) -> tuple[bool, bool, int, int]:
        in_front = view.window() is QApplication.activeWindow()
        used = self._used.get(view, 0)
        return view.hasFocus(), in_front, used, view.width() * view.height()

    def _look(self) -> None:
        some = self.current() is not None
        if some != self._some:
            self._some = some
            self.changed.emit()


def plots_in_use() -> PlotsInUse:
    """Return the plots of the running application; made on first use."""
    if not _made or not isValid(_made[0]):
        _made[:] = [PlotsInUse(QApplication.instance())]  # pyright: ignore[reportArgumentType]
    return _made[0]


_made: list[PlotsInUse] = []  # at most one
