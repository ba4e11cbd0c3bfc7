"""The JSON of a project file's entries, checked as it is read."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from rmt_studio.models.layers import Layer  # noqa: TC001 - pydantic reads it
from rmt_studio.pruning import LayerRule, Recipe  # noqa: TC001
from rmt_studio.pruning.recipe import BulkFitSettings  # noqa: TC001
from rmt_studio.pruning.recovery import Distillation  # noqa: TC001
from rmt_studio.pruning.steps import Strict
from rmt_studio.spectra import BulkFit, EntryStatistics  # noqa: TC001
from rmt_studio.spectra.singular_values import Route  # noqa: TC001

_MOST_IMAGES = 10_000_000
Interval = tuple[float, float]


class ModelRecord(Strict):
    """A `ModelReference`."""

    name: str = Field(max_length=4096)
    checkpoint: str = Field(max_length=4096)
    architecture: str = Field(max_length=500)
    title: str = Field(max_length=500)
    layout: str = Field(max_length=64)
    fingerprint: str = Field(max_length=64)


class ImagesRecord(Strict):
    """An `ImagesReference`."""

    kind: Literal["folder", "digits"]
    location: str = Field(max_length=4096)


class ChangeRecord(Strict):
    """What a step changed of the recipe before it.

    A rule of None was taken away; of the other parts those that are named are new.
    """

    rules: dict[str, LayerRule | None] = Field(default_factory=dict)
    name: str | None = None
    note: str | None = None
    architecture: str | None = None
    bulk_fit: BulkFitSettings | None = None
    recovery: Distillation | None = None


class StepRecord(Strict):
    """A `Step`, as the difference to the one before."""

    text: str = Field(max_length=1000)
    change: ChangeRecord


class StateRecord(Strict):
    """Where the document is: how many steps are done, and which layers have no spectrum."""

    index: int = Field(ge=0)
    skipped: tuple[str, ...]


class LayerRecord(Strict):
    """A `LayerAnalysis` without its singular values, and the program whose fit it is."""

    program: str
    layer: Layer
    shape: tuple[int, int]
    route: Route
    fit: BulkFit
    entries: EntryStatistics | None


class EvaluationRecord(Strict):
    """An `Evaluation` without its images."""

    label: str
    images: str
    n: int = Field(ge=0, le=_MOST_IMAGES)
    top1: float
    top5: float
    loss: float
    top1_interval: Interval
    agreement: float | None
    top1_difference: float | None
    top1_difference_interval: Interval | None
    seconds: float
    device: str
    parameters: int
    nonzero_parameters: int


class RunRecord(Strict):
    """A `Run`; ``images_of`` is the place of the run that holds the names of its images."""

    label: str
    recipe: Recipe | None
    evaluation: EvaluationRecord
    parameters: int
    parameters_kept: int
    sparsity: float
    block_sparsity: float
    layer_sparsity: dict[str, float] = Field(default_factory=dict)
    learned: str = ""
    images_of: int
