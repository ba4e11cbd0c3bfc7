"""Lines about a training while it runs."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rmt_studio.training import EpochReport, Report, StepReport

if TYPE_CHECKING:
    from collections.abc import Callable

_TOLD_SECONDS = 30.0
"""At least so long between two lines about single steps."""


@dataclass
class Teller:
    """Prints a line for each epoch, and now and then one for a step."""

    say: Callable[[str], None]
    told: float = field(default_factory=time.monotonic)

    def hear(self, report: Report) -> None:
        """Print the line of a report, if it is time for one."""
        now = time.monotonic()
        if isinstance(report, StepReport):
            if now - self.told < _TOLD_SECONDS:
                return
            line = f"step {report.step}/{report.steps}: loss {report.loss:.4f}"
        else:
            line = epoch_line(report)
        self.told = now
        self.say(line)


def epoch_line(report: EpochReport) -> str:
    """Return what an epoch came to."""
    line = f"epoch {report.epoch}/{report.epochs}: loss {report.loss:.4f}"
    if report.validation is not None:
        line += f", top-1 {report.validation:.2%} (loss {report.validation_loss:.4f})"
    return line + (", the best so far" if report.best else "")
