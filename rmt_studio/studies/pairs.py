"""Two models on the same images: how far apart they are, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rmt_studio.evaluation.intervals import Interval, paired_difference, paired_standard_error

if TYPE_CHECKING:
    from rmt_studio.evaluation.result import Evaluation


@dataclass(frozen=True)
class PairedDifference:
    """Top-1 of one model minus that of another on the same n images, as fractions of 1.

    Attributes:
        gained: images that only the first names rightly.
        lost: images that only the second names rightly.
        n: images.
    """

    gained: int
    lost: int
    n: int

    @classmethod
    def of(cls, first: Evaluation, second: Evaluation) -> PairedDifference:
        """Count the images on which the two disagree about being right."""
        gained = int((first.correct & ~second.correct).sum())
        lost = int((second.correct & ~first.correct).sum())
        return cls(gained, lost, first.n)

    @property
    def difference(self) -> float:
        """``(gained - lost) / n``."""
        return (self.gained - self.lost) / self.n

    @property
    def standard_error(self) -> float:
        """Of the difference, with the adjustment of Bonett & Price (2012); never 0."""
        return paired_standard_error(self.gained, self.lost, self.n)

    @property
    def interval(self) -> Interval:
        """The 95 % interval of the difference (Bonett & Price 2012)."""
        return paired_difference(self.gained, self.lost, self.n)
