"""What can happen to the open document; each change is announced as one of these."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ModelOpened:
    """Another model is open; spectra, recipe and results are empty again."""


@dataclass(frozen=True)
class ImagesOpened:
    """Another image set is open, or none."""


@dataclass(frozen=True)
class CalibrationOpened:
    """Other calibration images are open, or none."""


@dataclass(frozen=True)
class InputsSampled:
    """The layers' inputs on the open images are known; effects will be measured with them."""


@dataclass(frozen=True)
class MomentsMeasured:
    """The second moments of the layers' inputs on the open images are known."""


@dataclass(frozen=True)
class AnalysisCleared:
    """The spectra have to be fitted anew, in another way."""


@dataclass(frozen=True)
class LayersAnalyzed:
    """The spectra of these layers are known."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class RecipeChanged:
    """The rules of these layers changed; ``names`` holds all that differ."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class EffectsChanged:
    """The predicted effects of these layers are known, or not any more."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class PrunedChanged:
    """The pruned model was made, or no longer belongs to the recipe."""


@dataclass(frozen=True)
class ComparedChanged:
    """The model is compared with something else, its spectra arrived, or the comparison ended."""


@dataclass(frozen=True)
class RunAdded:
    """An evaluation was added at ``index`` of `Document.runs`."""

    index: int


@dataclass(frozen=True)
class RunsChanged:
    """Evaluations were removed or renamed."""


DocumentEvent = (
    ModelOpened
    | ImagesOpened
    | CalibrationOpened
    | InputsSampled
    | MomentsMeasured
    | AnalysisCleared
    | LayersAnalyzed
    | RecipeChanged
    | EffectsChanged
    | PrunedChanged
    | ComparedChanged
    | RunAdded
    | RunsChanged
)
