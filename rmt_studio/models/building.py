"""Build a timm network and put the tensors of a checkpoint into it, all of them or none.

The network is first laid out without memory (torch's ``meta`` device), so that a checkpoint that
does not fit is refused before anything of the size that it asks for is allocated.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

import timm
import torch
from timm.models import get_pretrained_cfg, is_model
from torch import Tensor, nn

from rmt_studio.errors import InputError
from rmt_studio.models.wording import in_words, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rmt_studio.models.blueprint import Blueprint

MOST_RECOMPUTED = 2**30  # bytes of tables that a network computes for itself, such as positions
_NAMED = 3


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


def assemble(blueprint: Blueprint, tensors: dict[str, Tensor], origin: str) -> nn.Module:
    """Build the network in evaluation mode around the given tensors, which it takes over.

    Args:
        blueprint: what to build.
        tensors: the state dict, floating tensors as float32.
        origin: the name of the file, for messages.

    Raises:
        InputError: a tensor is missing, unexpected, or of another shape or kind.
    """
    with torch.device("meta"):
        layout = create(blueprint)
    recomputed = dict(_recomputed(layout))
    given = {name: tensor for name, tensor in tensors.items() if name not in recomputed}
    require_fit(blueprint.architecture, layout.state_dict(), given, origin)
    if not recomputed:
        layout.load_state_dict(given, strict=True, assign=True)
        return layout.eval()
    size = sum(table.nbytes for table in recomputed.values())
    if size > MOST_RECOMPUTED:
        reason = f"would need {in_words(size)} of tables beside its weights"
        raise InputError(origin, reason, "check its img_size")
    with torch.random.fork_rng(devices=[]):
        module = create(blueprint)
    module.load_state_dict(given, strict=True)
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
