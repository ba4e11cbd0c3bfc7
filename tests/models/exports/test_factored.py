"""Low-rank layers as two: found by rank, smaller, the same function, fewer multiplications."""

from __future__ import annotations

import json

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import nn

from rmt_studio.data.images import digits
from rmt_studio.errors import InputError
from rmt_studio.evaluation.accuracy import evaluate
from rmt_studio.evaluation.cost import macs
from rmt_studio.models import load_model
from rmt_studio.models.export import export
from rmt_studio.models.exports.ranks import Part, factors, low_rank_parts, numerical_rank
from rmt_studio.models.exports.reading import load_pruned
from rmt_studio.pruning import LayerRule, Recipe, SingularValueCut, prune


def product(rows, columns, rank, seed=0):
    generator = torch.Generator().manual_seed(seed)
    left = torch.randn(rows, rank, generator=generator, dtype=torch.float64)
    right = torch.randn(rank, columns, generator=generator, dtype=torch.float64)
    return (left @ right).float()


@pytest.mark.parametrize(
    ("shape", "rank"), [((40, 60), 7), ((60, 40), 40), ((300, 20), 1), ((8, 8), 0)]
)
def test_that_the_rank_of_a_rounded_product_is_found(shape, rank):
    assert numerical_rank(product(*shape, rank)) == rank


def test_that_the_factors_give_the_matrix_and_share_its_scale():
    weight = product(50, 80, 6)
    a, b = factors(weight, 6)
    assert (a.shape, b.shape) == ((50, 6), (6, 80))
    error = torch.linalg.matrix_norm(a.double() @ b.double() - weight.double())
    assert error < 1e-6 * torch.linalg.matrix_norm(weight.double())
    torch.testing.assert_close(a.norm(dim=0), b.norm(dim=1))


def test_that_only_what_gets_smaller_is_split(low_rank):
    assert low_rank_parts(low_rank) == {
        "blocks.0.attn.qkv": (Part(64, 0), Part(64, 0), Part(64, 3)),
        "blocks.1.mlp.fc1": (Part(256, 5),),
    }
    weight = low_rank.weight(low_rank.layer("blocks.0.mlp.fc2"))
    left, values, right = torch.linalg.svd(weight, full_matrices=False)
    weight.copy_((left[:, :52] * values[:52]) @ right[:52])  # 52 (64 + 256) > 64 * 256
    assert "blocks.0.mlp.fc2" not in low_rank_parts(low_rank)


def test_that_it_opens_again_as_two_layers_with_fewer_multiplications(low_rank, tmp_path):
    report = export(low_rank, tmp_path / "out.safetensors", format="factored")
    assert report.verified
    again = load_pruned(report.path)
    images = torch.randn(3, 1, 16, 16, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        torch.testing.assert_close(again.module(images), low_rank.module(images))
    saved = 64 * 64 - 3 * (64 + 64) + 256 * 64 - 5 * (256 + 64)
    assert low_rank.parameter_count - again.parameter_count == saved
    tokens = 17
    size = low_rank.data_config["input_size"]
    assert macs(low_rank.module, size) - macs(again.module, size) == tokens * saved
    first, second = again.module.blocks[1].mlp.fc1[0]
    assert (type(first), type(second)) == (nn.Linear, nn.Linear)
    assert (first.bias is None, first.out_features, second.out_features) == (True, 5, 256)


@pytest.mark.parametrize("key", ["dense", "compressed", "hf", "factored"])
def test_that_what_was_opened_again_is_written_with_the_layers_of_timm(low_rank, tmp_path, key):
    again = load_pruned(export(low_rank, tmp_path / "a.safetensors", format="factored").path)
    path = tmp_path / ("folder" if key == "hf" else "b.safetensors")
    report = export(again, path, format=key)
    assert report.verified
    assert (
        report.max_logit_difference > 0
    )  # from the factors as they are in memory, not from a copy
    twice = load_pruned(path)
    assert isinstance(twice.module.blocks[1].mlp.fc1, nn.Linear) == (key != "factored")
    images = torch.randn(3, 1, 16, 16, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        torch.testing.assert_close(twice.module(images), low_rank.module(images))
    if key == "factored":
        assert twice.parameter_count == again.parameter_count


def test_that_a_reopened_factored_model_is_evaluated_as_the_pruned_one(tmp_path):
    model, images = load_model("demo"), digits()
    recipe = Recipe(rules={"blocks.0.mlp.fc1": LayerRule(steps=(SingularValueCut(rank=20),))})
    pruned = prune(model, recipe)
    export(pruned, tmp_path / "a.safetensors", format="factored", verify=False)
    before, after = (
        evaluate(one, images, limit=60) for one in (pruned, load_model(tmp_path / "a.safetensors"))
    )
    assert (after.n, after.top1) == (before.n, before.top1)
    assert after.loss == pytest.approx(before.loss, abs=1e-4)


def test_that_a_model_of_full_rank_is_refused(model, tmp_path):
    with pytest.raises(InputError, match="cut singular values first"):
        export(model, tmp_path / "out.safetensors", format="factored")
    assert not (tmp_path / "out.safetensors").exists()


def test_that_a_network_that_reads_its_weights_itself_is_refused(low_rank, tmp_path):
    class Wrapped(type(low_rank.module)):
        def forward(self, images):
            return super().forward(images) + 0 * self.blocks[1].mlp.fc1.weight.sum()

    low_rank.module.__class__ = Wrapped
    with pytest.raises(InputError, match="cannot become two layers each; export it dense"):
        export(low_rank, tmp_path / "out.safetensors", format="factored")


@pytest.mark.parametrize(
    "plan",
    [
        "[]", "{", '{"blocks.1.mlp.fc1": [[256, -5]]}', '{"blocks.1.mlp.fc1": [[256, 1e9]]}',
        '{"blocks.1.mlp.fc1": [[1000000, 5]]}', '{"blocks.9": [[256, 5]]}', '{"norm": [[64, 5]]}',
        '{"blocks.1.mlp.fc1": 3}', '{"": [[1, 1]]}',
    ],
)  # fmt: skip
def test_that_a_plan_that_cannot_be_is_refused(low_rank, tmp_path, plan):
    report = export(low_rank, tmp_path / "out.safetensors", format="factored", verify=False)
    with safe_open(report.path, framework="pt") as file:
        metadata = file.metadata()
    spoilt = tmp_path / "spoilt.safetensors"
    save_file(load_file(report.path), spoilt, {**metadata, "factored": plan})
    with pytest.raises(InputError, match=r"spoilt\.safetensors"):
        load_pruned(spoilt)


def test_that_the_plan_lists_rows_and_ranks(low_rank, tmp_path):
    report = export(low_rank, tmp_path / "out.safetensors", format="factored", verify=False)
    with safe_open(report.path, framework="pt") as file:
        plan = json.loads(file.metadata()["factored"])
    assert plan == {
        "blocks.0.attn.qkv": [[64, 0], [64, 0], [64, 3]],
        "blocks.1.mlp.fc1": [[256, 5]],
    }
