"""Build a timm network and put the tensors of a checkpoint into it, all of them or none.

The network is first laid out without memory (torch's ``meta`` device), so that a checkpoint that
does not fit is refused before anything of the size that it asks for is allocated.
"""

from __future__ import annotations

import copy
import difflib
import re
from typing import TYPE_CHECKING, Any

import timm
import torch
from timm.models import get_pretrained_cfg, is_model
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from rmt_studio.errors import InputError
from rmt_studio.models.wording import in_words, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rmt_studio.models.blueprint import Blueprint

MOST_RECOMPUTED = 2**30  # bytes of tables that a network computes for itself, such as positions
_NAMED = 3
_FILLING = {"normal_", "uniform_", "erfinv_", "clamp_", "mul_", "add_", "div_", "fill_", "zero_"}
# Left in published checkpoints: MAE's decoder, the token that stands for masked patches.
_OF_TRAINING = re.compile(r"(decoder_\w+\.|decoder_pos_embed$|mask_token$)")


def _close_names(name: str, known: list[str]) -> list[str]:
    """Return up to three names that begin with ``name``, or else look like it."""
    beginning = sorted((one for one in known if one.startswith(name)), key=len)
    return beginning[:3] or difflib.get_close_matches(name, known, n=3, cutoff=0.5)


def require_architecture(name: str) -> None:
    """Check that timm knows an architecture and its tag.

    Raises:
        InputError: names the closest matches.
    """
    architecture, _, tag = name.partition(".")
    if not is_model(architecture):
        close = _close_names(name, timm.list_models())
        next_step = f"did you mean {', '.join(close)}?" if close else "see timm.list_models()"
        raise InputError(shown(name), "is not an architecture that timm knows", next_step)
    tags = [known.partition(".")[2] for known in timm.list_pretrained(f"{architecture}.*")]
    if tag and tag not in tags:
        next_step = f"use one of {', '.join(tags)}" if tags else "leave the tag out"
        raise InputError(shown(name), "has a tag that timm does not know", next_step)


def classes_in(architecture: str, shapes: Mapping[str, tuple[int, ...]]) -> int | None:
    """Return how many classes a checkpoint tells apart: the rows of its classifier.

    0 where the checkpoint has no classifier, None where timm does not say what it would be called.
    """
    registered = get_pretrained_cfg(architecture)
    names = registered.classifier if registered else None
    for name in [names] if isinstance(names, str) else names or []:
        shape = shapes.get(f"{name}.weight")
        if shape:
            return shape[0]
    return 0 if names else None


def create(blueprint: Blueprint) -> nn.Module:
    """Build the network with random weights.

    Raises:
        InputError: timm cannot build it with these arguments.
    """
    try:
        return timm.create_model(
            blueprint.architecture,
            pretrained=False,
            pretrained_cfg_overlay=blueprint.data,
            **blueprint.arguments,
        )
    except Exception as error:  # each architecture fails in its own way on arguments it cannot use
        arguments = ", ".join(f"{key}={value}" for key, value in blueprint.arguments.items())
        reason = f"cannot be built with {shown(arguments)} ({shown(error, 160)})"
        raise InputError(blueprint.architecture, reason, "correct its arguments") from error


def create_without_memory(blueprint: Blueprint) -> nn.Module:
    """Build the network on torch's ``meta`` device, where tensors have a shape and no values.

    Raises:
        InputError: timm cannot build it with these arguments.
    """
    with torch.device("meta"), _NothingToFill():
        return create(blueprint)


class _NothingToFill(TorchFunctionMode):
    """Pass over what fills tensors without values: most of the time that building takes."""

    def __torch_function__(  # torch's own signature
        self,
        func: Any,  # noqa: ANN401
        types: Any,  # noqa: ANN401
        args: Any = (),  # noqa: ANN401
        kwargs: Any = None,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        if getattr(func, "__name__", "") in _FILLING and args and args[0].is_meta:
            return args[0]
        return func(*args, **(kwargs or {}))


def lay_out(
    blueprint: Blueprint, given: Mapping[str, Tensor], origin: str
) -> tuple[nn.Module, list[str]]:
    """Build the network in evaluation mode without memory, and check that a checkpoint fits it.

    Args:
        blueprint: what to build.
        given: the tensors of the checkpoint; may be on the ``meta`` device.
        origin: the name of the file, for messages.

    Returns:
        The network, and the names of the tensors that it takes. What it computes for itself, and
        what only training had use for, is left out.

    Raises:
        InputError: a tensor is missing, unexpected, or of another shape or kind.
    """
    layout = create_without_memory(blueprint)
    recomputed, wanted = dict(_recomputed(layout)), layout.state_dict()
    taken = {
        name: tensor
        for name, tensor in given.items()
        if name in wanted or not (name in recomputed or _OF_TRAINING.match(name))
    }
    require_fit(blueprint.architecture, wanted, taken, origin)
    size = sum(table.nbytes for table in recomputed.values())
    if size > MOST_RECOMPUTED:
        reason = f"would need {in_words(size)} of tables beside its weights"
        raise InputError(origin, reason, "check its img_size")
    return layout.eval(), list(taken)


def fill(blueprint: Blueprint, layout: nn.Module, tensors: dict[str, Tensor]) -> nn.Module:
    """Return the network with its tensors, which it takes over.

    Args:
        blueprint: what was laid out.
        layout: by `lay_out`; not changed.
        tensors: of the names that `lay_out` gave, floating ones as float32.
    """
    if not any(_recomputed(layout)):
        module = copy.deepcopy(layout)
        module.load_state_dict(tensors, strict=True, assign=True)
        return module.eval()
    with torch.random.fork_rng(devices=[]):
        module = create(blueprint)
    module.load_state_dict(tensors, strict=True)
    return module.eval()


def _recomputed(module: nn.Module) -> Iterator[tuple[str, Tensor]]:
    """Yield the tensors that a network makes for itself and no state dict holds."""
    kept = module.state_dict()
    yield from ((name, buffer) for name, buffer in module.named_buffers() if name not in kept)
    for owner, child in module.named_modules():
        plain = ((key, value) for key, value in vars(child).items() if isinstance(value, Tensor))
        yield from ((f"{owner}.{key}", value) for key, value in plain)


def require_fit(
    architecture: str, wanted: Mapping[str, Tensor], given: Mapping[str, Tensor], origin: str
) -> None:
    """Check that a state dict has just the tensors of an architecture.

    Raises:
        InputError: counts what is wrong and names the first of each kind.
    """
    faults = [
        _named([name for name in wanted if name not in given], "missing"),
        _named([name for name in given if name not in wanted], "unexpected"),
        _named(
            [_misfit(n, w, given[n]) for n, w in wanted.items() if n in given],
            "of another shape or type",
        ),
    ]
    if any(faults):
        reason = f"does not fit {architecture}: {'; '.join(fault for fault in faults if fault)}"
        raise InputError(origin, reason, "name the architecture that it was saved from")


def _named(found: list[str], fault: str) -> str:
    found = [name for name in found if name]
    more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    return f"{len(found)} {fault} ({', '.join(map(shown, found[:_NAMED]))}{more})" if found else ""


def _misfit(name: str, wanted: Tensor, given: Tensor) -> str:
    if wanted.shape != given.shape:
        return f"{name} is {_by(given.shape)} and not {_by(wanted.shape)}"
    if wanted.is_floating_point() != given.is_floating_point():
        return f"{name} is {given.dtype} and not {wanted.dtype}"
    return ""


def _by(shape: Any) -> str:  # noqa: ANN401
    return "x".join(map(str, shape)) or "a scalar"
