"""What a factored network saves: multiplications counted, and speed measured, beside the dense."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rmt_studio.evaluation.cost import Throughput, macs, throughput
from rmt_studio.progress import Progress, no_progress

if TYPE_CHECKING:
    from rmt_studio.models.loaded_model import LoadedModel


@dataclass(frozen=True)
class SpeedUp:
    """Two networks of the same input, measured one after the other on the same device.

    Attributes:
        macs: multiply-accumulates of one image, before and after.
        throughput: images per second, before and after.
    """

    macs: tuple[int, int]
    throughput: tuple[Throughput, Throughput]

    @property
    def text(self) -> str:
        """Both in one line."""
        (before, after), (slow, fast) = self.macs, self.throughput
        return (
            f"{after / 1e6:,.1f} M multiply-accumulates an image in place of {before / 1e6:,.1f} M "
            f"({after / before:.0%}); {fast.images_per_second:.1f} images/s in place of "
            f"{slow.images_per_second:.1f} (batches of {fast.batch_size} on {fast.device})"
        )


def speed_up(
    before: LoadedModel,
    after: LoadedModel,
    *,
    device: str = "cpu",
    batch_size: int = 16,
    repeats: int = 5,
    progress: Progress = no_progress,
) -> SpeedUp:
    """Count and time two networks.

    Raises:
        InputError: an unusable device.
    """
    size = before.data_config["input_size"]
    counts = macs(before.module, size), macs(after.module, size)
    slow, fast = (
        throughput(
            model.module,
            size,
            device=device,
            batch_size=batch_size,
            repeats=repeats,
            progress=progress,
        )
        for model in (before, after)
    )
    return SpeedUp(counts, (slow, fast))
