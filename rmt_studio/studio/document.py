"""The open document: model, images, spectra, recipe and results; every change is announced.

The document is used from one thread only, the window's. Jobs never touch it: they return values,
and whoever started the job puts them in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rmt_studio.analysis import Analysis
from rmt_studio.errors import InputError
from rmt_studio.pruning import Recipe, check_recipe
from rmt_studio.studio.compared import Compared, Comparing
from rmt_studio.studio.events import (
    AnalysisCleared,
    CalibrationOpened,
    ComparedChanged,
    DocumentEvent,
    EffectsChanged,
    ImagesOpened,
    InputsSampled,
    LayersAnalyzed,
    ModelOpened,
    MomentsMeasured,
    PrunedChanged,
    RecipeChanged,
    RunAdded,
    RunsChanged,
)
from rmt_studio.studio.run import Run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from torch import Tensor

    from rmt_studio.analysis import LayerAnalysis
    from rmt_studio.data.images import ImageSet
    from rmt_studio.models.loading import LoadedModel
    from rmt_studio.pruning import Effect, PrunedModel

__all__ = [
    "AnalysisCleared",
    "CalibrationOpened",
    "Compared",
    "ComparedChanged",
    "Comparing",
    "Document",
    "DocumentEvent",
    "EffectsChanged",
    "ImagesOpened",
    "InputsSampled",
    "LayersAnalyzed",
    "ModelOpened",
    "MomentsMeasured",
    "PrunedChanged",
    "RecipeChanged",
    "Run",
    "RunAdded",
]


class Document:
    """What a person works on. Read its attributes, change it by its methods only.

    Attributes:
        model: the dense model, or None.
        asked: the name and the checkpoint that it was opened by, where that is known.
        images: the image set for evaluation, or None.
        calibration: unlabelled images that methods measure the layers with, or None; never
            evaluated on.
        inputs: sample of each layer's inputs on these images, by parameter name; empty while
            there is none, and then predicted output errors are for white inputs.
        moments: second moments of each layer's inputs on these images, by parameter name; None
            until they are measured.
        skipped: names of the layers that hold nothing but zeros and have no spectrum.
        recipe: the rules as they are by now, and how spectra are fitted.
        effects: predicted effect of each rule, by layer name, where it is known.
        pruned: the model after ``recipe``; None while it has not been made.
        comparing: what a person wants the model compared with.
        compared: what it is compared with; None while that is not there (yet).
        runs: evaluations, oldest first.
    """

    def __init__(self) -> None:
        self._listeners: list[Callable[[DocumentEvent], None]] = []
        self._clear()
        self.images: ImageSet | None = None
        self.calibration: ImageSet | None = None

    def subscribe(self, listener: Callable[[DocumentEvent], None]) -> None:
        """Call ``listener`` with every event from now on."""
        self._listeners.append(listener)

    @property
    def analysis(self) -> Analysis:
        """The analysed layers, in the model's order."""
        order = self.model.layers if self.model else ()
        return Analysis(self._analysis[x.name] for x in order if x.name in self._analysis)

    def layer(self, name: str) -> LayerAnalysis | None:
        """Return the spectrum and the fit of a layer, or None while they are not known."""
        return self._analysis.get(name)

    @property
    def analyzed(self) -> bool:
        """Whether the spectrum of every layer that has one is known."""
        known = len(self._analysis) + len(self.skipped)
        return self.model is not None and known == len(self.model.layers)

    @property
    def dense_run(self) -> Run | None:
        """The newest evaluation of the dense model on the open images."""
        if self.images is None:
            return None
        names = tuple(sample.name for sample in self.images.samples)
        same = (run for run in reversed(self.runs) if run.evaluation.names == names)
        return next((run for run in same if run.recipe is None), None)

    @property
    def parameters_kept(self) -> int | None:
        """Numbers to store under the recipe; None while an effect is not known."""
        if self.model is None or any(name not in self.effects for name in self.recipe.rules):
            return None
        effects = (self.effects[name] for name in self.recipe.rules)
        return self.model.parameter_count - sum(e.parameters - e.parameters_kept for e in effects)

    @property
    def measured_effects(self) -> dict[str, Effect]:
        """Effects that only pruning could tell: of the rules that look at calibration images."""
        found = self.pruned.effects if self.pruned else {}
        return {name: e for name, e in found.items() if self.recipe.rule(name).needs_images}

    def open_model(
        self,
        model: LoadedModel,
        recipe: Recipe | None = None,
        asked: tuple[str, str] | None = None,
    ) -> None:
        """Make ``model`` the open one; everything that belonged to the old one goes.

        Args:
            model: the dense one.
            recipe: what to follow, where it was worked on before; it must fit the model.
            asked: the name and the checkpoint that the model was opened by.
        """
        self._clear()
        self.model, self.asked = model, asked
        self.recipe = recipe or Recipe(architecture=model.architecture)
        self._announce(ModelOpened())
        if self.recipe.rules:
            self._announce(RecipeChanged(tuple(self.recipe.rules)))

    def open_results(self, recipe: Recipe, runs: Iterable[Run]) -> None:
        """Show the recipe and the results of a model that is not there."""
        self._clear()
        self.recipe = recipe
        self._announce(ModelOpened())
        self.put_runs(runs)

    def open_images(self, images: ImageSet | None) -> None:
        """Evaluate on these images from now on."""
        self.images = images
        self.inputs = {}
        self.moments = None
        self._announce(ImagesOpened())

    def open_calibration(self, images: ImageSet | None) -> None:
        """Measure layers with these images from now on; what was pruned with others goes."""
        self.calibration = images
        self._announce(CalibrationOpened())
        if self.pruned is not None and self.recipe.needs_images:
            self.pruned = None
            self._announce(PrunedChanged())

    def set_inputs(self, inputs: Mapping[str, Tensor]) -> None:
        """Put in a sample of the layers' inputs; predicted effects have to be measured anew."""
        self.inputs = dict(inputs)
        self._announce(InputsSampled())

    def set_moments(self, moments: Mapping[str, Tensor]) -> None:
        """Put in the second moments of the layers' inputs on the open images."""
        self.moments = moments
        self._announce(MomentsMeasured())

    def add_analysis(self, layers: Iterable[LayerAnalysis]) -> None:
        """Put in spectra that were computed."""
        found = {layer.name: layer for layer in layers}
        self._analysis.update(found)
        self._announce(LayersAnalyzed(tuple(found)))

    def set_recipe(self, recipe: Recipe) -> Recipe:
        """Follow another recipe and return the one before.

        Raises:
            InputError: no model is open, or the recipe names layers that it does not have.
        """
        if self.model is None:
            raise InputError("recipe", "needs an open model", "open a model first")
        check_recipe(self.model, recipe)
        old = self.recipe
        self.recipe = recipe
        names = [layer.name for layer in self.model.layers]
        changed = tuple(name for name in names if old.rule(name) != recipe.rule(name))
        if recipe.bulk_fit != old.bulk_fit:
            changed = tuple(recipe.rules)
            self._analysis.clear()
            self.skipped = frozenset()
            self._announce(AnalysisCleared())
        self._forget(changed)
        return old

    def skip_layers(self, names: Iterable[str]) -> None:
        """Note which layers have no spectrum because they hold nothing but zeros."""
        self.skipped = frozenset(names)
        self._announce(LayersAnalyzed(tuple(self.skipped)))

    def set_effects(self, effects: dict[str, Effect]) -> None:
        """Put in predicted effects."""
        self.effects.update(effects)
        self._announce(EffectsChanged(tuple(effects)))

    def set_pruned(self, pruned: PrunedModel) -> bool:
        """Put in the pruned model and return True; one of other rules is ignored."""
        if pruned.recipe != self.recipe:
            return False
        self.pruned = pruned
        self._announce(PrunedChanged())
        if self.measured_effects:
            self.set_effects(self.measured_effects)
        return True

    def set_compared(self, comparing: Comparing, compared: Compared | None = None) -> None:
        """Say what the model is compared with, and put that in as soon as it is there."""
        if (comparing, compared) != (self.comparing, self.compared):
            self.comparing, self.compared = comparing, compared
            self._announce(ComparedChanged())

    def add_run(self, run: Run) -> None:
        """Put in an evaluation."""
        self.runs.append(run)
        self._announce(RunAdded(len(self.runs) - 1))

    def put_runs(self, runs: Iterable[Run]) -> None:
        """Have these evaluations and no others."""
        self.runs = list(runs)
        self._announce(RunsChanged())

    def _clear(self) -> None:
        self.model: LoadedModel | None = None
        self.asked: tuple[str, str] | None = None
        self.inputs: dict[str, Tensor] = {}
        self.moments: Mapping[str, Tensor] | None = None
        self._analysis: dict[str, LayerAnalysis] = {}
        self.skipped: frozenset[str] = frozenset()
        self.recipe = Recipe()
        self.effects: dict[str, Effect] = {}
        self.pruned: PrunedModel | None = None
        self.comparing: Comparing = "none"
        self.compared: Compared | None = None
        self.runs: list[Run] = []

    def _forget(self, names: tuple[str, ...]) -> None:
        for name in names:
            self.effects.pop(name, None)
        had_pruned, self.pruned = self.pruned is not None, None
        self._announce(RecipeChanged(names))
        if had_pruned:
            self._announce(PrunedChanged())

    def _announce(self, event: DocumentEvent) -> None:
        for listener in tuple(self._listeners):
            listener(event)
