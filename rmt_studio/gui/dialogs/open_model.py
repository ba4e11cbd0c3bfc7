"""Choose a model to open."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QTabWidget, QWidget

from rmt_studio.gui.dialogs.base import Dialog, StatusLine, button, card
from rmt_studio.gui.dialogs.open_pages import ArchitecturePage, FolderPage, Page, RecentPage

if TYPE_CHECKING:
    from rmt_studio.gui.workbench import Workbench


class OpenModelDialog(Dialog):
    """Three ways to name a model; a line says at once whether it can be opened.

    Args:
        workbench: opens the model in the background.
        checkpoint: a file or folder that was dropped on the window.
        parent: the window.
    """

    def __init__(
        self,
        workbench: Workbench,
        checkpoint: str | Path | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("", parent)
        self.setWindowTitle(self.tr("Open a model"))
        self.setObjectName("open_model_dialog")
        self.setMinimumSize(540, 330)
        self._workbench = workbench
        given = str(checkpoint) if checkpoint else ""
        is_folder = bool(given) and Path(given).is_dir()
        self.architecture = ArchitecturePage("" if is_folder else given)
        self.folder = FolderPage(given if is_folder else "")
        self.recent = RecentPage(workbench.recent)
        self.status = StatusLine()
        self.status.setObjectName("open_status")
        self.status.setMinimumHeight(2 * self.status.fontMetrics().lineSpacing())
        self.open_button = button(self.tr("Open"), primary=True)
        self.open_button.setObjectName("open_button")
        self.architecture.file_chosen.connect(workbench.models.look_at)
        workbench.looked_at.connect(self.architecture.take_offer)
        self._lay_out()
        self.tabs.setCurrentWidget(self.folder if is_folder else self.architecture)
        self.page.setFocus()
        self._judge()

    def _lay_out(self) -> None:
        self.tabs = QTabWidget()
        self.tabs.setObjectName("open_ways")
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setAccessibleName(self.tr("Ways to open a model"))
        for page, title in (
            (self.architecture, self.tr("Architecture")),
            (self.folder, self.tr("Folder")),
            (self.recent, self.tr("Recent")),
        ):
            self.tabs.addTab(page, title)
            page.changed.connect(self._judge)
            page.confirmed.connect(self._open)
        frame, column = card()
        column.addWidget(self.tabs, 1)
        self.column.addWidget(frame, 1)
        self.column.addWidget(self.status)
        cancel = button(self.tr("Cancel"))
        self.add_buttons(cancel, self.open_button)
        self.tabs.currentChanged.connect(self._judge)
        self.open_button.clicked.connect(self._open)
        cancel.clicked.connect(self.reject)

    @property
    def page(self) -> Page:
        """The way that is on show."""
        page = self.tabs.currentWidget()
        return page if isinstance(page, Page) else self.architecture

    def _judge(self) -> None:
        verdict = self.page.verdict
        self.status.tell(verdict.text, problem=verdict.problem)
        self.open_button.setEnabled(verdict.usable)
        self.open_button.setToolTip("" if verdict.usable else verdict.text)

    def _open(self) -> None:
        if self.page.verdict.usable:
            name, checkpoint = self.page.choice
            self._workbench.open_model(name, checkpoint or None)
            self.accept()
