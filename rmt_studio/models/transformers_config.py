"""A folder of Hugging Face's transformers with a ViT or DeiT classifier, in timm's terms.

Sources: ``ViTConfig``, ``DeiTConfig`` and ``ViTImageProcessor`` of transformers. timm adds 1e-6
under the root of its layer norms where these say 1e-12; of a variance of 1e-2 and more, which is
what such networks have there, that is 1e-4 or less.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, Field, FiniteFloat
from timm.models import is_model

from rmt_studio.errors import InputError
from rmt_studio.models.config_values import DEEPEST, DataSettings, checked, json_of

if TYPE_CHECKING:
    from pathlib import Path

Width = Annotated[int, Field(ge=1, le=65_536)]
Side = Annotated[int, Field(ge=1, le=8192)]
Sides = Side | tuple[Side, Side]
_SIZES = {
    (192, 12): "tiny",
    (384, 12): "small",
    (768, 12): "base",
    (1024, 24): "large",
    (1280, 32): "huge",
}
_ACTIVATIONS = {
    "gelu": None,
    "gelu_new": "gelu_tanh",
    "gelu_pytorch_tanh": "gelu_tanh",
    "quick_gelu": "quickgelu",
    "relu": "relu",
    "silu": "silu",
}
_INTERPOLATIONS = {
    0: "nearest",
    1: "lanczos",
    2: "bilinear",
    3: "bicubic",
    4: "box",
    5: "hamming",
}
_LARGEST_EPSILON = 1e-5


class TransformersConfig(BaseModel):
    """The ``config.json`` of a ViT or DeiT, as far as it makes the network; defaults as there."""

    model_type: Literal["vit", "deit"]
    hidden_size: Width = 768
    num_hidden_layers: Annotated[int, Field(ge=1, le=DEEPEST)] = 12
    num_attention_heads: Annotated[int, Field(ge=1, le=1024)] = 12
    intermediate_size: Width = 3072
    hidden_act: Literal["gelu", "gelu_new", "gelu_pytorch_tanh", "quick_gelu", "relu", "silu"] = (
        "gelu"
    )
    layer_norm_eps: Annotated[float, Field(gt=0, le=_LARGEST_EPSILON)] = 1e-12
    image_size: Sides = 224
    patch_size: Sides = 16
    num_channels: Annotated[int, Field(ge=1, le=64)] = 3
    qkv_bias: bool = True


class _Size(BaseModel):
    height: Side | None = None
    width: Side | None = None
    shortest_edge: Side | None = None


class _Processor(BaseModel):
    """The ``preprocessor_config.json``, as far as it makes the input."""

    image_mean: tuple[FiniteFloat, ...] = (0.5, 0.5, 0.5)
    image_std: tuple[FiniteFloat, ...] = (0.5, 0.5, 0.5)
    size: Side | _Size = _Size()
    do_center_crop: bool = False
    resample: Annotated[int, Field(ge=0, le=5)] = 2


def is_of_transformers(content: object) -> bool:
    """Whether a ``config.json`` is one of transformers that can be opened."""
    return isinstance(content, dict) and content.get("model_type") in ("vit", "deit")


def timm_arguments(path: Path, content: object) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """Return the architecture, its arguments and its data settings in timm's terms.

    Args:
        path: the ``config.json``; ``preprocessor_config.json`` may stand beside it.
        content: what it holds.

    Raises:
        InputError: a value is out of bounds or of another kind.
    """
    config = checked(path, TransformersConfig, content)
    sides, patch = _pair(config.image_size), _pair(config.patch_size)
    if patch[0] != patch[1]:
        reason = f"has patches of {patch[0]}x{patch[1]}"
        raise InputError(path, reason, "patches have to be square")
    arguments: dict[str, Any] = {
        "img_size": sides,
        "patch_size": patch[0],
        "in_chans": config.num_channels,
        "embed_dim": config.hidden_size,
        "depth": config.num_hidden_layers,
        "num_heads": config.num_attention_heads,
        "mlp_ratio": _ratio(config.intermediate_size, config.hidden_size),
        "qkv_bias": config.qkv_bias,
    }
    if _ACTIVATIONS[config.hidden_act]:
        arguments["act_layer"] = _ACTIVATIONS[config.hidden_act]
    data = _data_settings(path.with_name("preprocessor_config.json"), config, sides)
    return _architecture(config, sides[0], patch[0]), arguments, data


def _architecture(config: TransformersConfig, side: int, patch: int) -> str:
    size = _SIZES.get((config.hidden_size, config.num_hidden_layers), "base")
    family = "vit_{}" if config.model_type == "vit" else "deit_{}_distilled"
    name = f"{family.format(size)}_patch{patch}_{side}"
    return name if is_model(name) else f"{family.format('base')}_patch16_224"


def _data_settings(path: Path, config: TransformersConfig, sides: list[int]) -> dict[str, Any]:
    """Read how images become the input; without a file, what transformers does by default."""
    processor = checked(path, _Processor, json_of(path) if path.exists() else {})
    channels = config.num_channels
    values = {
        "input_size": [channels, *sides],
        "interpolation": _INTERPOLATIONS[processor.resample],
        "mean": _for(channels, processor.image_mean),
        "std": _for(channels, processor.image_std),
        "crop_pct": 1.0,
        "crop_mode": "squash",
    }
    size = processor.size
    shortest = size if isinstance(size, int) else size.shortest_edge
    if processor.do_center_crop and shortest:
        values |= {"crop_pct": min(sides) / shortest, "crop_mode": "center"}
    return checked(path, DataSettings, values).model_dump()


def _for(channels: int, values: tuple[float, ...]) -> tuple[float, ...]:
    """Return one value per channel; the three of colours do not fit another number of them."""
    return values if len(values) in (1, channels) else values[:1]


def _pair(value: int | tuple[int, int]) -> list[int]:
    return [value, value] if isinstance(value, int) else list(value)


def _ratio(hidden: int, width: int) -> float:
    """Return a ratio of which timm makes ``hidden`` again, by ``int(width * ratio)``."""
    ratio = hidden / width
    return ratio if int(width * ratio) == hidden else (hidden + 0.5) / width
