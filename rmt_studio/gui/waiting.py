"""What a person asks for while torch and timm are still being imported."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject

from rmt_studio.gui.actions import OF_THE_STACK
from rmt_studio.gui.recent import recent_models
from rmt_studio.gui.theme import theme
from rmt_studio.studio.state_folder import PROJECT_SUFFIX

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PySide6.QtGui import QAction

    from rmt_studio.gui.main_window import MainWindow

# what makes sense before a model is open; all other actions come with the rooms
EARLY = frozenset(
    {"open_model", "open_demo", "open_project", "open_images", "open_calibration", "open_series",
     "lab", "quit", "about", "theme_system", "theme_light", "theme_dark"}
)  # fmt: skip


class Waiting(QObject):
    """Stands in for the workbench until the rooms are there, then passes on what was asked.

    Each thing asked for is done once, in the order of the asking. Themes change and the window
    closes at once.

    Attributes:
        recent: the models opened last, as `Workbench.recent`.
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._asked: dict[object, Callable[[], object]] = {}
        self.recent = recent_models()

    def watch(self) -> None:
        """Hold what the actions ask for; those that need a model are off."""
        for name, action in self._held().items():
            action.triggered.connect(self._hold)
            action.setEnabled(name in EARLY)

    def open_model(
        self, name: str, checkpoint: str | Path | None = None, images: Path | None = None
    ) -> None:
        """Open a model as soon as that is possible."""
        self._ask(("model", name), partial(self._open_model, name, checkpoint, images))

    def open_project(self, path: str) -> None:
        """Open a project as soon as that is possible."""
        self._ask(("project", path), partial(self._open_model, path, None, None))

    def open_images(self, folder: Path) -> None:
        """Open images as soon as that is possible."""
        self._ask(("images", folder), partial(self._open_images, folder))

    def pass_on(self) -> None:
        """Hand the actions to the window's commands, and do what was asked for."""
        for action in self._held().values():
            action.triggered.disconnect(self._hold)
            action.setEnabled(True)
        self._window.take_over()
        asked, self._asked = list(self._asked.values()), {}
        for do in asked:
            do()

    def _held(self) -> dict[str, QAction]:
        actions = self._window.actions_by_id
        return {name: actions[name] for name in actions if name not in OF_THE_STACK}

    def _hold(self) -> None:
        action = cast("QAction", self.sender())
        name = action.objectName().removeprefix("action_")
        if name == "quit":
            self._window.close()
        elif name.startswith("theme_"):
            theme().choose(name.removeprefix("theme_"))
        else:
            self._ask(name, action.trigger)

    def _ask(self, key: object, do: Callable[[], object]) -> None:
        self._asked[key] = do
        self._window.tell(self.tr("This opens as soon as PyTorch and timm are loaded"))

    def _open_model(self, name: str, checkpoint: str | Path | None, images: Path | None) -> None:
        if checkpoint is None and name.endswith(PROJECT_SUFFIX):
            self._window.project.open_path(name)
        else:
            self._window.workbench.open_model(name, checkpoint, images=images)

    def _open_images(self, folder: Path) -> None:
        self._window.workbench.open_images(folder)
