"""The selected rows of the table and the selected layers of the workbench, kept the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QObject

from rmt_studio.gui.layers.groups import GroupRow
from rmt_studio.gui.layers.row import LayerRow
from rmt_studio.gui.layers.runs import runs

if TYPE_CHECKING:
    from PySide6.QtWidgets import QAbstractItemView

    from rmt_studio.gui.layers.filter_proxy import LayerFilter
    from rmt_studio.gui.workbench import Workbench

_FLAGS = QItemSelectionModel.SelectionFlag
_SELECT = _FLAGS.ClearAndSelect | _FLAGS.Rows


class SelectionLink(QObject):
    """Brings a person's choice of rows to the workbench, and the workbench's choice to the rows.

    The workbench is the truth. Rows that a filter hides leave the selection, so that no edit
    reaches a layer that is not seen; only the layer on show stays when nothing else is left.
    """

    def __init__(self, view: QAbstractItemView, proxy: LayerFilter, workbench: Workbench) -> None:
        super().__init__(view)
        self._view, self._proxy, self._workbench = view, proxy, workbench
        self._silent = False
        rows = view.selectionModel()
        rows.selectionChanged.connect(self._rows_chosen)
        rows.currentRowChanged.connect(self._current_moved)
        workbench.selection_changed.connect(self.follow)
        proxy.moving.connect(self._let_go)
        proxy.moved.connect(self.follow)

    def follow(self) -> None:
        """Select the rows of the workbench's layers, and bring the one on show into view."""
        if self._silent:
            return
        shown, place = self._wanted()
        if (shown, place) == (self._chosen_places(), self._current_place()):
            return
        with _Silence(self):
            self._select(shown, place)

    def arranged(self) -> None:
        """Follow the workbench after rows were hidden, shown or put in another order."""
        bench = self._workbench
        left = tuple(name for name in bench.selection if self._proxy.keeps(name))
        if left and left != bench.selection:
            bench.select(left, bench.current if bench.current in left else left[0])
        elif not left and bench.current is not None:
            bench.select((bench.current,), bench.current)
        self.follow()

    def reveal(self) -> None:
        """Scroll to the layer on show, which other rows may have pushed out of view."""
        index = self._view.selectionModel().currentIndex()
        if index.isValid():
            self._view.updateGeometries()  # or it could not scroll beyond the rows that were left
            self._view.scrollTo(index)

    def silence(self) -> _Silence:
        """Return a context in which rows may move without anybody having chosen."""
        return _Silence(self)

    def _current_moved(self) -> None:
        """A row that is not among the chosen ones is about to be, or was only gone to."""
        if not self._silent and self._current_place() in self._chosen_places():
            self._rows_chosen()

    def _rows_chosen(self) -> None:
        if self._silent:
            return
        places = self._chosen_places()
        if not places:
            self.follow()  # a click beside the rows leaves the layer on show selected
            return
        names = tuple(name for place in places for name in self._names_at(place))
        if not names:
            self.follow()
            return
        here, before = self._current_place(), self._workbench.current
        current = before if before in names else names[-1]
        line = self._proxy.row_at(here) if here is not None and here in places else None
        if isinstance(line, LayerRow):
            current = line.layer.name
        elif line is not None and current not in self._names_at(here or 0):
            current = self._names_at(here or 0)[0]
        with _Silence(self):
            self._workbench.select(self._in_model_order(names), current)
        if any(isinstance(self._proxy.row_at(place), GroupRow) for place in places):
            self.follow()

    def _names_at(self, place: int) -> tuple[str, ...]:
        """Return the layers that a selected row stands for.

        A heading that was just chosen stands for all its members; one that is only among what is
        chosen stands for nobody when they are shown, and else for those that were chosen before.
        """
        line = self._proxy.row_at(place)
        if isinstance(line, LayerRow):
            return (line.layer.name,)
        names = tuple(row.layer.name for row in line.members if self._proxy.keeps(row.layer.name))
        if place == self._current_place():
            return names
        chosen = set(self._workbench.selection) if line.collapsed else set()
        return tuple(name for name in names if name in chosen)

    def _wanted(self) -> tuple[list[int], int | None]:
        """Return the rows to select and the current one; a heading stands for hidden members."""
        bench, here = self._workbench, self._current_place()
        found: set[int] = set()
        for name in bench.selection:
            place = self._proxy.place(name)
            if place is None and self._proxy.keeps(name):
                place = self._proxy.heading_place(name)
            if place is not None:
                found.add(place)
        current = bench.current
        place = self._proxy.place(current) if current else None
        heading = self._proxy.heading_place(current) if current else None
        if heading is not None and (
            (place is None and heading in found)
            or (heading == here and set(bench.selection).issuperset(self._names_at(heading)))
        ):
            found.add(heading)
            place = heading
        return sorted(found), place

    def _let_go(self) -> None:
        with _Silence(self):
            self._view.selectionModel().clearSelection()

    def _in_model_order(self, names: tuple[str, ...]) -> tuple[str, ...]:
        chosen, model = set(names), self._workbench.document.model
        return tuple(x.name for x in model.layers if x.name in chosen) if model else ()

    def _chosen_places(self) -> list[int]:
        ranges = self._view.selectionModel().selection().toList()
        return sorted({row for r in ranges for row in range(r.top(), r.bottom() + 1)})

    def _current_place(self) -> int | None:
        index = self._view.selectionModel().currentIndex()
        return index.row() if index.isValid() else None

    def _select(self, places: list[int], current: int | None) -> None:
        model, rows = self._proxy, self._view.selectionModel()
        last = model.columnCount() - 1
        wanted = QItemSelection()
        for top, bottom in runs(places):
            wanted.select(model.index(top, 0), model.index(bottom, last))
        if current is not None:
            index = model.index(current, 0)
            rows.setCurrentIndex(index, _FLAGS.NoUpdate)
            self._view.scrollTo(index)
        rows.select(wanted, _SELECT)


class _Silence:
    """While it lasts the rows do not speak."""

    def __init__(self, link: SelectionLink) -> None:
        self._link = link

    def __enter__(self) -> None:
        self._before, self._link._silent = self._link._silent, True

    def __exit__(self, *_: object) -> None:
        self._link._silent = self._before
