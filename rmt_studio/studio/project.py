"""What a project file holds, as values: the model by reference, the history, what was computed.

An edit is what changes the recipe: the rules, its name, the bulk fit. Edits are undone and redone,
after reopening too. What was opened (model, images) and what was measured (spectra, evaluations)
is kept as well, but it is no edit: undoing a rule must not lose an hour of evaluation.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Literal

from rmt_studio.models.loaded_model import UNKNOWN, LoadedModel
from rmt_studio.models.opened import BARE
from rmt_studio.models.stored_model import StoredSource
from rmt_studio.progress import Progress, no_progress

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rmt_studio.analysis import LayerAnalysis
    from rmt_studio.data.images import ImageSet
    from rmt_studio.models.layers import Layer
    from rmt_studio.pruning import Recipe
    from rmt_studio.studio.document import Run

_WITH_PATHS = ("folder", "checkpoint")  # others have names, beside which a folder may stand
MOST_STEPS = 1000
"""Edits that can be undone; the oldest go first."""


@dataclass(frozen=True)
class ModelReference:
    """Which model a project is of.

    Attributes:
        name: architecture, folder or file, as `load_model` takes it.
        checkpoint: the weights file; empty where ``name`` brings its own.
        architecture: timm's name.
        title: what a person calls it.
        layout: SHA-256 of the names and shapes of its matrices.
        fingerprint: SHA-256 of its weights, see `fingerprint_of`; empty while it is not known.
    """

    name: str
    checkpoint: str
    architecture: str
    title: str
    layout: str
    fingerprint: str = ""

    @classmethod
    def of(cls, model: LoadedModel, asked: tuple[str, str] | None = None) -> ModelReference:
        """Return the reference to a model.

        Args:
            model: the open one.
            asked: the name and the checkpoint that it was opened by.
        """
        name, checkpoint = asked or _asked_of(model)
        if model.source.kind in _WITH_PATHS and Path(name).expanduser().exists():
            name = _absolute(name)
        if checkpoint:
            checkpoint = _absolute(checkpoint)
        layout = layout_of(model.layers)
        return cls(name, checkpoint, model.architecture, model.title, layout)

    @property
    def place(self) -> str:
        """The file or folder of the weights; empty where they have a name alone."""
        return self.checkpoint or (self.name if Path(self.name).is_absolute() else "")

    def at(self, place: str) -> ModelReference:
        """Return the reference with the weights at another place."""
        key = "checkpoint" if self.checkpoint else "name"
        return replace(self, **{key: place})


@dataclass(frozen=True)
class ImagesReference:
    """Which images: a folder, or a part of the built-in digits."""

    kind: Literal["folder", "digits"]
    location: str

    @classmethod
    def of(cls, images: ImageSet | None) -> ImagesReference | None:
        """Return the reference to a set of images."""
        if images is None or not images.samples:
            return None
        first = images.samples[0]
        if images.kind == "digits":
            return cls("digits", first.name.partition("/")[0])
        depth = len(PurePosixPath(first.name).parts)
        return cls("folder", str(Path(str(first.source)).absolute().parents[depth - 1]))


@dataclass(frozen=True)
class Step:
    """One edit: what the Edit menu calls it, and the recipe after it."""

    text: str
    recipe: Recipe


@dataclass(frozen=True)
class History:
    """The edits, done and undone.

    Attributes:
        base: the recipe before the first step.
        steps: oldest first.
        index: how many of them are done; the rest can be redone.
        first: number of the first step, counted from the first edit ever made: the oldest go, and
            a file then need not be written anew.
    """

    base: Recipe
    steps: tuple[Step, ...] = ()
    index: int = 0
    first: int = 0

    @property
    def recipe(self) -> Recipe:
        """The recipe as it is now."""
        return self.steps[self.index - 1].recipe if self.index else self.base


@dataclass(frozen=True, eq=False)
class Project:
    """All that is kept of a document.

    Attributes:
        model: which model.
        history: the edits and with them the recipe.
        images: to evaluate on.
        calibration: to measure layers with.
        layers: spectra with their fits, made with the bulk fit of the recipe as it is now.
        skipped: names of layers that hold nothing but zeros.
        runs: evaluations, oldest first.
    """

    model: ModelReference
    history: History
    images: ImagesReference | None = None
    calibration: ImagesReference | None = None
    layers: tuple[LayerAnalysis, ...] = ()
    skipped: frozenset[str] = frozenset()
    runs: tuple[Run, ...] = ()


def layout_of(layers: Iterable[Layer]) -> str:
    """Return the SHA-256 of the names and shapes of some matrices."""
    told = "\n".join(f"{layer.name} {layer.shape[0]} {layer.shape[1]}" for layer in layers)
    return hashlib.sha256(told.encode()).hexdigest()


def fingerprint_of(model: LoadedModel, progress: Progress = no_progress) -> str:
    """Return the SHA-256 of a model's weights: of its file, or of its values where it has none.

    Raises:
        InputError: the file changed since it was opened.
    """
    source = model.source
    known = source.hashed(progress) if isinstance(source, StoredSource) else source.sha256
    if known:
        return known
    digest = hashlib.sha256()
    state = model.module.state_dict()
    for done, (name, tensor) in enumerate(state.items()):
        progress(done, len(state), "comparing the weights")
        values = tensor.detach().cpu().contiguous()
        digest.update(f"{name} {values.dtype} {tuple(values.shape)}\n".encode())
        digest.update(values.numpy().tobytes())
    return digest.hexdigest()


def _asked_of(model: LoadedModel) -> tuple[str, str]:
    """Return how a model can be opened again, as far as it says so itself."""
    source = model.source
    if source.kind != "checkpoint":
        return source.location, ""
    return (model.architecture if model.architecture != UNKNOWN else BARE), source.location


def _absolute(path: str) -> str:
    return str(Path(path).expanduser().absolute())
