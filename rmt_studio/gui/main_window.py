"""The window: puts the rooms together and gives each action its slot."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QActionGroup, QCloseEvent, QDragEnterEvent, QDropEvent, QKeySequence
from PySide6.QtWidgets import (
    QDockWidget,
    QMainWindow,
    QMessageBox,
    QStackedWidget,
    QToolBar,
    QWidget,
)

from rmt_studio.errors import InputError
from rmt_studio.gui.actions import build_actions
from rmt_studio.gui.dialogs import (
    AboutDialog,
    ExportDialog,
    OpenModelDialog,
    choose_images,
    choose_recipe_to_open,
    choose_recipe_to_save,
    show_error,
)
from rmt_studio.gui.header import Header
from rmt_studio.gui.inspector import Inspector
from rmt_studio.gui.jobs_panel import JobsPanel
from rmt_studio.gui.layers import LayerPanel
from rmt_studio.gui.results import ResultsPanel
from rmt_studio.gui.spectrum import SpectrumView
from rmt_studio.gui.theme import theme
from rmt_studio.gui.welcome import WelcomePage
from rmt_studio.gui.workbench import Workbench
from rmt_studio.pruning import KEEP, Recipe

_WEIGHTS = {".safetensors", ".pth", ".pt", ".bin", ".ckpt"}
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
        self.actions_by_id = build_actions(self)
        self._add_undo_actions()
        self._docks: dict[str, QDockWidget] = {}
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
        self.welcome.open_button.clicked.connect(self.on_open_model)
        self.welcome.demo_button.clicked.connect(self.on_open_demo)
        self._centre = QStackedWidget()
        self._centre.addWidget(self.welcome)
        self._centre.addWidget(self.spectrum)
        self.setCentralWidget(self._centre)
        self.layers = LayerPanel(bench)
        self.inspector = Inspector(bench)
        self.jobs = JobsPanel(bench)
        self.results = ResultsPanel(bench)
        self._dock("layers", self.tr("Layers"), self.layers, _LEFT)
        self._dock("inspector", self.tr("Rules"), self.inspector, _RIGHT)
        self._dock("jobs", self.tr("Jobs"), self.jobs, _BOTTOM)
        self._dock("results", self.tr("Results"), self.results, _BOTTOM)
        self._arrange()

    def _dock(self, name: str, title: str, widget: QWidget, area: Qt.DockWidgetArea) -> None:
        dock = QDockWidget(title, self)
        dock.setObjectName(f"dock_{name}")
        dock.setWidget(widget)
        dock.setTitleBarWidget(QWidget())
        self._docks[name] = dock
        self.addDockWidget(area, dock)

    def _arrange(self) -> None:
        self.setCorner(Qt.Corner.BottomLeftCorner, _BOTTOM)
        self.setCorner(Qt.Corner.BottomRightCorner, _RIGHT)
        docks = self._docks
        for name, area in (("layers", _LEFT), ("inspector", _RIGHT), ("jobs", _BOTTOM),
                           ("results", _BOTTOM)):  # fmt: skip
            self.addDockWidget(area, docks[name])
            docks[name].setFloating(False)
            docks[name].show()
        self.splitDockWidget(docks["jobs"], docks["results"], Qt.Orientation.Horizontal)
        across, down = Qt.Orientation.Horizontal, Qt.Orientation.Vertical
        width, height = max(self.width(), 1100), max(self.height(), 700)
        self.resizeDocks([docks["layers"], docks["inspector"]], [round(0.345 * width), 280], across)
        self.resizeDocks([docks["jobs"], docks["results"]], [round(0.2 * width), width], across)
        self.resizeDocks([docks["jobs"]], [round(0.22 * height)], down)

    def _add_undo_actions(self) -> None:
        stack = self.workbench.undo_stack
        undo = stack.createUndoAction(self, self.tr("&Undo"))
        redo = stack.createRedoAction(self, self.tr("&Redo"))
        undo.setShortcut(QKeySequence.StandardKey.Undo)
        redo.setShortcut(QKeySequence.StandardKey.Redo)
        first = self.actions_by_id["keep_selected"]
        menu = next(a.menu() for a in self.menuBar().actions() if a.text() == "&Edit")
        menu.insertActions(menu.actions()[0] if menu.actions() else first, [undo, redo])  # pyright: ignore[reportAttributeAccessIssue]
        self.actions_by_id |= {"undo": undo, "redo": redo}

    def _group_themes(self) -> None:
        group = QActionGroup(self)
        for choice in ("system", "light", "dark"):
            group.addAction(self.actions_by_id[f"theme_{choice}"])

    def _connect(self) -> None:
        bench = self.workbench
        bench.document_changed.connect(self._document_changed)
        bench.job_changed.connect(self._update_actions)
        bench.selection_changed.connect(self._update_actions)
        bench.failed.connect(self._tell_failure)
        bench.told.connect(self._tell)
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
        for name in ("analyze", "export"):
            actions[name].setEnabled(has_model)
        for name in ("save_recipe", "prune", "keep_all"):
            actions[name].setEnabled(has_rules)
        actions["open_recipe"].setEnabled(has_model)
        actions["keep_selected"].setEnabled(
            any(name in document.recipe.rules for name in self.workbench.selection)
        )
        can_evaluate = has_model and document.images is not None
        actions["evaluate"].setEnabled(can_evaluate)
        actions["evaluate_dense"].setEnabled(can_evaluate)

    def _tell(self, text: str) -> None:
        self.statusBar().showMessage(text, 15_000)

    def _tell_failure(self, title: str, message: str) -> None:
        show_error(self, title, message)

    def _check_theme(self) -> None:
        self.actions_by_id[f"theme_{theme().choice}"].setChecked(True)

    # --- slots of the actions ------------------------------------------------------------------

    def on_open_model(self) -> None:
        OpenModelDialog(self.workbench, parent=self).open()

    def on_open_demo(self) -> None:
        self.workbench.open_demo()

    def on_open_images(self) -> None:
        folder = choose_images(self)
        if folder:
            self.workbench.open_images(folder)

    def on_open_recipe(self) -> None:
        path = choose_recipe_to_open(self)
        if path:
            self.open_recipe(path)

    def open_recipe(self, path: str) -> None:
        """Fill the rules from a recipe file; what is wrong with it is said."""
        try:
            recipe = Recipe.open(path)
        except InputError as error:
            self._tell_failure(self.tr("The recipe was not opened"), str(error))
            return
        self.workbench.replace_recipe(recipe, self.tr("open recipe"))

    def on_save_recipe(self) -> None:
        path = choose_recipe_to_save(self)
        if path:
            self.save_recipe(path)

    def save_recipe(self, path: str) -> None:
        """Save the rules; what is wrong with the place is said."""
        try:
            self.workbench.document.recipe.save(path)
        except InputError as error:
            self._tell_failure(self.tr("The recipe was not saved"), str(error))
        else:
            self._tell(self.tr("Recipe saved: {}").format(path))

    def on_export(self) -> None:
        ExportDialog(self.workbench, parent=self).open()

    def on_quit(self) -> None:
        self.close()

    def on_keep_selected(self) -> None:
        names = self.workbench.selection
        self.workbench.edit_rules(dict.fromkeys(names, KEEP), self.tr("keep as is"))

    def on_keep_all(self) -> None:
        names = tuple(self.workbench.document.recipe.rules)
        self.workbench.edit_rules(dict.fromkeys(names, KEEP), self.tr("keep all as is"))

    def on_theme_system(self) -> None:
        theme().choose("system")

    def on_theme_light(self) -> None:
        theme().choose("light")

    def on_theme_dark(self) -> None:
        theme().choose("dark")

    def on_unlock_panels(self, unlocked: bool) -> None:
        for dock in self._docks.values():
            dock.setTitleBarWidget(None if unlocked else QWidget())  # pyright: ignore[reportArgumentType]

    def on_reset_layout(self) -> None:
        self._arrange()

    def on_analyze(self) -> None:
        self.workbench.analyze()

    def on_prune(self) -> None:
        self.workbench.prune()

    def on_evaluate(self) -> None:
        self.workbench.evaluate()

    def on_evaluate_dense(self) -> None:
        self.workbench.evaluate(dense=True)

    def on_about(self) -> None:
        AboutDialog(self).open()

    # --- files dropped on the window -----------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [Path(u.toLocalFile()) for u in event.mimeData().urls() if u.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.open_dropped(paths[0])

    def open_dropped(self, path: Path) -> None:
        """Open a dropped checkpoint, model folder, image folder or recipe by what it is."""
        if path.is_dir() and (path / "config.json").is_file():
            self.workbench.open_model(str(path))
        elif path.is_dir():
            self.workbench.open_images(path)
        elif path.suffix == ".json":
            self.open_recipe(str(path))
        elif path.suffix in _WEIGHTS:
            OpenModelDialog(self.workbench, checkpoint=path, parent=self).open()
        else:
            reason = self.tr("drop a checkpoint, a model folder, an image folder or a recipe")
            self._tell_failure(self.tr("{} was not opened").format(path.name), reason)

    # --- what outlives the window -----------------------------------------------------------

    def _restore(self) -> None:
        settings = QSettings()
        self.resize(1440, 900)
        geometry, state = settings.value("geometry"), settings.value("state")
        if geometry is not None:
            self.restoreGeometry(geometry)  # pyright: ignore[reportArgumentType]
        if state is None or not self.restoreState(state):  # pyright: ignore[reportArgumentType]
            self._arrange()
        recent = settings.value("recent") or []
        self.workbench.recent = [(str(name), str(path)) for name, path in recent]  # pyright: ignore[reportGeneralTypeIssues]
        self.welcome.refresh()
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
        self.workbench.close()
        event.accept()

    def _really_close(self) -> bool:
        question = self.tr("A job is still running. Cancel it and close?")
        answer = QMessageBox.question(self, self.tr("Close rmt studio"), question)
        return answer == QMessageBox.StandardButton.Yes
