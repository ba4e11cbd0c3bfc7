"""Input second moments of one block after another, while earlier blocks are being pruned."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from rmt_studio.models.devices import native_precision
from rmt_studio.pruning.calibration import sharing_copy
from rmt_studio.pruning.images import CalibrationBatches
from rmt_studio.pruning.moments import InputSums

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager

    from rmt_studio.data.images import ImageSet
    from rmt_studio.models.layers import Layer
    from rmt_studio.models.loading import LoadedModel


class BlockByBlock:
    """Measures layers on the model as it is when it is asked, in the order of the model.

    Where ``model.blocks`` is a chain, each block fed with nothing but what the one before gave
    (timm's VisionTransformer), the hidden states of all images wait between the blocks, and each
    block runs twice: to be measured, and to go on once it is pruned; once where ``settled`` says
    that no weight will change. Memory: these hidden states and the moments of one block. Other
    models run as a whole for each group of layers.

    What is written into the model's weights is seen at the next question; weights that were passed
    already must not change any more. Passes run in bfloat16 where the device has it, products of
    inputs in float32: all that look at these moments damp them or average over them.
    """

    def __init__(
        self,
        model: LoadedModel,
        images: ImageSet | CalibrationBatches,
        tick: Callable[[str], None],
        *,
        settled: bool = False,
        limit: int | None = None,
    ) -> None:
        self._images, self._tick = CalibrationBatches.of(model, images), tick
        self._settled, self._limit = settled, limit
        self._module = sharing_copy(model.module)
        self._chain: list[nn.Module] | None = None
        self._states: list[Tensor] = []
        self._at = 0

    @torch.no_grad()
    def moments(self, layers: Sequence[Layer]) -> dict[str, Tensor]:
        """Return ``E[x x^T]``, float64 (in, in) on the CPU, by parameter name."""
        block = self._block_of(layers) if self.chained else None
        if block is None or block < self._at:
            return self._of_whole(layers)
        while self._at < block:
            self._go_on()
        return self._of_block(block, layers)

    @property
    def chained(self) -> bool:
        """Whether the model runs block by block."""
        if self._chain is None:
            self._chain = self._chain_of_blocks()
        return bool(self._chain)

    @torch.no_grad()
    def before(self, layer: Layer) -> list[Tensor]:
        """Return what the block of a layer is given, batch by batch.

        Of a model that does not run block by block, or a block that was passed: the images.
        """
        block = self._block_of([layer]) if self.chained else None
        if block is None or block < self._at:
            return list(self._batches("images"))
        while self._at < block:
            self._go_on()
        return list(self._waiting())

    def _block_of(self, layers: Sequence[Layer]) -> int | None:
        """Return the place in the chain of the block that holds all these layers."""
        for place in range(len(self._chain or ())):
            if all(layer.parameter.startswith(f"blocks.{place}.") for layer in layers):
                return place
        return None

    def _of_whole(self, layers: Sequence[Layer]) -> dict[str, Tensor]:
        sums = InputSums(self._module, {layer.parameter for layer in layers}, precise=False)
        for batch in self._batches("input moments"):
            with _precision(batch):
                sums.module(batch)
        return sums.means()

    def _of_block(self, place: int, layers: Sequence[Layer]) -> dict[str, Tensor]:
        prefix = f"blocks.{place}."
        wanted = {layer.parameter.removeprefix(prefix) for layer in layers}
        sums = InputSums((self._chain or [])[place], wanted, precise=False)
        states = self._waiting()
        for number, state in enumerate(states):
            self._tick(f"input moments of block {place}")
            with _precision(state):
                after = sums.module(state)
            if self._settled:
                states[number] = after
        self._at += self._settled
        return {prefix + name: moment for name, moment in sums.means().items()}

    def _waiting(self) -> list[Tensor]:
        """Return the states before the present block; those before the first are caught here."""
        if not self._states:
            first = (self._chain or [])[0]
            self._states = [
                _caught(self._module, first, x) for x in self._batches("states before block 0")
            ]
        return self._states

    def _go_on(self) -> None:
        block, states = (self._chain or [])[self._at], self._waiting()
        for place, state in enumerate(states):
            self._tick(f"through block {self._at}")
            with _precision(state):
                states[place] = block(state)
        self._at += 1

    def _batches(self, note: str) -> Iterator[Tensor]:
        for _, _, batch in self._images.each(limit=self._limit):
            self._tick(note)
            yield batch

    def _chain_of_blocks(self) -> list[nn.Module]:
        """Return the blocks where a pass of one image shows them to be a chain, else none."""
        blocks = getattr(self._module, "blocks", None)
        if not isinstance(blocks, nn.Sequential | nn.ModuleList):
            return []
        calls: list[tuple[nn.Module, tuple, dict, object]] = []
        hooks = [
            block.register_forward_hook(lambda *call: calls.append(call), with_kwargs=True)
            for block in blocks
        ]
        first = next(self._batches("looking at the blocks"))[:1]
        with _precision(first):
            self._module(first)
        for hook in hooks:
            hook.remove()
        return list(blocks) if _is_chain(list(blocks), calls) else []


def _precision(states: Tensor) -> AbstractContextManager[object]:
    return native_precision(states.device, states.dtype)


def _is_chain(blocks: list[nn.Module], calls: list[tuple[nn.Module, tuple, dict, object]]) -> bool:
    if [call[0] for call in calls] != blocks:
        return False
    alone = all(
        len(given) == 1
        and isinstance(out, Tensor)
        and all(value is None for value in named.values())
        for _, given, named, out in calls
    )
    pairs = itertools.pairwise(calls)
    return alone and all(before[3] is after[1][0] for before, after in pairs)


class _Stop(Exception):
    """Ends a pass that has gone far enough."""


def _caught(module: nn.Module, block: nn.Module, batch: Tensor) -> Tensor:
    """Return what ``block`` is given when ``module`` runs on the batch; nothing after it runs."""
    caught: list[Tensor] = []

    def stop(_: nn.Module, given: tuple[Tensor, ...]) -> None:
        caught.append(given[0])
        raise _Stop

    hook = block.register_forward_pre_hook(stop)
    try:
        with _precision(batch):
            module(batch)
    except _Stop:
        pass
    finally:
        hook.remove()
    return caught[0]
