"""Updates of what stays, against brute-force least squares on small matrices."""

from __future__ import annotations

import pytest
import torch

from rmt_studio.pruning.methods.masks import lowest
from rmt_studio.pruning.second_order import damped, exact_update, sweep, sweep_variances

OUT, IN, TOKENS = 7, 12, 60


def drawn(*shape, seed):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.fixture
def weight():
    return drawn(OUT, IN, seed=1)


@pytest.fixture
def inputs():
    """Correlated inputs, columns (in, tokens)."""
    return drawn(IN, IN, seed=2) @ drawn(IN, TOKENS, seed=3)


@pytest.fixture
def moments(inputs):
    return inputs @ inputs.mT / TOKENS


def test_that_the_exact_update_is_least_squares_on_what_stays(weight, inputs, moments):
    removed = drawn(OUT, IN, seed=4) > 0
    found = exact_update(weight, removed, moments, damping=0.0)
    for row in range(OUT):
        stays = ~removed[row]
        target = weight[row] @ inputs
        best = torch.linalg.lstsq(inputs[stays].mT, target[:, None]).solution[:, 0]
        torch.testing.assert_close(found[row, stays], best)
    assert not found[removed].any()


@pytest.mark.parametrize("share", [0.3, 0.7])
def test_that_float32_systems_give_the_answer_of_float64(share, monkeypatch):
    """At the worst condition that the damping allows: one input 10,000 times the others."""
    columns = drawn(96, 300, seed=11)
    columns[0] *= 1e4
    gram = columns @ columns.mT / 300
    weight = drawn(20, 96, seed=12)
    removed = drawn(20, 96, seed=13) < torch.tensor(share).double().mul(2).sub(1).erfinv() * 2**0.5
    found = exact_update(weight, removed, gram)
    monkeypatch.setattr("rmt_studio.pruning.second_order._FLOAT32_ERROR", 0.0)
    torch.testing.assert_close(found, exact_update(weight, removed, gram), rtol=1e-4, atol=1e-5)


def test_that_rows_of_any_count_are_solved_alike(weight, moments, monkeypatch):
    """From nothing left to nothing removed, one row at a time or all together."""
    removed = torch.arange(IN) < torch.arange(OUT)[:, None] * 2
    together = exact_update(weight, removed, moments)
    monkeypatch.setattr("rmt_studio.pruning.second_order._BATCH", 1)
    torch.testing.assert_close(exact_update(weight, removed, moments), together)
    torch.testing.assert_close(together[0], weight[0])
    assert not together[6].any()


def test_that_damping_adds_its_share_of_the_mean_diagonal(moments):
    added = damped(moments, 0.01) - moments
    torch.testing.assert_close(added, 0.01 * moments.trace() / IN * torch.eye(IN).double())
    assert torch.equal(damped(torch.zeros(3, 3), 0.5), 0.5 * torch.eye(3))


def test_that_one_entry_costs_what_later_inputs_cannot_make_up_for(weight, moments):
    """``w_j^2 / d_j^2`` is the least error without entry j when the inputs after j may move."""
    costs = weight.square() / sweep_variances(moments, 0.0)
    for column in range(IN):
        later, gram = weight[:, column:], moments[column:, column:]
        removed = (torch.arange(IN - column) == 0).expand(OUT, -1)
        lost = later - exact_update(later, removed, gram, damping=0.0)
        torch.testing.assert_close((lost @ gram * lost).sum(1), costs[:, column])


@pytest.mark.parametrize("columns", [4, 5, 128])
def test_that_the_sweep_is_least_squares_over_the_columns_that_follow(
    weight, inputs, moments, columns, monkeypatch
):
    """Brute force: whenever an entry goes, all later ones of its row are fitted anew."""
    monkeypatch.setattr("rmt_studio.pruning.second_order.COLUMNS", columns)
    found = sweep(weight, moments, lambda scores, _: lowest(scores, scores.numel() // 2), 0.0)
    removed = found == 0
    assert removed.sum() >= OUT * IN // 2 - IN
    for row in range(OUT):
        target, now = weight[row] @ inputs, weight[row].clone()
        for column in range(IN):
            if not removed[row, column]:
                continue
            now[column] = 0
            rest = slice(column + 1, IN)
            left = target - now[: column + 1] @ inputs[: column + 1]
            if column + 1 < IN:
                now[rest] = torch.linalg.lstsq(inputs[rest].mT, left[:, None]).solution[:, 0]
        torch.testing.assert_close(found[row], now)


def test_that_the_sweep_never_beats_the_exact_update_of_its_mask(weight, moments):
    swept = sweep(weight, moments, lambda scores, _: lowest(scores, scores.numel() // 2))
    exact = exact_update(weight, swept == 0, moments)
    metric = damped(moments, 0.01)

    def error(now):
        return ((weight - now) @ metric * (weight - now)).sum().item()

    plain = torch.where(swept == 0, 0.0, weight)
    assert error(exact) <= error(swept) <= error(plain)


def test_that_for_white_inputs_nothing_makes_up_for_anything(weight):
    white = torch.eye(IN, dtype=torch.float64)
    swept = sweep(weight, white, lambda scores, _: lowest(scores, scores.numel() // 2))
    torch.testing.assert_close(swept, torch.where(swept == 0, 0.0, weight))
