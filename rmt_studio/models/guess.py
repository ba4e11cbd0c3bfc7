"""Which architecture a checkpoint is likely to be of, by the names and shapes of its tensors.

A guess is offered and never taken by itself: shapes do not tell the number of heads, for one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from timm.models import get_pretrained_cfg

from rmt_studio.errors import InputError
from rmt_studio.models.architecture_index import architectures_like
from rmt_studio.models.blueprint import Blueprint
from rmt_studio.models.building import classes_in, create_without_memory, lay_out
from rmt_studio.models.wording import shown
from rmt_studio.progress import Progress, no_progress

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import nn

    from rmt_studio.models.checkpoint import StoredCheckpoint

_MOST_TRIED = 4  # each is laid out, which takes some tenths of a second
_NAMED = 3
_MOST_PREFIXES = 8  # class, distillation and register tokens


@dataclass(frozen=True)
class Guess:
    """An architecture that a checkpoint fits, and how it has to be built for that.

    Attributes:
        blueprint: the architecture with its arguments.
        others: architectures with tensors of the same shapes.
    """

    blueprint: Blueprint
    others: tuple[str, ...]

    @property
    def name(self) -> str:
        """The architecture."""
        return self.blueprint.architecture

    @property
    def words(self) -> str:
        """One line for a person."""
        told = {k: v for k, v in self.blueprint.arguments.items() if k != "num_classes"}
        given = "".join(f", {key} {value}" for key, value in told.items())
        also = ""
        if self.others:
            more = f" and {len(self.others) - _NAMED} more" if len(self.others) > _NAMED else ""
            also = f" (as are those of {', '.join(self.others[:_NAMED])}{more})"
        return f"its shapes are those of {self.name}{given}{also}"


def guess(stored: StoredCheckpoint, progress: Progress = no_progress) -> Guess | None:
    """Return the architecture that a checkpoint is likely to be of, or None where none fits.

    Args:
        stored: the checkpoint.
        progress: called before each architecture that is compared; may raise `Cancelled`.
    """
    shapes = {n: t.shape for n, t in stored.tensors.items() if t.dtype.is_floating_point}
    found = architectures_like(shapes)
    found.sort(key=lambda name: (not _same_size(name, stored.shapes), _far(name, stored.path.stem)))
    best = None
    for tried, name in enumerate(found[:_MOST_TRIED]):
        progress(tried, _MOST_TRIED, f"comparing with {name}")
        best = _fitted(name, stored)
        if best is not None:
            break
    if best is None:
        return None
    return Guess(best, tuple(name for name in found if name != best.architecture))


def required_guess(stored: StoredCheckpoint) -> Guess:
    """Return the guess.

    Raises:
        InputError: none fits.
    """
    guessed = guess(stored)
    if guessed is None:
        reason = "has shapes of no architecture that is known here"
        next_step = f"name it, or open the matrices alone (bare --checkpoint {shown(stored.path)})"
        raise InputError(stored.path.name, reason, next_step)
    return guessed


def _same_size(name: str, shapes: Mapping[str, tuple[int, ...]]) -> bool:
    """Whether a table of positions is as long as for the images an architecture is made for."""
    registered = get_pretrained_cfg(name)
    positions, patches = (shapes.get(n, ()) for n in ("pos_embed", "patch_embed.proj.weight"))
    if registered is None or len(positions) != 3 or len(patches) != 4:
        return True
    side = registered.input_size[-1] // max(patches[-1], 1)
    return 0 <= positions[1] - side**2 <= _MOST_PREFIXES


def _far(name: str, stem: str) -> tuple[bool, bool, int, str]:
    """Order architectures: named like the file, of the usual image size, with a short name."""
    family = name.partition("_")[0]
    return name not in stem, family not in stem, len(name) + 9 * ("224" not in name), name


def _fitted(name: str, stored: StoredCheckpoint) -> Blueprint | None:
    """Return how to build an architecture so that the checkpoint fits, or None where it cannot."""
    try:
        plain = create_without_memory(Blueprint(name))
        blueprint = Blueprint(name).with_arguments(**_arguments(plain, stored))
        blueprint = blueprint.with_arguments(num_classes=classes_in(name, stored.shapes))
        given = {key: tensor.layout() for key, tensor in stored.tensors.items()}
        lay_out(blueprint, given, stored.path.name)
    except InputError:
        return None
    return blueprint


def _arguments(plain: nn.Module, stored: StoredCheckpoint) -> dict[str, int | str]:
    """Return the arguments that differ from the architecture's own, as far as shapes tell them."""
    shapes, own = stored.shapes, {n: tuple(t.shape) for n, t in plain.state_dict().items()}
    arguments: dict[str, int | str] = {}
    patches, plain_patches = (each.get("patch_embed.proj.weight", ()) for each in (shapes, own))
    if len(patches) == len(plain_patches) == 4 and patches[1] != plain_patches[1]:
        arguments["in_chans"] = patches[1]
    positions, plain_positions = (each.get("pos_embed", ()) for each in (shapes, own))
    if len(positions) == len(plain_positions) == 3 and positions != plain_positions:
        grid: Any = plain.get_submodule("patch_embed").grid_size
        side = math.isqrt(max(positions[1] - plain_positions[1] + math.prod(grid), 0))
        arguments["img_size"] = side * patches[2] if len(patches) == 4 else 0
    if "fc_norm.weight" in shapes and "fc_norm.weight" not in own:
        arguments["global_pool"] = "avg"
    return arguments
