"""How to bring accuracy back after pruning: one validated record, saved beside what it made."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

_AUTO_AUGMENT = ("rand", "augmix", "original", "originalr", "v0", "v0r", "3a")
Share = Annotated[float, Field(ge=0, le=1)]


class FineTuning(BaseModel):
    """Settings of fine-tuning with frozen masks, see `rmt_studio.finetune`.

    The defaults of the optimiser are those of METHOD: AdamW at 1e-5 with weight decay 0.01 (none
    on biases, norms, position embeddings and class tokens), cosine with warm-up, label smoothing
    0.1, distillation with weight 0.5 at temperature 2.

    Attributes:
        epochs: passes over the images.
        steps: optimiser steps of an epoch; None for a whole pass.
        batch: images per optimiser step.
        learning_rate: of AdamW at its height.
        weight_decay: decoupled, as AdamW does it.
        warm_up: share of all steps in which the learning rate rises.
        label_smoothing: share of the target that is spread over all classes.
        distillation: weight of the dense model's softened predictions in the loss; the labels
            have the rest. 1 needs no labels.
        temperature: of the softened predictions.
        features: weight of the relative squared distance to the dense model's final features.
        l1: weight of the sum of absolute values of the matrices that move.
        l2: weight of the sum of their squares.
        clip: largest norm of the gradient; None for any.
        precision: of the products: "auto" is bfloat16 where the device computes in it natively,
            float16 on other GPUs, float32 elsewhere.
        scale: least and largest share of a picture's area in a crop.
        ratio: least and largest aspect of a crop.
        hflip: share of the views that are mirrored.
        vflip: share of the views that are turned upside down.
        color_jitter: strength; None for none.
        auto_augment: policy of timm, such as "rand-m9-mstd0.5-inc1"; None for none.
        re_prob: share of the views of which a rectangle is erased.
        patience: validations without a better one after which it stops early; None for never.
        seed: of order and views.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    epochs: int = Field(default=10, ge=1, le=100_000)
    steps: int | None = Field(default=None, ge=1, le=10_000_000)
    batch: int = Field(default=64, ge=1, le=100_000)
    learning_rate: float = Field(default=1e-5, gt=0, le=1e30)
    weight_decay: float = Field(default=0.01, ge=0, le=1e3)
    warm_up: Share = 0.05
    label_smoothing: float = Field(default=0.1, ge=0, lt=1)
    distillation: Share = 0.5
    temperature: float = Field(default=2.0, gt=0, le=1e6)
    features: float = Field(default=0.0, ge=0, le=1e6)
    l1: float = Field(default=0.0, ge=0, le=1e6)
    l2: float = Field(default=0.0, ge=0, le=1e6)
    clip: float | None = Field(default=1.0, gt=0, le=1e30)
    precision: Literal["auto", "float32", "bfloat16", "float16"] = "auto"
    scale: tuple[float, float] = (0.4, 1.0)
    ratio: tuple[float, float] = (3 / 4, 4 / 3)
    hflip: Share = 0.5
    vflip: Share = 0.0
    color_jitter: float | None = Field(default=None, ge=0, le=1)
    auto_augment: str | None = Field(default=None, max_length=100)
    re_prob: Share = 0.0
    patience: int | None = Field(default=None, ge=1, le=100_000)
    seed: int = Field(default=0, ge=0, lt=2**63)

    @property
    def needs_labels(self) -> bool:
        """Whether the loss looks at labels."""
        return self.distillation < 1

    @property
    def needs_teacher(self) -> bool:
        """Whether the loss looks at the dense model."""
        return self.distillation > 0 or self.features > 0

    @field_validator("auto_augment")
    @classmethod
    def _known_policy(cls, policy: str | None) -> str | None:
        if policy is not None and policy.split("-")[0] not in _AUTO_AUGMENT:
            known = ", ".join(_AUTO_AUGMENT)
            raise ValueError(f"policy {policy!r} is not known to timm; it begins with {known}")
        return policy

    @model_validator(mode="after")
    def _ranges_ascend(self) -> FineTuning:
        if not 0 < self.scale[0] <= self.scale[1] <= 1:
            raise ValueError("scale needs 0 < least <= largest <= 1")
        if not 0 < self.ratio[0] <= self.ratio[1] <= 100:
            raise ValueError("ratio needs 0 < least <= largest <= 100")
        return self
