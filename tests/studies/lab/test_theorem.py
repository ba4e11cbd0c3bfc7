"""The theorem's inequality on a run, and the identities it stands on."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
import torch
from torch.nn.functional import cross_entropy, one_hot

from rmt_studio.studies.lab import certificate, run_experiment
from rmt_studio.studies.lab.certificate import (
    Lipschitz,
    certify,
    cross_entropy_bound,
    gaussian_reach,
)
from rmt_studio.studies.lab.edge import EdgeSplit, split_at_edge
from rmt_studio.studies.lab.network import fresh_network, penalty
from rmt_studio.studies.lab.removal import ALL, ROUNDING

CPU = torch.device("cpu")


def spiked(out, fan_in, seed=0):
    draw = torch.Generator().manual_seed(seed)
    noise = torch.randn(out, fan_in, generator=draw)
    left, right = torch.randn(out, 3, generator=draw), torch.randn(3, fan_in, generator=draw)
    return noise + left @ right


@pytest.mark.parametrize("shape", [(60, 90), (90, 60), (70, 70)])
@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_that_what_is_removed_is_orthogonal_to_the_rest(shape, share):
    split = split_at_edge(spiked(*shape), "bema")
    removed = split.removed(share)
    rest = split.weight - removed
    size = split.weight.square().sum()
    assert abs((removed * rest).sum()) < 1e-10 * size
    assert abs(size - removed.square().sum() - rest.square().sum()) < 1e-10 * size


@pytest.mark.parametrize("shape", [(60, 90), (90, 60)])
def test_that_all_under_the_edge_and_nothing_else_is_removed(shape):
    split = split_at_edge(spiked(*shape), "bema")
    assert 0 < split.under < min(shape)
    left = torch.linalg.svdvals(split.weight - split.removed(1.0))
    spikes = len(split.values) - split.under
    torch.testing.assert_close(left[:spikes], split.values.flip(0)[:spikes])
    assert left[spikes:].max() < 1e-10 * left[0]
    assert split.removed(1.0).norm().item() == pytest.approx(split.frobenius, rel=1e-10)


def test_that_the_penalty_falls_by_lambda_times_the_square_of_what_is_removed():
    network = fresh_network((30, 40, 20, 5), 0, CPU).double()
    before = penalty(network, 0.0, 0.01)
    split = split_at_edge(network.matrices[1], "bema")
    removed = split.removed(0.5)
    network.matrices[1].data.sub_(removed)
    fallen = before - penalty(network, 0.0, 0.01)
    assert fallen == pytest.approx(0.01 * removed.square().sum().item(), abs=1e-10)


def test_that_the_inequality_holds_at_every_point_of_a_run(results):
    rows = [row for row in results("removal").rows if row.x > 0]
    assert {row.series for row in rows} == {ALL, "layers.0", "layers.1", "layers.2"}
    for row in rows:
        loss = row.values["train_loss"]
        logits, norms, published = (
            row.values[key] for key in ("logit_loss", "certified_loss", "published_loss")
        )
        assert loss <= logits + ROUNDING
        assert logits <= norms + ROUNDING
        assert norms <= published + ROUNDING
        assert row.values["test_margin"] >= -ROUNDING
        assert row.values["removed"] > 0


def shrunk(network, weights):
    return [
        weight if torch.equal(weight, matrix) else 0.5 * weight
        for matrix, weight in zip(network.matrices, weights, strict=True)
    ]


def exchanged(network, weights):
    return [
        weight if torch.equal(weight, matrix) else matrix - weight
        for matrix, weight in zip(network.matrices, weights, strict=True)
    ]


@pytest.mark.parametrize(
    ("tampered", "failing"), [(None, set()), (shrunk, {2}), (exchanged, {0, 2, 3})]
)
def test_that_another_s_than_the_one_without_r_breaks_the_inequality(
    tampered, failing, pictures, small, monkeypatch
):
    if tampered is not None:
        logits = certificate._logits
        monkeypatch.setattr(
            certificate, "_logits", lambda net, s, x: logits(net, tampered(net, s), x)
        )
    settings = small("removal", epochs=3, shares=3, hidden=(60, 60, 30))
    verdicts = run_experiment("removal", pictures, settings).verdicts[:4]
    assert {place for place, one in enumerate(verdicts) if not one.passed} == failing


def test_that_too_much_removed_breaks_the_inequality(pictures, small, monkeypatch):
    removed = EdgeSplit.removed
    monkeypatch.setattr(EdgeSplit, "removed", lambda split, share: 2 * removed(split, share))
    settings = small("removal", epochs=3, shares=3, hidden=(60, 60, 30), l2=3e-2)
    assert not run_experiment("removal", pictures, settings).verdicts[2].passed


def test_that_points_where_nothing_is_removed_do_not_count(pictures, small, monkeypatch):
    monkeypatch.setattr(EdgeSplit, "removed", lambda split, _share: 0 * split.weight)
    settings = small("removal", epochs=1, shares=3, hidden=(30, 20))
    verdicts = run_experiment("removal", pictures, settings).verdicts
    assert [one.points for one in verdicts[:4]] == [0, 0, 0, 0]
    assert not any(one.passed for one in verdicts)


def test_that_the_regularised_loss_falls_as_more_is_removed(results):
    result = results("removal")
    rows = [row for row in result.rows if row.series == ALL]
    assert [row.x for row in rows] == pytest.approx([0, 20, 40, 60, 80, 100])
    losses = [row.values["train_loss"] for row in rows]
    assert losses[-1] < losses[0]
    verdict = next(
        one for one in result.verdicts if one.statement.startswith("regularised loss, tr")
    )
    assert verdict.p_value < 0.05
    assert verdict.holds == sum(b < a for a, b in pairwise(losses))


def test_that_the_loss_is_split_into_what_the_theorem_says(results):
    rows = [row for row in results("removal").rows if row.series == ALL]
    begun = rows[0].values["train_loss"]
    for row in rows:
        expected = begun - row.values["removed"] + row.values["perturbation"]
        assert row.values["train_loss"] == pytest.approx(expected, abs=1e-10)


@pytest.mark.parametrize("relu_on_logits", [False, True])
def test_that_the_certificate_bounds_any_removal(relu_on_logits):
    network = fresh_network((20, 30, 25, 6), 1, CPU, relu_on_logits=relu_on_logits).double()
    draw = torch.Generator().manual_seed(2)
    pictures = torch.randn(200, 20, generator=draw).double()
    labels = torch.randint(0, 6, (200,), generator=draw)
    for size in (1e-3, 0.1, 2.0):
        removed = {
            place: size * torch.randn(network.matrices[place].shape, generator=draw).double()
            for place in (0, 1)
        }
        weights = [
            matrix - removed[place] if place in removed else matrix
            for place, matrix in enumerate(network.matrices)
        ]
        norms = [torch.linalg.matrix_norm(weight, 2).item() for weight in weights]
        found = certify(network, removed, Lipschitz.of(weights, norms), pictures, labels)
        assert abs(found.perturbation) <= found.by_logits <= found.by_norms <= found.published
        before = cross_entropy(network(pictures), labels).item()
        assert found.dense == pytest.approx(before, abs=1e-12)


def test_that_the_bound_on_the_cross_entropy_holds_for_any_logits():
    draw = torch.Generator().manual_seed(3)
    logits = 4 * torch.randn(5000, 10, generator=draw).double()
    scale = torch.rand(5000, 1, generator=draw).double() * 5
    change = scale * torch.randn(5000, 10, generator=draw).double()
    labels = torch.randint(0, 10, (5000,), generator=draw)
    slope = (logits.softmax(1) - one_hot(labels, 10)).norm(dim=1)
    bound = cross_entropy_bound(slope, change.abs().amax(1), change.norm(dim=1))
    moved = [cross_entropy(one, labels, reduction="none") for one in (logits, logits + change)]
    assert ((moved[1] - moved[0]).abs() <= bound + 1e-12).all()


def test_that_gaussian_noise_stays_within_its_reach():
    draw = torch.Generator().manual_seed(4)
    vectors = torch.randn(50, 40, generator=draw)
    reach = gaussian_reach(64, 50, 0.05)
    misses = 0
    for _ in range(200):
        noise = torch.randn(64, 40, generator=draw) / math.sqrt(64)
        pushed = (vectors @ noise.T).abs().amax(1)
        misses += bool((pushed > reach * vectors.norm(dim=1)).any())
    assert misses <= 200 * 0.05


def test_that_the_bound_on_the_random_part_holds_at_every_epoch(results):
    result = results("randomness")
    bounded = [row for row in result.rows if "frobenius_bound" in row.values]
    assert len(bounded) == result.settings.epochs + 1
    assert all(row.values["frobenius_bound"] >= row.values["frobenius"] for row in bounded)
