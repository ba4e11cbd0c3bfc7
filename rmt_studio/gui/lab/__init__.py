"""The lab: the paper's experiments, to watch on one's own machine."""

from rmt_studio.gui.lab.lab import Lab
from rmt_studio.gui.lab.room import LabRoom
from rmt_studio.gui.lab.window import LabWindow

__all__ = ["Lab", "LabRoom", "LabWindow"]
