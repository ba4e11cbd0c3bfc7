"""The weight matrices of a network, one `Layer` each: what spectra are taken of and rules apply to.

A fused ``qkv`` weight holds three matrices one above the other and is listed as ``q``, ``k`` and
``v``; a convolution ``(out, in, kh, kw)`` is unfolded to ``(out, in * kh * kw)``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from torch import nn

if TYPE_CHECKING:
    from collections.abc import Iterator

    import torch


class Role(StrEnum):
    """What a matrix does in the network."""

    QUERY = "query"
    KEY = "key"
    VALUE = "value"
    ATTENTION_OUT = "attention_out"
    MLP_IN = "mlp_in"
    MLP_OUT = "mlp_out"
    FUSED_QKV = "fused_qkv"
    PATCH_EMBED = "patch_embed"
    HEAD = "head"
    OTHER = "other"

    @property
    def label(self) -> str:
        """Name to show, such as ``"attention output"``."""
        return _LABELS[self]


_LABELS = {
    Role.QUERY: "query",
    Role.KEY: "key",
    Role.VALUE: "value",
    Role.ATTENTION_OUT: "attention output",
    Role.MLP_IN: "MLP input",
    Role.MLP_OUT: "MLP output",
    Role.FUSED_QKV: "fused q, k, v",
    Role.PATCH_EMBED: "patch embedding",
    Role.HEAD: "classifier",
    Role.OTHER: "other",
}
_OUTSIDE_BLOCKS = {Role.PATCH_EMBED, Role.HEAD, Role.OTHER}
_SPLIT_ROLES = {"q": Role.QUERY, "k": Role.KEY, "v": Role.VALUE}

# The last part of a module's name, as timm's vision transformers spell it.
_ATTENTION_LEAVES = {
    **dict.fromkeys(("q", "q_proj", "wq"), Role.QUERY),
    **dict.fromkeys(("k", "k_proj", "wk"), Role.KEY),
    **dict.fromkeys(("v", "v_proj", "wv"), Role.VALUE),
    **dict.fromkeys(("qkv", "qkv_proj", "kv", "qk"), Role.FUSED_QKV),
    **dict.fromkeys(("proj", "out_proj"), Role.ATTENTION_OUT),
}
_MLP_LEAVES = {
    **dict.fromkeys(("fc1", "fc1_g", "fc1_x", "w0", "w1", "ln1"), Role.MLP_IN),
    **dict.fromkeys(("fc2", "w2", "ln2"), Role.MLP_OUT),
}
_WRAPPERS = {"linear", "ln"}  # LeViT hides its Linear layers behind attn.proj.ln.linear
_BLOCK = re.compile(r"(.+?\.\d+\.)[^.]*(attn|mlp)")
_PATCH_EMBED = re.compile(r"(patch_embeds?|pixel_embed|embeds|stem)(\.|$)")
_HEAD = re.compile(r"(head|aux_head|heads|fc$|classifier)")


@dataclass(frozen=True)
class Layer:
    """One weight matrix of a model.

    Attributes:
        name: where it is, such as ``"blocks.3.attn.q"`` or ``"head"``; unique in its model.
        role: what it does.
        parameter: state-dict key of the tensor that holds it, such as
            ``"blocks.3.attn.qkv.weight"``.
        rows: range of rows ``(first, past_last)`` in the unfolded parameter, or None for all.
        shape: ``(out, in)`` after unfolding.
        block: index of its transformer block, counted through the model, or None.
    """

    name: str
    role: Role
    parameter: str
    rows: tuple[int, int] | None
    shape: tuple[int, int]
    block: int | None

    @property
    def size(self) -> int:
        """Number of entries, ``out * in``."""
        return self.shape[0] * self.shape[1]

    @property
    def in_block(self) -> bool:
        """Whether it is an attention or MLP matrix of a transformer block."""
        return self.block is not None and self.role not in _OUTSIDE_BLOCKS

    def of(self, module: nn.Module) -> torch.Tensor:
        """Return this matrix of ``module``, shape ``(out, in)``.

        It is a detached view: nothing is copied, and what is written to it changes the parameter.

        Raises:
            AttributeError: ``module`` has no such parameter.
        """
        weight = module.get_parameter(self.parameter).detach()
        unfolded = weight.view(weight.shape[0], -1)
        return unfolded if self.rows is None else unfolded[slice(*self.rows)]


def matrices_of(module: nn.Module, *, split: bool = True) -> tuple[Layer, ...]:
    """List the weight matrices of a timm vision transformer in the order of the model.

    Every ``nn.Linear`` and ``nn.Conv2d`` weight is listed, with three exceptions: a parameter that
    several modules share is listed once, under its first name; a grouped convolution is left out
    (unfolded it is block-diagonal, no single dense matrix); so is a matrix with fewer than two
    rows or columns, which has no spectrum to speak of.

    Args:
        module: the network; its weights may be on any device, ``meta`` too.
        split: list a fused ``qkv`` as q, k and v; False keeps it whole.
    """
    blocks = _blocks(module)
    layers: list[Layer] = []
    for name, child in _dense_modules(module):
        block = next((i for i, prefix in enumerate(blocks) if name.startswith(prefix)), None)
        fused = _fused_parts(module, name, child) if split else ""
        layers += _split(name, child, block, fused) if fused else [_whole(name, child, block)]
    return tuple(layer for layer in layers if min(layer.shape) >= 2)


def _dense_modules(module: nn.Module) -> Iterator[tuple[str, nn.Linear | nn.Conv2d]]:
    """Yield each Linear and ungrouped Conv2d whose weight has not been yielded before."""
    seen: set[int] = set()
    for name, child in module.named_modules():
        if not isinstance(child, nn.Linear | nn.Conv2d) or getattr(child, "groups", 1) > 1:
            continue
        if id(child.weight) not in seen:
            seen.add(id(child.weight))
            yield name, child


def _fused_parts(module: nn.Module, name: str, child: nn.Linear | nn.Conv2d) -> str:
    """Return the letters of the matrices that lie one above the other in ``child``, or ``""``.

    Attention modules that keep the rows of one head together (``head_first`` in MaxxViT, and those
    with a ``key_dim`` of their own: LeViT, TinyViT, EfficientFormer) cannot be cut into three row
    ranges and stay whole. GCViT calls its global k, v projection ``qkv``, with twice the rows.
    """
    owner_name, _, leaf = name.rpartition(".")
    owner = module.get_submodule(owner_name)
    if leaf not in ("qkv", "kv", "qk") or not _rows_by_letter(owner):
        return ""
    out, width = child.weight.shape[:2]
    letters = "kv" if leaf == "qkv" and out == 2 * width else leaf
    return letters if out % len(letters) == 0 else ""


def _rows_by_letter(attention: nn.Module) -> bool:
    return not getattr(attention, "head_first", False) and not hasattr(attention, "key_dim")


def _split(
    name: str, child: nn.Linear | nn.Conv2d, block: int | None, letters: str
) -> Iterator[Layer]:
    owner = name.rpartition(".")[0]
    rows = child.weight.shape[0] // len(letters)
    width = child.weight[0].numel()
    for place, letter in enumerate(letters):
        yield Layer(
            name=f"{owner}.{letter}" if owner else letter,
            role=_SPLIT_ROLES[letter],
            parameter=f"{name}.weight",
            rows=(place * rows, (place + 1) * rows),
            shape=(rows, width),
            block=block,
        )


def _whole(name: str, child: nn.Linear | nn.Conv2d, block: int | None) -> Layer:
    shape = (child.weight.shape[0], child.weight[0].numel())
    return Layer(name, role_of(name), f"{name}.weight", None, shape, block)


def role_of(name: str) -> Role:
    """Tell what a whole module does from its name."""
    if _HEAD.match(name):
        return Role.HEAD
    if _PATCH_EMBED.match(name):
        return Role.OTHER if "backbone" in name else Role.PATCH_EMBED
    group, leaf = ["", "", *(part for part in name.split(".") if part not in _WRAPPERS)][-2:]
    if "attn" in group:
        return _ATTENTION_LEAVES.get(leaf, Role.OTHER)
    if group.startswith("mlp") and ".attn." not in name:
        return _MLP_LEAVES.get(leaf, Role.OTHER)
    return Role.OTHER


def _blocks(module: nn.Module) -> list[str]:
    """List the prefixes of the transformer blocks: list items that hold an attention or an MLP."""
    found = (_BLOCK.match(name) for name, _ in module.named_modules())
    return list(dict.fromkeys(match[1] for match in found if match))
