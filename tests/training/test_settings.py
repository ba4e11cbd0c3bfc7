from __future__ import annotations

from itertools import pairwise

import pytest
from pydantic import ValidationError

from rmt_studio.training import FineTuning
from rmt_studio.training.schedule import learning_rate


@pytest.mark.parametrize(
    "wrong",
    [
        {"epochs": 0},
        {"distillation": 1.5},
        {"label_smoothing": 1.0},
        {"scale": (0.5, 0.4)},
        {"ratio": (0.0, 1.0)},
        {"auto_augment": "loud"},
        {"precision": "float8"},
        {"learning_rate": float("nan")},
        {"unknown": 1},
    ],
)
def test_that_settings_without_sense_are_refused(wrong):
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        FineTuning(**wrong)


def test_that_settings_survive_json():
    settings = FineTuning(scale=(0.5, 1.0), auto_augment="rand-m9", clip=None)
    assert FineTuning.model_validate_json(settings.model_dump_json()) == settings


@pytest.mark.parametrize(
    ("distillation", "features", "labels", "teacher"),
    [(0.0, 0.0, True, False), (1.0, 0.0, False, True), (0.0, 1.0, True, True)],
)
def test_that_the_loss_says_what_it_needs(distillation, features, labels, teacher):
    settings = FineTuning(distillation=distillation, features=features)
    assert settings.needs_labels is labels
    assert settings.needs_teacher is teacher


def test_that_the_rate_rises_linearly_and_falls_as_a_cosine():
    rates = [learning_rate(step, 110, 2.0, 10 / 110) for step in range(110)]
    assert rates[:10] == pytest.approx([0.2 * (step + 1) for step in range(10)])
    assert rates[10] == pytest.approx(2.0)
    assert rates[60] == pytest.approx(1.0)
    assert 0 < rates[109] < 1e-3
    assert all(later < earlier for earlier, later in pairwise(rates[10:]))


def test_that_there_need_be_no_warm_up():
    assert learning_rate(0, 10, 1.0, 0.0) == 1.0
    assert learning_rate(9, 10, 1.0, 1.0) == 1.0
