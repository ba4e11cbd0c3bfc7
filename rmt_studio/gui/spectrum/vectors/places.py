"""What the components of a singular vector belong to, and how they lie beside each other (no Qt).

| vector | of                | components                        | drawn as      |
|--------|-------------------|-----------------------------------|---------------|
| right  | patch embedding   | pixels and colours of a patch     | the patch     |
| right  | attention output  | dimensions of the heads           | heads as rows |
| left   | query, key, value | dimensions of the heads           | heads as rows |
| either | the others        | channels, hidden neurons, classes | one bar each  |

Right vectors run over the inputs, left ones over the outputs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from rmt_studio.models.heads import heads_of
from rmt_studio.models.layers import Role

if TYPE_CHECKING:
    from rmt_studio.analysis.view import View
    from rmt_studio.models.layers import Layer
    from rmt_studio.models.loading import LoadedModel

Kind = Literal["bars", "heads", "patch"]
_COLORS = 3
_STREAM, _HIDDEN = "channels of the residual stream", "hidden neurons"
_INPUTS = {Role.MLP_OUT: _HIDDEN}
_OUTPUTS = {Role.MLP_IN: _HIDDEN, Role.HEAD: "classes"}


@dataclass(frozen=True)
class Places:
    """The places of a vector's components.

    Attributes:
        name: what there is one component of, in the plural.
        kind: how they are drawn.
        rows: of the picture; 1 for bars.
        columns: of the picture; all of them for bars.
        colors: components in each place of a patch, one after the other's picture.
    """

    name: str
    kind: Kind
    rows: int
    columns: int
    colors: int = 1


def input_places(model: LoadedModel, layer: Layer, view: View) -> Places:
    """Return the places of the components of right singular vectors."""
    patch = _patch(model, layer) if view.head is None else None
    if patch is not None:
        return patch
    heads = _heads(model, layer, view, "columns")
    return heads or _bars(_INPUTS.get(layer.role, _STREAM), layer, view, 1)


def output_places(model: LoadedModel, layer: Layer, view: View) -> Places:
    """Return the places of the components of left singular vectors."""
    heads = _heads(model, layer, view, "rows")
    return heads or _bars(_OUTPUTS.get(layer.role, _STREAM), layer, view, 0)


def _patch(model: LoadedModel, layer: Layer) -> Places | None:
    """Return the picture of a patch where the layer is a convolution that reads one."""
    shape = model.layout.get_parameter(layer.parameter).shape
    if len(shape) != 4 or min(shape[2:]) < 2 or shape[1] not in (1, _COLORS):
        return None
    name = f"colours of the {shape[2]} × {shape[3]} pixels of a patch"
    if shape[1] == 1:
        name = f"of the {shape[2]} × {shape[3]} pixels of a patch"
    return Places(name, "patch", shape[2], shape[3], shape[1])


def _heads(model: LoadedModel, layer: Layer, view: View, axis: str) -> Places | None:
    """Return the heads as rows, where the components of a whole matrix lie in heads."""
    split = heads_of(model.layout, layer) if view.head is None else None
    if split is None or split.axis != axis or split.count < 2:
        return None
    return Places("dimensions of the heads", "heads", split.count, split.size)


def _bars(name: str, layer: Layer, view: View, side: int) -> Places:
    """Return one bar each; of a single head the components are its dimensions."""
    own = ("rows", "columns")[side]
    in_head = view.kind == "head" and own == (
        "columns" if layer.role is Role.ATTENTION_OUT else "rows"
    )
    return Places("dimensions of the head" if in_head else name, "bars", 1, layer.shape[side])
