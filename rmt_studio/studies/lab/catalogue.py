"""The experiments by name."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from rmt_studio.studies.lab import noise, pruning_while_training, randomness, removal
from rmt_studio.studies.lab.experiment import Experiment
from rmt_studio.studies.lab.figures import (
    draw_noise,
    draw_pruning,
    draw_randomness,
    draw_removal,
)
from rmt_studio.studies.lab.published import PAPER
from rmt_studio.studies.lab.settings import (
    NoiseSettings,
    PruningWhileTrainingSettings,
    RandomnessSettings,
    RemovalSettings,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

EXPERIMENTS: Mapping[str, Experiment] = MappingProxyType(
    {
        one.key: one
        for one in (
            Experiment(
                "pruning-while-training",
                "Pruning while training",
                "Does cutting singular values under the Marchenko-Pastur edge every few epochs, "
                "alone or with L1 and L2 penalties, raise the test accuracy?",
                PAPER,
                PruningWhileTrainingSettings,
                pruning_while_training.PANELS,
                pruning_while_training.runs,
                pruning_while_training.carry_out,
                pruning_while_training.findings,
                draw_pruning,
            ),
            Experiment(
                "randomness",
                "Randomness over training",
                "Does the random part of the weights shrink as training nears a minimum?",
                PAPER,
                RandomnessSettings,
                randomness.PANELS,
                randomness.runs,
                randomness.carry_out,
                randomness.findings,
                draw_randomness,
            ),
            Experiment(
                "removal",
                "Removing the random part",
                "Does the loss fall as more of the part under the edge is removed, and within "
                "the theorem's bound?",
                PAPER,
                RemovalSettings,
                removal.PANELS,
                removal.runs,
                removal.carry_out,
                removal.findings,
                draw_removal,
            ),
            Experiment(
                "noise",
                "Adding noise",
                "How much noise do the weights bear, and does its effect shrink with the width?",
                PAPER,
                NoiseSettings,
                noise.PANELS,
                noise.runs,
                noise.carry_out,
                noise.findings,
                draw_noise,
            ),
        )
    }
)
