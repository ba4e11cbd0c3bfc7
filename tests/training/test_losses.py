from __future__ import annotations

import math

import pytest
import torch

from rmt_studio.training import FineTuning
from rmt_studio.training.losses import distance, divergence, penalty, prediction_loss


def test_that_equal_predictions_have_no_divergence():
    logits = torch.randn(3, 5, generator=torch.Generator().manual_seed(0))
    assert divergence(logits, logits + 7, 2.0).item() == pytest.approx(0, abs=1e-6)


def test_that_the_divergence_is_that_of_two_coins():
    """KL((3/4, 1/4) || (1/2, 1/2)) = ln 2 - H(1/4), at temperature 1."""
    teacher = torch.tensor([[math.log(3.0), 0.0]])
    entropy = -(0.75 * math.log(0.75) + 0.25 * math.log(0.25))
    found = divergence(torch.zeros(1, 2), teacher, 1.0).item()
    assert found == pytest.approx(math.log(2) - entropy, rel=1e-5)


def test_that_the_divergence_of_soft_predictions_keeps_its_scale():
    """T^2 KL tends to half the mean squared difference of centred logits."""
    ours, theirs = (torch.tensor([pair], dtype=torch.float64) for pair in ([0.1, -0.1], [0, 0]))
    assert divergence(ours, theirs, 100.0).item() == pytest.approx(0.5 * 0.1**2, rel=1e-2)


def test_that_the_distance_of_features_is_relative_image_by_image():
    theirs = torch.tensor([[3.0, 4.0], [30.0, 40.0]])
    ours = torch.tensor([[3.0, 9.0], [30.0, 40.0]])
    assert distance(ours, theirs).item() == pytest.approx((25 / 25 + 0) / 2)


def test_that_labels_are_not_looked_at_when_the_teacher_says_all():
    settings = FineTuning(distillation=1.0)
    generator = torch.Generator().manual_seed(0)
    ours, theirs = (torch.randn(4, 6, generator=generator) for _ in range(2))
    losses = [
        prediction_loss((ours, ours), (theirs, theirs), torch.full((4,), label), settings).item()
        for label in (0, 5)
    ]
    assert losses[0] == losses[1] == pytest.approx(divergence(ours, theirs, 2.0).item())


def test_that_the_weights_of_the_loss_add_up():
    settings = FineTuning(distillation=0.25, label_smoothing=0.0)
    logits, targets = torch.tensor([[2.0, 0.0]]), torch.tensor([1])
    cross = -torch.log_softmax(logits, 1)[0, 1].item()
    soft = divergence(logits, -logits, 2.0).item()
    found = prediction_loss((logits, logits), (-logits, -logits), targets, settings).item()
    assert found == pytest.approx(0.75 * cross + 0.25 * soft)


def test_that_penalties_are_sums_over_the_matrices():
    matrices = [torch.tensor([[1.0, -2.0]]), torch.tensor([[0.0, 3.0]])]
    settings = FineTuning(l1=0.1, l2=0.01)
    assert penalty(matrices, settings).item() == pytest.approx(0.1 * 6 + 0.01 * 14)
    assert penalty(matrices, FineTuning()) is None
