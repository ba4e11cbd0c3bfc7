"""The recommended way to a target: which method, and whether to learn from the dense model after.

Chosen by what held on photographs kept apart from those it was calibrated on; the measurements
stand in docs/findings.md.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rmt_studio.pruning import budgets, fills
from rmt_studio.pruning.recovery import Distillation

if TYPE_CHECKING:
    from rmt_studio.pruning.budgets import Rules
    from rmt_studio.pruning.request import Request

_STEPS, _FAST_STEPS = 180, 20  # at most: a few minutes, and half a minute, for a DeiT-Tiny
_EPOCHS = 30  # over fewer images than for so many steps, more often would teach them by heart


def rules(request: Request) -> Rules:
    """With images: shares by measured sensitivity. Without: global magnitude."""
    return _blind(request) if request.calibration is None else fills.by_sensitivity(request)


def fast_rules(request: Request) -> Rules:
    """With images: second order over all layers, no probes. Without: global magnitude."""
    return _blind(request) if request.calibration is None else fills.second_order_over_all(request)


def recovery(request: Request) -> Distillation | None:
    """Learn from the dense model as long as a few minutes allow on two cores."""
    return _learning(request, _STEPS)


def fast_recovery(request: Request) -> Distillation | None:
    """Learn for half a minute."""
    return _learning(request, _FAST_STEPS)


def reason(request: Request) -> str:
    """Return in a few words what was chosen and why."""
    if request.calibration is None:
        chosen = "magnitude" if request.pattern else "global magnitude"
        return f"{chosen}: without calibration images no method was clearly better"
    shares = "" if request.pattern else "shares by measured sensitivity, "
    return f"{shares}second-order masks{_then(recovery(request), 'distillation')}"


def fast_reason(request: Request) -> str:
    """The same for the fast way."""
    if request.calibration is None:
        return reason(request)
    masks = "second-order masks" + ("" if request.pattern else " over all layers")
    return masks + _then(fast_recovery(request), "a short distillation")


def _then(learning: Distillation | None, name: str) -> str:
    return f", then {name}" if learning else ""


def _blind(request: Request) -> Rules:
    if request.pattern:
        return fills.uniform_magnitude(request)
    return budgets.global_magnitude(request.model, request.layers, request.remove, request.progress)


def _learning(request: Request, steps: int) -> Distillation | None:
    if request.calibration is None or not request.remove:
        return None
    usual = Distillation(steps=steps, seed=request.seed)
    enough = math.ceil(_EPOCHS * len(request.calibration) / usual.batch)
    return usual.model_copy(update={"steps": min(steps, enough)})
