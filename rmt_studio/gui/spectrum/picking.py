"""One singular value is looked at in every plot: by a click, by keys, on the page of vectors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeySequence, QShortcut

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from rmt_studio.gui.lens import Lens
    from rmt_studio.gui.spectrum.pages import Pages

_INSIDE = Qt.ShortcutContext.WidgetWithChildrenShortcut


class Picker(QObject):
    """Carries the choice between the plots and the lens, which keeps it.

    A click on the value that is marked takes the mark away. Page Up and Page Down go to the next
    larger and smaller value, except where a table scrolls with them. With Shift either of them
    reaches from the value that was chosen to another: all between are looked at together.
    """

    def __init__(self, lens: Lens, pages: Pages, card: QWidget) -> None:
        super().__init__(card)
        self._lens, self._pages = lens, pages
        for plot in pages.plots:
            plot.value_picked.connect(self._clicked)
            plot.value_reached.connect(self._reached)
        pages.vectors.stepped.connect(self.step)
        lens.picked_changed.connect(self.show)
        self._keys = (
            self._key(card, QKeySequence.StandardKey.MoveToPreviousPage, self._larger),
            self._key(card, QKeySequence.StandardKey.MoveToNextPage, self._smaller),
            self._key(card, QKeySequence.StandardKey.SelectPreviousPage, self._reach_larger),
            self._key(card, QKeySequence.StandardKey.SelectNextPage, self._reach_smaller),
        )
        pages.tabs.currentChanged.connect(self._turned)

    def step(self, ranks: int) -> None:
        """Look at the value so many ranks further down; from none on at the largest."""
        shown, picked = self._lens.shown, self._lens.picked
        if shown is None:
            return
        wanted = 0 if picked is None else picked + ranks
        self._lens.pick(min(max(wanted, 0), shown.fit.dimension - 1))

    def show(self) -> None:
        """Mark the value in the plot in view."""
        if self._pages.plot is not None:
            self._pages.plot.show_picked(self._lens.picked_ranks)

    def _clicked(self, rank: int) -> None:
        self._lens.pick(None if self._lens.picked_ranks == (rank, rank) else rank)

    def _reached(self, rank: int) -> None:
        picked = self._lens.picked
        self._lens.pick(rank if picked is None else picked, rank)

    def _reach(self, ranks: int) -> None:
        shown, picked = self._lens.shown, self._lens.picked_ranks
        if shown is not None:
            wanted = 0 if picked is None else picked[1] + ranks
            self._reached(min(max(wanted, 0), shown.fit.dimension - 1))

    def _reach_larger(self) -> None:
        self._reach(-1)

    def _reach_smaller(self) -> None:
        self._reach(1)

    def _larger(self) -> None:
        self.step(-1)

    def _smaller(self) -> None:
        self.step(1)

    def _turned(self, _index: int) -> None:
        on_vectors = self._pages.currentWidget() is self._pages.vectors
        for key in self._keys:
            key.setEnabled(self._pages.plot is not None or on_vectors)
        if on_vectors and self._lens.picked is None:
            self._lens.pick(0)
        self.show()

    def _key(self, card: QWidget, key: QKeySequence.StandardKey, slot: object) -> QShortcut:
        shortcut = QShortcut(QKeySequence(key), card)
        shortcut.setContext(_INSIDE)
        shortcut.activated.connect(slot)
        return shortcut
