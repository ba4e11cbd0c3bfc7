"""The window: puts the rooms together."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QSettings, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QUndoStack,
)
from PySide6.QtWidgets import QMainWindow, QMenu, QStackedWidget, QToolBar, QWidget

from rmt_studio.gui.actions import build_actions, connect_actions, reasons, say_whether_possible
from rmt_studio.gui.actions.context import context_menus
from rmt_studio.gui.before import EarlyBar, early_panels
from rmt_studio.gui.layout import WindowLayout
from rmt_studio.gui.leaving import PATIENCE, may_close
from rmt_studio.gui.plots_in_use import plots_in_use
from rmt_studio.gui.theme import theme
from rmt_studio.gui.waiting import Waiting
from rmt_studio.gui.welcome import WelcomePage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_KIND = QEvent.Type
_OF_THE_LAYOUT = (_KIND.Resize, _KIND.MouseButtonPress, _KIND.MouseButtonRelease)


class MainWindow(QMainWindow):
    """One open document in panels that can be moved.

    Args:
        early: show menus, panels and first page only, which needs neither torch nor timm; the
            rooms come by `furnish`.

    Signals:
        furnished (): the rooms are there.
    """

    furnished = Signal()

    def __init__(self, *, early: bool = False) -> None:
        super().__init__()
        self.setWindowTitle("rmt studio")
        theme().dress(self)
        self.setContentsMargins(8, 0, 8, 0)
        self.setDockNestingEnabled(True)
        self.undo_stack = QUndoStack(self)
        self.panels = WindowLayout(self)
        self.actions_by_id = build_actions(self, self.undo_stack)
        self.waiting = Waiting(self)
        self.waiting.watch()
        self._build_frame()
        self.panels.restore()
        theme().choose(str(QSettings().value("theme") or "system"))
        theme().changed.connect(self._check_theme)
        self._check_theme()
        self.ready, self.jobs_ended = False, True
        self._steps = self._furnishing()
        if not early:
            for _ in self._steps:
                pass

    def furnish(self) -> None:
        """Build the rooms, one at a time, so that the window never stands still for long."""
        if next(self._steps, self) is not self:
            QTimer.singleShot(0, self.furnish)

    # --- putting together --------------------------------------------------------------------

    def _build_frame(self) -> None:
        self.bar = QToolBar(self.tr("Main toolbar"), self)
        self.bar.setObjectName("main_toolbar")
        self.bar.setMovable(False)
        self.bar.addWidget(EarlyBar(self.actions_by_id))
        self.addToolBar(self.bar)
        self.welcome = WelcomePage(self.waiting)
        self.welcome.open_button.clicked.connect(self.actions_by_id["open_model"].trigger)
        self.welcome.demo_button.clicked.connect(self.actions_by_id["open_demo"].trigger)
        self.welcome.lab_button.clicked.connect(self.actions_by_id["lab"].trigger)
        self._centre = QStackedWidget()
        self._centre.addWidget(self.welcome)
        self.setCentralWidget(self._centre)
        for name, title, panel in early_panels():
            self.panels.add(name, title, panel)
        self.panels.link(self.actions_by_id)
        self.statusBar()  # takes its room from the beginning

    def _furnishing(self) -> Iterator[None]:
        from rmt_studio.gui import rooms

        self.workbench = bench = rooms.Workbench(self, self.undo_stack)
        bench.models.recent = self.waiting.recent
        self.project = rooms.ProjectRoom(self)
        self.commands = rooms.WindowCommands(self)
        self.study_windows = rooms.StudyWindows(bench, self)
        self.series_windows = rooms.SeriesWindows(bench, self)
        self.lab = rooms.LabRoom(bench, self)
        self.dropping = rooms.DropPlace(self, self.commands.dropped)
        self.recent_menu = rooms.RecentMenu(bench, self.project, self)
        files = self.findChild(QMenu, "menu_file")
        files.insertMenu(self.actions_by_id["open_demo"], self.recent_menu)  # pyright: ignore[reportOptionalMemberAccess]
        yield
        # Tab goes through the rooms in the order in which they are put in
        self.header = rooms.Header(bench, self.actions_by_id)
        self.bar.clear()
        self.bar.addWidget(self.header)
        yield
        self.layers = rooms.LayerPanel(bench)
        self.layers.offer(self.actions_by_id)
        yield
        self.panels.fill("layers", self.layers)
        yield
        plots = []
        for kind in rooms.PLOTS:
            plots.append(kind())
            yield
        pages = rooms.Pages(plots)
        yield
        self.spectrum = rooms.SpectrumView(bench, pages=pages)
        yield
        self._centre.addWidget(self.spectrum)
        yield
        self.inspector = rooms.Inspector(bench)
        yield
        self.panels.fill("inspector", self.inspector)
        yield
        self.jobs, self.notifier = rooms.JobsPanel(bench), rooms.Notifier(bench.jobs, self)
        self.jobs.offer(self.actions_by_id)
        self.panels.fill("jobs", self.jobs)
        yield
        self.results = rooms.ResultsPanel(bench)
        self.results.offer(self.actions_by_id)
        yield
        self.panels.fill("results", self.results)
        yield
        self.statusBar().addWidget(rooms.MeaningLine(bench), 1)
        self.layers.order_tabs()
        self.spectrum.order_tabs()
        self.panels.restore_rooms()
        rooms.apply_preferences(self, rooms.read_preferences())
        yield
        self._connect()
        self.setAcceptDrops(True)
        self.ready = True
        self.waiting.pass_on()
        self._update_actions()
        self._order_tabs()
        self._centre.setFocus()
        self.furnished.emit()

    def _order_tabs(self) -> None:
        """Let Tab go through the header before the first page, which was there before it."""
        stops = [
            widget
            for part in (self.header, self.welcome)
            for widget in part.findChildren(QWidget)
            if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.window() is self
        ]
        for before, after in pairwise(stops):
            self.setTabOrder(before, after)

    def take_over(self) -> None:
        """Let the actions and the first page speak to the rooms from now on."""
        connect_actions(self.actions_by_id, self.commands.slots())
        self.welcome.set_workbench(self.workbench)

    def _connect(self) -> None:
        bench = self.workbench
        bench.document_changed.connect(self._document_changed)
        bench.job_changed.connect(self._update_actions)
        bench.jobs.dropped.connect(self._update_actions)
        bench.selection_changed.connect(self._update_actions)
        bench.failed.connect(self.tell_failure)
        bench.told.connect(self.tell)
        self.layers.regrouped.connect(self._update_actions)
        self.results.actions_of_runs.chosen_changed.connect(self._update_actions)
        context_menus().wanted.connect(self._open_context_menu)
        plots_in_use().changed.connect(self._update_actions)
        bench.lens.checkpoint_wanted.connect(self.commands.analyse.on_compare_checkpoint)
        bench.image_sets.calibration_wanted.connect(self.commands.file.on_open_calibration)

    # --- following the document --------------------------------------------------------------

    def _document_changed(self, _event: object) -> None:
        model = self.workbench.document.model
        self._centre.setCurrentWidget(self.spectrum if model else self.welcome)
        self._update_actions()

    def _update_actions(self, _event: object = None) -> None:
        say_whether_possible(self.actions_by_id, self._reasons())
        following = self.workbench.document.comparing == "pruned"
        self.actions_by_id["compare_pruned"].setChecked(following)

    def _reasons(self) -> dict[str, str]:
        """Return the reason against each action that is not always possible, or nothing."""
        return reasons(self.workbench) | self.layers.reasons() | self.results.reasons()

    def createPopupMenu(self) -> QMenu:
        """Offer the switches of the panels beside the panels, as the menu View does."""
        return self._menu_of(self, [f"show_{name}" for name in self.panels.docks])

    def _open_context_menu(self, widget: QWidget, ids: Sequence[str], place: QPoint) -> None:
        self._menu_of(widget, ids).popup(place)

    def _menu_of(self, widget: QWidget, ids: Iterable[str]) -> QMenu:
        menu = QMenu(widget)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setToolTipsVisible(True)
        menu.addActions([self.actions_by_id[name] for name in ids])
        return menu

    def tell(self, text: str) -> None:
        """Say something in the status bar for a while."""
        self.statusBar().showMessage(text, 15_000)

    def tell_failure(self, title: str, message: str) -> None:
        """Show what did not work, why, and what to do."""
        from rmt_studio.gui.dialogs import show_error

        show_error(self, title, message)

    def _check_theme(self) -> None:
        self.actions_by_id[f"theme_{theme().choice}"].setChecked(True)

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() in _OF_THE_LAYOUT and self.panels.docks:
            self.panels.hear(event)
        return done

    # --- files dropped on the window -----------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self.dropping.enter(event)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        super().dragLeaveEvent(event)
        self.dropping.leave()

    def dropEvent(self, event: QDropEvent) -> None:
        self.dropping.drop(event)

    # --- what outlives the window -----------------------------------------------------------

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.ready and not self.project.may_close():
            event.ignore()
            return
        asks = self.ready and self.workbench.busy and not self.project.ends
        if asks and not self._really_close():
            event.ignore()
            return
        settings = QSettings()
        self.panels.save()
        settings.setValue("theme", theme().choice)
        if self.ready:
            self.hide()
            self.jobs_ended = self.workbench.close(PATIENCE)
        event.accept()

    def _really_close(self) -> bool:
        return may_close(self.workbench, self)
