"""Several methods at several targets on one model, each measured beside the dense model."""

from __future__ import annotations

import time
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

from rmt_studio.errors import InputError
from rmt_studio.progress import Progress, no_progress
from rmt_studio.studies.bench import Bench
from rmt_studio.studies.course import Course
from rmt_studio.studies.identity import Identity
from rmt_studio.studies.pairs import PairedDifference
from rmt_studio.studies.study_file import StudyFile
from rmt_studio.studies.trial import Measured, Trial, evaluation_record

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from rmt_studio.analysis import Analysis
    from rmt_studio.data.images import ImageSet
    from rmt_studio.evaluation.result import Evaluation
    from rmt_studio.models.loading import LoadedModel

DENSE = "dense"
"""What the dense model is called among the methods of `MethodComparison.records`."""


@dataclass(frozen=True, eq=False)
class MethodComparison:
    """What a comparison found.

    Attributes:
        identity: what the numbers depend on.
        dense: the accuracy of the dense model.
        methods: in the order asked for.
        sparsities: in the order asked for.
        rows: one for each method at each sparsity, sparsity by sparsity.
    """

    identity: Identity
    dense: Evaluation
    methods: tuple[str, ...]
    sparsities: tuple[float, ...]
    rows: tuple[Trial, ...]

    def row(self, method: str, sparsity: float) -> Trial:
        """Return one row.

        Raises:
            KeyError: it was not asked for.
        """
        return {(row.method, row.sparsity): row for row in self.rows}[method, sparsity]

    def ranking(self, sparsity: float) -> list[Measured]:
        """Return the rows of one sparsity, the best top-1 first; the loss decides a draw."""
        rows = (row for row in self.rows if row.sparsity == sparsity)
        measured = [row for row in rows if isinstance(row, Measured)]
        return sorted(measured, key=lambda row: (-row.evaluation.top1, row.evaluation.loss))

    def lead(self, sparsity: float) -> PairedDifference | None:
        """Return the best row of a sparsity against the next best, on the same images."""
        best = self.ranking(sparsity)[:2]
        return PairedDifference.of(*(row.evaluation for row in best)) if len(best) == 2 else None

    def records(self) -> list[dict[str, Any]]:
        """Return the dense model and all rows as plain JSON values at full precision."""
        dense = {
            "method": "dense",
            "sparsity": 0.0,
            "reason": None,
            **evaluation_record(self.dense),
        }
        return [dense, *(row.record() for row in self.rows)]


def compare_methods(
    model: LoadedModel,
    methods: Sequence[str],
    sparsities: Sequence[float],
    *,
    images: ImageSet,
    calibration: ImageSet | None = None,
    limit: int | None = None,
    seed: int = 0,
    device: str = "cpu",
    analysis: Analysis | None = None,
    file: Path | str | None = None,
    overwrite: bool = False,
    progress: Progress = no_progress,
    on_result: Callable[[Trial], None] | None = None,
) -> MethodComparison:
    """Prune a model by each method to each sparsity and evaluate it beside the dense model.

    The spectra and the dense accuracy are computed once. A method that cannot reach a sparsity
    is a `Failed` row with its reason; the others go on.

    Args:
        model: the dense model; it is not changed.
        methods: names as `fill_recipe` takes them.
        sparsities: shares of the block matrices to remove, in [0, 1).
        images: to evaluate on.
        calibration: images for the methods that want some; their labels are not used.
        limit: at most so many of ``images``, spread evenly over the set.
        seed: of the methods that draw at random.
        device: where models are evaluated.
        analysis: spectra of the model, where they are at hand already.
        file: a JSON file that is written after each row. One of an earlier run is taken up: its
            measured rows are used as they are, failed ones are tried again.
        overwrite: start the file anew whatever it holds.
        progress: called often; may raise `Cancelled`, which leaves the rows so far in ``file``.
        on_result: called with each row as soon as it is known, rows of the file included.

    Raises:
        InputError: nothing to compare, an unknown method, a sparsity out of range, images that
            cannot be evaluated, or a file of another study.
    """
    methods, sparsities = tuple(dict.fromkeys(methods)), tuple(dict.fromkeys(sparsities))
    if not methods or not sparsities:
        raise InputError("comparison", "has nothing to compare", "name methods and sparsities")
    bench = Bench(model, images, calibration, limit, seed, device, analysis)
    bench.require(methods, sparsities)
    identity = Identity.of(
        model, images, calibration=calibration, limit=limit, seed=seed, analysis=analysis
    )
    study = StudyFile.open(file, "comparison", identity, images, bench.names, overwrite=overwrite)
    rows = _rows(bench, study, list(product(sparsities, methods)), progress, on_result)
    dense = bench.measured_dense()
    return MethodComparison(identity, dense, methods, sparsities, rows)


def _rows(
    bench: Bench,
    study: StudyFile,
    wanted: list[tuple[float, str]],
    progress: Progress,
    on_result: Callable[[Trial], None] | None,
) -> tuple[Trial, ...]:
    """Return all rows: first those of the file, then the missing ones as they are measured."""
    kept = {key: study.measured(key[1], key[0]) for key in wanted}
    found: dict[tuple[float, str], Trial] = {key: row for key, row in kept.items() if row}
    missing = [key for key in wanted if key not in found]
    tell, course = on_result or (lambda row: None), Course(progress)
    for row in found.values():
        course.learn(row)
        tell(row)
    bench.dense = study.dense
    if missing or study.dense is None:
        begun = time.perf_counter()
        study.keep(dense=bench.prepare(course.start(len(missing))))
        course.started(bench.measured_dense(), time.perf_counter() - begun)
    for place, (sparsity, method) in enumerate(missing):
        later = [other for _, other in missing[place + 1 :]]
        name = f"{method} {sparsity:.4g} ({place + 1} of {len(missing)})"
        reports = course.row(method, later, name)
        row = bench.trial(method, sparsity, reports, course.pruning_share(method))
        study.keep(row=row)
        course.learn(row)
        found[sparsity, method] = row
        tell(row)
    course.finish()
    return tuple(found[key] for key in wanted)
