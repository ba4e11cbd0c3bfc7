"""The spectra of many matrices: those of one shape together where the device likes it so."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

import torch

from rmt_studio.spectra.singular_values import gram_matrix, values_from_gram
from rmt_studio.spectra.spectrum import Spectrum, checked_weight, seen_wide
from rmt_studio.spectra.wide import Wide

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rmt_studio.spectra.singular_values import Turn
    from rmt_studio.spectra.spectrum import Weight

BATCH_BYTES = 2**28  # of float64 values of one batch on a device that is not the CPU
BYTES_ON_CPU = 0


def spectra_of(
    weights: Sequence[Weight],
    device: torch.device | str | None = None,
    batch_bytes: int | None = None,
    turn: Turn = nullcontext,
) -> list[Spectrum]:
    """Return the spectrum of each weight, in order; each as `Spectrum.of` gives it.

    Matrices of one shape, either way round, go through the device in batches. A CPU gains nothing
    by that and takes one at a time unless told otherwise.

    Args:
        weights: 2-D, of any floating types, on any devices.
        device: where to compute; where the first weight lies by default.
        batch_bytes: bound on the float64 values of one batch, Gram matrices included; a matrix
            beyond it goes alone. `BATCH_BYTES` by default, none on the CPU.
        turn: see `Spectrum.of`.

    Raises:
        InputError: a weight has no spectrum, see `Spectrum.of`.
    """
    if not weights:
        return []
    place = torch.device(device or getattr(weights[0], "device", "cpu"))
    found: dict[int, Spectrum] = {}
    for batch in batches_of([_shape(weight) for weight in weights], place, batch_bytes):
        found.update(zip(batch, _together([weights[i] for i in batch], place, turn), strict=True))
    return [found[i] for i in range(len(weights))]


def batches_of(
    shapes: Sequence[tuple[int, ...]],
    device: torch.device | str,
    batch_bytes: int | None = None,
) -> list[list[int]]:
    """Return the places of matrices to compute together: of one shape and within the bytes.

    The batches come in the order of their first matrices. Arguments as in `spectra_of`.
    """
    if batch_bytes is None:
        batch_bytes = BYTES_ON_CPU if torch.device(device).type == "cpu" else BATCH_BYTES
    batches: list[list[int]] = []
    growing: dict[tuple[int, ...], list[int]] = {}
    for place, shape in enumerate(shapes):
        sides = tuple(sorted(shape))
        if sides not in growing:
            batches.append(growing.setdefault(sides, []))
        growing[sides].append(place)
        if (len(growing[sides]) + 1) * _bytes(sides) > batch_bytes:
            del growing[sides]
    return batches


def _bytes(sides: tuple[int, ...]) -> int:
    """Return the float64 bytes of one matrix, its Gram matrix and the solver's copy of that."""
    return 8 * (sides[0] * sides[-1] + 2 * sides[0] ** 2) if sides else 0


def _shape(weight: Weight) -> tuple[int, ...]:
    return tuple(getattr(weight, "shape", ()))


def _together(weights: Sequence[Weight], device: torch.device, turn: Turn) -> list[Spectrum]:
    """Return the spectra of matrices of one shape, either way round."""
    if len(weights) == 1:
        return [Spectrum.of(_placed(weights[0], device), turn)]
    sides = sorted(_shape(weights[0]))
    wide = torch.empty(len(weights), *sides, dtype=torch.float64, device=device)
    units = []
    for one, weight in zip(wide, weights, strict=True):
        seen = seen_wide(_placed(weight, device))
        one.copy_(seen.view)
        one.div_(seen.unit)
        units.append(seen.unit)
    gram = gram_matrix(Wide(wide))
    squares = torch.linalg.eigvalsh(gram)
    spectra = []
    for place, (weight, unit) in enumerate(zip(weights, units, strict=True)):
        out, inputs = _shape(weight)
        given = Wide(wide[place] if out <= inputs else wide[place].mT)
        values, route = values_from_gram(given, gram[place], squares[place], turn)
        spectra.append(Spectrum((values * unit).cpu().numpy(), (out, inputs), route))
    return spectra


def _placed(weight: Weight, device: torch.device) -> Weight:
    """Return the weight on the device, in its own type, or say why it has no spectrum."""
    if isinstance(weight, torch.Tensor) and weight.device == device:
        return weight
    return checked_weight(weight).to(device)
