"""What a pruning method is: a name, and a way from a target to a recipe."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rmt_studio.pruning.recipe import BulkFitSettings, Recipe

if TYPE_CHECKING:
    from collections.abc import Callable

    from rmt_studio.pruning.budgets import Rules
    from rmt_studio.pruning.recovery import Distillation
    from rmt_studio.pruning.request import Request


@dataclass(frozen=True)
class Method:
    """One way from a target to a recipe.

    Attributes:
        key: what ``--method`` takes.
        label: its name to show.
        source: who published it.
        rules: the function behind it.
        needs_images: whether it, or the recipe that it fills, looks at calibration images.
        takes_patterns: whether n:m groups can be asked for.
        takes_images: whether it looks at calibration images where there are some.
        recovery: whether and how the pruned model is to learn from the dense one.
        reason: what was chosen and why, of a method that chooses.
    """

    key: str
    label: str
    source: str
    rules: Callable[[Request], Rules]
    needs_images: bool = False
    takes_patterns: bool = False
    takes_images: bool = False
    recovery: Callable[[Request], Distillation | None] = lambda _: None
    reason: Callable[[Request], str] | None = None

    @property
    def looks_at_images(self) -> bool:
        """Whether it looks at calibration images where there are some."""
        return self.needs_images or self.takes_images

    def fill(self, request: Request) -> Recipe:
        """Return the recipe for a request."""
        first = request.layers[0].fit
        target = request.pattern or f"{request.sparsity:.0%} of {request.of}"
        return Recipe(
            name=f"{self.label} {target}",
            note=self.reason(request) if self.reason else None,
            architecture=request.model.architecture,
            bulk_fit=BulkFitSettings(method=first.method, options=dict(first.options)),
            recovery=self.recovery(request),
        ).with_rules(self.rules(request))
