"""The commands of the window together: one object for each menu or room.

A room with actions of its own has its slots in a class like those here, and one line in `ROOMS`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rmt_studio.gui.commands.analyse import AnalyseCommands
from rmt_studio.gui.commands.dropped import DroppedFiles
from rmt_studio.gui.commands.edit import EditCommands
from rmt_studio.gui.commands.evaluate import EvaluateCommands
from rmt_studio.gui.commands.file import FileCommands
from rmt_studio.gui.commands.help import HelpCommands
from rmt_studio.gui.commands.jobs import JobsCommands
from rmt_studio.gui.commands.lab import LabCommands
from rmt_studio.gui.commands.plot import PlotCommands
from rmt_studio.gui.commands.prune import PruneCommands
from rmt_studio.gui.commands.series import SeriesCommands
from rmt_studio.gui.commands.view import ViewCommands

if TYPE_CHECKING:
    from collections.abc import Callable

    from rmt_studio.gui.commands.base import Commands
    from rmt_studio.gui.main_window import MainWindow

# FileCommands and AnalyseCommands, which others call too, are made by name
ROOMS: tuple[type[Commands], ...] = (
    EditCommands,
    ViewCommands,
    PlotCommands,
    PruneCommands,
    EvaluateCommands,
    SeriesCommands,
    LabCommands,
    JobsCommands,
    HelpCommands,
)


class WindowCommands:
    """The slots of all actions, and what a file that is let go over the window does.

    Attributes:
        file: those of the menu File, which others call too.
        analyse: those of the menu Analyse.
        dropped: opens what is let go.
    """

    def __init__(self, window: MainWindow) -> None:
        self.file, self.analyse = FileCommands(window), AnalyseCommands(window)
        self.dropped = DroppedFiles(window)
        self._rooms: list[Commands] = [self.file, self.analyse, *(kind(window) for kind in ROOMS)]

    def slots(self) -> dict[str, Callable[..., None]]:
        """Return the slot of every action by its id."""
        return {name: slot for room in self._rooms for name, slot in room.slots().items()}
