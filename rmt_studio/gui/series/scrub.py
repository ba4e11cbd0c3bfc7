"""Where a person is in a series: which matrix, which checkpoint, seen how, and whether it plays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from rmt_studio.gui.series.course import LayerPicture

if TYPE_CHECKING:
    from rmt_studio.analysis import LayerAnalysis
    from rmt_studio.gui.series.course import Course
    from rmt_studio.gui.series.desk import SeriesDesk

SPEEDS = (1, 2, 4, 8, 16)  # checkpoints a second
_USUAL = 4


class Scrub(QObject):
    """The state of the viewer; its widgets render it and change it by the methods here.

    Signals:
        step_changed (): another checkpoint is shown.
        layer_changed (): another matrix, or the same on other axes or with more checkpoints.
        grown (): there are more checkpoints, or those of another series.
        metric_changed (): the list shows another number.
        playing_changed (): it plays, or does not any more, or at another speed.

    Attributes:
        layer: the matrix that is shown; empty while there is none.
        place: of the checkpoint among those known.
        metric: key of the number in the list.
        log: whether the axis of eigenvalues is logarithmic.
        ghost: whether the first checkpoint is outlined.
        speed: checkpoints a second.
    """

    step_changed = Signal()
    layer_changed = Signal()
    grown = Signal()
    metric_changed = Signal()
    playing_changed = Signal()

    def __init__(self, desk: SeriesDesk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.layer, self.place = "", 0
        self.metric, self.log, self.ghost = "upper_edge", False, True
        self.speed = _USUAL
        self._follows = True  # the newest checkpoint, until a person moves
        self._picture: LayerPicture | None = None
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._tick)
        desk.grown.connect(self._grown)
        self._course: Course | None = None
        self._grown()

    @property
    def course(self) -> Course | None:
        """The checkpoints known."""
        return self._course

    @property
    def count(self) -> int:
        """How many checkpoints are known."""
        return len(self._course.steps) if self._course is not None else 0

    @property
    def picture(self) -> LayerPicture | None:
        """The matrix on its axes; None while there is none, or it is zero throughout."""
        course = self._course
        if course is None or not self.layer or not course.track(self.layer).known:
            return None
        known = self._picture
        if known is None or known.track is not course.track(self.layer) or known.log != self.log:
            self._picture = LayerPicture(course.track(self.layer), log=self.log)
        return self._picture

    @property
    def shown(self) -> LayerAnalysis | None:
        """The matrix at the checkpoint; None where it is zero."""
        if self._course is None or not self.layer or self.place >= self.count:
            return None
        return self._course.steps[self.place].layer(self.layer)

    @property
    def checkpoint(self) -> str:
        """The name of the checkpoint."""
        course = self._course
        return course.steps[self.place].name if course is not None and self.count else ""

    @property
    def playing(self) -> bool:
        """Whether it moves by itself."""
        return self._timer.isActive()

    # --- what a person does ------------------------------------------------------------------

    def go(self, place: int) -> None:
        """Show a checkpoint by its place; beyond the ends, the first or last."""
        self._follows = False
        self._show(min(max(place, 0), max(self.count - 1, 0)))

    def go_to_step(self, number: float) -> None:
        """Show the checkpoint whose number is next to this."""
        if self._course is not None and self.count:
            self.go(int(abs(self._course.numbers - number).argmin()))

    def choose_layer(self, name: str) -> None:
        """Show another matrix."""
        if name != self.layer:
            self.layer = name
            self.layer_changed.emit()

    def choose_metric(self, key: str) -> None:
        """Show another number in the list."""
        if key != self.metric:
            self.metric = key
            self.metric_changed.emit()

    def set_log(self, log: bool) -> None:
        """Use a logarithmic axis of eigenvalues, or a linear one."""
        if log != self.log:
            self.log = log
            self.layer_changed.emit()

    def set_ghost(self, ghost: bool) -> None:
        """Outline the first checkpoint, or do not."""
        self.ghost = ghost
        self.step_changed.emit()

    def set_speed(self, speed: int) -> None:
        """Play at so many checkpoints a second."""
        self.speed = speed
        self._timer.setInterval(round(1000 / speed))
        self.playing_changed.emit()

    def play(self, wanted: bool) -> None:
        """Play to the end, from the beginning if that is where it stands, or pause."""
        if wanted and self.count > 1:
            if self.place == self.count - 1:
                self.go(0)
            self._follows = False
            self._timer.start(round(1000 / self.speed))
        else:
            self._timer.stop()
        self.playing_changed.emit()

    def turn(self) -> None:
        """Play where it pauses, pause where it plays."""
        self.play(not self.playing)

    # --- what follows ------------------------------------------------------------------------

    def _show(self, place: int) -> None:
        if place != self.place:
            self.place = place
            self.step_changed.emit()

    def _tick(self) -> None:
        if self.place >= self.count - 1:
            self.play(False)
            return
        self._show(self.place + 1)
        if self.place == self.count - 1:
            self.play(False)

    def _grown(self) -> None:
        course = self._desk.course
        if course is not self._course:
            self._course, self._follows, self.place = course, True, 0
            self.play(False)
        if course is None or not course.steps:
            self.layer = ""
        elif self.layer not in course.names:
            self.layer = course.names[0]
        if self._follows:
            self.place = max(self.count - 1, 0)
        self.place = min(self.place, max(self.count - 1, 0))
        self.grown.emit()
        self.layer_changed.emit()
