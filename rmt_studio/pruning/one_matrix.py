"""A matrix and a rule give a new matrix, and an account of what was done to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rmt_studio.pruning.effect import Effect, cheapest_storage, untouched
from rmt_studio.pruning.methods import STEPS, Pieces
from rmt_studio.pruning.split import Split

if TYPE_CHECKING:
    from collections.abc import Callable

    import torch

    from rmt_studio.analysis import LayerAnalysis
    from rmt_studio.pruning.recipe import LayerRule


def apply_rule(
    weight: torch.Tensor,
    rule: LayerRule,
    layer: LayerAnalysis,
    inputs: torch.Tensor | None = None,
    *,
    moments: torch.Tensor | None = None,
    gradients: torch.Tensor | None = None,
    tick: Callable[[], None] = lambda: None,
) -> tuple[torch.Tensor, Effect]:
    """Return the new matrix and what the rule did to it.

    Args:
        weight: the dense matrix, shape (out, in); it is not changed.
        rule: the steps to take.
        layer: spectrum and fit of the dense matrix.
        inputs: sample of the layer's inputs, shape (in, tokens).
        moments: second moment of the layer's inputs, shape (in, in); that of the sample by
            default. Without either, steps and output error take the inputs for white.
        gradients: second moments of the loss's gradient at the outputs, shape (out,); all outputs
            count alike by default.
        tick: called inside steps that take long; may raise `Cancelled`.

    Raises:
        InputError: a pattern does not divide the inputs.
    """
    if moments is None and inputs is not None:
        sample = inputs.double()
        moments = sample @ sample.mT / sample.shape[1]
    return apply_in_parts(weight, rule, layer, moments=moments, gradients=gradients, tick=tick)[:2]


def apply_in_parts(
    weight: torch.Tensor,
    rule: LayerRule,
    layer: LayerAnalysis,
    *,
    moments: torch.Tensor | None = None,
    gradients: torch.Tensor | None = None,
    tick: Callable[[], None] = lambda: None,
) -> tuple[torch.Tensor, Effect, Split | None]:
    """Return what `apply_rule` does, and the parts of a matrix that does not tell them itself.

    Raises:
        InputError: a pattern does not divide the inputs.
    """
    if rule.keeps:
        given = "white" if moments is None else "measured"
        return weight, untouched(weight.numel(), inputs=given), None
    dense = weight.detach().double()
    moments = moments if moments is None else moments.to(dense)
    gradients = gradients if gradients is None else gradients.to(dense)
    pieces = Pieces(
        dense, layer.spectrum, layer.fit, moments=moments, gradients=gradients, tick=tick
    )
    for step in rule.steps:
        tick()
        pieces = STEPS[step.kind](pieces, step)
    result = pieces.weight.to(weight.dtype)
    effect = _measure(dense, pieces, result.double())
    return result, effect, _split(pieces, effect.stored_as)


def _split(pieces: Pieces, stored_as: str) -> Split | None:
    if stored_as == "sparse factors" and pieces.factors is not None:
        return Split.of_triples(*pieces.factors).rounded()
    if stored_as == "low rank plus sparse" and pieces.split is not None:
        return pieces.split.rounded()
    return None


def _measure(dense: torch.Tensor, pieces: Pieces, result: torch.Tensor) -> Effect:
    stored_as, kept = cheapest_storage(pieces.storage())
    energy = dense.square().sum().item()
    output = _output_energy(dense, pieces.moments)
    error = _output_energy(dense - result, pieces.moments)
    return Effect(
        parameters=dense.numel(),
        parameters_kept=kept,
        energy_kept=result.square().sum().item() / energy if energy else 1.0,
        output_error=(error / output) ** 0.5 if output > 0 else 0.0,
        inputs="white" if pieces.moments is None else "measured",
        rank=pieces.rank,
        stored_as=stored_as,
    )


def _output_energy(matrix: torch.Tensor, moments: torch.Tensor | None) -> float:
    if moments is None:
        return matrix.square().sum().item()
    return max(0.0, (matrix @ moments * matrix).sum().item())
