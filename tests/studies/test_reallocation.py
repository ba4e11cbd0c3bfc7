"""The mask of a cycle: targets met to the entry, what comes back, only removed entries move."""

from __future__ import annotations

import pytest
import torch

from rmt_studio.errors import InputError
from rmt_studio.pruning.budgets import Modulation, edge_weights
from rmt_studio.studies.cycles import CycleRecipe
from rmt_studio.studies.cycles.masked import as_pruned, pruned_layers, with_removed, zeros_in
from rmt_studio.studies.cycles.ranking import greatest, least
from rmt_studio.studies.cycles.reallocation import by_magnitude, by_reallocation
from rmt_studio.studies.cycles.selection import values_after_selection
from rmt_studio.training import FineTuning

RECIPE = CycleRecipe(
    overshoot=0.1, fine_tuning=FineTuning(epochs=1, steps=2, batch=8, learning_rate=1e-3)
)


def still(pruned, removed):
    """A selection phase in which nothing moves."""
    return {layer.name: pruned.weight(layer) for layer in pruned_layers(pruned)}


@pytest.mark.parametrize("count", [0, 1, 3, 4, 6])
def test_that_exactly_so_many_entries_are_least_and_ties_go_in_order(count):
    scores = {"a": torch.tensor([[2.0, 1.0], [1.0, 3.0]]), "b": torch.tensor([[1.0, 0.5]])}
    chosen = torch.cat([mask.flatten() for mask in least(scores, count).values()])
    order = [5, 1, 2, 4, 0, 3]  # 0.5, then the three ones as they stand, 2, 3
    assert set(chosen.nonzero().flatten().tolist()) == set(order[:count])


def test_that_the_greatest_are_the_least_of_the_negative():
    assert greatest({"a": torch.tensor([1.0, 3.0, 2.0])}, 2)["a"].tolist() == [False, True, True]


@pytest.mark.parametrize("after", range(12))
def test_that_ranking_can_be_left_between_its_passes(small_model, after):
    calls = iter([None] * after)

    def tick():
        next(calls)

    with pytest.raises(StopIteration):
        by_magnitude(small_model, small_model, RECIPE, 0.5, tick)


@pytest.mark.parametrize("target", [0.123, 0.5, 0.87])
def test_that_magnitude_removes_the_smallest_and_as_many_as_asked(small_model, target):
    made = by_magnitude(small_model, small_model, RECIPE, target)
    count = round(target * small_model.block_parameter_count)
    assert zeros_in(made.model) == made.removed == count
    assert made.model.block_sparsity == pytest.approx(target, abs=1e-3)
    sizes = torch.cat([small_model.weight(x).abs().flatten() for x in pruned_layers(small_model)])
    kept = torch.cat([made.model.weight(x).flatten() for x in pruned_layers(small_model)]) != 0
    assert sizes[~kept].max() <= sizes[kept].min()


def test_that_those_come_back_that_moved_most_for_their_layer(small_model):
    first, second = (layer.name for layer in pruned_layers(small_model)[:2])
    weights = {first: 2.0, second: 0.5}
    seen = {}

    def selection(pruned, removed):
        seen.update(removed)
        moved = still(pruned, removed)
        for name, mask in removed.items():
            moved[name] = moved[name].where(~mask, 0.1)
        moved[second] = moved[second].where(~removed[second], 0.05)  # 0.05/0.5 beats 0.1/2
        return moved

    made = by_reallocation(small_model, small_model, RECIPE, 0.4, weights, selection)
    whole = small_model.block_parameter_count
    assert sum(int(mask.sum()) for mask in seen.values()) == round(0.5 * whole) == made.removed
    assert zeros_in(made.model) == round(0.4 * whole)
    assert made.restored == round(0.5 * whole) - round(0.4 * whole)
    back = {
        layer.name: seen[layer.name] & (made.model.weight(layer) != 0)
        for layer in pruned_layers(small_model)
    }
    assert not back[first].any()
    # the score of the second layer's entries, 0.05 / 0.5, ties with that of the unweighted layers
    assert sum(int(mask.sum()) for mask in back.values()) == made.restored
    assert int(back[second].sum()) == min(int(seen[second].sum()), made.restored)
    assert (made.model.weight(small_model.layer(second))[back[second]] == 0.05).all()


