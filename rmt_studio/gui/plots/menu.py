"""The context menu of every plot: save or copy it, save or copy its numbers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QObject, QSettings, Qt
from PySide6.QtGui import QAction, QContextMenuEvent, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QFileDialog, QMenu

from rmt_studio.errors import InputError
from rmt_studio.gui.dialogs.error_box import show_error
from rmt_studio.gui.plots.numbers import plot_rows, save_numbers, tab_separated
from rmt_studio.gui.plots.picture import plot_image, save_plot

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyqtgraph as pg

    from rmt_studio.gui.plots.numbers import Row

_KINDS = "PNG (*.png);;SVG (*.svg);;PDF (*.pdf)"
_FOLDER = "folders/plot"


class PlotMenu(QObject):
    """Belongs to a plot; its actions are the plot's, so that its keys work while it has the focus.

    Args:
        view: the plot.
    """

    def __init__(self, view: pg.GraphicsView) -> None:
        super().__init__(view)
        self._view = view
        self._names: dict[int, str] = {}
        self.save = self._action(self.tr("Save plot…"), QKeySequence("Ctrl+Shift+S"))
        self.copy = self._action(self.tr("Copy plot"), QKeySequence(QKeySequence.StandardKey.Copy))
        self.copy_data = self._action(self.tr("Copy its numbers"), QKeySequence("Ctrl+Shift+N"))
        self.numbers = self._action(self.tr("Save its numbers as CSV…"), QKeySequence("Ctrl+Alt+N"))
        self.save.triggered.connect(self._save)
        self.copy.triggered.connect(self.copy_plot)
        self.copy_data.triggered.connect(self.copy_numbers)
        self.numbers.triggered.connect(self._save_numbers)
        for watched in (view, view.viewport()):
            watched.installEventFilter(self)

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

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QContextMenuEvent):
            menu = QMenu(self._view)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.addActions([self.copy, self.copy_data, self.save, self.numbers])
            menu.popup(event.globalPos())
            return True
        return super().eventFilter(watched, event)

    def _action(self, text: str, key: QKeySequence | None = None) -> QAction:
        action = QAction(text, self)
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        if key is not None:
            action.setShortcut(key)
        self._view.addAction(action)
        return action

    def _save(self) -> None:
        path = self._ask(self.tr("Save the plot"), _KINDS, ".png")
        if path:
            self._try(lambda: save_plot(self._view, path), self.tr("The plot was not saved"))

    def _save_numbers(self) -> None:
        path = self._ask(self.tr("Save the numbers of the plot"), "CSV (*.csv)", ".csv")
        if path:
            self._try(lambda: save_numbers(self.rows(), path), self.tr("They were not saved"))

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

    def _try(self, work: object, title: str) -> None:
        assert callable(work)  # noqa: S101
        try:
            work()
        except InputError as error:
            show_error(self._view.window(), title, str(error))
