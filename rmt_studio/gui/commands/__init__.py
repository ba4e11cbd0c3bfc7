"""What each action of the window does: a slot ``on_<id>`` for every entry of the registry."""

from rmt_studio.gui.commands.base import Commands
from rmt_studio.gui.commands.window import ROOMS, WindowCommands

__all__ = ["ROOMS", "Commands", "WindowCommands"]
