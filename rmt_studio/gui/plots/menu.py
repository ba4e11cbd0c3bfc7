"""What is done with a plot: save or copy it, save or copy its numbers."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QObject, QSettings
from PySide6.QtGui import QContextMenuEvent, QGuiApplication
from PySide6.QtWidgets import QFileDialog

from rmt_studio.errors import InputError
from rmt_studio.gui.actions.context import context_menus
from rmt_studio.gui.actions.menus.plot import PLOT
from rmt_studio.gui.dialogs.error_box import show_error
from rmt_studio.gui.plots.numbers import plot_rows, save_numbers, tab_separated
from rmt_studio.gui.plots.picture import plot_image, save_plot
from rmt_studio.gui.plots_in_use import plots_in_use

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pyqtgraph as pg

    from rmt_studio.gui.plots.numbers import Row

_KINDS = "PNG (*.png);;SVG (*.svg);;PDF (*.pdf)"
_FOLDER = "folders/plot"


class PlotMenu(QObject):
    """Belongs to a plot; the window's actions call it for the plot that is used.

    Args:
        view: the plot.
    """

    def __init__(self, view: pg.GraphicsView) -> None:
        super().__init__(view)
        self._view = view
        self._names: dict[int, str] = {}
        plots_in_use().add(view, self)
        for watched in (view, view.viewport()):
            watched.installEventFilter(self)

    @property
    def title(self) -> str:
        """What the plot is called."""
        return self._view.accessibleName() or self._view.objectName()

    def name_items(self, names: Mapping[Any, str]) -> None:
        """Say what items of the plot are, in words of a paper; those without a name are no data.

        Args:
            names: of graphics items that are the plot's for as long as it lives.
        """
        self._names |= {id(item): name for item, name in names.items()}

    def rows(self) -> list[Row]:
        """Return the numbers that the plot draws now, a row for each point, bar and line."""
        return list(plot_rows(self._view, self._names))

    def copy_plot(self) -> None:
        """Put the plot on the clipboard as a picture."""
        QGuiApplication.clipboard().setImage(plot_image(self._view))

    def copy_numbers(self) -> None:
        """Put the numbers on the clipboard, tab-separated, as a spreadsheet takes them."""
        QGuiApplication.clipboard().setText(tab_separated(self.rows()))

    def save_picture(self) -> str:
        """Ask for a file and write the plot into it; return its path, or nothing."""
        path = self._ask(self.tr("Save the plot"), _KINDS, ".png")
        failed = self.tr("The plot was not saved")
        return path if path and self._try(partial(save_plot, self._view, path), failed) else ""

    def save_numbers(self) -> str:
        """Ask for a file and write the numbers into it; return its path, or nothing."""
        path = self._ask(self.tr("Save the numbers of the plot"), "CSV (*.csv)", ".csv")
        failed = self.tr("They were not saved")
        return path if path and self._try(partial(save_numbers, self.rows(), path), failed) else ""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QContextMenuEvent):
            plots_in_use().use(self._view)
            context_menus().ask(self._view, [spec.id for spec in PLOT], event.globalPos())
            return True
        return super().eventFilter(watched, event)

    def _ask(self, title: str, kinds: str, ending: str) -> str:
        folder = str(QSettings().value(_FOLDER) or Path.home())
        name = (self._view.objectName() or "plot") + ending
        start = str(Path(folder) / name)
        path, chosen = QFileDialog.getSaveFileName(self._view, title, start, kinds)
        if not path:
            return ""
        QSettings().setValue(_FOLDER, str(Path(path).parent))
        wanted = f".{chosen.partition(' ')[0].lower()}" if chosen else ending
        return path if Path(path).suffix else path + wanted

    def _try(self, work: Callable[[], object], title: str) -> bool:
        try:
            work()
        except InputError as error:
            show_error(self._view.window(), title, str(error))
            return False
        return True
