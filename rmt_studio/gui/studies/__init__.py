"""Studies in the window: methods side by side, and the smallest model that is good enough."""

from rmt_studio.gui.studies.comparison_window import ComparisonWindow
from rmt_studio.gui.studies.search_window import SearchWindow
from rmt_studio.gui.studies.windows import StudyWindows

__all__ = ["ComparisonWindow", "SearchWindow", "StudyWindows"]
