"""How much each output of a layer counts: second moments of the loss's gradient there."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional

from rmt_studio.models.devices import native_precision
from rmt_studio.progress import Progress, no_progress
from rmt_studio.pruning.images import DEFAULT_BATCH, CalibrationBatches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rmt_studio.data.images import ImageSet
    from rmt_studio.models.loading import LoadedModel


def output_gradients(
    model: LoadedModel,
    images: ImageSet | CalibrationBatches,
    *,
    layers: Iterable[str] | None = None,
    seed: int = 0,
    limit: int | None = None,
    batch_size: int = DEFAULT_BATCH,
    progress: Progress = no_progress,
) -> dict[str, Tensor]:
    """Return ``g_i``, the mean over the images of ``sum_t (dL/dy_ti)^2``, for each layer's outputs.

    ``L`` is the cross-entropy of a label drawn from the model's own prediction, so that the moments
    are those of the Fisher information and need no labels; ``t`` runs over the tokens of an image.
    With the inputs' second moment ``H``, ``g_i H`` stands for the curvature of row i, as in K-FAC
    with a diagonal side of outputs.

    Args:
        model: the dense model; it is not changed, nor which of its parameters are frozen.
        images: what to feed, decoded already or not; labels are not looked at.
        layers: names of the layers wanted; all by default.
        seed: of the drawing of the labels.
        limit: how many images at most, spread evenly over the set; all by default.
        batch_size: images at a time, where they come as a set.
        progress: called between batches; may raise `Cancelled`.

    Returns:
        By name of the layer: float64 (out,), on the CPU. Layers without gradients are absent.

    Raises:
        InputError: no such layer, there are no images, or one cannot be read.

    Source: Martens & Grosse (2015); Singh & Alistarh (2020), "WoodFisher".
    """
    wanted = list(model.layers) if layers is None else [model.layer(name) for name in layers]
    module = _frozen_copy(model.module)
    sums: dict[str, Tensor] = {}
    for parameter in {layer.parameter for layer in wanted}:
        owner = module.get_submodule(parameter.removesuffix(".weight"))
        owner.register_forward_hook(_adder(sums, parameter))
    generator = torch.Generator().manual_seed(seed)
    stream, count = CalibrationBatches.of(model, images, batch_size), 0
    with torch.enable_grad():
        for done, count, batch in stream.each(limit=limit):
            progress(done, count, "gradients at the outputs of each layer")
            with native_precision(batch.device, batch.dtype):
                logits = module(batch).float()
            shares = logits.detach().softmax(1).cpu()
            drawn = torch.multinomial(shares, 1, generator=generator)[:, 0].to(logits.device)
            functional.cross_entropy(logits, drawn, reduction="sum").backward()
    return {
        layer.name: sums[layer.parameter][slice(*(layer.rows or (None, None)))] / count
        for layer in wanted
        if layer.parameter in sums
    }


def _adder(sums: dict[str, Tensor], name: str) -> Callable[..., None]:
    def watch(_: nn.Module, _given: object, output: Tensor) -> None:
        if not output.requires_grad:
            output.requires_grad_()  # the graph begins at the first of the layers, not at the image
        output.register_hook(add)

    def add(gradient: Tensor) -> None:
        images = gradient.flatten(2).mT if gradient.ndim == 4 else gradient  # of a convolution
        rows = images.reshape(-1, images.shape[-1])
        total = torch.linalg.vector_norm(rows, dim=0, dtype=torch.float32).cpu().double().square()
        sums[name] = sums[name] + total if name in sums else total

    return watch


def _frozen_copy(module: nn.Module) -> nn.Module:
    """Return a copy that shares all values and asks for the gradient of no parameter."""
    memo: dict[int, object] = {id(buffer): buffer for buffer in module.buffers()}
    for parameter in module.parameters():
        memo[id(parameter)] = nn.Parameter(parameter.detach(), requires_grad=False)
    return copy.deepcopy(module, memo=memo).eval()
