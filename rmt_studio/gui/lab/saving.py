"""Save or copy what an experiment came to: its JSON, its table, its figure."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog, QWidget

from rmt_studio.errors import InputError
from rmt_studio.gui.dialogs.files import last_folder, remember_folder
from rmt_studio.models.atomic_write import atomic_write

if TYPE_CHECKING:
    from rmt_studio.gui.lab.lab import Lab

JSON, CSV, PNG = ".json", ".csv", ".png"


class LabSaving(QObject):
    """Actions on the files of the result in view; each is written whole or not at all.

    Signals:
        failed (str, str): a title and one line for a person.
        told (str): one line for the status bar.
    """

    failed = Signal(str, str)
    told = Signal(str)

    def __init__(self, lab: Lab, parent: QWidget) -> None:
        super().__init__(parent)
        self._lab = lab
        self.json = QAction(self.tr("Result as &JSON…"), self)
        self.csv = QAction(self.tr("Rows as &CSV…"), self)
        self.png = QAction(self.tr("Figure as &PNG…"), self)
        self.copy_rows = QAction(self.tr("Copy the &rows"), self)
        self.copy_figure = QAction(self.tr("Copy the &figure"), self)
        self.json.triggered.connect(self._save_json)
        self.csv.triggered.connect(self._save_csv)
        self.png.triggered.connect(self._save_png)
        self.copy_rows.triggered.connect(self._copy_rows)
        self.copy_figure.triggered.connect(self._copy_figure)

    @property
    def possible(self) -> bool:
        """Whether there is something to save."""
        return self._lab.result is not None

    def actions(self) -> list[QAction]:
        """The actions for a menu, a line between saving and copying."""
        line = QAction(self)
        line.setSeparator(True)
        return [self.json, self.csv, self.png, line, self.copy_rows, self.copy_figure]

    def write(self, path: Path) -> None:
        """Write what the name's ending says: .json, .csv or .png; what went wrong is said."""
        try:
            content = self._content(path.suffix)
            with atomic_write(path) as beside:
                beside.write_bytes(content)
        except InputError as error:
            self.failed.emit(self.tr("The result was not saved"), str(error))
        else:
            self.told.emit(self.tr("Saved: {0}").format(path))

    def copy(self, ending: str) -> None:
        """Put the rows (.csv) as tab-separated text, or the figure (.png), on the clipboard."""
        try:
            content = self._content(ending)
        except InputError as error:
            self.failed.emit(self.tr("The result was not copied"), str(error))
            return
        board = QGuiApplication.clipboard()
        if ending == PNG:
            board.setImage(QImage.fromData(content))
        else:
            board.setText(content.decode().replace(",", "\t"))
        self.told.emit(self.tr("Copied"))

    def _content(self, ending: str) -> bytes:
        """Return the bytes of the file with this ending.

        Raises:
            InputError: there is none any more.
        """
        files = self._lab.result.files if self._lab.result is not None else ()
        source = next((file for file in files if file.suffix == ending), None)
        try:
            if source is not None:
                return source.read_bytes()
        except OSError:
            pass
        raise InputError(self.tr("result"), self.tr("is not on disk"), self.tr("run it again"))

    def _save_json(self) -> None:
        self._choose(JSON, self.tr("Results (*.json)"))

    def _save_csv(self) -> None:
        self._choose(CSV, self.tr("Tables (*.csv)"))

    def _save_png(self) -> None:
        self._choose(PNG, self.tr("Pictures (*.png)"))

    def _copy_rows(self) -> None:
        self.copy(CSV)

    def _copy_figure(self) -> None:
        self.copy(PNG)

    def _choose(self, ending: str, kinds: str) -> None:
        start = str(Path(last_folder("lab")) / f"{self._lab.key}{ending}")
        title, window = self.tr("Save the result"), cast("QWidget", self.parent())
        path, _ = QFileDialog.getSaveFileName(window, title, start, kinds)
        if path:
            remember_folder("lab", path)
            self.write(Path(path).with_suffix(ending))
