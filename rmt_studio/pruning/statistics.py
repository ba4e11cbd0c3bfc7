"""What calibration images tell of a dense model, each thing measured once and kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from rmt_studio.progress import Progress, no_progress
from rmt_studio.pruning.block_by_block import BlockByBlock
from rmt_studio.pruning.gradients import output_gradients
from rmt_studio.pruning.images import CalibrationBatches
from rmt_studio.pruning.second_order import sweep_variances

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator

    from torch import Tensor

    from rmt_studio.data.images import ImageSet
    from rmt_studio.models.layers import Layer
    from rmt_studio.models.loading import LoadedModel

Found = TypeVar("Found")

RANKING_IMAGES = 128
"""For the second moments by which entries are ranked; updates take all images."""


class CalibrationStatistics:
    """One model and one set of images, with what was measured of the two so far.

    Handed to `fill_recipe` and `prune` alike it spares the second of them the work of the first.
    Memory: decoded images up to `rmt_studio.pruning.images.KEPT_BYTES`, and one number for each
    output and input of each layer; second moments are held for one block at a time and dropped.
    The weights of the model must not change meanwhile.
    """

    def __init__(self, model: LoadedModel, images: ImageSet) -> None:
        self.model = model
        self.images = images
        self.batches = CalibrationBatches(model, images)
        self._found: dict[Hashable, Any] = {}

    @classmethod
    def of(
        cls, model: LoadedModel, images: ImageSet, known: CalibrationStatistics | None = None
    ) -> CalibrationStatistics:
        """Return the known statistics if they are of this model and these images, else new ones."""
        if known is not None and known.model is model and known.images is images:
            return known
        return cls(model, images)

    def once(self, key: Hashable, measure: Callable[[], Found]) -> Found:
        """Return what was found under the key, or measure and keep it."""
        if key not in self._found:
            self._found[key] = measure()
        return self._found[key]

    def gradients(self, seed: int, progress: Progress = no_progress) -> dict[str, Tensor]:
        """Return `output_gradients` of all layers, by name."""
        return self.once(
            ("gradients", seed),
            lambda: output_gradients(self.model, self.batches, seed=seed, progress=progress),
        )

    def variances(self, damping: float, progress: Progress = no_progress) -> dict[str, Tensor]:
        """Return ``d_j^2`` of the layers in blocks, see `sweep_variances`, by parameter.

        Float64 (in,), of the dense model, from `RANKING_IMAGES` of the images.
        """

        def measured() -> dict[str, Tensor]:
            found: dict[str, Tensor] = {}
            for layer, moments in self.dense_moments(progress):
                if layer.parameter not in found:
                    moments = moments.to(self.model.weight(layer).device)
                    found[layer.parameter] = sweep_variances(moments, damping).cpu()
            return found

        return self.once(("variances", damping), measured)

    def dense_moments(self, progress: Progress = no_progress) -> Iterator[tuple[Layer, Tensor]]:
        """Yield the layers in blocks with the input moments of `RANKING_IMAGES` images.

        Float64 (in, in), of the dense model; those of one block are held at a time. Layers that
        no image reaches are passed over.
        """
        layers = [layer for layer in self.model.layers if layer.in_block]
        places = sorted({layer.block or 0 for layer in layers})
        passed: list[int] = []

        def tick(note: str) -> None:
            progress(len(passed), len(places), note)

        blocks = BlockByBlock(self.model, self.batches, tick, settled=True, limit=RANKING_IMAGES)
        for place in places:
            own = [layer for layer in layers if layer.block == place]
            moments = blocks.moments(own)
            passed.append(place)
            for layer in own:
                tick(layer.name)
                if layer.parameter in moments:
                    yield layer, moments[layer.parameter]
