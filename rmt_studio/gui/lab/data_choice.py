"""Where the pictures of the experiments come from: a file, or torchvision's download."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSettings, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from rmt_studio.gui.dialogs.files import last_folder, remember_folder
from rmt_studio.gui.inspector.choice_box import ChoiceBox

_DOWNLOAD, _ASK = "", "?"  # no path is either
_KEPT = "lab/data"


class DataChoice(ChoiceBox):
    """Fashion-MNIST by download, from the file chosen last, or from another.

    Signals:
        changed (): `path` is another.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", "", parent)
        self.setObjectName("lab_data")
        self.setAccessibleName(self.tr("Data"))
        self._tooltip = self.tr("Where Fashion-MNIST comes from")
        self._path = str(QSettings().value(_KEPT) or _DOWNLOAD)
        self._fill()
        self.chosen.connect(self._chosen)

    @property
    def path(self) -> Path | None:
        """The file; None for the download."""
        return Path(self._path) if self._path else None

    @property
    def complaint(self) -> str:
        """What is wrong with the choice; empty where nothing is known to be."""
        if self.path is None or self.path.is_file():
            return ""
        return self.tr("{0} is not there any more.").format(self.path.name)

    def take(self, path: Path | None) -> None:
        """Use a file, or the download, from now on."""
        self._path = str(path) if path else _DOWNLOAD
        QSettings().setValue(_KEPT, self._path)
        self._fill()
        self.changed.emit()

    def _fill(self) -> None:
        self.clear()
        self.add(self.tr("Fashion-MNIST, by download"), _DOWNLOAD)
        self.explain(
            _DOWNLOAD,
            self.tr("torchvision fetches 30 MB once and keeps them in this user's cache"),
        )
        if self.path is not None:
            self.add(self.path.name, self._path)
            self.explain(self._path, self._path)
        self.add(self.tr("Another file…") if self.path else self.tr("A file…"), _ASK)
        self.explain(_ASK, self.tr("A NumPy file (.npz) with x_train, y_train, x_test and y_test"))
        self.show_choice(self._path)

    def _chosen(self, choice: str) -> None:
        if choice != _ASK:
            self.take(Path(choice) if choice else None)
            return
        title, kinds = self.tr("Choose the pictures"), self.tr("NumPy files (*.npz)")
        path, _ = QFileDialog.getOpenFileName(self.window(), title, last_folder("lab"), kinds)
        if path:
            remember_folder("lab", path)
            self.take(Path(path))
        else:
            self.show_choice(self._path)
