"""What an experiment is, and what its runs are given."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from rmt_studio.progress import no_progress

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import torch
    from matplotlib.figure import Figure

    from rmt_studio.progress import Progress
    from rmt_studio.studies.lab.dataset import Pictures
    from rmt_studio.studies.lab.rows import Beside, Column, LabResult, LabRow, Panel, Verdict
    from rmt_studio.studies.lab.settings import LabSettings


class Run(NamedTuple):
    """One piece of an experiment that is done whole or not at all.

    Attributes:
        name: of its series.
        seed: of its weights, its order of pictures and its noise.
        cost: how long it takes, relative to the other runs.
    """

    name: str
    seed: int
    cost: float = 1.0


@dataclass
class Pulse:
    """A progress callback that can be asked once more, at the same place, whether to go on."""

    progress: Progress
    place: tuple[int, int, str] = (0, 1, "")

    def __call__(self, done: int, total: int, note: str = "") -> None:
        """Report, and remember where."""
        self.place = (done, total, note)
        self.progress(done, total, note)

    def beat(self, done: int = 0, total: int = 0, note: str = "") -> None:
        """Report the same place again: for side work between two steps."""
        self.progress(*self.place)


@dataclass(frozen=True)
class Lab:
    """What a run works with.

    Attributes:
        data: the pictures, as many as the settings ask for, on the device.
        settings: of the experiment.
        device: where it computes.
        emit: takes each row as soon as it is measured.
        progress: of this run.
        checkpoints: folder for the run's weights after each epoch, or None.
    """

    data: Pictures
    settings: Any
    device: torch.device
    emit: Callable[[LabRow], None]
    progress: Progress = no_progress
    checkpoints: Path | None = None

    @property
    def widths(self) -> tuple[int, ...]:
        """Inputs, hidden layers, classes."""
        return (self.data.train.shape[1], *self.settings.hidden, self.data.classes)


class Findings(NamedTuple):
    """What the rows say."""

    beside: tuple[Beside, ...]
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True)
class Experiment:
    """One experiment.

    Attributes:
        key: its name on the command line.
        title: its name in the window.
        question: what it answers, one plain sentence.
        source: the publication behind it.
        settings: its settings class, with ``scaled()`` and ``published()``.
        panels: the tables that its rows make up.
        runs: the pieces of it, in order.
        carry_out: does one of them.
        findings: what all rows say; a pure function of settings and rows.
        draw: the figure.
    """

    key: str
    title: str
    question: str
    source: str
    settings: type[LabSettings]
    panels: tuple[Panel, ...]
    runs: Callable[[Any], list[Run]] = field(repr=False)
    carry_out: Callable[[Lab, Run], None] = field(repr=False)
    findings: Callable[[Any, Sequence[LabRow]], Findings] = field(repr=False)
    draw: Callable[[LabResult], Figure] = field(repr=False)

    def panel(self, key: str) -> Panel:
        """Return the panel of that key.

        Raises:
            KeyError: there is none.
        """
        return {one.key: one for one in self.panels}[key]

    @property
    def x(self) -> Column:
        """What `LabRow.x` of the first panel is."""
        return self.panels[0].x

    @property
    def columns(self) -> tuple[Column, ...]:
        """What `LabRow.values` of the first panel can hold."""
        return self.panels[0].columns
