"""How a pruned model is to be brought back towards the dense one, as part of a recipe."""

from __future__ import annotations

from pydantic import Field

from rmt_studio.pruning.steps import Strict


class Distillation(Strict):
    """How long and how to learn from the dense model, see `rmt_studio.studies.distill`.

    Attributes:
        steps: optimiser steps.
        batch: views per step.
        learning_rate: of AdamW without weight decay at its height; cosine down to 0.
        temperature: of the softened logits.
        features: weight of the relative squared distance of the final features.
        smallest_crop: least share of a picture's area in a view.
        seed: of views and order.
    """

    steps: int = Field(default=200, ge=1, le=10_000_000)
    batch: int = Field(default=50, ge=1, le=100_000)
    learning_rate: float = Field(default=2e-4, gt=0, le=1e30)
    temperature: float = Field(default=2.0, gt=0, le=1e6)
    features: float = Field(default=1.0, ge=0, le=1e6)
    smallest_crop: float = Field(default=0.4, gt=0, le=1)
    seed: int = Field(default=0, ge=0, lt=2**63)
