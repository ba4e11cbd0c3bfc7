"""How far a training is, apart from the values of its leaves and moments; saved with those."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Self

import torch

from rmt_studio.errors import InputError
from rmt_studio.training.reports import EpochReport, Score

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    from rmt_studio.training.run_file import RunFile
    from rmt_studio.training.step import Lesson

_LEAF, _BEST = "leaf:", "best:"


@dataclass(frozen=True)
class Standing:
    """Epochs that are done, steps of the present one, and the best so far.

    Attributes:
        reports: of the epochs that are done.
        losses: of the steps of the present epoch.
        best: parameters of the best epoch, float32 on the CPU; None before the first.
        best_epoch: its number, 1 for the first; 0 while none is better than the start.
        start: what validation found before the first step; None without it.
    """

    reports: tuple[EpochReport, ...] = ()
    losses: tuple[float, ...] = ()
    best: dict[str, Tensor] | None = None
    best_epoch: int = 0
    start: Score | None = None

    @property
    def rank(self) -> tuple[float, float] | None:
        """That of the best so far; None where there is nothing to compare with."""
        if self.best_epoch:
            return self.reports[self.best_epoch - 1].rank
        return None if self.start is None else self.start.rank

    def save(self, lesson: Lesson, file: RunFile, tick: Callable[[], None] = lambda: None) -> None:
        """Write all that a run needs to go on as if it had not been interrupted.

        Args:
            lesson: leaves and moments.
            file: where to.
            tick: called between tensors; what it raises leaves the file as it was.

        Raises:
            InputError: the folder cannot be written.
        """
        tensors = {_LEAF + name: leaf.detach() for name, leaf in lesson.weights.leaves.items()}
        for name, leaf in lesson.weights.leaves.items():
            for key, value in lesson.optimizer.state.get(leaf, {}).items():
                tensors[f"{key}:{name}"] = value
        tensors |= {_BEST + name: value for name, value in (self.best or {}).items()}
        record = {
            "reports": [report.record() for report in self.reports],
            "losses": list(self.losses),
            "best_epoch": self.best_epoch,
            "start": asdict(self.start) if self.start else None,
            "piece": lesson.piece,
            "scaler": lesson.precision.scaler.state_dict(),
        }
        file.save(tensors, record, tick)

    @classmethod
    def read(cls, lesson: Lesson, file: RunFile) -> Self:
        """Bring the lesson to where the file left off and return the standing.

        Raises:
            InputError: no run, a damaged one, or one that differs.
        """
        tensors, record = file.load()
        try:
            _fill(lesson, tensors, record)
            return cls(
                tuple(EpochReport(**report) for report in record["reports"]),
                tuple(float(loss) for loss in record["losses"]),
                {n.removeprefix(_BEST): t for n, t in tensors.items() if n.startswith(_BEST)}
                or None,
                int(record["best_epoch"]),
                Score(**record["start"]) if record["start"] else None,
            )
        except (KeyError, TypeError, ValueError, RuntimeError) as error:
            reason = "is a damaged state of a training run"
            raise InputError(file.path, reason, "remove it to start anew") from error


def _fill(lesson: Lesson, tensors: dict[str, Tensor], record: dict[str, Any]) -> None:
    """Set leaves, moments, scale and pieces."""
    lesson.piece = int(record["piece"])
    lesson.precision.scaler.load_state_dict(record["scaler"])
    state = {}
    with torch.no_grad():
        for place, (name, leaf) in enumerate(lesson.weights.leaves.items()):
            leaf.copy_(tensors[_LEAF + name])
            if f"step:{name}" in tensors:
                keys = ("step", "exp_avg", "exp_avg_sq")
                state[place] = {key: tensors[f"{key}:{name}"] for key in keys}
    lesson.optimizer.load_state_dict({**lesson.optimizer.state_dict(), "state": state})
