"""Schedules, the gradient of the penalties, reproducible training, randomness over epochs."""

from __future__ import annotations

import pytest
import torch
from torch.nn.functional import cross_entropy

from rmt_studio.errors import InputError
from rmt_studio.progress import Cancelled
from rmt_studio.studies.lab import run_experiment
from rmt_studio.studies.lab.edge import cut, keep_share
from rmt_studio.studies.lab.network import fresh_network, penalty
from rmt_studio.studies.lab.randomness import NO_PENALTY, PENALTY, TOTALS, decayed
from rmt_studio.studies.lab.statistics import Mean, fitted_power, trend
from rmt_studio.studies.lab.training import add_penalty_gradients, learning_rate, train

CPU = torch.device("cpu")


@pytest.mark.parametrize(
    ("epoch", "share"), [(0, 1.0), (4, 0.98), (100, 0.5), (200, 0.0), (300, 0.0)]
)
def test_that_the_published_schedule_keeps(epoch, share):
    assert keep_share(epoch, 200) == pytest.approx(share, abs=1e-15)


def test_that_the_learning_rate_falls_every_four_epochs(small):
    settings = small("removal")
    rates = [learning_rate(settings, epoch) for epoch in (0, 3, 4, 8)]
    assert rates == pytest.approx([0.01, 0.01, 0.0096, 0.01 * 0.96**2])


def test_that_a_cut_removes_the_smallest_share_under_the_edge():
    weight = torch.randn(50, 80, generator=torch.Generator().manual_seed(0))
    less, split = cut(weight, 0.75, "bema")
    gone = round(0.25 * split.under)
    assert torch.linalg.matrix_rank(less) == 50 - gone
    same, _ = cut(weight, 1.0, "bema")
    torch.testing.assert_close(same, weight)


def test_that_the_penalties_gradient_is_that_of_the_penalty():
    network = fresh_network((7, 6, 3), 0, CPU).double()
    cross_entropy(network(torch.zeros(2, 7).double()), torch.tensor([0, 1])).backward()
    clean = [weight.grad.clone() for weight in network.matrices]
    add_penalty_gradients(network, 0.02, 0.3)
    weight = network.matrices[0].detach()
    added = network.matrices[0].grad - clean[0]
    torch.testing.assert_close(added, 0.02 * weight.sign() + 0.6 * weight)
    step = 1e-6
    before = penalty(network, 0.02, 0.3)
    network.matrices[0].data[2, 3] += step
    slope = (penalty(network, 0.02, 0.3) - before) / step
    assert slope == pytest.approx(added[2, 3].item(), abs=1e-5)


def test_that_one_seed_gives_one_result_and_another_gives_another(digits, small):
    def rows(seed):
        settings = small("randomness", seed=seed, epochs=1, hidden=(16, 16))
        return run_experiment("randomness", digits, settings).rows

    once, again, other = rows(3), rows(3), rows(4)
    assert [row.record() for row in once] == [row.record() for row in again]
    assert [row.values for row in once] != [row.values for row in other]


def test_that_training_learns_and_the_penalty_shrinks_the_random_part(results):
    result = results("randomness")
    ends = {
        (row.series, row.x): row.values
        for row in result.rows
        if row.panel == TOTALS.key and row.x in (0, result.settings.epochs)
    }
    last = result.settings.epochs
    assert ends[PENALTY, last]["train_loss"] < 0.5 * ends[PENALTY, 0]["train_loss"]
    assert ends[PENALTY, last]["frobenius"] < ends[PENALTY, 0]["frobenius"]
    assert ends[PENALTY, last]["frobenius"] < ends[NO_PENALTY, last]["frobenius"]
    assert ends[NO_PENALTY, last]["decay"] == ends[NO_PENALTY, 0]["decay"]


def test_that_a_weight_without_gradient_decays_as_foretold(small):
    settings = small("randomness")
    weight = torch.ones(1, requires_grad=True)
    optimiser = torch.optim.SGD([weight], lr=0.0, momentum=settings.momentum)
    for epoch in range(3):
        optimiser.param_groups[0]["lr"] = learning_rate(settings, epoch)
        for _ in range(1000 // settings.batch):
            optimiser.zero_grad()
            (0.01 * weight.square()).sum().backward()
            optimiser.step()
    assert decayed(settings, 0.01, 1000, 3) == pytest.approx(weight.item(), rel=1e-5)


def test_that_pruning_while_training_stores_less(results):
    result = results("pruning-while-training")
    last = {row.series: row.values for row in result.rows if row.x == result.settings.epochs}
    assert last["none"]["stored"] == 100
    assert last["MP + L2"]["stored"] <= 100
    assert len(last) == 7
    assert all(values["test_accuracy"] > 20 for name, values in last.items() if "ReLU" not in name)


def test_that_noise_raises_the_loss_and_its_effect_falls_with_the_width(results):
    verdicts = results("noise").verdicts
    assert [one.passed for one in verdicts if "rises with every level" in one.statement] == [True]
    assert [one.passed for one in verdicts if "no further than" in one.statement] == [True]
    powers = {one.quantity.partition(":")[0]: one for one in results("noise").beside}
    assert -0.9 < powers["change of the logits"].ours < -0.2
    assert powers["scale by the rows' lengths"].published is None  # derived here


def test_that_a_training_that_diverges_is_refused(digits):
    from rmt_studio.studies.lab.settings import LabSettings

    settings = LabSettings(hidden=(16,), epochs=3, learning_rate=10.0, batch=20)
    network = fresh_network((64, 16, 10), 0, CPU)
    network.matrices[0].data.mul_(1e30)
    with pytest.raises(InputError, match="left the range of numbers"):
        train(network, digits, settings, l1=0.0, l2=0.0, seed=0)


def test_that_cancelling_ends_a_run_between_two_batches(digits, small):
    seen = []

    def progress(done, total, note=""):
        seen.append(done)
        if len(seen) == 20:
            raise Cancelled

    with pytest.raises(Cancelled):
        run_experiment("removal", digits, small("removal"), progress=progress)
    assert len(seen) == 20


def test_that_a_trend_and_a_power_are_found():
    assert trend([1, 2, 3, 4, 5, 6], [6, 5, 4, 3, 2, 1], falling=True).tau == pytest.approx(-1)
    assert trend([1, 2, 3, 4, 5, 6], [6, 5, 4, 3, 2, 1], falling=False).p_value > 0.9
    assert trend([1, 1, 2, 2, 3, 3], [9, 0, 8, -1, 7, -2], falling=True).tau == pytest.approx(-1)
    power = fitted_power([1, 2, 4, 8], [3, 3 / 2**0.5, 1.5, 3 / 8**0.5])
    assert power.exponent == pytest.approx(-0.5)
    mean = Mean.of([1.0, 2.0, 3.0])
    assert (mean.value, mean.error, mean.n) == (2.0, pytest.approx(3**-0.5), 3)
    assert Mean.of([1.0]).error is None
