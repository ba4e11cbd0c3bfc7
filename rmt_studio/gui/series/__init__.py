"""Training under the lens: a folder of checkpoints as a series that can be scrubbed through."""

from rmt_studio.gui.series.desk import SeriesDesk
from rmt_studio.gui.series.window import SeriesWindow
from rmt_studio.gui.series.windows import SeriesWindows

__all__ = ["SeriesDesk", "SeriesWindow", "SeriesWindows"]
