"""How far a study is, by the time that its rows are expected to take."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from statistics import fmean
from typing import TYPE_CHECKING

from rmt_studio.studies.trial import Measured

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rmt_studio.evaluation.result import Evaluation
    from rmt_studio.progress import Progress
    from rmt_studio.studies.trial import Trial

STEPS = 10_000


def portion(progress: Progress, begin: float, end: float, name: str) -> Progress:
    """Return a callback for a piece of work that is the share ``begin`` to ``end`` of a whole.

    The whole counts `STEPS` steps; notes of the piece follow its name.
    """

    def report(done: int, total: int, note: str = "") -> None:
        share = min(1.0, done / total) if total else 0.0
        text = f"{name}: {note}" if name and note else name or note
        progress(int((begin + share * (end - begin)) * STEPS), STEPS, text)

    return report


@dataclass
class Course:
    """The progress of a study, in shares of the time that it is expected to take.

    A row is expected to take as long to prune as the rows of its method did (of all methods,
    while there is none), and as long to evaluate as the dense model.

    Attributes:
        progress: of the study.
        elapsed: seconds that this run has spent on finished pieces.
        evaluation: seconds of one evaluation.
        prunings: seconds of the prunings so far, by method.
    """

    progress: Progress
    elapsed: float = 0.0
    evaluation: float = 0.0
    prunings: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def start(self, rows: int) -> Progress:
        """Return the callback of the work before the first of so many rows."""
        return portion(self.progress, 0.0, 1 / (rows + 1), "dense model")

    def started(self, dense: Evaluation, seconds: float) -> None:
        """Learn how long the work before the first row took."""
        self.evaluation = dense.seconds
        self.elapsed += seconds

    def row(self, method: str, later: Sequence[str], name: str) -> Progress:
        """Return the callback of a row that those of the methods ``later`` will follow."""
        after = self.elapsed + self.expected(method)
        whole = after + sum(self.expected(other) for other in later) or 1.0
        return portion(self.progress, self.elapsed / whole, after / whole, name)

    def learn(self, row: Trial) -> None:
        """Learn how long a row took, in this run or an earlier one."""
        if isinstance(row, Measured):
            self.prunings[row.method].append(row.seconds_pruning)
        if not (isinstance(row, Measured) and row.kept):
            self.elapsed += row.seconds

    def pruning(self, method: str) -> float:
        """Return the seconds that a pruning is expected to take."""
        everything = [seconds for known in self.prunings.values() for seconds in known]
        return fmean(self.prunings.get(method) or everything or [0.0])

    def expected(self, method: str) -> float:
        """Return the seconds that a row is expected to take."""
        return self.pruning(method) + self.evaluation

    def pruning_share(self, method: str) -> float:
        """Return the share of a row's time that pruning is expected to take."""
        expected = self.expected(method)
        return self.pruning(method) / expected if expected else 0.5

    def finish(self) -> None:
        """Report that all is done."""
        self.progress(STEPS, STEPS)
