"""What an experiment runs with: a scaled-down setting for a desk, and the published one."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PositiveInt

Widths = tuple[PositiveInt, ...]
PUBLISHED_HIDDEN: Widths = (3000, 3000, 3000, 3000, 500)
"""The hidden layers of the published topology [784, 3000, 3000, 3000, 3000, 500, 10]."""
SCALED_HIDDEN: Widths = (300, 300, 300, 300, 50)
"""A tenth of them."""
_LARGEST_SEED = 2**31 - 1


class LabSettings(BaseModel):
    """What all experiments share: the network, its training, the penalties, the seeds.

    The loss is ``cross-entropy + l1 sum |w| + l2 sum w^2`` over the entries of the weight
    matrices, biases left out. Learning rate in epoch ``e`` (from 0):
    ``learning_rate * decay ** (e // decay_every)``. The defaults are the published setting as far
    as it is published; the batch size and the scaling of the pictures are not, here 128 and one
    mean and standard deviation over all pixels.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    hidden: Widths = Field(
        default=PUBLISHED_HIDDEN, min_length=1, max_length=12, title="Hidden layers"
    )
    epochs: int = Field(default=100, ge=1, le=10_000, title="Epochs")
    batch: int = Field(default=128, ge=1, le=65_536, title="Batch size")
    learning_rate: float = Field(default=0.01, gt=0, le=10, title="Learning rate")
    momentum: float = Field(default=0.9, ge=0, lt=1, title="Momentum")
    decay: float = Field(default=0.96, gt=0, le=1, title="Learning rate factor")
    decay_every: int = Field(default=4, ge=1, le=10_000, title="Epochs between two factors")
    l1: float = Field(default=1e-6, ge=0, le=1, title="L1 penalty")
    l2: float = Field(default=1e-6, ge=0, le=1, title="L2 penalty")
    train_images: int | None = Field(default=None, ge=20, title="Training images (all when empty)")
    test_images: int | None = Field(default=None, ge=20, title="Test images (all when empty)")
    bulk_method: Literal["bema", "bema_gamma", "median", "deflated"] = Field(
        default="bema", title="Estimator of the bulk"
    )
    seed: int = Field(default=0, ge=0, le=_LARGEST_SEED - 1000, title="First seed")
    seeds: int = Field(default=3, ge=1, le=100, title="Seeds")
    device: str = Field(default="cpu", title="Device")
    keep_checkpoints: bool = Field(default=False, title="Keep a checkpoint of each epoch")

    @classmethod
    def scaled(cls) -> Self:
        """Return the setting that ends within minutes on two cores."""
        return cls(hidden=SCALED_HIDDEN, epochs=12, batch=64, train_images=6000, test_images=5000)

    @classmethod
    def published(cls) -> Self:
        """Return the published setting."""
        return cls()

    @property
    def every_seed(self) -> range:
        """The seeds of the runs."""
        return range(self.seed, self.seed + self.seeds)


class PruningWhileTrainingSettings(LabSettings):
    """Training with and without MP-based pruning and penalties."""

    prune_every: int = Field(default=4, ge=1, le=10_000, title="Epochs between two prunings")
    keep_span: int = Field(default=200, ge=1, le=100_000, title="Epoch from which nothing is kept")

    @classmethod
    def scaled(cls) -> Self:
        """Return the scaled setting: the keep schedule runs as far in 16 epochs as in 100."""
        return cls(
            hidden=SCALED_HIDDEN,
            epochs=16,
            batch=64,
            train_images=6000,
            test_images=5000,
            keep_span=32,
        )


class RandomnessSettings(LabSettings):
    """How the randomness of the weights decreases over training.

    With the published penalty of 1e-6 the decay takes some ``(1 - momentum)/(2 l2 lr)`` = 5
    million steps; the scaled setting has one of 1e-3, so that a short run shows it.
    """

    @classmethod
    def scaled(cls) -> Self:
        """Return the scaled setting."""
        return super().scaled().model_copy(update={"l1": 0.0, "l2": 1e-3, "epochs": 16})


class RemovalSettings(LabSettings):
    """The loss as the part under the edge is removed.

    The regularised loss of this experiment is ``cross-entropy + l2 sum w^2``, the one of the
    theorem; an L1 penalty acts while training alone.
    """

    shares: int = Field(default=11, ge=3, le=1001, title="Shares removed, from 0 to 1")

    @classmethod
    def scaled(cls) -> Self:
        """Return the scaled setting."""
        return super().scaled().model_copy(update={"l1": 0.0, "l2": 1e-3, "epochs": 16})


class NoiseSettings(LabSettings):
    """Noise added to the weights, and its effect on wider and wider networks.

    Attributes of the noise: variance ``level / N`` with ``N`` the widest hidden layer, in every
    matrix but the last. Of the widths: three layers ``[inputs, N, N, classes]``, trained with the
    L1 penalty, noise ``N(0, strength / N)`` in the middle one.
    """

    prune_every: int = Field(default=4, ge=1, le=10_000, title="Epochs between two prunings")
    keep_span: int = Field(default=200, ge=1, le=100_000, title="Epoch from which nothing is kept")
    levels: tuple[float, ...] = Field(
        default=(0.0, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0), min_length=3, title="Noise levels"
    )
    draws: int = Field(default=5, ge=2, le=1000, title="Draws of the noise")
    widths: Widths = Field(default=(500, 1000, 2000, 4000, 8000), min_length=3, title="Widths")
    width_epochs: int = Field(default=200, ge=1, le=10_000, title="Epochs at each width")
    strength: float = Field(default=1.0, gt=0, le=1000, title="Noise strength at each width")
    largest_norm: float | None = Field(default=0.05, gt=0, title="Longest picture at each width")
    doubt: float = Field(default=0.05, gt=0, lt=1, title="Doubt of the Gaussian bound")

    @classmethod
    def scaled(cls) -> Self:
        """Return the scaled setting.

        The pictures keep their length, one of 0.05 learns too slowly; the L2 penalty is large
        enough to be seen.
        """
        scaled = PruningWhileTrainingSettings.scaled().model_copy(update={"l2": 3e-4})
        return cls(
            **scaled.model_dump(),
            draws=5,
            widths=(64, 128, 256, 512, 1024),
            width_epochs=3,
            largest_norm=None,
        )
