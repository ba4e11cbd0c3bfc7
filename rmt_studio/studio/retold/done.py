"""What of a document has to be told so that someone else arrives at the same numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from rmt_studio.models.opened import BARE
from rmt_studio.pruning import METHODS, Recipe

if TYPE_CHECKING:
    from rmt_studio.data.images import ImageSet
    from rmt_studio.models.loading import LoadedModel
    from rmt_studio.studio.document import Document
    from rmt_studio.studio.targets import Target


@dataclass(frozen=True)
class Exported:
    """A file or folder that was written: where, in which format and type, packed where it can."""

    path: str
    format: str
    dtype: str
    zstd: bool = True


@dataclass(frozen=True)
class Images:
    """A set of images: its folder, or None for the digits of the demo, of which ``part`` says."""

    folder: str | None
    part: str = ""


@dataclass(frozen=True)
class Done:
    """The steps so far.

    Attributes:
        name: what `load_model` is called with.
        checkpoint: the weights, or None.
        recipe: rules and bulk fit.
        target: what filled the rules, where they can be filled again without looking at images.
        images: what is evaluated on, or None.
        calibration: what layers are measured with, or None.
        evaluated_dense: whether the dense model was evaluated.
        evaluated_pruned: whether the recipe was.
        device: where that ran.
        exports: what was written.
    """

    name: str
    checkpoint: str | None = None
    recipe: Recipe = field(default_factory=Recipe)
    target: Target | None = None
    images: Images | None = None
    calibration: Images | None = None
    evaluated_dense: bool = False
    evaluated_pruned: bool = False
    device: str = "cpu"
    exports: tuple[Exported, ...] = ()

    @property
    def evaluated(self) -> bool:
        """Whether anything was."""
        return self.evaluated_dense or self.evaluated_pruned


def done_so_far(
    document: Document,
    *,
    device: str = "cpu",
    filled: Target | None = None,
    exports: tuple[Exported, ...] = (),
) -> Done:
    """Return the steps that lead from an empty window to what a document is now.

    Args:
        document: with an open model.
        device: where evaluations run.
        filled: the target that the rules were filled for, if nobody has changed them since.
        exports: what was written of this model.

    Raises:
        ValueError: no model is open.
    """
    model = document.model
    if model is None:
        msg = "no model is open"
        raise ValueError(msg)
    name, checkpoint = document.asked or _asked_for(model)
    if checkpoint:
        checkpoint = str(Path(checkpoint).expanduser().absolute())
    runs, recipe = document.runs, document.recipe
    pruned = bool(recipe.rules) and any(run.recipe == recipe for run in runs)
    return Done(
        name=name,
        checkpoint=checkpoint or None,
        recipe=recipe,
        target=filled if filled and not METHODS[filled.method].looks_at_images else None,
        images=_images(document.images),
        calibration=_images(document.calibration) if recipe.needs_images else None,
        evaluated_dense=any(run.recipe is None for run in runs) and document.images is not None,
        evaluated_pruned=pruned and document.images is not None,
        device=device,
        exports=exports,
    )


def _asked_for(model: LoadedModel) -> tuple[str, str | None]:
    source = model.source
    if source.kind == "checkpoint":
        name = model.architecture if model.can_run else BARE
        return name, str(Path(source.location).absolute())
    if source.kind == "folder":
        return str(Path(source.location).absolute()), None
    return source.location, None


def _images(images: ImageSet | None) -> Images | None:
    if images is None:
        return None
    if images.kind == "digits" or not images.samples:
        return Images(None, "train" if "train" in images.name else "test")
    first = images.samples[0]
    folder = Path(str(first.source)).absolute()
    for _ in Path(first.name).parts:
        folder = folder.parent
    return Images(str(folder))
