"""What a person asks a fine-tuning for, and what can become of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from rmt_studio.training import FineTuning  # noqa: TC001 - read when settings are


class Validation(Enum):
    """What the best epoch is chosen on."""

    REPORTED = "reported"
    HELD_OUT = "held out"
    NOTHING = "nothing"


class Ending(Enum):
    """How a fine-tuning ended."""

    DONE = "done"
    EARLY = "early"
    STOPPED = "stopped"
    FAILED = "failed"


class Outcome(Enum):
    """What became of the best model."""

    TAKEN = "it is the pruned model now"
    NO_EPOCH = "there is none: not one epoch ended"
    WORSE = "it is worse than the model before, which stays"
    OTHER_RULES = "the rules are others now"


@dataclass(frozen=True)
class Asked:
    """What the form says.

    Attributes:
        settings: how to learn.
        labelled: whether from labelled images; else from the dense model on the calibration ones.
        validation: what the best epoch is chosen on.
    """

    settings: FineTuning
    labelled: bool
    validation: Validation
