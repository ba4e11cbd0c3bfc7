"""How much the whole model minds when one layer is pruned, measured by a few probes per layer.

A probe prunes one layer of the dense model to a share, its other entries making up for it, and runs
the model from that layer's block on. What it costs is the Kullback-Leibler divergence of the
model's prediction from the dense one's, a mean over images; no label is needed.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn import functional

from rmt_studio.models.devices import native_precision
from rmt_studio.pruning.block_by_block import BlockByBlock
from rmt_studio.pruning.one_matrix import apply_rule
from rmt_studio.pruning.recipe import LayerRule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor

    from rmt_studio.analysis import LayerAnalysis
    from rmt_studio.progress import Progress
    from rmt_studio.pruning.statistics import CalibrationStatistics
    from rmt_studio.pruning.steps import EntryMask

Costs = dict[str, tuple[float, ...]]


@dataclass(frozen=True)
class Probes:
    """How finely to look.

    Attributes:
        shares: of a layer's entries that go, one probe each.
        images: to measure the prediction on.
        fitting: images behind the second moments of the update, these among them.
    """

    shares: tuple[float, ...] = (0.3, 0.5, 0.7)
    images: int = 64
    fitting: int = 128


def sensitivities(
    known: CalibrationStatistics,
    layers: list[LayerAnalysis],
    step: EntryMask,
    probes: Probes,
    progress: Progress,
) -> Costs:
    """Return the cost of each probe, by name of the layer.

    Args:
        known: the dense model and its calibration images.
        layers: to probe, all in blocks.
        step: how to prune; its share is replaced by those of the probes.
        probes: how finely to look.
        progress: called between probes and inside them; may raise `Cancelled`.

    Raises:
        InputError: there are no images, or one cannot be read.
    """
    names = tuple(layer.name for layer in layers)
    return known.once(
        ("sensitivities", names, step, probes),
        lambda: dict(_Probing(known, layers, step, probes, progress).each()),
    )


class _Probing:
    """A private copy of the model whose layers are pruned and restored one at a time."""

    def __init__(
        self,
        known: CalibrationStatistics,
        layers: list[LayerAnalysis],
        step: EntryMask,
        probes: Probes,
        progress: Progress,
    ) -> None:
        self._known, self._layers, self._step, self._probes = known, layers, step, probes
        self._done, total = 0, len(layers) * len(probes.shares)
        self._tick = lambda note: progress(self._done, total, note)
        self._gradients = known.gradients(
            step.seed, lambda done, total, note="": self._tick(f"{note}, {done}/{total}")
        )
        self._module = copy.deepcopy(known.model.module).eval()
        fitting = max(probes.images, probes.fitting)
        self._engine = BlockByBlock(
            known.model, known.batches, self._tick, settled=True, limit=fitting
        )
        self._every = max(1, min(fitting, len(known.images)) // probes.images)

    def each(self) -> Iterator[tuple[str, tuple[float, ...]]]:
        """Yield the costs of the layers, block by block."""
        for block in sorted({layer.layer.block or 0 for layer in self._layers}):
            own = [layer for layer in self._layers if layer.layer.block == block]
            states = self._engine.before(own[0].layer)[:: self._every]
            rest = self._rest(own[0].layer.parameter)
            dense = [self._shares(rest, state) for state in states]
            moments = self._engine.moments([layer.layer for layer in own])
            for layer in own:
                yield layer.name, self._costs(layer, moments, rest, states, dense)

    def _rest(self, parameter: str) -> nn.Module:
        """Return the model from the block of a parameter on, fed with what the block is given."""
        if not self._engine.chained:
            return self._module
        place = int(parameter.split(".")[1])
        given = copy.copy(self._module)
        given._modules = dict(self._module._modules)
        blocks = list(self._module.blocks)[place:]  # pyright: ignore[reportArgumentType]
        return _Continued(given, blocks, known_shape=self._known.batches.shape)

    def _costs(
        self,
        layer: LayerAnalysis,
        moments: dict[str, Tensor],
        rest: nn.Module,
        states: list[Tensor],
        dense: list[Tensor],
    ) -> tuple[float, ...]:
        weight = layer.layer.of(self._module)
        before = weight.clone()
        costs = []
        try:
            for share in self._probes.shares:
                self._tick(f"{layer.name} at {share:.0%}")
                rule = LayerRule(steps=(self._step.model_copy(update={"share": share}),))
                found, _ = apply_rule(
                    before,
                    rule,
                    layer,
                    moments=moments.get(layer.layer.parameter),
                    gradients=self._gradients.get(layer.name),
                    tick=lambda: self._tick(layer.name),
                )
                weight.copy_(found)
                costs.append(self._divergence(rest, states, dense))
                self._done += 1
        finally:
            weight.copy_(before)
        return tuple(costs)

    def _divergence(self, rest: nn.Module, states: list[Tensor], dense: list[Tensor]) -> float:
        total, count = 0.0, 0
        for state, expected in zip(states, dense, strict=True):
            self._tick("probe")
            found = self._shares(rest, state)
            total += functional.kl_div(found, expected, log_target=True, reduction="sum").item()
            count += len(state)
        return total / count

    @torch.no_grad()
    def _shares(self, rest: nn.Module, state: Tensor) -> Tensor:
        with native_precision(state.device, state.dtype):
            return rest(state).float().log_softmax(1)


class _Continued(nn.Module):
    """A model whose blocks begin at a later one, fed with that block's input."""

    def __init__(self, model: nn.Module, blocks: list[nn.Module], known_shape: torch.Size) -> None:
        super().__init__()
        self._shape = known_shape
        self._given = _Given()
        kind = type(model.blocks)
        inner = [self._given, *blocks]
        model.blocks = kind(inner) if issubclass(kind, nn.ModuleList) else kind(*inner)
        self._model = model

    def forward(self, state: Tensor) -> Tensor:
        """Return the logits; what comes before the blocks runs on one blank image."""
        self._given.state = state
        return self._model(state.new_zeros(1, *self._shape))


class _Given(nn.Module):
    """Gives a state, whatever it is given."""

    state: Tensor

    def forward(self, _: Tensor) -> Tensor:
        return self.state
