"""How long work will still take, by the rate at which it went."""

from __future__ import annotations

from math import exp

MEMORY = 15.0
"""Seconds after which what was measured counts 1/e: slow enough to be calm, and not to be stale."""

LEAST = 1.0
"""Seconds of measured work below which nothing is claimed."""


class TimeLeft:
    """Estimates seconds from reports of ``done`` of ``total`` steps.

    The rate is ``sum w_i steps_i / sum w_i seconds_i`` over the stretches between two reports, with
    weights that fade by the age of a stretch. Steps that were done before the first report, such
    as those taken from a file, are not counted as speed. A new total or fewer steps than before
    begin a new measurement.
    """

    def __init__(self) -> None:
        self._total, self._done, self._at = -1, 0, 0.0
        self._steps = self._seconds = 0.0

    def after(self, done: int, total: int, now: float) -> float | None:
        """Return the seconds left at a report, ``now`` on a monotonic clock; None for unknown.

        It is unknown until `LEAST` seconds were measured, and when a step takes so long that the
        work should have ended by the rate before it.
        """
        if total != self._total or done < self._done:
            self._total, self._done, self._at = total, done, now
            self._steps = self._seconds = 0.0
        if done > self._done:
            stretch = now - self._at
            fade = exp(-stretch / MEMORY)
            self._steps = self._steps * fade + done - self._done
            self._seconds = self._seconds * fade + stretch
            self._done, self._at = done, now
        if done >= total:
            return 0.0
        if not self._steps or self._seconds < LEAST:
            return None
        left = (total - done) * self._seconds / self._steps - (now - self._at)
        return left if left >= 0 else None
