"""A model of one's own to run: the hooks and the device of a job touch nobody else's."""

from __future__ import annotations

import copy
from contextlib import contextmanager
from itertools import chain
from typing import TYPE_CHECKING

from torch import nn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import torch


def private_copy(module: nn.Module, device: torch.device) -> nn.Module:
    """Return the module in eval mode on the device, leaving the given one as it is.

    On the module's own device the copy shares every tensor with it and costs no memory.
    """
    tensors = list(chain(module.parameters(), module.buffers()))
    if all(tensor.device == device for tensor in tensors):
        return copy.deepcopy(module, memo={id(tensor): tensor for tensor in tensors}).eval()
    return copy.deepcopy(module).to(device).eval()


@contextmanager
def between_blocks(module: nn.Module, tick: Callable[[], None]) -> Iterator[None]:
    """Call ``tick`` before each block of the module runs, so that a big model can be stopped."""
    blocks = getattr(module, "blocks", None)
    parts = blocks.children() if isinstance(blocks, nn.Module) else module.children()
    hooks = [part.register_forward_pre_hook(lambda *_: tick()) for part in parts]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()
