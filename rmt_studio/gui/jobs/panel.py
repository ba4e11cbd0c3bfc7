"""The jobs that a person started: how far each is, how long it takes, and how it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from rmt_studio.gui.jobs.delegate import verb_of
from rmt_studio.gui.jobs.log import JobLog
from rmt_studio.gui.jobs.model import JobsModel
from rmt_studio.gui.jobs.view import JobsView
from rmt_studio.studio.job_book import JobEntry, State

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtGui import QAction

    from rmt_studio.gui.workbench import Workbench


class JobsPanel(QFrame):
    """The list of jobs, and buttons for the selected one, or for the one that runs.

    Work that only serves a view has no row.
    """

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = workbench.jobs
        self.setObjectName("jobs_panel")
        self.setProperty("card", True)
        self.setMinimumSize(240, 120)
        self.model = JobsModel(self._desk, self)
        self.view = JobsView(self.model, self)
        self.verb_button = self._button(self.tr("Cancel"), "job_verb")
        self.log_button = self._button(self.tr("Log"), "job_log_button")
        self.clear_button = self._button(self.tr("Clear"), "jobs_clear")
        self.log_button.setToolTip(self.tr("Show what happened to the job (Enter)"))
        self.clear_button.setToolTip(self.tr("Remove the jobs that have ended from the list"))
        self.clear_button.setAccessibleName(self.tr("Clear ended jobs"))
        self._offered: list[QAction] = []
        self._verbs: dict[str, QAction] = {}
        self._pages = QStackedWidget(self)
        self._build()
        self.view.verb_asked.connect(self._do)
        self.view.log_asked.connect(self.open_log)
        self.view.customContextMenuRequested.connect(self._open_menu)
        self.view.selectionModel().selectionChanged.connect(self._update)
        self.model.rearranged.connect(self._update)
        self._desk.job_changed.connect(self._update)
        self.verb_button.clicked.connect(self.do_verb)
        self.log_button.clicked.connect(self.show_log)
        self.clear_button.clicked.connect(self.clear)
        self._update()

    def offer(self, actions: Mapping[str, QAction]) -> None:
        """Offer in the menu of a job what the window offers for all of them, as it is there."""
        self._offered = [actions["job_log"], actions["clear_jobs"]]
        self._verbs = {"cancel": actions["cancel_job"], "retry": actions["retry_job"]}

    @property
    def subject(self) -> JobEntry | None:
        """The job that the buttons are about: the selected one, else what runs, else the newest."""
        running = self.model.first(State.RUNNING) or self.model.first(State.WAITING)
        return self.view.chosen or running or self.model.first(*State)

    def do_verb(self) -> None:
        """Cancel the job in question, or start it anew."""
        if self.subject is not None:
            self._do(self.subject.id)

    def cancel_next(self) -> None:
        """Cancel the selected job, or else the one that runs or waits next."""
        chosen = self._chosen("cancel")
        entry = chosen or self.model.first(State.RUNNING) or self.model.first(State.WAITING)
        if entry is not None:
            self._desk.cancel(entry.id)

    def retry_last(self) -> None:
        """Start the selected job anew, or else the one that failed or was cancelled last."""
        if chosen := self._chosen("retry"):
            self._desk.retry(chosen.id)
            return
        entries = [e for e in self._desk.book.entries if self.model.can_retry(e)]
        if entries:
            self._desk.retry(entries[-1].id)

    def show_log(self) -> None:
        """Open the log of the job in question."""
        if self.subject is not None:
            self.open_log(self.subject.id)

    def open_log(self, job_id: int) -> None:
        """Open the log of a job."""
        entry = self._desk.book.entry(job_id)
        if entry is not None:
            JobLog(entry, self._desk, self.window()).show()

    def clear(self) -> None:
        """Remove the jobs that have ended."""
        self._desk.drop_ended()

    def _chosen(self, verb: str) -> JobEntry | None:
        entry = self.view.chosen
        return entry if entry is not None and verb_of(entry, self.model) == verb else None

    def _button(self, text: str, name: str) -> QPushButton:
        made = QPushButton(text, self)
        made.setProperty("flat", True)
        made.setObjectName(name)
        made.setAccessibleName(text)
        return made

    def _build(self) -> None:
        heading = QLabel(self.tr("Jobs"), self)
        heading.setProperty("heading", True)
        head = QHBoxLayout()
        head.setSpacing(0)
        head.addWidget(heading, 1)
        for button in (self.verb_button, self.log_button, self.clear_button):
            head.addWidget(button)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._pages.addWidget(self._empty_page())
        self._pages.addWidget(self.view)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 8, 8, 8)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self._pages, 1)

    def _empty_page(self) -> QWidget:
        text = QLabel(
            self.tr("Nothing has run yet. Analyse, Prune, Evaluate and Export run here."), self
        )
        text.setObjectName("jobs_empty_text")
        text.setProperty("muted", True)
        text.setWordWrap(True)
        text.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        return text

    def _do(self, job_id: int) -> None:
        entry = self._desk.book.entry(job_id)
        verb = verb_of(entry, self.model) if entry is not None else ""
        if verb == "cancel":
            self._desk.cancel(job_id)
        elif verb == "retry":
            self._desk.retry(job_id)
        self._update()
        self.view.viewport().update()

    def _update(self, _event: object = None) -> None:
        entry = self.subject
        self._pages.setCurrentIndex(1 if entry is not None else 0)
        verb = verb_of(entry, self.model) if entry is not None else ""
        named = entry.title if entry is not None else ""
        retry = verb == "retry"
        self.verb_button.setText(self.tr("Retry") if retry else self.tr("Cancel"))
        tip = self.tr("Start {0} anew (R)") if retry else self.tr("Cancel {0} (Delete)")
        self.verb_button.setToolTip(tip.format(named))
        self.verb_button.setAccessibleName(f"{self.verb_button.text()} {named}".strip())
        self.verb_button.setEnabled(bool(verb))
        self.log_button.setEnabled(entry is not None)
        self.log_button.setAccessibleName(self.tr("Log of {0}").format(named))
        self.clear_button.setEnabled(bool(self._desk.book.ended))
        for button in (self.verb_button, self.log_button, self.clear_button):
            button.setVisible(entry is not None)

    def _open_menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setToolTipsVisible(True)
        verbs = [action for verb, action in self._verbs.items() if self._chosen(verb)]
        menu.addActions(verbs)
        menu.addActions(self._offered)
        menu.popup(self.view.viewport().mapToGlobal(at))
