"""Second moments ``E[x x^T]`` of what each layer is fed, summed up while images stream through."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn import functional

from rmt_studio.progress import Progress, no_progress
from rmt_studio.pruning.calibration import sharing_copy
from rmt_studio.pruning.images import DEFAULT_BATCH, CalibrationBatches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from torch import Tensor

    from rmt_studio.data.images import ImageSet
    from rmt_studio.models.loading import LoadedModel


def input_moments(
    model: LoadedModel,
    images: ImageSet,
    *,
    layers: Iterable[str] | None = None,
    limit: int | None = None,
    batch_size: int = DEFAULT_BATCH,
    progress: Progress = no_progress,
) -> dict[str, Tensor]:
    """Return the mean of ``x x^T`` over all input vectors of each layer, on unlabelled images.

    An input vector of a linear layer is one token; of a convolution one unfolded patch, in the
    order of the unfolded weight. Nothing is centred: the mean is part of what a layer is fed.
    Memory: the sum of ``in^2`` over the layers, in float64.

    Args:
        model: the dense model; a copy that shares its tensors runs, so others may use it meanwhile.
        images: what to feed; labels are not looked at.
        layers: names of the layers wanted; all by default.
        limit: how many images at most, spread evenly over the set; all by default.
        batch_size: images at a time.
        progress: called between batches; may raise `Cancelled`.

    Returns:
        By name of the parameter, such as ``blocks.0.mlp.fc1.weight``: float64 (in, in), symmetric,
        on the CPU. q, k and v of a fused weight share one. Absent are layers that no image
        reaches, and convolutions of a kind of their own, which may pad or scale in their own way.

    Raises:
        InputError: no such layer, there are no images, one cannot be read, or the batch size is
            below 1.
    """
    wanted = model.layers if layers is None else [model.layer(name) for name in layers]
    sums = InputSums(model.module, {layer.parameter for layer in wanted})
    stream, count = CalibrationBatches.of(model, images, batch_size, keep=0), 0
    with torch.no_grad():
        for done, count, batch in stream.each(limit=limit):
            progress(done, count, "input moments of each layer")
            sums.module(batch)
    progress(count, count, "")
    return sums.means()


class InputSums:
    """A copy of a module, its tensors shared, that adds up ``x x^T`` of its layers' inputs.

    In float64 where ``precise``, twice the time: the moments of a vision transformer span nine
    decades, and float32 products of one batch move their smallest eigenvalues by up to 6 %. Where
    moments are damped before they are inverted those do not matter. Devices without float64 (MPS)
    multiply in float32.
    """

    def __init__(self, module: nn.Module, parameters: set[str], *, precise: bool = True) -> None:
        self._precise = precise
        self._sums: dict[str, Tensor] = {}
        self._counts: dict[str, int] = {}
        self.module = sharing_copy(module)
        for name, part in self.module.named_modules():
            if f"{name}.weight" in parameters and (
                isinstance(part, nn.Linear) or type(part) is nn.Conv2d
            ):
                part.register_forward_pre_hook(self._adder(f"{name}.weight"))

    def _adder(self, name: str) -> Callable[[nn.Module, tuple[Tensor, ...]], None]:
        def add(part: nn.Module, inputs: tuple[Tensor, ...]) -> None:
            for rows in _vectors(part, inputs[0]):
                single = rows.device.type == "mps" or not self._precise
                known = rows.to(torch.float32 if single else torch.float64)
                with torch.autocast(rows.device.type, enabled=False):
                    total = (known.mT @ known).cpu().to(torch.float64)
                self._sums[name] = self._sums[name].add_(total) if name in self._sums else total
                self._counts[name] = self._counts.get(name, 0) + len(rows)

        return add

    def means(self) -> dict[str, Tensor]:
        """Return the mean of each layer that was reached."""
        for name, total in self._sums.items():
            total.div_(self._counts[name])
            total.copy_((total + total.mT) / 2)  # a product's rounding need not be symmetric
        return self._sums


def _vectors(part: nn.Module, inputs: Tensor) -> Iterator[Tensor]:
    """Yield the input vectors of a layer as rows (vectors, in); of a convolution image by image."""
    if not isinstance(part, nn.Conv2d):
        yield inputs.reshape(-1, inputs.shape[-1])
        return
    mode = "constant" if part.padding_mode == "zeros" else part.padding_mode
    for image in inputs.unsqueeze(1):
        padded = functional.pad(image, part._reversed_padding_repeated_twice, mode)
        yield functional.unfold(padded, part.kernel_size, part.dilation, 0, part.stride)[0].mT
