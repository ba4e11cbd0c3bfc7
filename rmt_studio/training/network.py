"""A network that gives features and logits, and can be left between its blocks."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from torch import Tensor

PREFIX = "network."
"""Of the names of its parameters, before those of the network itself."""


class FeaturesAndLogits(nn.Module):
    """A network whose forward pass gives the final features beside the logits."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network
        self._split = hasattr(network, "forward_features") and hasattr(network, "forward_head")

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Return final features and logits; the logits twice where the network tells no features.

        Args:
            images: shape (images, channels, height, width).
        """
        network: Any = self.network
        if not self._split:
            logits = network(images)
            return logits, logits
        features = network.forward_features(images)
        return features, network.forward_head(features)


@contextmanager
def interruptible(network: nn.Module, tick: Callable[[], None]) -> Iterator[None]:
    """Call ``tick`` before each block, and on the CPU also on the way back through it.

    What it raises ends the pass. On a GPU the way back runs in a thread of its own and is short.
    """
    blocks = getattr(network, "blocks", None)
    parts = blocks.children() if isinstance(blocks, nn.Module) else network.children()

    def before(*_: object) -> None:
        tick()

    def after(_module: nn.Module, _inputs: object, output: object) -> None:
        if isinstance(output, torch.Tensor) and output.requires_grad and not output.is_cuda:
            output.register_hook(before)

    hooks = []
    for part in parts:
        hooks += [part.register_forward_pre_hook(before), part.register_forward_hook(after)]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()
