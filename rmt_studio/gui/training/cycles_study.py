"""Prune-restore cycles of the open model: what was asked, and what each cycle came to."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from rmt_studio.gui.inspector.figures import count_text
from rmt_studio.gui.study import Study
from rmt_studio.gui.training.remembered import remember
from rmt_studio.studio import cycles_tasks
from rmt_studio.studio.document import Run
from rmt_studio.studio.targets import Measurement
from rmt_studio.studio.tasks import run_of

if TYPE_CHECKING:
    from pathlib import Path

    from rmt_studio.gui.job_desk import JobDesk
    from rmt_studio.gui.training.training_images import TrainingImages
    from rmt_studio.gui.workbench import Workbench
    from rmt_studio.pruning import PrunedModel
    from rmt_studio.studies.cycles import CycleRow, Cycles
    from rmt_studio.studio.cycles_tasks import CyclesAsked, CyclesScene


class CyclesStudy(Study):
    """Cycles one after the other, each a row of the results; they outlive the window."""

    asked: CyclesAsked | None
    scene: CyclesScene | None
    rows: list[CycleRow]
    result: Cycles | None
    _title = "Prune and restore in cycles"
    _work = staticmethod(cycles_tasks.run_course)

    def __init__(self, workbench: Workbench, desk: JobDesk, images: TrainingImages) -> None:
        super().__init__(workbench, desk)
        self.images = images

    @property
    def trials(self) -> list[Any]:
        """The cycles."""
        return self.rows

    @property
    def dense_top1(self) -> float | None:
        """Accuracy of the dense model, as soon as a cycle tells it."""
        row = next(iter(self.rows), None)
        return None if row is None else row.evaluation.top1 - row.pair.difference

    @property
    def about(self) -> str:
        """Which model learns from which images, and where it is evaluated."""
        if self.scene is None or self.asked is None:
            return ""
        n, reported = len(self.scene.images), self.scene.images
        text = self.tr("{0}, {1} images of {2}, learning from {3} of {4}")
        taught = self.scene.calibration
        limit = min(self.asked.limit or n, n)
        seen, learned = count_text(limit), count_text(len(taught))
        return text.format(self.scene.model.title, seen, reported.name, learned, taught.name)

    def start(self, asked: CyclesAsked, file: Path | None = None, *, anew: bool = False) -> None:
        """Begin, or go on where an earlier course stopped; its folder follows from what it is."""
        del file
        document, images = self._bench.document, self.images.of(labelled=asked.labelled)
        if self.running or document.model is None or document.images is None or images is None:
            return
        remember(asked, document.model)
        scene = cycles_tasks.CyclesScene(
            model=document.model,
            analysis=document.analysis,
            images=document.images,
            calibration=images,
            device=self._bench.device,
            folder=self.folder,
            anew=anew,
        )
        self._begin(scene, asked, partial(self.start, asked))

    def open_recipe(self, row: int) -> None:
        """Make the model of a cycle the pruned one and its shares the rules, as one undo step."""
        scene, asked, file, cycle = self.scene, self.asked, self.file, self.rows[row]
        if scene is None or asked is None or file is None:
            return
        work = partial(cycles_tasks.open_cycle, file.parent, scene.model, asked.recipe, cycle)
        title = self.tr("Open cycle {0}").format(cycle.cycle)
        done = partial(self._opened, scene, cycle)
        self._desk.start(title, work, done, lane="cpu")

    def _take(self, what: object) -> None:
        if isinstance(what, Measurement):
            self._report(run_of(what.model, what.evaluation, "dense"))
        elif isinstance(what, cycles_tasks.Cycled):
            super()._take(what.row)
            self._report_cycle(what)
        else:
            super()._take(what)

    def _report(self, run: Run) -> None:
        """Make what was measured a row of the results, unless it is one already."""
        runs = self._bench.document.runs
        if not any(_of(known) == _of(run) for known in runs):
            self._bench.document.add_run(run)

    def _report_cycle(self, told: cycles_tasks.Cycled) -> None:
        row = told.row
        self._report(
            Run(
                row.recipe.name,
                row.recipe,
                row.evaluation,
                row.parameters,
                row.parameters_kept,
                row.model_sparsity,
                row.block_sparsity,
                row.layer_sparsity,
                told.learned,
            )
        )

    def _opened(self, scene: CyclesScene, row: CycleRow, model: PrunedModel) -> None:
        bench = self._bench
        if scene.model is not bench.document.model:
            return
        bench.replace_recipe(model.recipe, self.tr("cycle {0}").format(row.cycle))
        if bench.runs.take_pruned(model, bench.document.calibration):
            told = self.tr("Cycle {0} is the pruned model now; Undo brings the former rules back")
            bench.told.emit(told.format(row.cycle))


def _of(run: Run) -> tuple[object, ...]:
    """Return what was measured, and on which images."""
    return run.recipe, run.learned, run.evaluation.names
