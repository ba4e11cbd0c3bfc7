"""The window: puts the rooms together."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QActionGroup, QCloseEvent, QDragEnterEvent, QDropEvent, QKeySequence
from PySide6.QtWidgets import (
    QDockWidget,
    QMainWindow,
    QMenu,
    QStackedWidget,
    QToolBar,
    QWidget,
)

from rmt_studio.gui.actions import build_actions
from rmt_studio.gui.dialogs import AskBox, show_error
from rmt_studio.gui.header import Header
from rmt_studio.gui.inspector import Inspector
from rmt_studio.gui.jobs_panel import JobsPanel
from rmt_studio.gui.layers import LayerPanel
from rmt_studio.gui.recent_menu import RecentMenu
from rmt_studio.gui.results import ResultsPanel
from rmt_studio.gui.spectrum import SpectrumView
from rmt_studio.gui.studies import StudyWindows
from rmt_studio.gui.theme import theme
from rmt_studio.gui.welcome import WelcomePage
from rmt_studio.gui.window_commands import WindowCommands
from rmt_studio.gui.workbench import Workbench

_LEFT, _RIGHT, _BOTTOM = (
    Qt.DockWidgetArea.LeftDockWidgetArea,
    Qt.DockWidgetArea.RightDockWidgetArea,
    Qt.DockWidgetArea.BottomDockWidgetArea,
)


class MainWindow(QMainWindow):
    """One open document in panels that can be moved."""

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle("rmt studio")
        self.setAcceptDrops(True)
        self.setContentsMargins(8, 0, 8, 0)
        self.setDockNestingEnabled(True)
        self.workbench = Workbench(self)
        self.study_windows = StudyWindows(self.workbench, self)
        self.commands = WindowCommands(self)
        self.actions_by_id = build_actions(self, self.commands)
        self._add_undo_actions()
        self.recent_menu = RecentMenu(self.workbench, self)
        self._menu("&File").insertMenu(self.actions_by_id["open_demo"], self.recent_menu)
        self.docks: dict[str, QDockWidget] = {}
        self._build_rooms()
        self._group_themes()
        self._connect()
        self._restore()
        self._update_actions()
        self._centre.setFocus()

    # --- putting together --------------------------------------------------------------------

    def _build_rooms(self) -> None:
        bench = self.workbench
        bar = QToolBar(self.tr("Main toolbar"), self)
        bar.setObjectName("main_toolbar")
        bar.setMovable(False)
        bar.addWidget(Header(bench, self.actions_by_id))
        self.addToolBar(bar)
        self.welcome, self.spectrum = WelcomePage(bench), SpectrumView(bench)
        self.welcome.open_button.clicked.connect(self.commands.on_open_model)
        self.welcome.demo_button.clicked.connect(self.commands.on_open_demo)
        self._centre = QStackedWidget()
        self._centre.addWidget(self.welcome)
        self._centre.addWidget(self.spectrum)
        self.layers = LayerPanel(bench)
        self.inspector = Inspector(bench)
        self.jobs = JobsPanel(bench)
        self.results = ResultsPanel(bench)
        # in the order in which Tab goes through them
        self._dock("layers", self.tr("Layers"), self.layers, _LEFT)
        self.setCentralWidget(self._centre)
        self._dock("inspector", self.tr("Rules"), self.inspector, _RIGHT)
        self._dock("jobs", self.tr("Jobs"), self.jobs, _BOTTOM)
        self._dock("results", self.tr("Results"), self.results, _BOTTOM)
        self.setTabOrder(self.layers.filter_bar.columns_button, self.layers.table)
        self.arrange()

    def _dock(self, name: str, title: str, widget: QWidget, area: Qt.DockWidgetArea) -> None:
        dock = QDockWidget(title, self)
        dock.setObjectName(f"dock_{name}")
        dock.setWidget(widget)
        dock.setTitleBarWidget(QWidget())
        self.docks[name] = dock
        self.addDockWidget(area, dock)

    def arrange(self) -> None:
        """Put every panel in its place."""
        self.setCorner(Qt.Corner.BottomLeftCorner, _BOTTOM)
        self.setCorner(Qt.Corner.BottomRightCorner, _RIGHT)
        docks = self.docks
        for name, area in (("layers", _LEFT), ("inspector", _RIGHT), ("jobs", _BOTTOM),
                           ("results", _BOTTOM)):  # fmt: skip
            self.addDockWidget(area, docks[name])
            docks[name].setFloating(False)
            docks[name].show()
        self.splitDockWidget(docks["jobs"], docks["results"], Qt.Orientation.Horizontal)
        across, down = Qt.Orientation.Horizontal, Qt.Orientation.Vertical
        width, height = max(self.width(), 1100), max(self.height(), 700)
        self.resizeDocks([docks["layers"], docks["inspector"]], [round(0.345 * width), 280], across)
        jobs = round(0.21 * width)
        rest = width - jobs - 284
        self.resizeDocks([docks["jobs"], docks["results"]], [jobs, rest], across)
        self.resizeDocks([docks["jobs"]], [round(0.22 * height)], down)

    def _add_undo_actions(self) -> None:
        stack = self.workbench.undo_stack
        undo = stack.createUndoAction(self, self.tr("&Undo"))
        redo = stack.createRedoAction(self, self.tr("&Redo"))
        undo.setShortcut(QKeySequence.StandardKey.Undo)
        redo.setShortcut(QKeySequence.StandardKey.Redo)
        menu = self._menu("&Edit")
        menu.insertActions(menu.actions()[0], [undo, redo])
        self.actions_by_id |= {"undo": undo, "redo": redo}

    def _menu(self, title: str) -> QMenu:
        return next(
            menu
            for action in self.menuBar().actions()
            if action.text() == title and isinstance(menu := action.menu(), QMenu)
        )

    def _group_themes(self) -> None:
        group = QActionGroup(self)
        for choice in ("system", "light", "dark"):
            group.addAction(self.actions_by_id[f"theme_{choice}"])

    def _connect(self) -> None:
        bench = self.workbench
        bench.document_changed.connect(self._document_changed)
        bench.job_changed.connect(self._update_actions)
        bench.selection_changed.connect(self._update_actions)
        bench.failed.connect(self.tell_failure)
        bench.told.connect(self.tell)
        bench.lens.checkpoint_wanted.connect(self.commands.on_compare_checkpoint)
        bench.image_sets.calibration_wanted.connect(self.commands.on_open_calibration)
        theme().changed.connect(self._check_theme)
        self._check_theme()

    # --- following the document --------------------------------------------------------------

    def _document_changed(self, _event: object) -> None:
        model = self.workbench.document.model
        self._centre.setCurrentWidget(self.spectrum if model else self.welcome)
        self.setWindowTitle(f"{model.title} - rmt studio" if model else "rmt studio")
        self._update_actions()

    def _update_actions(self, _event: object = None) -> None:
        document, actions = self.workbench.document, self.actions_by_id
        has_model, has_rules = document.model is not None, bool(document.recipe.rules)
        for name in ("analyze", "export", "compare_checkpoint", "compare_methods", "find_smallest"):
            actions[name].setEnabled(has_model)
        actions["export_report"].setEnabled(has_model)
        for name in ("save_recipe", "prune", "keep_all"):
            actions[name].setEnabled(has_rules)
        actions["open_recipe"].setEnabled(has_model)
        actions["keep_selected"].setEnabled(
            any(name in document.recipe.rules for name in self.workbench.selection)
        )
        with_pruned = document.comparing == "pruned"
        actions["compare_pruned"].setEnabled(has_rules or with_pruned)
        actions["compare_pruned"].setChecked(with_pruned)
        actions["stop_comparing"].setEnabled(document.comparing != "none")
        can_evaluate = has_model and document.images is not None
        actions["evaluate"].setEnabled(can_evaluate)
        actions["evaluate_dense"].setEnabled(can_evaluate)

    def tell(self, text: str) -> None:
        """Say something in the status bar for a while."""
        self.statusBar().showMessage(text, 15_000)

    def tell_failure(self, title: str, message: str) -> None:
        """Show what did not work, why, and what to do."""
        show_error(self, title, message)

    def _check_theme(self) -> None:
        self.actions_by_id[f"theme_{theme().choice}"].setChecked(True)

    # --- files dropped on the window -----------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [Path(u.toLocalFile()) for u in event.mimeData().urls() if u.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.commands.open_dropped(paths[0])

    # --- what outlives the window -----------------------------------------------------------

    def _restore(self) -> None:
        settings = QSettings()
        self.resize(1440, 900)
        geometry, state = settings.value("geometry"), settings.value("state")
        if geometry is not None:
            self.restoreGeometry(geometry)  # pyright: ignore[reportArgumentType]
        if state is None or not self.restoreState(state):  # pyright: ignore[reportArgumentType]
            self.arrange()
        recent = settings.value("recent") or []
        self.workbench.recent = [(str(name), str(path)) for name, path in recent]  # pyright: ignore[reportGeneralTypeIssues]
        self.welcome.refresh()
        columns = settings.value("columns")
        if isinstance(columns, list):
            self.layers.table.show_columns(tuple(columns))
        theme().choose(str(settings.value("theme") or "system"))

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.workbench.busy and not self._really_close():
            event.ignore()
            return
        settings = QSettings()
        settings.setValue("geometry", self.saveGeometry())
        settings.setValue("state", self.saveState())
        settings.setValue("recent", [list(pair) for pair in self.workbench.recent])
        settings.setValue("theme", theme().choice)
        settings.setValue("columns", list(self.layers.table.shown_columns))
        self.workbench.close()
        event.accept()

    def _really_close(self) -> bool:
        return AskBox(
            self.tr("Close rmt studio"),
            self.tr("A job is still running; what it has done so far is lost."),
            do_it=self.tr("Cancel it and close"),
            leave_it=self.tr("Keep working"),
            parent=self,
        ).ask()
