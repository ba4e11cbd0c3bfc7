"""What is free in a matrix: its own entries, some of them, or those of its factors.

A constraint is not enforced after a step but built in: the matrix is computed from leaves that may
take any value, so every value that an optimiser can reach obeys it, and what is not free has no
gradient, no moments and no decay.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import torch

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

    from torch import Tensor


class Constraint(Protocol):
    """How one matrix, shape (out, in), follows from leaves."""

    def leaves(self) -> dict[str, Tensor]:
        """Return the leaves as they are at the start, by a name within the matrix."""
        ...

    def weight(self, leaves: Mapping[str, Tensor]) -> Tensor:
        """Return the matrix of these leaves, in their dtype and on their device."""
        ...

    def on(self, device: torch.device) -> Constraint:
        """Return the same with its tensors on a device."""
        ...


@dataclass(frozen=True)
class Entries:
    """A matrix of which some entries move; the others keep their values bit for bit.

    Attributes:
        values: the matrix at the start, shape (out, in).
        movable: which entries move, bool (out, in); None for all.
    """

    values: Tensor
    movable: Tensor | None = None

    @classmethod
    def masked(cls, values: Tensor) -> Self:
        """Return the constraint that zeros stay zero; none where there are none."""
        nonzero = values != 0
        return cls(values, None if nonzero.all() else nonzero)

    @classmethod
    def held(cls, values: Tensor) -> Self:
        """Return the constraint that nothing moves."""
        return cls(values, torch.zeros_like(values, dtype=torch.bool))

    def leaves(self) -> dict[str, Tensor]:
        """Return one leaf that is zero where nothing moves, or none where nothing does."""
        if self.movable is None:
            return {"entries": self.values}
        if not self.movable.any():
            return {}
        return {"entries": self.values.where(self.movable, 0.0)}

    def weight(self, leaves: Mapping[str, Tensor]) -> Tensor:
        """Return ``where(movable, leaf, values)``."""
        if "entries" not in leaves:
            return self.values
        leaf = leaves["entries"]
        if self.movable is None:
            return leaf
        held = self.values.to(leaf.device, leaf.dtype)
        return torch.where(self.movable.to(leaf.device), leaf, held)

    def on(self, device: torch.device) -> Entries:
        """Return the same on a device."""
        movable = None if self.movable is None else self.movable.to(device)
        return Entries(self.values.to(device), movable)


@dataclass(frozen=True)
class Product:
    """``W = L R``, of rank r, or ``W = L R + S`` with S sparse.

    Attributes:
        left: L, shape (out, r); with a mask where it is sparse.
        right: R, shape (r, in); likewise.
        sparse: S, masked; None without.
    """

    left: Entries
    right: Entries
    sparse: Entries | None = None

    @property
    def parts(self) -> dict[str, Entries]:
        """The matrices that it is made of, by name."""
        found = {"left": self.left, "right": self.right}
        return found if self.sparse is None else {**found, "sparse": self.sparse}

    def leaves(self) -> dict[str, Tensor]:
        """Return the leaves of the factors and of S."""
        return {name: leaf for name, one in self.parts.items() for leaf in one.leaves().values()}

    def weight(self, leaves: Mapping[str, Tensor]) -> Tensor:
        """Return ``L R + S``."""
        found = {
            name: one.weight({"entries": leaves[name]} if name in leaves else {})
            for name, one in self.parts.items()
        }
        product = found["left"] @ found["right"]
        return product + found["sparse"] if "sparse" in found else product

    def on(self, device: torch.device) -> Product:
        """Return the same on a device."""
        return Product(**{name: one.on(device) for name, one in self.parts.items()})
