"""The rooms of the window, together: importing this brings torch, timm, scipy and the plots."""

from __future__ import annotations

from rmt_studio.gui.commands import WindowCommands
from rmt_studio.gui.dropping import DropPlace
from rmt_studio.gui.header import Header
from rmt_studio.gui.inspector import Inspector
from rmt_studio.gui.jobs import JobsPanel
from rmt_studio.gui.lab import LabRoom
from rmt_studio.gui.layers import LayerPanel
from rmt_studio.gui.meaning import MeaningLine
from rmt_studio.gui.notifications import Notifier
from rmt_studio.gui.preferences import apply_preferences, read_preferences
from rmt_studio.gui.project_room import ProjectRoom
from rmt_studio.gui.recent_menu import RecentMenu
from rmt_studio.gui.results import ResultsPanel
from rmt_studio.gui.series import SeriesWindows
from rmt_studio.gui.spectrum import PLOTS, Pages, SpectrumView
from rmt_studio.gui.studies import StudyWindows
from rmt_studio.gui.workbench import Workbench

__all__ = [
    "PLOTS",
    "DropPlace",
    "Header",
    "Inspector",
    "JobsPanel",
    "LabRoom",
    "LayerPanel",
    "MeaningLine",
    "Notifier",
    "Pages",
    "ProjectRoom",
    "RecentMenu",
    "ResultsPanel",
    "SeriesWindows",
    "SpectrumView",
    "StudyWindows",
    "WindowCommands",
    "Workbench",
    "apply_preferences",
    "read_preferences",
]
