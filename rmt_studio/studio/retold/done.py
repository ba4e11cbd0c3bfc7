"""What of a document has to be told so that someone else arrives at the same numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rmt_studio.pruning import METHODS, Recipe
from rmt_studio.studio.project import ImagesReference, ModelReference

if TYPE_CHECKING:
    from rmt_studio.data.images import ImageSet
    from rmt_studio.studio.document import Document
    from rmt_studio.studio.retold.tuning import Tuned
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
        tuned: how the pruned model was fine-tuned, if it was.
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
    tuned: Tuned | None = None

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
    tuned: Tuned | None = None,
) -> Done:
    """Return the steps that lead from an empty window to what a document is now.

    Args:
        document: with an open model.
        device: where evaluations run.
        filled: the target that the rules were filled for, if nobody has changed them since.
        exports: what was written of this model.
        tuned: how its pruned model was fine-tuned, if it was.

    Raises:
        ValueError: no model is open.
    """
    model = document.model
    if model is None:
        msg = "no model is open"
        raise ValueError(msg)
    reference = ModelReference.of(model, document.asked)
    runs, recipe = document.runs, document.recipe
    pruned = bool(recipe.rules) and any(run.recipe == recipe for run in runs)
    return Done(
        name=reference.name,
        checkpoint=reference.checkpoint or None,
        recipe=recipe,
        target=filled if filled and not METHODS[filled.method].looks_at_images else None,
        images=images_told(document.images),
        calibration=images_told(document.calibration) if recipe.needs_images else None,
        evaluated_dense=any(run.recipe is None for run in runs) and document.images is not None,
        evaluated_pruned=pruned and document.images is not None,
        device=device,
        exports=exports,
        tuned=tuned,
    )


def images_told(images: ImageSet | None) -> Images | None:
    """Return how a set of images can be opened again."""
    reference = ImagesReference.of(images)
    if reference is None:
        return None
    named = reference.kind == "digits"
    return Images(None, reference.location) if named else Images(reference.location)
