"""Where the heads of an attention lie in its matrices, and which products of them act as one.

timm lays the heads of q, k and v one after the other along the rows and reads them back as
``(..., heads, head_dim)``; the output projection takes them in the same order along its columns.
Attentions with another layout (``head_first`` in MaxxViT; ``key_dim`` in LeViT, TinyViT and
EfficientFormer) are left whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from torch import nn

from rmt_studio.models.layers import Role

if TYPE_CHECKING:
    from torch import Tensor

    from rmt_studio.models.layers import Layer
    from rmt_studio.models.loaded_model import LoadedModel

_AXES: dict[Role, Literal["rows", "columns"]] = {
    Role.QUERY: "rows",
    Role.KEY: "rows",
    Role.VALUE: "rows",
    Role.ATTENTION_OUT: "columns",
}
_PAIRS = {
    Role.QUERY: (Role.QUERY, Role.KEY),
    Role.KEY: (Role.QUERY, Role.KEY),
    Role.VALUE: (Role.ATTENTION_OUT, Role.VALUE),
    Role.ATTENTION_OUT: (Role.ATTENTION_OUT, Role.VALUE),
}
# Attentions of tokens to tokens by the softmax of q k^T, each read in timm's source. Others put
# something between: cosines (Swin 2), channels (XCiT, DaViT), several q per head (DiffAttention).
_PLAIN_ATTENTIONS = {
    "timm.layers.attention.Attention",
    "timm.layers.attention.AttentionRope",
    "timm.models.vision_transformer.Attention",
    "timm.models.beit.Attention",
    "timm.models.eva.EvaAttention",
    "timm.models.swin_transformer.WindowAttention",
    "timm.models.vision_transformer_relpos.RelPosAttention",
    "timm.models.vision_transformer_sam.Attention",
}
# What an attention may hold between the two factors of a product; it must do nothing.
_BETWEEN = {Role.QUERY: ("q_norm", "k_norm"), Role.ATTENTION_OUT: ("norm", "gate")}


@dataclass(frozen=True)
class HeadSplit:
    """How one matrix falls into the heads of its attention.

    Attributes:
        count: number of heads.
        size: rows (of q, k, v) or columns (of the output) of each.
        axis: which of the two.
    """

    count: int
    size: int
    axis: Literal["rows", "columns"]

    def part(self, matrix: Tensor, head: int) -> Tensor:
        """Return the rows or columns of one head, a view of ``matrix`` (out, in)."""
        own = slice(head * self.size, (head + 1) * self.size)
        return matrix[own] if self.axis == "rows" else matrix[:, own]


def heads_of(module: nn.Module, layer: Layer) -> HeadSplit | None:
    """Return how a layer falls into heads, or None where it has none or cannot be cut."""
    attention = _attention(module, layer)
    if attention is None or layer.role not in _AXES or not _heads_in_order(attention):
        return None
    count = _head_count(attention, layer.role)
    axis = _AXES[layer.role]
    length = layer.shape[0] if axis == "rows" else layer.shape[1]
    if count < 1 or length % count or length // count < 2:
        return None
    return HeadSplit(count, length // count, axis)


def product_layers(model: LoadedModel, layer: Layer) -> tuple[Layer, Layer] | None:
    """Return the two layers whose product acts: (q, k) of a q or k, (output, v) of the others.

    None where the layer is neither, where its attention is not known to be plain softmax
    attention, or where a normalisation or a gate stands between the two factors.
    """
    attention = _attention(model.layout, layer)
    if attention is None or layer.role not in _PAIRS or not _is_plain(attention):
        return None
    first, second = _PAIRS[layer.role]
    if not all(_does_nothing(attention, name) for name in _BETWEEN[first]):
        return None
    owner = owner_name(layer)
    by_role = {other.role: other for other in model.layers if owner_name(other) == owner}
    if first not in by_role or second not in by_role:
        return None
    pair = by_role[first], by_role[second]
    splits = [heads_of(model.layout, one) for one in pair]
    if splits[0] is None or splits[1] is None or splits[0].size != splits[1].size:
        return None
    return None if splits[0].count % splits[1].count else pair


def owner_name(layer: Layer) -> str:
    """Return the name of the module that holds the layer's module, such as ``blocks.3.attn``."""
    return layer.parameter.rpartition(".")[0].rpartition(".")[0]


def _attention(module: nn.Module, layer: Layer) -> nn.Module | None:
    owner = module.get_submodule(owner_name(layer))
    return owner if isinstance(getattr(owner, "num_heads", None), int) else None


def _heads_in_order(attention: nn.Module) -> bool:
    return not getattr(attention, "head_first", False) and not hasattr(attention, "key_dim")


def _head_count(attention: nn.Module, role: Role) -> int:
    """Return the number of heads; grouped queries share fewer keys and values."""
    count = attention.num_heads
    if role in (Role.KEY, Role.VALUE):
        count = getattr(attention, "num_kv_heads", None) or count
    return count if isinstance(count, int) else 0


def _is_plain(attention: nn.Module) -> bool:
    kind = type(attention)
    return f"{kind.__module__}.{kind.__qualname__}" in _PLAIN_ATTENTIONS


def _does_nothing(attention: nn.Module, name: str) -> bool:
    part = getattr(attention, name, None)
    return part is None or isinstance(part, nn.Identity)
