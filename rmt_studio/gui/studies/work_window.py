"""A window for long work: a form at the left, what was found at the right, and how far it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from rmt_studio.gui.dialogs.base import Dialog, StatusLine, button
from rmt_studio.gui.elided_label import ElidedLabel
from rmt_studio.gui.studies.words import time_text
from rmt_studio.gui.theme import number_font
from rmt_studio.studio.document import (
    AnalysisCleared,
    CalibrationOpened,
    ImagesOpened,
    LayersAnalyzed,
    ModelOpened,
)

if TYPE_CHECKING:
    from rmt_studio.gui.work import Work
    from rmt_studio.gui.workbench import Workbench

_SIZE = (1120, 720)
_LEAST_SIZE = (900, 560)
_FORM_WIDTH = 340
_INDENT = 110  # px beside the text of the empty page
_SCROLL_ROOM = 6  # px between the fields and the scroll bar
_STEPS = 1000  # of the progress bar


class WorkWindow(Dialog):
    """Starts and stops a `Work`; each kind fills in the form and what was found.

    Attributes:
        panel: the column at the left.
        form: what of it stands above the buttons.
        about: one muted line over what was found.
        verdict: one line that says what it comes to; hidden while it is empty.
    """

    def __init__(
        self, title: str, workbench: Workbench, work: Work, parent: QWidget | None = None
    ) -> None:
        super().__init__(title, parent)
        self._workbench, self._work = workbench, work
        self.setMinimumSize(*_LEAST_SIZE)
        self.resize(*_SIZE)
        self.setModal(False)
        self.about, self.verdict = ElidedLabel(), ElidedLabel()
        self.empty_text = QLabel()
        self.pages = QStackedWidget()
        self.bar, self.note = QProgressBar(), ElidedLabel(least=12)
        self.status = StatusLine()
        self.start_button = button(self.tr("Start"), primary=True)
        self.stop_button = button(self.tr("Stop"))
        self.anew = QCheckBox()
        self.form, self.panel = QVBoxLayout(), QVBoxLayout()

    # --- for each kind -----------------------------------------------------------------------

    def ask(self) -> None:
        """Start what the form says."""

    def complaint(self) -> str:
        """Return what is wrong with the form; empty when it can be started."""
        return ""

    def hint(self) -> str:
        """Return what the form comes to, where nothing is wrong with it."""
        return ""

    def conclusion(self) -> str:
        """Return what was found, in one line."""
        return ""

    def show_found(self) -> None:
        """Show what was found."""

    def kept(self) -> str:
        """Return what is said under what was found while nothing runs."""
        return ""

    # --- putting together --------------------------------------------------------------------

    def put_together(self, empty: str, found: QVBoxLayout, *, scrolls: bool = False) -> None:
        """Lay out; each kind has filled ``form`` by then.

        Args:
            empty: what to do while there is nothing to show.
            found: what shows what was found; the bar and the time left come under it.
            scrolls: whether the form may be higher than the window.
        """
        self.empty_text.setText(empty)
        self._prepare()
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._form(scrolls=scrolls))
        row.addWidget(self._found(found), 1)
        self.column.setContentsMargins(10, 10, 10, 10)
        self.column.addLayout(row, 1)
        self.start_button.clicked.connect(self.ask)
        self.stop_button.clicked.connect(self._work.stop)
        self._work.changed.connect(self._show)
        self._work.progressed.connect(self._show_progress)
        self._workbench.document_changed.connect(self._document_changed)

    def _prepare(self) -> None:
        self.about.setProperty("muted", True)
        self.verdict.setObjectName("verdict")
        self.verdict.setFont(number_font())
        self.empty_text.setObjectName("study_empty_text")
        self.empty_text.setProperty("muted", True)
        self.empty_text.setWordWrap(True)
        self.empty_text.setContentsMargins(_INDENT, 0, _INDENT, 0)
        self.empty_text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.bar.setRange(0, _STEPS)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("Progress of the work"))
        self.note.setObjectName("study_note")
        self.note.setProperty("muted", True)
        self.status.setObjectName("study_status")
        self.start_button.setObjectName("study_start")
        self.stop_button.setObjectName("study_stop")
        self.anew.setAccessibleName(self.anew.text())

    def _form(self, *, scrolls: bool) -> QWidget:
        room = _SCROLL_ROOM if scrolls else 0
        foot = QHBoxLayout()
        foot.setContentsMargins(0, 0, room, 0)
        self.status.setContentsMargins(0, 0, room, 0)
        foot.setSpacing(8)
        foot.addWidget(self.stop_button)
        foot.addWidget(self.start_button, 1)
        frame = card_frame()
        frame.setFixedWidth(_FORM_WIDTH)
        frame.setLayout(self.panel)
        self.panel.setContentsMargins(14, 12, 14 - room, 14)
        for column in (self.form, self.panel):
            column.setSpacing(9)
        if scrolls:
            self.panel.addWidget(_scrolling(self.form), 1)
        else:
            self.panel.addLayout(self.form, 1)
        self.panel.addWidget(self.anew)
        self.panel.addWidget(self.status)
        self.panel.addLayout(foot)
        return frame

    def _found(self, found: QVBoxLayout) -> QWidget:
        panel, inner = card_frame(), QWidget()
        found.setContentsMargins(0, 0, 0, 0)
        found.setSpacing(8)
        found.addWidget(self.bar)
        found.addWidget(self.note)
        inner.setLayout(found)
        self.pages.addWidget(self.empty_text)
        self.pages.addWidget(inner)
        whole = QVBoxLayout(panel)
        whole.setContentsMargins(16, 12, 14, 12)
        whole.addWidget(self.pages)
        return panel

    # --- what is shown -----------------------------------------------------------------------

    def judge(self) -> None:
        """Say whether the form can be started."""
        complaint = self.complaint()
        self.status.tell(complaint or self.hint(), problem=bool(complaint))
        self.start_button.setEnabled(not complaint and not self._work.running)

    def _document_changed(self, event: object) -> None:
        known = ModelOpened | ImagesOpened | CalibrationOpened | LayersAnalyzed | AnalysisCleared
        if isinstance(event, known):
            self.judge()

    def _show(self) -> None:
        in_hand = self.start_button.hasFocus() or self.stop_button.hasFocus()
        self.show_found()
        self.pages.setCurrentIndex(0 if self._work.scene is None else 1)
        self.verdict.set_text(self.conclusion())
        self.verdict.setVisible(bool(self.verdict.whole_text))
        self.stop_button.setEnabled(self._work.running)
        self._show_progress()
        self.judge()
        if in_hand:  # what was pressed cannot be pressed again; the focus would wander off
            (self.stop_button if self._work.running else self.start_button).setFocus()

    def _show_progress(self) -> None:
        work, report = self._work, self._work.progress
        self.bar.setVisible(work.running)
        if not work.running:
            self.note.set_text(self.kept())
            return
        share = report.done / report.total if report and report.total else 0.0
        self.bar.setValue(round(_STEPS * share))
        self.note.set_text(time_text(report))


def card_frame() -> QFrame:
    """Return an empty panel."""
    frame = QFrame()
    frame.setProperty("card", True)
    return frame


def _scrolling(form: QVBoxLayout) -> QScrollArea:
    inside = QWidget()
    inside.setLayout(form)
    form.setContentsMargins(1, 0, _SCROLL_ROOM, 0)
    area = QScrollArea()
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(inside)
    inside.setAutoFillBackground(False)  # the panel under it shows; setWidget turned it on
    area.viewport().setAutoFillBackground(False)
    return area
