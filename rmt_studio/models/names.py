"""Names of tensors: what wrappers and other libraries call them, put into timm's spelling.

Tensors are renamed and, where timm keeps q, k and v in one, laid one above the other; no value is
changed. Sources: ``ViTForImageClassification`` and ``DeiTForImageClassificationWithTeacher`` of
Hugging Face's transformers; ``checkpoint_filter_fn`` of timm's ``vision_transformer.py``; the
published checkpoints of DINO (``teacher``, ``backbone``) and MAE (``decoder_``).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rmt_studio.errors import InputError
from rmt_studio.models.wording import shown

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from rmt_studio.models.stored import StoredTensor

_PREFIXES = ("module.", "_orig_mod.", "model.", "backbone.", "encoder.", "net.")
# What stands beside a backbone in self-supervised training and takes no part in the network.
_BESIDE_A_BACKBONE = re.compile(r"(head|dino_head|ibot_head|predictor|projector|mask_token)\b")

_HF_BLOCK = re.compile(r"(?:(?:vit|deit)\.)?encoder\.layer\.(\d+)\.(.+)\.(weight|bias)")
_HF_PARTS = {
    "attention.output.dense": "attn.proj",
    "intermediate.dense": "mlp.fc1",
    "output.dense": "mlp.fc2",
    "layernorm_before": "norm1",
    "layernorm_after": "norm2",
}
_HF_FUSED = re.compile(r"attention\.attention\.(query|key|value)")
_HF_OUTSIDE = {
    "embeddings.cls_token": "cls_token",
    "embeddings.distillation_token": "dist_token",
    "embeddings.position_embeddings": "pos_embed",
    "embeddings.patch_embeddings.projection.weight": "patch_embed.proj.weight",
    "embeddings.patch_embeddings.projection.bias": "patch_embed.proj.bias",
    "layernorm.weight": "norm.weight",
    "layernorm.bias": "norm.bias",
    "classifier.weight": "head.weight",
    "classifier.bias": "head.bias",
    "cls_classifier.weight": "head.weight",
    "cls_classifier.bias": "head.bias",
    "distillation_classifier.weight": "head_dist.weight",
    "distillation_classifier.bias": "head_dist.bias",
}
_HF_UNUSED = re.compile(r"((vit|deit)\.)?(pooler\.dense\.(weight|bias)|embeddings\.mask_token)")
_HF_MARK = re.compile(r"((vit|deit)\.)?encoder\.layer\.0\.attention\.attention\.query\.weight")


def in_timm_names(path: Path, tensors: Mapping[str, StoredTensor]) -> dict[str, StoredTensor]:
    """Return the tensors of a checkpoint under timm's names, as far as its kind is known.

    Args:
        path: the file, for messages.
        tensors: under the names of the file.

    Raises:
        InputError: two tensors would have one name, or a layer lacks its query, key or value.
    """
    if any(_HF_MARK.fullmatch(name) for name in tensors):
        return _from_transformers(path, tensors)
    return _without_prefixes(dict(tensors))


def _without_prefixes(tensors: dict[str, StoredTensor]) -> dict[str, StoredTensor]:
    """Take off what wrappers around the network put before every one of its names."""
    for prefix in _PREFIXES * 3:
        own = {name for name in tensors if name.startswith(prefix)}
        others = tensors.keys() - own
        beside = prefix == "backbone." and all(_BESIDE_A_BACKBONE.match(name) for name in others)
        if own and (not others or beside):
            tensors = {
                name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name in own
            }
    return tensors


def _from_transformers(path: Path, tensors: Mapping[str, StoredTensor]) -> dict[str, StoredTensor]:
    """Rename what transformers' ViT and DeiT call their tensors; q, k and v become one."""
    renamed: dict[str, StoredTensor] = {}
    thirds: dict[str, dict[str, StoredTensor]] = {}
    for name, tensor in tensors.items():
        if _HF_UNUSED.fullmatch(name):
            continue
        new, third = _of_transformers(name)
        if third:
            thirds.setdefault(new, {})[third] = tensor
            continue
        if new in renamed:
            reason = f"holds tensor {shown(new)} under two names"
            raise InputError(path.name, reason, "fetch or save it again")
        renamed[new] = tensor
    for new, parts in thirds.items():
        if parts.keys() != {"query", "key", "value"} or not _same_width(parts):
            reason = f"lacks one of query, key and value of {shown(new)}, or they do not match"
            raise InputError(path.name, reason, "fetch or save it again")
        renamed[new] = parts["query"].over(parts["key"], parts["value"])
    return renamed


def _of_transformers(name: str) -> tuple[str, str]:
    """Return timm's name of a tensor, and which third of it this is where it is a third."""
    outside = re.sub(r"^(vit|deit)\.", "", name)
    if outside in _HF_OUTSIDE:
        return _HF_OUTSIDE[outside], ""
    block = _HF_BLOCK.fullmatch(name)
    if block is None:
        return name, ""
    number, part, kind = block.groups()
    fused = _HF_FUSED.fullmatch(part)
    if fused:
        return f"blocks.{number}.attn.qkv.{kind}", fused[1]
    return (f"blocks.{number}.{_HF_PARTS[part]}.{kind}", "") if part in _HF_PARTS else (name, "")


def _same_width(parts: Mapping[str, StoredTensor]) -> bool:
    shapes = {part.shape for part in parts.values()}
    return len(shapes) == 1 and len({part.dtype for part in parts.values()}) == 1
