"""The parameters of a network as functions of what is free in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn

from rmt_studio.errors import InputError
from rmt_studio.training.constraints import Constraint, Entries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from torch import Tensor

Rows = tuple[int, int] | None
Bound = tuple[Rows, Constraint]

_MATRICES = (nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d)


class Weights:
    """Leaves that an optimiser moves, and the parameters that follow from them.

    A parameter that no constraint names is a leaf itself where it requires a gradient, and stays
    as it is where not. A fused parameter is bound row range by row range, so that q, k and v each
    obey their own; rows that none names are free.

    Attributes:
        leaves: by name, ``"blocks.0.attn.qkv.weight/0/left"`` for a part of a bound matrix.
    """

    def __init__(
        self,
        module: nn.Module,
        bound: Mapping[str, Sequence[Bound]],
        device: torch.device,
    ) -> None:
        """Take the values of the parameters.

        Args:
            module: the network at the start; not changed.
            bound: by parameter, constraints with the rows of the unfolded parameter that they are
                of, None for all.
            device: of the leaves.

        Raises:
            InputError: nothing moves.
        """
        self.leaves: dict[str, nn.Parameter] = {}
        self._parts: dict[str, list[Constraint]] = {}
        self._shapes: dict[str, torch.Size] = {}
        self._matrices = _weights_of_matrices(module)
        for name, parameter in module.named_parameters():
            if not parameter.requires_grad:
                continue
            values = parameter.detach().to(device)
            self._shapes[name] = values.shape
            parts = list(_all_rows(values, bound.get(name, ())))
            self._parts[name] = [part.on(device) for part in parts] or [Entries(values)]
            for place, part in enumerate(self._parts[name]):
                for leaf, start in part.leaves().items():
                    start = start.to(device, torch.float32, copy=True).contiguous()
                    self.leaves[f"{name}/{place}/{leaf}"] = nn.Parameter(start)
        if not self.leaves:
            raise InputError("training", "has nothing to move: every parameter is held")

    def parameters(self) -> dict[str, Tensor]:
        """Return the parameters, by name, with the way back to the leaves."""
        return self._composed(self.leaves)

    def finished(self, tick: Callable[[], None] = lambda: None) -> dict[str, Tensor]:
        """Return the parameters as they are stored: products taken in float64, then float32.

        So the rank that a product has in exact numbers is the one that is found in the file.

        Args:
            tick: called between parameters; may raise `Cancelled`.
        """
        wide, found = {}, {}
        with torch.no_grad():
            for name, leaf in self.leaves.items():
                tick()
                wide[name] = leaf.detach().cpu().double()
            for name, weight in self._composed(wide).items():
                tick()
                found[name] = weight.float().contiguous()
        return found

    def decays(self, leaf: str) -> bool:
        """Whether weight decay and penalties see this leaf: it is part of a layer's matrix."""
        return leaf.split("/")[0] in self._matrices

    def matrices(self, parameters: Mapping[str, Tensor]) -> Iterator[Tensor]:
        """Yield those parameters that are matrices of layers and move."""
        moving = {leaf.split("/")[0] for leaf in self.leaves}
        return (w for name, w in parameters.items() if name in self._matrices and name in moving)

    def _composed(self, leaves: Mapping[str, Tensor]) -> dict[str, Tensor]:
        named: dict[tuple[str, int], dict[str, Tensor]] = {}
        for key, leaf in leaves.items():
            name, place, part = key.rsplit("/", 2)
            named.setdefault((name, int(place)), {})[part] = leaf
        like = next(iter(leaves.values()))
        found = {}
        for name, parts in self._parts.items():
            rows = [
                part.weight(named.get((name, place), {})).to(like.device, like.dtype)
                for place, part in enumerate(parts)
            ]
            whole = rows[0] if len(rows) == 1 else torch.cat(rows)
            found[name] = whole.view(self._shapes[name])
        return found


def only_entries(module: nn.Module, movable: Mapping[str, Tensor]) -> dict[str, list[Bound]]:
    """Return constraints under which nothing but these entries moves.

    Args:
        module: the network.
        movable: by parameter, which entries move, bool of its shape; none of what is not named.
    """
    bound: dict[str, list[Bound]] = {}
    for name, parameter in module.named_parameters():
        values = parameter.detach()
        values = values.reshape(len(values), -1) if values.ndim else values.reshape(1, 1)
        moves = movable.get(name)
        held = Entries.held(values) if moves is None else Entries(values, moves.view_as(values))
        bound[name] = [(None, held)]
    return bound


def _all_rows(values: Tensor, bound: Sequence[Bound]) -> Iterator[Constraint]:
    """Yield the constraints in the order of their rows, free ones for rows that none names."""
    if not bound:
        return
    matrix = values.view(values.shape[0] if values.ndim else 1, -1)
    reached = 0
    for rows, constraint in sorted(bound, key=lambda part: part[0] or (0, 0)):
        first, last = rows or (0, len(matrix))
        if first > reached:
            yield Entries(matrix[reached:first])
        yield constraint
        reached = last
    if reached < len(matrix):
        yield Entries(matrix[reached:])


def _weights_of_matrices(module: nn.Module) -> frozenset[str]:
    """Return the names of the weights of Linear and convolution layers.

    Biases, norms, position embeddings and class tokens are not among them.
    """
    return frozenset(
        f"{name}.weight" if name else "weight"
        for name, child in module.named_modules()
        if isinstance(child, _MATRICES)
    )
