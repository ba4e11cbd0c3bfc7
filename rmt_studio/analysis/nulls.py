"""The spectra that a layer would have by chance, seen as the layer is seen.

| null             | what is kept                                      | what is drawn        |
|------------------|---------------------------------------------------|----------------------|
| `shuffled`       | every entry                                       | their order          |
| `profile`        | the scales of rows and columns, every scaled entry | their order         |
| `initialisation` | nothing of the training                           | timm's first weights |

Of a product each factor is drawn by itself and then multiplied: the free product that two random
matrices have. Of a whitened layer the weight is drawn and the inputs stay: ``W' L``.
"""

from __future__ import annotations

from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import torch

from rmt_studio.analysis.factors import factors, spectrum_of, whitener
from rmt_studio.analysis.view import WHOLE, View
from rmt_studio.errors import InputError
from rmt_studio.models.heads import product_layers
from rmt_studio.models.initialisation import InitialLaw, initial_law
from rmt_studio.progress import Progress, no_progress
from rmt_studio.spectra.nulls import NullSpectra, profile_shuffled, scales, shuffled

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from torch import Tensor

    from rmt_studio.models.layers import Layer
    from rmt_studio.models.loaded_model import LoadedModel

    Draw = Callable[[torch.Generator], Tensor]

NULL_KINDS: Mapping[str, str] = MappingProxyType(
    {
        "shuffled": "Entries shuffled",
        "profile": "Shuffled, row and column scales kept",
        "initialisation": "As initialised by timm",
    }
)
DEFAULT_REPLICAS = 8


def null_spectra(
    model: LoadedModel,
    layer: Layer,
    kind: str,
    *,
    view: View = WHOLE,
    moments: Mapping[str, Tensor] | None = None,
    replicas: int = DEFAULT_REPLICAS,
    seed: int = 0,
    progress: Progress = no_progress,
) -> NullSpectra:
    """Return the spectra of random matrices that stand for a view of a layer.

    The same seed gives the same spectra.

    Args:
        model: whose layer it is.
        layer: one of ``model.layers``.
        kind: a key of `NULL_KINDS`.
        view: one of `rmt_studio.analysis.views.views_of`.
        moments: see `rmt_studio.analysis.views.view_matrix`.
        replicas: how many matrices are drawn.
        seed: of the drawing.
        progress: called between replicas; may raise `Cancelled`.

    Raises:
        InputError: the kind is unknown, or not known for this layer (``initialisation``); fewer
            than one replica; the layer has no such view.
    """
    if kind not in NULL_KINDS:
        next_step = f"choose one of {', '.join(NULL_KINDS)}"
        raise InputError(f"null {kind!r}", "is not known", next_step)
    if replicas < 1:
        raise InputError(f"replicas = {replicas}", "is below 1")
    draws = _draws(model, layer, kind, view)
    root = whitener(layer, view, moments)
    generator = torch.Generator().manual_seed(seed)
    rows: list[np.ndarray] = []
    for done in range(replicas):
        progress(done, replicas, NULL_KINDS[kind])
        parts = tuple(draw(generator) for draw in draws)
        rows.append(spectrum_of(parts, root).eigenvalues)
    progress(replicas, replicas, "")
    return NullSpectra(kind, NULL_KINDS[kind], np.stack(rows))


def _draws(model: LoadedModel, layer: Layer, kind: str, view: View) -> tuple[Draw, ...]:
    """Return, for each factor of the view, what draws a random one in its place."""
    parts = factors(model, layer, view)
    if kind == "shuffled":
        return tuple(partial(shuffled, part) for part in parts)
    if kind == "profile":
        return tuple(partial(profile_shuffled, part, known_scales=scales(part)) for part in parts)
    pair = product_layers(model, layer) if view.is_product else None
    laws = [initial_law(model.layout, one) for one in pair or (layer,)]
    return tuple(partial(_drawn, law, part) for law, part in zip(laws, parts, strict=True))


def _drawn(law: InitialLaw, part: Tensor, generator: torch.Generator) -> Tensor:
    return law.draw(tuple(part.shape), generator)
