"""What a probe of one layer costs the whole model."""

from __future__ import annotations

import copy
import dataclasses

import pytest
import torch
from torch.nn import functional

from rmt_studio.analysis import Analysis, LayerAnalysis
from rmt_studio.progress import Cancelled
from rmt_studio.pruning import (
    CalibrationStatistics,
    EntryMask,
    LayerRule,
    Recipe,
    fill_recipe,
    prune,
)
from rmt_studio.pruning.block_by_block import BlockByBlock
from rmt_studio.pruning.fills import SECOND_ORDER
from rmt_studio.pruning.sensitivity import Probes, sensitivities
from rmt_studio.spectra import Spectrum, fit_bulk

PROBES = Probes(shares=(0.7, 0.9), images=6, fitting=6)
NAMES = ("blocks.0.attn.k", "blocks.1.mlp.fc2")

pytestmark = pytest.mark.usefixtures("full_precision")


def silent(done, total, note=""):
    del done, total, note


def probed(model, analysis, images, progress=silent):
    layers = [analysis[[x.name for x in analysis].index(name)] for name in NAMES]
    known = CalibrationStatistics(model, images)
    return sensitivities(known, layers, SECOND_ORDER, PROBES, progress)


def by_hand(model, analysis, images, name, share):
    step = SECOND_ORDER.model_copy(update={"share": share})
    recipe = Recipe(rules={name: LayerRule(steps=(step,))})
    pruned = prune(model, recipe, analysis=analysis, calibration=images)
    dataset = images.with_transform(model.data_config)
    batch = torch.stack([dataset[place][0] for place in range(len(images))])
    with torch.no_grad():
        ours, dense = (m.module(batch).log_softmax(1) for m in (pruned, model))
    return functional.kl_div(ours, dense, log_target=True, reduction="sum").item() / len(images)


@pytest.mark.parametrize("chain", [True, False])
def test_that_a_probe_costs_the_divergence_of_the_model_pruned_there_alone(
    small_model, small_analysis, few_digits, chain, monkeypatch
):
    if not chain:
        monkeypatch.setattr(BlockByBlock, "_chain_of_blocks", lambda self: [])
    found = probed(small_model, small_analysis, few_digits)
    for name in NAMES:
        for share, cost in zip(PROBES.shares, found[name], strict=True):
            expected = by_hand(small_model, small_analysis, few_digits, name, share)
            assert cost == pytest.approx(expected, rel=0.02, abs=2e-6)


def test_that_probing_leaves_the_model_as_it_is_even_when_cancelled(
    small_model, small_analysis, few_digits
):
    before = {k: v.clone() for k, v in small_model.module.state_dict().items()}

    def stop(done, total, note=""):
        if note == "probe" and done == 1:
            raise Cancelled

    with pytest.raises(Cancelled):
        probed(small_model, small_analysis, few_digits, stop)
    assert not any(module._forward_pre_hooks for module in small_model.module.modules())
    for name, value in small_model.module.state_dict().items():
        assert torch.equal(value, before[name])


def test_that_layers_that_cost_less_lose_more(small_model, small_analysis, few_digits):
    known = CalibrationStatistics(small_model, few_digits)
    recipe = fill_recipe(
        small_model, small_analysis, "sensitivity", 0.5, calibration=few_digits, statistics=known
    )
    layers = [x for x in small_analysis if x.layer.in_block]
    costs = sensitivities(known, layers, SECOND_ORDER, Probes(), silent)  # kept from the fill
    for one, other in ((a, b) for a in layers for b in layers):
        if one.layer.size == other.layer.size and all(
            x < y for x, y in zip(costs[one.name], costs[other.name], strict=True)
        ):
            shares = [recipe.rule(x.name).step(EntryMask).share for x in (one, other)]
            assert shares[0] >= shares[1] - 0.2  # slopes decide, not the costs themselves
    assert len({rule.step(EntryMask).share for rule in recipe.rules.values()}) > 1


def test_that_a_second_target_needs_no_second_probing(small_model, small_analysis, few_digits):
    known, notes = CalibrationStatistics(small_model, few_digits), []
    options = {"calibration": few_digits, "statistics": known}
    fill_recipe(small_model, small_analysis, "sensitivity", 0.4, **options)
    fill_recipe(
        small_model, small_analysis, "sensitivity", 0.6, **options,
        progress=lambda done, total, note="": notes.append(note),
    )  # fmt: skip
    assert "probe" not in notes


def test_that_a_shared_weight_is_probed_once_and_changes_everywhere(small_model, few_digits):
    from rmt_studio.analysis import analyze
    from rmt_studio.models.layers import matrices_of

    module = copy.deepcopy(small_model.module)
    module.blocks[1].mlp.fc2.weight = module.blocks[0].mlp.fc2.weight
    model = dataclasses.replace(small_model, module=module, layers=matrices_of(module))
    analysis = analyze(model)
    recipe = fill_recipe(model, analysis, "sensitivity", 0.5, calibration=few_digits)
    assert "blocks.1.mlp.fc2" not in recipe.rules
    pruned = prune(model, recipe, analysis=analysis, calibration=few_digits)
    assert pruned.module.blocks[1].mlp.fc2.weight is pruned.module.blocks[0].mlp.fc2.weight
    known = CalibrationStatistics(model, few_digits)
    layer = [x for x in analysis if x.name == "blocks.0.mlp.fc2"]
    cost = sensitivities(known, layer, SECOND_ORDER, PROBES, silent)["blocks.0.mlp.fc2"][1]
    expected = by_hand(model, analysis, few_digits, "blocks.0.mlp.fc2", 0.9)
    assert cost == pytest.approx(expected, rel=0.02)


@pytest.mark.parametrize("method", ["whitened-edge", "whitened-budget"])
def test_that_a_whitened_spectrum_too_short_is_not_read(
    small_model, small_analysis, few_digits, method
):
    """The rule of a layer of 40 outputs is that of a mean layer; a cut leaves it alone."""
    first, *others = [layer for layer in small_analysis if layer.layer.in_block]
    thin = dataclasses.replace(first.layer, shape=(40, 192), rows=(0, 40))
    model = dataclasses.replace(small_model, layers=(thin, *(x.layer for x in others)))
    spectrum = Spectrum.of(model.weight(thin))
    analysis = Analysis([LayerAnalysis(thin, spectrum, fit_bulk(spectrum)), *others])
    recipe = fill_recipe(model, analysis, method, 0.3, calibration=few_digits)
    if method == "whitened-edge":
        assert recipe.rule(thin.name).keeps
        return
    shares = [recipe.rule(x.name).step(EntryMask).share for x in analysis]
    assert min(shares[1:]) < shares[0] < max(shares[1:])
