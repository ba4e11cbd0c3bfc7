"""Two checkpoints of one model side by side."""

from __future__ import annotations

import copy
import dataclasses
import json

import pytest
import torch

from rmt_studio import analyze
from rmt_studio.analysis import Analysis
from rmt_studio.analysis.comparison import compare
from rmt_studio.errors import InputError

NAMES = ["blocks.0.mlp.fc1", "blocks.0.attn.q", "head"]


def _changed(model, change):
    module = copy.deepcopy(model.module)
    with torch.no_grad():
        change(module)
    return analyze(dataclasses.replace(model, module=module), layers=NAMES)


@pytest.fixture(scope="module")
def before(demo_model):
    return analyze(demo_model, layers=NAMES)


def test_that_a_model_differs_from_itself_by_nothing(before):
    comparison = compare(before, before)
    assert [change.name for change in comparison] == NAMES
    for change in comparison:
        assert change.edge_change == change.variance_change == change.largest_change == 0
        assert change.spikes_change == change.bulk_change == 0
        assert change.alpha_change == 0


def test_that_scaling_moves_the_edge_and_nothing_else(demo_model, before):
    after = _changed(demo_model, lambda m: m.get_parameter("blocks.0.mlp.fc1.weight").mul_(2))
    change = compare(before, after)["blocks.0.mlp.fc1"]
    assert change.edge_change == pytest.approx(1)
    assert change.variance_change == pytest.approx(3)
    assert change.spikes_change == 0
    assert change.alpha_change == pytest.approx(0, abs=1e-9)
    assert compare(before, after)["head"].edge_change == 0


def test_that_a_planted_direction_is_one_more_spike(demo_model, before):
    def plant(module):
        weight = module.get_parameter("blocks.0.mlp.fc1.weight")
        generator = torch.Generator().manual_seed(0)
        out, inputs = (
            torch.nn.functional.normalize(torch.randn(n, generator=generator), dim=0)
            for n in weight.shape
        )
        weight.add_(4 * torch.linalg.matrix_norm(weight, 2) * torch.outer(out, inputs))

    change = compare(before, _changed(demo_model, plant))["blocks.0.mlp.fc1"]
    assert change.largest_change == pytest.approx(3, abs=1)  # 4 times the norm, turned a little
    assert -2 <= change.spikes_change <= 3  # the fit moves with it by a spike or two
    assert change.after.fit.spikes > 0


def test_that_records_are_plain_json(before):
    record = compare(before, before).records()[0]
    assert json.loads(json.dumps(record, allow_nan=False)) == record
    assert {"name", "edge_before", "edge_after", "edge_change", "alpha_change"} <= set(record)


def test_that_slices_and_names_find_changes(before):
    comparison = compare(before, before)
    assert len(comparison[1:]) == 2
    assert comparison["head"] is comparison[-1]
    assert "head" in comparison
    assert "blocks.9.mlp.fc1" not in comparison


def test_that_a_layer_zeroed_by_pruning_is_missing_and_not_an_error(demo_model, before):
    after = _changed(demo_model, lambda m: m.get_parameter("head.weight").zero_())
    comparison = compare(before, after)
    assert comparison.missing == ("head",)
    assert len(comparison) == 2


def test_that_other_models_are_refused_by_the_layers_they_lack(demo_model, before):
    other = analyze(demo_model, layers=["blocks.0.mlp.fc1", "blocks.0.mlp.fc2"])
    with pytest.raises(InputError, match=r"blocks\.0\.attn\.q, head, blocks\.0\.mlp\.fc2"):
        compare(before, other)


def test_that_another_shape_or_fit_is_refused(demo_model, before):
    wide = [
        dataclasses.replace(x, layer=dataclasses.replace(x.layer, shape=(768, 96))) for x in before
    ]
    with pytest.raises(InputError, match="768 x 96"):
        compare(before, Analysis(wide))
    other = analyze(demo_model, method="median", layers=NAMES)
    with pytest.raises(InputError, match="median"):
        compare(before, other)
