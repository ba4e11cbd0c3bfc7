"""Targets for the whole model: fill the rules, or go all the way to an evaluated model."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from rmt_studio.gui.terms import term
from rmt_studio.pruning import METHODS, PrunedModel, Recipe
from rmt_studio.studio.targets import Situation, Target, best_method, fill_rules, reach_target

if TYPE_CHECKING:
    from collections.abc import Callable

    from rmt_studio.gui.job_desk import JobDesk
    from rmt_studio.gui.runs import Runs
    from rmt_studio.gui.workbench import Workbench
    from rmt_studio.models.loading import LoadedModel
    from rmt_studio.studio.jobs import Job
    from rmt_studio.studio.targets import Piece

    Next = Callable[[], object] | None


@dataclass(frozen=True, eq=False)
class _Arrived:
    """A piece of what `reach_target` makes, on its way to the window's thread."""

    start: Situation
    piece: Piece


class Targets(QObject):
    """Starts the jobs. Rules that arrive are one undo step; what is not possible yet is said.

    Args:
        workbench: whose document is worked on.
        desk: runs the jobs.
        runs: takes pruned models and evaluations.
    """

    def __init__(self, workbench: Workbench, desk: JobDesk, runs: Runs) -> None:
        super().__init__(workbench)
        self._bench, self._document = workbench, workbench.document
        self._desk, self._runs = desk, runs
        self._filled_last: tuple[Recipe, Target] | None = None
        desk.arrived.connect(self._arrived)

    @property
    def best_method(self) -> str:
        """The key of the method that `reach` takes."""
        return best_method(self._document.calibration)

    def use_batches_of(self, images: int | None) -> None:
        """Evaluate so many images at a time from now on; None for automatic."""
        self._runs.batch_size = images

    def filled_for(self, recipe: Recipe) -> Target | None:
        """Return the target that a recipe was filled for, if it is the last one of these."""
        filled, target = self._filled_last or (None, None)
        return target if filled == recipe else None

    def fill(self, target: Target, and_then: Next = None) -> Job | None:
        """Fill the rules in the background, then go on with ``and_then``."""
        refusal, model = self._refusal(target), self._document.model
        if refusal or model is None:
            return self._bench.refuse(self.tr("Fill rules"), refusal)
        analysis, images = self._document.analysis, self._document.calibration
        work = partial(fill_rules, model, analysis, target, images)
        title = self.tr("Fill rules: {0}").format(title_of(target))
        done = partial(self._filled, model, target, and_then)
        lane = self._bench.device if METHODS[target.method].looks_at_images else "rules"
        return self._desk.start(title, work, done, lane=lane)

    def reach(self, sparsity: float, of: str) -> Job | None:
        """Fill by the recommended method, prune, recover and evaluate, as one job."""
        document, target = self._document, Target(self.best_method, sparsity, of)
        refusal, model = self._refusal(target), document.model
        if refusal or model is None:
            return self._bench.refuse(self.tr("Prune"), refusal)
        start = Situation(
            model=model,
            analysis=document.analysis,
            images=document.images,
            calibration=document.calibration,
            dense=document.dense_run.evaluation if document.dense_run else None,
            device=self._bench.device,
            batch_size=self._runs.batch_size,
        )
        return self._reach(start, target)

    def _reach(self, start: Situation, target: Target) -> Job:
        work = partial(reach_target, start, target, partial(_send, self._desk.post, start))
        there = partial(self._reach, replace(start, device="cpu"), target)
        return self._desk.start(
            self.tr("Prune to {0}").format(title_of(target)),
            work,
            self._reached,
            lane=start.device,
            elsewhere=there if start.device != "cpu" else None,
        )

    def _refusal(self, target: Target) -> str:
        if self._document.model is None or not self._document.analyzed:
            return self.tr("wait until every spectrum is known")
        if self._bench.image_sets.missing_for(target.method):
            text = self.tr("{0} needs calibration images: open some (File menu)")
            return text.format(term(METHODS[target.method].label))
        return ""

    def _filled(self, model: LoadedModel, target: Target, and_then: Next, recipe: Recipe) -> None:
        if model is not self._document.model:
            return
        self._filled_last = (recipe, target)
        self._bench.replace_recipe(recipe, recipe.name)
        if and_then is not None and self._document.recipe.rules == recipe.rules:
            and_then()

    def _arrived(self, event: object) -> None:
        if not isinstance(event, _Arrived) or event.start.model is not self._document.model:
            return
        piece = event.piece
        if isinstance(piece, Recipe):
            self._bench.replace_recipe(piece, piece.name)
        elif isinstance(piece, PrunedModel):
            self._runs.take_pruned(piece, event.start.calibration)
        else:
            pruned = piece.model if isinstance(piece.model, PrunedModel) else None
            label = pruned.recipe.name if pruned else "dense"
            self._runs.take_evaluation(piece.model, label, piece.evaluation)

    def _reached(self, _nothing: None) -> None:
        if self._document.images is None:
            text = self.tr("Pruned; open an image folder and evaluate to see what it costs")
            self._bench.told.emit(text)


def _send(post: Callable[[object], None], start: Situation, piece: Piece) -> None:
    post(_Arrived(start, piece))


def title_of(target: Target) -> str:
    """Return ``50% of blocks`` or ``2:4``, with the name of the method."""
    share = target.pattern or f"{target.sparsity:.0%} of {target.of}"
    return f"{share} · {term(METHODS[target.method].label)}"
