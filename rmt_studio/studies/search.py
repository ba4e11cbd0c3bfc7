"""The smallest model whose accuracy stays within some points of the dense one's.

Bisection over the share of the block matrices to remove. It assumes that the drop grows with the
share: every share below one that passes would pass, every share above one that fails would fail.
Each step can contradict that assumption only among the shares measured; `SearchResult.inversions`
names the contradictions, and what lies between the steps stays unmeasured.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from math import ceil, log2
from typing import TYPE_CHECKING, Any

from rmt_studio.errors import InputError
from rmt_studio.evaluation.accuracy import spread
from rmt_studio.evaluation.intervals import paired_difference
from rmt_studio.progress import Progress, no_progress
from rmt_studio.studies.bench import Bench
from rmt_studio.studies.course import Course
from rmt_studio.studies.identity import Identity
from rmt_studio.studies.study_file import StudyFile
from rmt_studio.studies.trial import Measured, Trial

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rmt_studio.analysis import Analysis
    from rmt_studio.data.images import ImageSet
    from rmt_studio.evaluation.result import Evaluation
    from rmt_studio.models.loading import LoadedModel
    from rmt_studio.pruning import Recipe

FINEST, COARSEST = 1e-4, 0.5  # of the resolution


class Criterion(StrEnum):
    """When a drop counts as within X points.

    ``INTERVAL``: the lower end of the paired 95 % interval of the difference is at least -X. That
    is a test of non-inferiority at 2.5 %: a larger drop on further images of the same kind is then
    unlikely. Few images can vouch for little, and the search says so. ``POINT``: the difference on
    these very images is at least -X, whatever it may be on others. The search looks at several
    shares and reports the one that passed, so in both cases the drop it reports is a little too
    kind; measure the result on images kept aside.
    """

    INTERVAL = "interval"
    POINT = "point"

    def value_of(self, trial: Measured) -> float:
        """Return the number that is held against -X, a fraction of 1."""
        return trial.pair.interval[0] if self is Criterion.INTERVAL else trial.pair.difference


@dataclass(frozen=True, eq=False)
class SearchStep:
    """A share that was tried, and whether its drop is within the points."""

    trial: Trial
    passes: bool


@dataclass(frozen=True, eq=False)
class SearchResult:
    """What a search found.

    Attributes:
        identity: what the numbers depend on.
        dense: the accuracy of the dense model.
        method: that was searched with.
        points: the drop allowed, in percentage points.
        criterion: when a drop counts as within them.
        resolution: distance of neighbouring shares.
        steps: in the order taken.
        best: the largest share that passes; None where none does.
    """

    identity: Identity
    dense: Evaluation
    method: str
    points: float
    criterion: Criterion
    resolution: float
    steps: tuple[SearchStep, ...]
    best: Measured | None

    @property
    def recipe(self) -> Recipe | None:
        """The rules of the smallest model; None where no share passes."""
        return self.best.recipe if self.best is not None else None

    @property
    def inversions(self) -> list[tuple[Measured, Measured]]:
        """Pairs of steps, the lesser share first, in which the greater share did better."""
        rows = [step.trial for step in self.steps if isinstance(step.trial, Measured)]
        rows.sort(key=lambda row: row.sparsity)
        return [
            (less, more)
            for less, more in combinations(rows, 2)
            if more.evaluation.top1 > less.evaluation.top1
        ]

    def record(self) -> dict[str, Any]:
        """Return the course and the end of the search as plain JSON values, without the rows."""
        return {
            "method": self.method,
            "points": self.points,
            "criterion": str(self.criterion),
            "resolution": self.resolution,
            "sparsity": self.best.sparsity if self.best is not None else None,
            "steps": [{"sparsity": s.trial.sparsity, "passes": s.passes} for s in self.steps],
            "inversions": [[less.sparsity, more.sparsity] for less, more in self.inversions],
        }


def smallest_within(
    model: LoadedModel,
    method: str,
    points: float,
    *,
    images: ImageSet,
    calibration: ImageSet | None = None,
    limit: int | None = None,
    seed: int = 0,
    device: str = "cpu",
    resolution: float = 0.01,
    criterion: Criterion | str = Criterion.INTERVAL,
    analysis: Analysis | None = None,
    file: Path | str | None = None,
    overwrite: bool = False,
    progress: Progress = no_progress,
    on_step: Callable[[SearchStep], None] | None = None,
) -> SearchResult:
    """Search the largest share of the block matrices whose removal costs at most some points.

    Args:
        model: the dense model; it is not changed.
        method: a name as `fill_recipe` takes it.
        points: the drop of top-1 allowed, in percentage points.
        images: to evaluate on.
        calibration: images for a method that wants some; their labels are not used.
        limit: at most so many of ``images``, spread evenly over the set.
        seed: of a method that draws at random.
        device: where models are evaluated.
        resolution: only multiples of this share are tried.
        criterion: see `Criterion`.
        analysis: spectra of the model, where they are at hand already.
        file: a JSON file that is written after each step. Steps of an earlier run are used as
            they are, also where the points or the criterion were others.
        overwrite: start the file anew whatever it holds.
        progress: called often; may raise `Cancelled`, which leaves the steps so far in ``file``.
        on_step: called after each step, those of the file included.

    Raises:
        InputError: an unknown method, points or a resolution that make no sense, images too few
            to vouch for the points, a method that fails at every share, a file of another study.
    """
    criterion = require_bounds(points, resolution, criterion)
    bench = Bench(model, images, calibration, limit, seed, device, analysis)
    bench.require([method], [0.0])
    _require_images(points, len(spread(len(images), limit)), criterion)
    identity = Identity.of(
        model, images, calibration=calibration, limit=limit, seed=seed, analysis=analysis
    )
    study = StudyFile.open(file, "search", identity, images, bench.names, overwrite=overwrite)
    bisection = _Bisection(bench, study, method, points, criterion, resolution, [])
    bisection.run(progress, on_step or (lambda step: None))
    result = bisection.result(identity)
    study.result = result.record()
    study.write()
    return result


@dataclass
class _Bisection:
    """The search on its way. Shares are ``place * resolution``."""

    bench: Bench
    study: StudyFile
    method: str
    points: float
    criterion: Criterion
    resolution: float
    steps: list[SearchStep]

    def run(self, progress: Progress, on_step: Callable[[SearchStep], None]) -> None:
        self.bench.dense = self.study.dense
        course = Course(progress)
        passed, failed = 0, ceil(round(1 / self.resolution, 6))
        while failed - passed > 1:
            left = ceil(log2(failed - passed))
            middle = (passed + failed) // 2
            sparsity = round(middle * self.resolution, 6)
            trial = self.study.measured(self.method, sparsity)
            if trial is None:
                trial = self.measured(sparsity, left, course)
            course.learn(trial)
            self.steps.append(SearchStep(trial, self.passes(trial)))
            on_step(self.steps[-1])
            passed, failed = (middle, failed) if self.steps[-1].passes else (passed, middle)
        course.finish()

    def measured(self, sparsity: float, left: int, course: Course) -> Trial:
        """Return a trial that is in the file from then on."""
        if self.bench.analysis is None or self.bench.dense is None:
            begun = time.perf_counter()
            self.study.keep(dense=self.bench.prepare(course.start(left)))
            course.started(self.bench.measured_dense(), time.perf_counter() - begun)
        name = f"step {len(self.steps) + 1}, {self.method} {sparsity:.4g}"
        reports = course.row(self.method, [self.method] * (left - 1), name)
        share = course.pruning_share(self.method)
        trial = self.bench.trial(self.method, sparsity, reports, share)
        self.study.keep(row=trial)
        return trial

    def passes(self, trial: Trial) -> bool:
        """Return whether the drop of a trial is within the points; a failed one is not."""
        if not isinstance(trial, Measured):
            return False
        return self.criterion.value_of(trial) >= -self.points / 100

    def result(self, identity: Identity) -> SearchResult:
        passing = [step.trial for step in self.steps if step.passes]
        measured = [trial for trial in passing if isinstance(trial, Measured)]
        reasons = [s.trial.reason for s in self.steps if not isinstance(s.trial, Measured)]
        if len(reasons) == len(self.steps):
            raise InputError(f"method {self.method!r}", f"failed at every share: {reasons[-1]}")
        return SearchResult(
            identity=identity,
            dense=self.bench.measured_dense(),
            method=self.method,
            points=self.points,
            criterion=self.criterion,
            resolution=self.resolution,
            steps=tuple(self.steps),
            best=max(measured, key=lambda trial: trial.sparsity, default=None),
        )


def require_bounds(points: float, resolution: float, criterion: Criterion | str) -> Criterion:
    """Return the criterion of that name, or refuse what makes no sense.

    Raises:
        InputError: points, a resolution or a criterion that no search could use.
    """
    if not 0 <= points <= 100:
        raise InputError(f"within {points:g}", "is not in 0 to 100 points", "give some such as 1")
    if not FINEST <= resolution <= COARSEST:
        reason = f"is not in {FINEST:g} to {COARSEST:g}"
        raise InputError(f"resolution {resolution:g}", reason, "give a share such as 0.01")
    if criterion not in list(Criterion):
        known = f"choose one of {', '.join(Criterion)}"
        raise InputError(f"criterion {str(criterion)!r}", "is not known", known)
    return Criterion(criterion)


def _require_images(points: float, n: int, criterion: Criterion) -> None:
    """Refuse a test that not even an unchanged model would pass."""
    least = -100 * paired_difference(0, 0, n)[0]
    if criterion is Criterion.INTERVAL and least > points:
        reason = (
            f"cannot be shown on {n} images: even a model that answers all of them alike is "
            f"known to be within {least:.2f} points only"
        )
        next_step = "allow more points, give more images, or judge by the criterion 'point'"
        raise InputError(f"within {points:g} points", reason, next_step)
