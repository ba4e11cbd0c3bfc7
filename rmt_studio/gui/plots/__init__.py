"""Plots out of the window: as a picture, to the clipboard, as numbers."""

from rmt_studio.gui.plots.help import HelpButton
from rmt_studio.gui.plots.menu import PlotMenu

__all__ = ["HelpButton", "PlotMenu"]
