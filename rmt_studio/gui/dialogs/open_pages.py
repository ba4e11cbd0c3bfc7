"""The three ways to open a model: by architecture, from a folder, or again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QStringListModel, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QCompleter,
    QHBoxLayout,
    QLineEdit,
    QListView,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from rmt_studio.gui.dialogs import choices
from rmt_studio.gui.dialogs.base import button, caption
from rmt_studio.gui.dialogs.choices import Verdict
from rmt_studio.gui.dialogs.files import choose_checkpoint, choose_model_folder
from rmt_studio.gui.theme import theme
from rmt_studio.models.offer import Offer

if TYPE_CHECKING:
    from PySide6.QtGui import QShowEvent


class Page(QWidget):
    """One way to name a model.

    Signals:
        changed (): the choice or the verdict on it is another.
        confirmed (): a person chose and means it, by a double click.
    """

    changed = Signal()
    confirmed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 14, 0, 0)
        self.column.setSpacing(6)

    @property
    def choice(self) -> tuple[str, str]:
        """Name, and checkpoint or nothing, as `Workbench.open_model` takes them."""
        raise NotImplementedError

    @property
    def verdict(self) -> Verdict:
        """What can be said about the choice."""
        raise NotImplementedError


class ArchitecturePage(Page):
    """A timm architecture, with the hub's weights or a checkpoint.

    Signals:
        file_chosen (str): there is a checkpoint to be looked at.
    """

    file_chosen = Signal(str)

    def __init__(self, checkpoint: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.architecture = QComboBox()
        self.architecture.setObjectName("architecture")
        editor = QLineEdit()
        editor.setPlaceholderText(self.tr("for example deit_tiny_patch16_224"))
        editor.setStyleSheet("border: none; padding: 0; min-height: 0; background: transparent;")
        self.architecture.setLineEdit(editor)
        self.architecture.setMaxVisibleItems(14)
        self.architecture.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.architecture.setAccessibleName(self.tr("Architecture"))
        self.architecture.setToolTip(self.tr("A name that timm knows; any part of it finds it"))
        self.checkpoint = PathField(
            self.tr("Checkpoint file"), self.tr("Pretrained weights from the hub")
        )
        self.checkpoint.path.setObjectName("checkpoint")
        self.checkpoint.browse.clicked.connect(self._browse)
        self.column.addWidget(caption(self.tr("Architecture"), self.architecture))
        self.matrices = button(
            self.tr("Matrices only"),
            tooltip=self.tr("Without an architecture: analyse, prune and export, no evaluation"),
        )
        self.matrices.setObjectName("matrices_only")
        self.matrices.clicked.connect(self._take_matrices)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.architecture, 1)
        row.addWidget(self.matrices)
        self.column.addLayout(row)
        self.column.addSpacing(6)
        self.column.addWidget(caption(self.tr("Weights"), self.checkpoint.path))
        self.column.addWidget(self.checkpoint)
        self.column.addStretch(1)
        self.setFocusProxy(self.architecture)
        self._offer = Offer("")
        self.checkpoint.path.setText(checkpoint)
        self.architecture.currentTextChanged.connect(self.changed)
        self.checkpoint.path.textChanged.connect(self._guess)
        self.checkpoint.path.textChanged.connect(self._look)

    @property
    def choice(self) -> tuple[str, str]:
        typed, path = self.architecture.currentText().strip(), self.checkpoint.text
        offered = self._offer if self._offer.path == path else Offer("")
        return offered.opens_as if typed and typed == offered.name else typed, path

    @property
    def verdict(self) -> Verdict:
        name, path = self.choice
        said = choices.check_model(name, path)
        if not path or self._offer.path != path:
            return said
        return choices.with_offer(said, self.architecture.currentText().strip(), self._offer)

    def take_offer(self, offer: Offer) -> None:
        """Show what the chosen file is likely to be; put its name in where there is none yet."""
        if offer.path != self.checkpoint.text:
            return
        self._offer = offer
        if offer.name and not self.architecture.currentText().strip():
            self.architecture.setEditText(offer.name)
        self.changed.emit()

    def _take_matrices(self) -> None:
        self.architecture.setEditText("bare")

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self.architecture.count() == 0:
            QTimer.singleShot(0, self._fill)

    def _fill(self) -> None:
        """List the architectures, once the dialog is on show."""
        typed = self.architecture.currentText()
        blocked = self.architecture.blockSignals(True)
        self.architecture.addItems(list(choices.vision_transformers()))
        self.architecture.setCurrentIndex(-1)
        self.architecture.setEditText(typed)
        self.architecture.blockSignals(blocked)
        self._look()
        names = QStringListModel(list(choices.all_architectures()), self)
        completer = QCompleter(names, self)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        popup = QListView()
        popup.setObjectName("completions")
        theme().dress(popup)
        completer.setPopup(popup)
        self.architecture.setCompleter(completer)
        self._guess()

    def _guess(self) -> None:
        """Take the architecture from the name of the checkpoint, where it says one."""
        if self.checkpoint.text and not self.architecture.currentText():
            self.architecture.setEditText(choices.architecture_in(self.checkpoint.text))
        self.changed.emit()

    def _look(self) -> None:
        """Ask what the chosen file is, once it is one."""
        path = self.checkpoint.text
        if path and choices.check_checkpoint(path).usable and path != self._offer.path:
            self.file_chosen.emit(path)

    def _browse(self) -> None:
        path = choose_checkpoint(self)
        if path:
            self.checkpoint.path.setText(path)


class FolderPage(Page):
    """A folder that says itself what it holds."""

    def __init__(self, folder: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.folder = PathField(self.tr("Model folder"), self.tr("Folder with config.json"))
        self.folder.path.setObjectName("model_folder")
        self.setFocusProxy(self.folder.path)
        self.folder.path.setText(folder)
        self.folder.browse.clicked.connect(self._browse)
        self.column.addWidget(caption(self.tr("Folder"), self.folder.path))
        self.column.addWidget(self.folder)
        self.column.addStretch(1)
        self.folder.path.textChanged.connect(self.changed)

    @property
    def choice(self) -> tuple[str, str]:
        return self.folder.text, ""

    @property
    def verdict(self) -> Verdict:
        return choices.check_folder(self.folder.text)

    def _browse(self) -> None:
        path = choose_model_folder(self)
        if path:
            self.folder.path.setText(path)


class RecentPage(Page):
    """Models that were open before."""

    def __init__(self, recent: list[tuple[str, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.list = QListWidget()
        self.list.setObjectName("recent_models")
        self.list.setAccessibleName(self.tr("Models that were open before"))
        self.list.setToolTip(self.tr("Double-click to open again"))
        self.list.setStyleSheet("QListWidget::item { padding: 6px 4px; }")
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        for name, checkpoint in recent:
            item = QListWidgetItem(self._title(name, checkpoint), self.list)
            item.setData(Qt.ItemDataRole.UserRole, (name, checkpoint))
            item.setToolTip("\n".join(part for part in (name, checkpoint) if part))
        self.column.addWidget(self.list)
        self.setFocusProxy(self.list)
        self.list.currentItemChanged.connect(self.changed)
        self.list.itemDoubleClicked.connect(self.confirmed)

    @property
    def choice(self) -> tuple[str, str]:
        item = self.list.currentItem()
        name, checkpoint = item.data(Qt.ItemDataRole.UserRole) if item else ("", "")
        return name, checkpoint

    @property
    def verdict(self) -> Verdict:
        if self.list.count() == 0:
            return Verdict(False, self.tr("Models that you open are listed here."))
        if self.list.currentItem() is None:
            return Verdict(False, self.tr("Choose a model."))
        return choices.check_recent(*self.choice)

    def _title(self, name: str, checkpoint: str) -> str:
        if name == "demo":
            return self.tr("Embedded demo")
        shown = Path(name).name if Path(name).is_absolute() else name
        return f"{shown}   ·   {Path(checkpoint).name}" if checkpoint else shown


class PathField(QWidget):
    """A path that can be typed, cleared and browsed for."""

    def __init__(self, name: str, placeholder: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.path = QLineEdit()
        self.path.setAccessibleName(name)
        self.path.setToolTip(name)
        self.path.setPlaceholderText(placeholder)
        self.path.setClearButtonEnabled(True)
        self.browse = button(self.tr("Browse…"), tooltip=self.tr("Choose in a file dialog"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.path, 1)
        row.addWidget(self.browse)

    @property
    def text(self) -> str:
        """The whole path, or nothing."""
        typed = self.path.text().strip()
        return str(Path(typed).expanduser().absolute()) if typed else ""
