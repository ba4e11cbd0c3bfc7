"""Training under the lens: from a folder of checkpoints to spectra that move."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from rmt_studio.gui.dialogs.base import Dialog, button
from rmt_studio.gui.dialogs.files import last_folder, remember_folder
from rmt_studio.gui.series.setup_page import SetupPage
from rmt_studio.gui.series.viewer import SeriesViewer

if TYPE_CHECKING:
    from PySide6.QtGui import QDragEnterEvent, QDropEvent

    from rmt_studio.gui.series.desk import SeriesDesk

_SIZE, _LEAST_SIZE = (1180, 740), (960, 600)
_WORDS_WIDTH = 520  # px


def choose_series(parent: QWidget | None) -> Path | None:
    """Ask for a folder of checkpoints; None when cancelled."""
    title = QCoreApplication.translate(
        "SeriesWindow", "Open a folder with checkpoints of one model"
    )
    path = QFileDialog.getExistingDirectory(parent, title, last_folder("series"))
    remember_folder("series", path)
    return Path(path) if path else None


class SeriesWindow(Dialog):
    """Shows a `SeriesDesk`: a word while there is nothing, the listing, the viewer."""

    def __init__(self, desk: SeriesDesk, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.desk = desk
        self.setObjectName("series_window")
        self.setWindowTitle(self.tr("Training under the lens"))
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self.setMinimumSize(*_LEAST_SIZE)
        self.resize(*_SIZE)
        self.setModal(False)
        self.setAcceptDrops(True)
        self._corrects = False  # the listing is wanted though there are checkpoints to look at
        self.words, self.looking = QLabel(), QProgressBar()
        self.open_button = button(self.tr("Open a folder…"), primary=True)
        self.open_button.setObjectName("series_open")
        self.open_button.setToolTip(self.tr("Choose the folder with the checkpoints"))
        self.setup_page, self.viewer = SetupPage(desk), SeriesViewer(desk)
        self.pages = QStackedWidget()
        self.word_page = self._made_word_page()
        for page in (self.word_page, self.setup_page, self.viewer):
            self.pages.addWidget(page)
        self.column.setContentsMargins(10, 10, 10, 10)
        self.column.addWidget(self.pages)
        self.open_button.clicked.connect(self._choose)
        self.setup_page.started.connect(self._started)
        self.viewer.listing_wanted.connect(self._correct)
        desk.changed.connect(self.refresh)
        desk.grown.connect(self.refresh)
        desk.progressed.connect(self._show_looking)
        self.refresh()

    def refresh(self) -> None:
        """Show the page that suits what is known."""
        desk = self.desk
        page = self.word_page
        if desk.course is not None and desk.course.steps and not self._corrects:
            page = self.viewer
        elif desk.found is not None and (desk.course is None or not desk.running):
            page = self.setup_page
        elif desk.course is not None and desk.running:
            page = self.viewer
        self._show_words()
        if page is not self.pages.currentWidget():
            self.pages.setCurrentWidget(page)
            target = (
                self.viewer.timeline.slider
                if page is self.viewer
                else (self.setup_page.start_button if page is self.setup_page else self.open_button)
            )
            target.setFocus()

    # --- a folder that is dropped --------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _dropped(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        folder = _dropped(event)
        if folder is not None:
            event.acceptProposedAction()
            self._corrects = False
            self.desk.look(folder)

    # --- pages ---------------------------------------------------------------------------------

    def _made_word_page(self) -> QWidget:
        page = QWidget()
        self.words.setObjectName("series_words")
        self.words.setWordWrap(True)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.words.setProperty("muted", True)
        self.words.setFixedWidth(_WORDS_WIDTH)
        self.looking.setTextVisible(False)
        self.looking.setFixedWidth(_WORDS_WIDTH // 2)
        self.looking.setAccessibleName(self.tr("Progress"))
        inner = QVBoxLayout()
        inner.setSpacing(14)
        inner.addStretch(1)
        inner.addWidget(self.words)  # without an alignment, which would cut wrapped text
        for widget in (self.looking, self.open_button):
            inner.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
        inner.addStretch(1)
        row = QHBoxLayout(page)
        row.addStretch(1)
        row.addLayout(inner)
        row.addStretch(1)
        return page

    def _show_words(self) -> None:
        desk = self.desk
        looks = desk.running and desk.found is None
        if desk.folder is None:
            text = self.tr(
                "Open a folder with checkpoints of one model, named by their step: epoch_10.pth, "
                "checkpoint-500, model.ckpt-3. Their spectra over training can be scrubbed through."
            )
        elif desk.problem:
            text = desk.problem
        elif looks:
            text = self.tr("Looking into {0}").format(desk.folder)
        else:
            text = self.tr("Nothing was found out about {0}.").format(desk.folder)
        self.words.setText(text)
        self.looking.setVisible(looks)
        self.open_button.setVisible(not looks)
        self._show_looking()

    def _show_looking(self) -> None:
        report = self.desk.progress
        self.looking.setRange(0, report.total if report is not None else 0)
        self.looking.setValue(report.done if report is not None else 0)

    def _choose(self) -> None:
        folder = choose_series(self)
        if folder is not None:
            self.desk.look(folder)

    def _correct(self) -> None:
        self._corrects = True
        self.refresh()

    def _started(self) -> None:
        self._corrects = False
        self.refresh()


def _dropped(event: QDropEvent) -> Path | None:
    """Return the folder that is dragged; None where it is something else."""
    urls = [url for url in event.mimeData().urls() if url.isLocalFile()]
    path = Path(urls[0].toLocalFile()) if urls else None
    return path if path is not None and path.is_dir() else None
