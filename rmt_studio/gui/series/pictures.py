"""One matrix of a series as it is drawn: axes for all steps, each step counted once (no Qt)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rmt_studio.analysis.series_axes import SeriesAxes

if TYPE_CHECKING:
    from rmt_studio.analysis import Track
    from rmt_studio.analysis.series_axes import SeriesFrame


class LayerPicture:
    """Axes that stay, and the frame of each step as soon as it was asked for.

    Args:
        track: of a matrix that is not zero throughout.
        log: whether the axis of eigenvalues is logarithmic.
    """

    def __init__(self, track: Track, *, log: bool) -> None:
        self.track, self.log = track, log
        self.axes = SeriesAxes.of(track, log=log)
        self._frames: dict[int, SeriesFrame] = {}

    def frame(self, place: int) -> SeriesFrame | None:
        """Return the step at a place; None where the matrix is zero then."""
        layer = self.track.found[place]
        if layer is None:
            return None
        if place not in self._frames:
            self._frames[place] = self.axes.frame(layer)
        return self._frames[place]
