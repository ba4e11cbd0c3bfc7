"""Save a study: its table, its file, its plot."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QSize, Signal
from PySide6.QtGui import QAction, QColor, QPainter, QPixmap
from PySide6.QtWidgets import QFileDialog, QWidget

from rmt_studio.errors import InputError
from rmt_studio.gui.dialogs.files import last_folder, remember_folder
from rmt_studio.gui.theme import number_font, theme
from rmt_studio.models.atomic_write import atomic_write
from rmt_studio.studio.study_tasks import table_text, write_text

if TYPE_CHECKING:
    from rmt_studio.gui.study import Study

_SHARPER = 2  # pixels of the picture for each of the screen
_MARGIN, _TITLE = 16, 28  # px around the figure, and above it for a line of text


class Exports(QObject):
    """Three actions, each of which asks where to and writes a file whole or not at all.

    Signals:
        failed (str, str): a title and one line for a person.
        told (str): one line for the status bar.
    """

    failed = Signal(str, str)
    told = Signal(str)

    def __init__(self, study: Study, figure: QWidget, parent: QWidget) -> None:
        super().__init__(parent)
        self._study, self._figure = study, figure
        self.csv = QAction(self.tr("Table as &CSV…"), self)
        self.json = QAction(self.tr("Study as &JSON…"), self)
        self.png = QAction(self.tr("Plot as &PNG…"), self)
        self.csv.triggered.connect(self._choose_csv)
        self.json.triggered.connect(self._choose_json)
        self.png.triggered.connect(self._choose_png)

    def actions(self) -> list[QAction]:
        """The actions for a menu."""
        return [self.csv, self.json, self.png]

    def write(self, path: Path) -> None:
        """Write what the name's ending says: .csv, .json or .png; what went wrong is said."""
        try:
            if path.suffix == ".csv":
                write_text(path, table_text(self._study.trials))
            elif path.suffix == ".json":
                self._write_study(path)
            else:
                self._write_plot(path)
        except InputError as error:
            self.failed.emit(self.tr("The study was not exported"), str(error))
        else:
            self.told.emit(self.tr("Saved: {0}").format(path))

    def _write_study(self, path: Path) -> None:
        source = self._study.file
        if source is None or not source.is_file():
            reason = self.tr("is not on disk")
            raise InputError(self.tr("study"), reason, self.tr("start it again"))
        if path.resolve() != source.resolve():
            write_text(path, source.read_text(encoding="utf-8"))

    def _write_plot(self, path: Path) -> None:
        with atomic_write(path) as beside:
            if not framed(self._figure, self._study.about).save(str(beside), "PNG"):
                raise InputError(path, "cannot be written", "choose another place")

    def _choose_csv(self) -> None:
        self._choose(".csv", self.tr("Tables (*.csv)"))

    def _choose_json(self) -> None:
        self._choose(".json", self.tr("Studies (*.json)"))

    def _choose_png(self) -> None:
        self._choose(".png", self.tr("Pictures (*.png)"))

    def _choose(self, ending: str, kinds: str) -> None:
        start = str(Path(last_folder("study")) / f"study{ending}")
        title = self.tr("Export the study")
        path, _ = QFileDialog.getSaveFileName(self._figure.window(), title, start, kinds)
        if path:
            remember_folder("study", path)
            self.write(Path(path).with_suffix(ending))


def framed(figure: QWidget, title: str) -> QPixmap:
    """Return a picture of a figure with its title above and room around it."""
    room = QSize(2 * _MARGIN, 2 * _MARGIN + _TITLE)
    picture = QPixmap((figure.size() + room) * _SHARPER)
    picture.setDevicePixelRatio(_SHARPER)
    picture.fill(QColor(theme().colors.panel))
    painter = QPainter(picture)
    painter.setFont(number_font())
    painter.setPen(QColor(theme().colors.text))
    painter.drawText(QPoint(_MARGIN, _MARGIN + painter.fontMetrics().ascent()), title)
    flags = QWidget.RenderFlag.DrawChildren
    figure.render(painter, QPoint(_MARGIN, _MARGIN + _TITLE), renderFlags=flags)
    painter.end()
    return picture
