"""What the window has to do with project files: title, questions, and the slots of the actions."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from rmt_studio.gui.dialogs.files import (
    choose_checkpoint,
    choose_model_folder,
    choose_project_to_open,
    choose_project_to_save,
)
from rmt_studio.gui.dialogs.missing_model import MissingModelBox
from rmt_studio.gui.dialogs.recovery import RecoveryBox
from rmt_studio.gui.dialogs.unsaved import UnsavedBox
from rmt_studio.gui.edits import outlive_listeners
from rmt_studio.gui.recent import recent_projects, remember_project
from rmt_studio.studio.recovery import forget
from rmt_studio.studio.state_folder import PROJECT_SUFFIX

if TYPE_CHECKING:
    from collections.abc import Callable

    from rmt_studio.gui.main_window import MainWindow
    from rmt_studio.studio.project_tasks import Opened
    from rmt_studio.studio.recovery import Recoverable


class ProjectRoom(QObject):
    """Saves and opens projects as a person asks, and asks back before something is lost."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window, self._bench = window, window.workbench
        self._project, self._opening = self._bench.project, self._bench.project_opening
        self.ends = False
        self._then: Callable[[], object] | None = None
        self._project.changed.connect(self.refresh_title)
        self._project.used.connect(self._remember)
        self._opening.opened.connect(self._remember)
        self._opening.model_missing.connect(self._ask_for_model)
        self._opening.lost_found.connect(self.offer)
        self._bench.document_changed.connect(self.refresh_title)
        self._bench.undo_stack.indexChanged.connect(self.refresh_title)
        outlive_listeners(self._bench.undo_stack)

    @property
    def recent(self) -> list[str]:
        """The paths of the projects used last, newest first."""
        return recent_projects()

    # --- opening -----------------------------------------------------------------------------

    def choose(self) -> None:
        """Ask for a project file and open it."""
        path = choose_project_to_open(self._window)
        if path:
            self.open_path(path)

    def open_path(self, path: str | Path) -> None:
        """Open a project; a document without a name may be saved first."""
        self.leave(partial(self._opening.start, Path(path)))

    def open_model(self, name: str, checkpoint: str = "") -> None:
        """Open a model as a new document; the one that is open may be saved first."""
        self.leave(partial(self._bench.open_model, name, checkpoint or None))

    def locate(self) -> None:
        """Ask where the model of the open project is now."""
        missing = self._project.missing
        if missing is None:
            return
        name = missing.project.model.title
        if Path(missing.project.model.place).suffix:
            title = self.tr("Where are the weights of {name} now?").format(name=name)
            place = choose_checkpoint(self._window, title)
        else:
            place = choose_model_folder(self._window)
        if place:
            self._opening.locate(place)

    # --- saving ------------------------------------------------------------------------------

    def save(self) -> None:
        """Save now; a document without a name gets one first."""
        if self._project.path is None:
            self.save_as()
        else:
            self._project.save_now(tell=True)

    def save_as(self, then: Callable[[], object] | None = None) -> None:
        """Ask where the document shall be kept from now on."""
        former, name = self._project.path, self._project.name
        proposed = former.name if former is not None else f"{name or 'project'}{PROJECT_SUFFIX}"
        path = choose_project_to_save(self._window, proposed)
        if path:
            self._project.save_as(path, then)

    # --- leaving the document ----------------------------------------------------------------

    def leave(self, then: Callable[[], object]) -> None:
        """Go on with ``then``, after the person said what becomes of unsaved work."""
        if not self._project.unsaved:
            then()
            return
        self._then = then
        trouble = self._project.trouble if self._project.path is not None else ""
        box = UnsavedBox(self._project.name, self._at_stake(), trouble, self._window)
        box.save_wanted.connect(self._save_and_go_on)
        box.discard_wanted.connect(self._go_on)
        box.open()

    def may_close(self) -> bool:
        """Whether the window may close now; otherwise it asks, and closes after the answer."""
        if self.ends or not self._project.unsaved or self._project.discarded:
            return True
        if self._window.findChild(UnsavedBox) is None:
            self.leave(self._close_without)
        return False

    def end(self) -> None:
        """Close the window without a question; the recovery file stays."""
        self.ends = True
        self._window.close()

    def _save_and_go_on(self) -> None:
        self.save_as(self._take_then())

    def _go_on(self) -> None:
        self._project.let_go()
        then = self._take_then()
        if then is not None:
            then()

    def _take_then(self) -> Callable[[], object] | None:
        then, self._then = self._then, None
        return then

    def _close_without(self) -> None:
        if self._project.unsaved:
            self._project.discard()
        if not self._window.close():
            self._project.discard(False)  # its jobs go on, and so does the work

    def _at_stake(self) -> str:
        edits, runs = self._bench.undo_stack.index(), len(self._bench.document.runs)
        return self.tr("edits: {edits}, results: {runs}").format(edits=edits, runs=runs)

    # --- after a crash -----------------------------------------------------------------------

    def offer(self, found: tuple[Recoverable, ...]) -> None:
        """Ask what becomes of documents that were left behind."""
        if found:
            box = RecoveryBox(found, self._window)
            box.chosen.connect(self._recover)
            box.discard_wanted.connect(forget)
            box.open()

    def _recover(self, path: Path) -> None:
        self.leave(partial(self._opening.start, path, recovered=True))

    # --- what the window shows ---------------------------------------------------------------

    def refresh_title(self, _event: object = None) -> None:
        """Name the document in the title, and mark it where something is not in a file."""
        name = self._project.name
        self._window.setWindowTitle(f"{name}[*] - rmt studio" if name else "rmt studio")
        self._window.setWindowModified(self._project.modified)

    def _remember(self, path: str) -> None:
        remember_project(path)
        self._window.welcome.refresh()

    def _ask_for_model(self, opened: Opened) -> None:
        box = MissingModelBox(opened.project.model.title, opened.missing, self._window)
        box.locate_wanted.connect(self.locate)
        box.open()
