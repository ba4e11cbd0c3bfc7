"""Save a series: its numbers, and the film of one matrix."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog

from rmt_studio.errors import InputError
from rmt_studio.gui.dialogs.files import last_folder, remember_folder
from rmt_studio.reports.animation import can_write_mp4, require_animation

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from rmt_studio.gui.series.desk import SeriesDesk
    from rmt_studio.gui.series.scrub import Scrub


class SeriesExports(QObject):
    """Actions of which each asks where to, and has a job write the file."""

    def __init__(self, desk: SeriesDesk, scrub: Scrub, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk, self._scrub, self._window = desk, scrub, parent
        self.gif = QAction(self.tr("Film of this layer as &GIF…"), self)
        self.mp4 = QAction(self.tr("Film of this layer as &MP4…"), self)
        self.csv = QAction(self.tr("All numbers as &CSV…"), self)
        self.json = QAction(self.tr("All numbers and spectra as &JSON…"), self)
        self.mp4.setEnabled(can_write_mp4())
        if not self.mp4.isEnabled():
            self.mp4.setToolTip(self.tr("Needs PyAV: pip install 'rmt-studio[video]'"))
        self.gif.triggered.connect(self._choose_gif)
        self.mp4.triggered.connect(self._choose_mp4)
        self.csv.triggered.connect(self._choose_csv)
        self.json.triggered.connect(self._choose_json)

    def actions(self) -> list[QAction]:
        """The actions for a menu."""
        return [self.gif, self.mp4, self.csv, self.json]

    def write(self, path: Path) -> None:
        """Have written what the name's ending says, with the speed and the axes on show."""
        if path.suffix in (".csv", ".json"):
            self._desk.export_data(path)
            return
        scrub = self._scrub
        try:
            require_animation(path, scrub.speed)
        except InputError as error:
            self._desk.failed.emit(self.tr("The film was not made"), str(error))
            return
        self._desk.export_film(scrub.layer, path, scrub.speed, log=scrub.log)

    def _choose_gif(self) -> None:
        self._choose(".gif", self.tr("Films (*.gif)"))

    def _choose_mp4(self) -> None:
        self._choose(".mp4", self.tr("Films (*.mp4)"))

    def _choose_csv(self) -> None:
        self._choose(".csv", self.tr("Tables (*.csv)"))

    def _choose_json(self) -> None:
        self._choose(".json", self.tr("All numbers (*.json)"))

    def _choose(self, ending: str, kinds: str) -> None:
        name = self._scrub.layer if ending in (".gif", ".mp4") else "series"
        start = str(Path(last_folder("series_export")) / f"{name.replace('/', '_')}{ending}")
        title = self.tr("Export the series")
        path, _ = QFileDialog.getSaveFileName(self._window, title, start, kinds)
        if path:
            remember_folder("series_export", path)
            self.write(Path(path) if Path(path).suffix == ending else Path(path + ending))
