"""The learning rate over the course: linear warm-up, then cosine to 0.

Source: Loshchilov & Hutter (2017), "SGDR"; warm-up as Goyal et al. (2017).
"""

from __future__ import annotations

import math


def learning_rate(step: int, steps: int, height: float, warm_up: float) -> float:
    """Return the rate of a step.

    Over the first ``w = round(warm_up * steps)`` steps it is ``height (step + 1) / w``, after them
    ``height (1 + cos(pi (step - w) / (steps - w))) / 2``.

    Args:
        step: 0 for the first.
        steps: of the whole course.
        height: the largest rate.
        warm_up: share of the steps.
    """
    rise = min(round(warm_up * steps), steps)
    if step < rise:
        return height * (step + 1) / rise
    return height * 0.5 * (1 + math.cos(math.pi * (step - rise) / max(1, steps - rise)))
