"""A checkpoint and what network it is of, put together without reading a tensor."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from timm.data.config import resolve_model_data_config

from rmt_studio.errors import InputError
from rmt_studio.models.bare import NoDataConfig, bare_network, matrices_in
from rmt_studio.models.blueprint import Blueprint
from rmt_studio.models.building import classes_in, fill, lay_out, require_architecture
from rmt_studio.models.guess import guess
from rmt_studio.models.layers import matrices_of
from rmt_studio.models.loaded_model import UNKNOWN
from rmt_studio.models.stored_model import StoredModel, StoredNetwork, StoredSource
from rmt_studio.models.wording import shown

if TYPE_CHECKING:
    from rmt_studio.models.checkpoint import StoredCheckpoint
    from rmt_studio.models.loaded_model import Source

GUESS, BARE = "guess", "bare"
"""Names of a model: take the guessed architecture; open the matrices alone."""


def network_of(
    blueprint: Blueprint,
    stored: StoredCheckpoint,
    source: StoredSource,
    num_classes: int | None = None,
) -> StoredModel:
    """Lay a network out around a checkpoint.

    Args:
        blueprint: what to build.
        stored: the checkpoint.
        source: where it came from.
        num_classes: rows of the classifier; by default those in the file.

    Raises:
        InputError: timm cannot build it, or the checkpoint does not fit it.
    """
    require_architecture(blueprint.architecture)
    if stored.from_onnx:
        reason = "is an ONNX program, whose weights can be analysed and nothing else"
        raise InputError(stored.path.name, reason, f"{BARE} --checkpoint {shown(stored.path)}")
    classes = classes_in(blueprint.architecture, stored.shapes)
    blueprint = blueprint.with_arguments(
        num_classes=classes if num_classes is None else num_classes
    )
    given = {name: tensor.layout() for name, tensor in stored.tensors.items()}
    try:
        layout, names = lay_out(blueprint, given, shown(stored.path.name))
    except InputError as error:
        raise _with_guess(error, stored) from error
    network = StoredNetwork(layout, stored, names, partial(fill, blueprint, layout))
    data_config = resolve_model_data_config(layout)
    told = provenance(blueprint, data_config, source) | _of_file(stored, names)
    layers = matrices_of(layout)
    return StoredModel(network, blueprint.architecture, source, layers, data_config, told)


def bare_model(stored: StoredCheckpoint, source: StoredSource) -> StoredModel:
    """Open the matrices of a checkpoint whose architecture is not known.

    Raises:
        InputError: it has none, or names of tensors that no module can have.
    """
    origin = shown(stored.path.name)
    given = {name: tensor.layout() for name, tensor in stored.tensors.items()}
    layers = matrices_in(given)
    if not layers:
        raise InputError(origin, "holds no matrices", "give a file with the weights of a network")
    network = StoredNetwork(
        bare_network(given, origin), stored, list(given), partial(bare_network, origin=origin)
    )
    told = provenance(Blueprint(UNKNOWN), {}, source) | _of_file(stored, list(given))
    return StoredModel(network, UNKNOWN, source, layers, NoDataConfig(), told)


def unnamed(stored: StoredCheckpoint) -> InputError:
    """Return the error for a file that does not say what network it is, with a guess to take."""
    file, guessed = shown(stored.path, 400), guess(stored)
    reason = "does not say what network it is"
    alone = f"open its matrices alone ({BARE} --checkpoint {file})"
    if guessed is None:
        next_step = f"name its architecture (ARCHITECTURE --checkpoint {file}), or {alone}"
        return InputError(file, reason, next_step)
    next_step = (
        f"name its architecture (such as {guessed.name} --checkpoint {file}), "
        f"take the guess ({GUESS} --checkpoint {file}), or {alone}"
    )
    return InputError(file, f"{reason}; {guessed.words}", next_step)


def provenance(blueprint: Blueprint, data_config: dict[str, Any], source: Source) -> dict[str, str]:
    """Return what an export says of its network, without the hash of the source."""
    return {
        "architecture": blueprint.architecture,
        "model_args": json.dumps(blueprint.arguments, sort_keys=True),
        "data_config": json.dumps(data_config, sort_keys=True),
        "source": f"{source.kind}:{Path(source.location).name}",
    }


def _of_file(stored: StoredCheckpoint, names: list[str]) -> dict[str, str]:
    """Return which part of a file was taken, and what of it was left out."""
    told = {"source_part": stored.part} if stored.part else {}
    left = sorted({*stored.tensors, *stored.left_out} - set(names))
    if left:
        told["source_left_out"] = ", ".join(map(shown, left[:3])) + (", ..." if left[3:] else "")
    return told


def _with_guess(error: InputError, stored: StoredCheckpoint) -> InputError:
    """Return the error of a checkpoint that does not fit with what its shapes suggest."""
    guessed = guess(stored) if "does not fit" in error.reason else None
    if guessed is None:
        return error
    return InputError(error.thing, error.reason, f"{error.next_step}: {guessed.words}")
