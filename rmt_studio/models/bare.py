"""A state dict without an architecture: every matrix of it can be looked at, pruned and written.

What it cannot do is run: which tensor is multiplied with what is not in the file.
"""

from __future__ import annotations

import math
import re
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, NoReturn

from torch import Tensor, nn

from rmt_studio.errors import InputError
from rmt_studio.models.layers import Layer, Role, role_of
from rmt_studio.models.wording import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

_NEXT_STEP = "open it with its architecture (ARCHITECTURE --checkpoint FILE)"
_IN_A_BLOCK = re.compile(r"attn|attention|mlp|ffn|feed_forward|intermediate|output")
_MOST_MODULES = 50_000  # some 3 kB each
_DEEPEST_NAME = 64  # modules within modules
_MORE_ROLES = (
    (re.compile(r"\b(in_proj_weight|qkv|query_key_value)\b"), Role.FUSED_QKV),
    (re.compile(r"\b(query|q_proj|to_q)\b"), Role.QUERY),
    (re.compile(r"\b(key|k_proj|to_k)\b"), Role.KEY),
    (re.compile(r"\b(value|v_proj|to_v)\b"), Role.VALUE),
    (re.compile(r"attention\.output\.dense|\b(out_proj|o_proj|to_out)\b"), Role.ATTENTION_OUT),
    (re.compile(r"\b(c_fc|intermediate\.dense|up_proj|gate_proj|lin1)\b"), Role.MLP_IN),
    (re.compile(r"\b(mlp\.c_proj|output\.dense|down_proj|lin2)\b"), Role.MLP_OUT),
)


class BareNetwork(nn.Module):
    """The tensors of a state dict under their names; it cannot be run."""

    def forward(self, *_: Tensor) -> NoReturn:
        """Say what is missing."""
        raise not_known()


class NoDataConfig(dict[str, object]):
    """The data settings of a network that is not known: whoever asks for one is told what lacks."""

    def __missing__(self, key: str) -> NoReturn:
        raise not_known()


def not_known() -> InputError:
    """Return the error for a network that should run and of which only the matrices are known."""
    reason = "has no known architecture: its matrices can be analysed, pruned and exported, not run"
    return InputError("the model", reason, _NEXT_STEP)


def bare_network(tensors: Mapping[str, Tensor], origin: str) -> BareNetwork:
    """Return a module that holds the tensors, floating ones as parameters, under their names.

    Args:
        tensors: by name; may be on the ``meta`` device.
        origin: the name of the file, for messages.

    Raises:
        InputError: a name that PyTorch cannot hold, one that is the beginning of another, or names
            of far more modules than networks have.
    """
    network, modules = BareNetwork(), 0
    for name, tensor in tensors.items():
        *owners, leaf = name.split(".")
        place: nn.Module = network
        if len(owners) > _DEEPEST_NAME or modules > _MOST_MODULES:
            reason = f"has names of too many modules within modules, such as {shown(name)}"
            raise InputError(origin, reason, "fetch or save it again")
        try:
            for owner in owners:
                if owner not in place._modules:
                    place.add_module(owner, nn.Module())
                    modules += 1
                place = place.get_submodule(owner)
            if tensor.is_floating_point():
                place.register_parameter(leaf, nn.Parameter(tensor))
            else:
                place.register_buffer(leaf, tensor)
        except (KeyError, AttributeError) as error:
            reason = f"names a tensor {shown(name)}, which PyTorch cannot hold beside the others"
            raise InputError(origin, reason, "rename it") from error
    return network.eval()


def matrices_in(tensors: Mapping[str, Tensor]) -> tuple[Layer, ...]:
    """List the matrices of a state dict in its order, convolutions unfolded.

    Two-dimensional tensors and convolutions with more than one input channel count, where each side
    is at least 2; a kernel per channel is no dense matrix. A fused ``qkv`` stays whole: how its
    rows belong to q, k and v is not in the file.
    """
    found = [_layer(name, tensor) for name, tensor in tensors.items() if _is_matrix(name, tensor)]
    blocks = {prefix: number for number, prefix in enumerate(_prefixes(found))}
    return tuple(replace(layer, block=blocks.get(_prefix(layer.name))) for layer in found)


def _is_matrix(name: str, tensor: Tensor) -> bool:
    if not tensor.is_floating_point() or tensor.ndim not in (2, 4):
        return False
    depthwise = tensor.ndim == 4 and tensor.shape[1] == 1 and "patch" not in name
    return not depthwise and min(tensor.shape[0], math.prod(tensor.shape[1:])) >= 2


def _layer(name: str, tensor: Tensor) -> Layer:
    shape = (tensor.shape[0], math.prod(tensor.shape[1:]))
    own = name.removesuffix(".weight")
    role = role_of(own)
    if role is Role.OTHER:
        role = next((role for words, role in _MORE_ROLES if words.search(own)), Role.OTHER)
    return Layer(own, role, name, None, shape, None)


def _prefix(name: str) -> str:
    parts = name.split(".")
    for place, (part, inner) in enumerate(pairwise(parts), start=1):
        if part[-1:].isdecimal() and _IN_A_BLOCK.search(inner):
            return ".".join([*parts[:place], ""])
    return ""


def _prefixes(layers: list[Layer]) -> list[str]:
    return list(dict.fromkeys(filter(None, (_prefix(layer.name) for layer in layers))))