def test_that_a_heavier_weight_lets_more_of_a_layer_go(small_model):
    layers = pruned_layers(small_model)
    heavy = layers[0]
    recipe = RECIPE.model_copy(update={"overshoot": 0.0})
    even = by_reallocation(small_model, small_model, recipe, 0.4, {}, still)
    tilted = by_reallocation(small_model, small_model, recipe, 0.4, {heavy.name: 4.0}, still)
    assert (tilted.model.weight(heavy) == 0).sum() > (even.model.weight(heavy) == 0).sum()
    assert zeros_in(tilted.model) == zeros_in(even.model)


def test_that_entries_that_did_not_move_come_back_as_they_were(small_model):
    made = by_reallocation(small_model, small_model, RECIPE, 0.4, {}, still)
    for layer in pruned_layers(small_model):
        now, before = made.model.weight(layer), small_model.weight(layer)
        assert torch.equal(now[now != 0], before[now != 0])
    assert made.revived == 0


def test_that_removed_entries_of_earlier_cycles_can_come_back(small_model):
    current = by_magnitude(small_model, small_model, RECIPE, 0.3).model

    def selection(pruned, removed):
        return {
            layer.name: pruned.weight(layer).where(current.weight(layer) != 0, 1.0)
            for layer in pruned_layers(pruned)
        }

    made = by_reallocation(small_model, current, RECIPE, 0.4, {}, selection)
    assert made.revived == made.restored > 0
    assert zeros_in(made.model) == round(0.4 * small_model.block_parameter_count)


def test_that_a_model_with_more_zeros_already_is_refused(small_model):
    current = by_magnitude(small_model, small_model, RECIPE, 0.5).model
    with pytest.raises(InputError, match=r"has 50\.00% zeros"):
        by_magnitude(small_model, current, RECIPE, 0.2)


def test_that_in_the_selection_phase_removed_entries_move_and_nothing_else(
    small_model, learnt_from
):
    removed = least({x.name: small_model.weight(x).abs() for x in pruned_layers(small_model)}, 900)
    pruned = as_pruned(small_model, with_removed(small_model, removed), RECIPE, 0.1)
    before = {name: tensor.clone() for name, tensor in pruned.module.state_dict().items()}
    settings = RECIPE.selection_of(1, 0.5, len(learnt_from))
    values = values_after_selection(small_model, pruned, removed, learnt_from, settings)
    moved = 0
    for layer in pruned_layers(pruned):
        mask = removed[layer.name]
        assert torch.equal(values[layer.name][~mask], pruned.weight(layer)[~mask])
        moved += int((values[layer.name][mask] != 0).sum())
    assert moved > 0.9 * 900
    assert all(torch.equal(before[k], v) for k, v in pruned.module.state_dict().items())


def test_that_weights_of_edges_follow_the_published_formula(demo_analysis):
    layers = [layer for layer in demo_analysis if layer.layer.in_block]
    found = edge_weights(layers, 0.6, Modulation(1.0, 2.0, 0.85))
    edges = torch.tensor([layer.fit.singular_value_edge for layer in layers]).double()
    scores = (edges - edges.mean()) / edges.std(correction=0)
    for layer, score in zip(layers, scores.tolist(), strict=True):
        beta = 2.0 if "mlp" in layer.name else 1.0
        assert found[layer.name] == pytest.approx(max(0.1, 1 + beta * (1 - 0.6 / 0.85) * score))
    assert set(edge_weights(layers, 0.85, Modulation(1.0, 2.0, 0.85)).values()) == {1.0}
