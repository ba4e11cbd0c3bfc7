"""How timm first fills the weights of its vision transformers, as a law to draw from.

Read in timm's source (``timm.models.vision_transformer.VisionTransformer.init_weights``, which
DeiT shares). By ``weight_init`` of the model:

| mode              | Linear                          | classifier | patch embedding (Conv2d)      |
|-------------------|---------------------------------|------------|-------------------------------|
| ``""`` (default)  | normal, sd 0.02                 | the same   | torch's: uniform, 1/sqrt(in)  |
| ``jax``           | uniform, sqrt(6/(in + out))     | zeros      | truncated normal, var 1/in    |
| ``moco``          | as jax, q, k and v apart        | as jax     | torch's                       |
| ``reset``         | torch's: uniform, 1/sqrt(in)    | the same   | torch's                       |

``trunc_normal_(std=.02)`` cuts at -2 and 2, a hundred standard deviations out, so it is the normal
law. ``jax`` fills a fused ``qkv`` as one matrix of 3 d rows. With ``fix_init`` the output matrices
of block ``l`` are divided by ``sqrt(2 (l + 1))``. A pretrained file may have begun elsewhere than
in timm; this is what timm would start this architecture from.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import torch
from timm.models.deit import VisionTransformerDistilled
from timm.models.vision_transformer import ResPostBlock, VisionTransformer
from torch import nn

from rmt_studio.errors import InputError
from rmt_studio.models.layers import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rmt_studio.models.layers import Layer

_FAMILIES = (VisionTransformer, VisionTransformerDistilled)
_TRUNCATED_SD = 0.8796256610342398  # of the standard normal law cut at -2 and 2


@dataclass(frozen=True)
class InitialLaw:
    """The law of independent entries that a weight was first filled from; mean 0.

    Attributes:
        kind: ``truncated`` is a normal law cut at twice its standard deviation before the cut.
        sd: standard deviation of an entry.
    """

    kind: Literal["normal", "uniform", "truncated"]
    sd: float

    def draw(self, shape: tuple[int, ...], generator: torch.Generator) -> torch.Tensor:
        """Return a float32 tensor of independent entries, on the generator's device."""
        target = torch.empty(shape, device=generator.device)
        if self.kind == "normal":
            return target.normal_(0.0, self.sd, generator=generator)
        if self.kind == "uniform":
            bound = math.sqrt(3) * self.sd
            return target.uniform_(-bound, bound, generator=generator)
        whole = self.sd / _TRUNCATED_SD
        return nn.init.trunc_normal_(target, 0.0, whole, -2 * whole, 2 * whole, generator)


def initial_law(module: nn.Module, layer: Layer) -> InitialLaw:
    """Return the law of a layer's entries before training.

    Raises:
        InputError: timm's law of this architecture or of this layer is not known here, or the
            layer starts at zero.
    """
    if type(module) not in _FAMILIES:
        raise _unknown(layer, f"the first weights of {type(module).__name__} are not known here")
    own = module.get_submodule(layer.parameter.rpartition(".")[0])
    for ancestor in _ancestors(module, layer):
        if hasattr(ancestor, "init_weights") and not isinstance(ancestor, ResPostBlock):
            raise _unknown(layer, f"{type(ancestor).__name__} fills it in a way of its own")
    mode = getattr(module, "weight_init_mode", "")
    if isinstance(own, nn.Conv2d):
        if layer.role is not Role.PATCH_EMBED or "backbone" in layer.parameter:
            raise _unknown(layer, "the first weights of its backbone are not known here")
        return _convolution_law(own, mode)
    law = _linear_law(layer, module.get_parameter(layer.parameter).shape, mode)
    return InitialLaw(law.kind, law.sd / _divisor(module, layer))


def _linear_law(layer: Layer, shape: torch.Size, mode: str) -> InitialLaw:
    out, inputs = shape
    if mode == "":
        return InitialLaw("normal", 0.02)
    if mode == "reset":
        return InitialLaw("uniform", math.sqrt(1 / (3 * inputs)))
    if mode.startswith("jax") and layer.parameter.startswith("head"):
        raise _unknown(layer, "starts at zero, which has no spectrum")
    if mode == "moco" and "qkv" in layer.parameter:
        out = out // 3
    return InitialLaw("uniform", math.sqrt(2 / (inputs + out)))


def _convolution_law(convolution: nn.Conv2d, mode: str) -> InitialLaw:
    inputs = convolution.weight[0].numel()
    if mode.startswith("jax"):
        return InitialLaw("truncated", math.sqrt(1 / inputs))
    return InitialLaw("uniform", math.sqrt(1 / (3 * inputs)))


def _divisor(module: nn.Module, layer: Layer) -> float:
    """Return what ``fix_init`` divides an output matrix of a block by, 1 for all others."""
    outputs = ("attn.proj.weight", "mlp.fc2.weight")
    if not getattr(module, "fix_init", False) or not layer.parameter.endswith(outputs):
        return 1.0
    return math.sqrt(2 * (int(layer.parameter.split(".")[1]) + 1))


def _ancestors(module: nn.Module, layer: Layer) -> Iterator[nn.Module]:
    """Yield the modules between the network and the layer's own, outermost first."""
    parts = layer.parameter.split(".")[:-2]
    for depth in range(1, len(parts) + 1):
        yield module.get_submodule(".".join(parts[:depth]))


def _unknown(layer: Layer, reason: str) -> InputError:
    return InputError(layer.name, reason, "choose the shuffled null")
