"""Every method by name: its target, what it leaves alone, what it asks for."""

from __future__ import annotations

import copy
import dataclasses

import numpy as np
import pytest
import torch

from rmt_studio import analyze, digits
from rmt_studio.analysis import Analysis, LayerAnalysis
from rmt_studio.errors import InputError
from rmt_studio.pruning import (
    METHODS,
    EntryMask,
    EntryThreshold,
    LayerRule,
    LowRank,
    Recipe,
    SingularValueCut,
    calibration_images,
    fill_recipe,
    input_moments,
    output_gradients,
    prune,
)
from rmt_studio.pruning.budgets import LEAST_VALUES
from rmt_studio.spectra import Spectrum, fit_bulk

MASKS = [
    "random", "magnitude", "magnitude-uniform", "spectral-edge", "alpha", "wanda", "sparsegpt",
    "second-order", "paper", "sensitivity", "whitened-budget",
    "low-rank-sparse", "auto", "auto-fast",
]  # fmt: skip
FACTORS = ["svd", "asvd", "svd-llm", "edge-cut", "whitened-edge"]
PATTERNED = [key for key, method in METHODS.items() if method.takes_patterns]


@pytest.fixture(scope="module")
def made(small_model, small_analysis, few_digits):
    """Return a function from method and target to the pruned model; the same is made once."""

    def make(method, sparsity=None, model=small_model, analysis=small_analysis, **options):
        recipe = fill_recipe(model, analysis, method, sparsity, calibration=few_digits, **options)
        return prune(model, recipe, analysis=analysis, calibration=few_digits)

    known = {}

    def make_once(method, sparsity=None, **options):
        key = (method, sparsity, *options.items())
        if key not in known:
            known[key] = make(method, sparsity, **options)
        return known[key]

    make_once.anew = make
    return make_once


def own(model):
    return dataclasses.replace(model, module=copy.deepcopy(model.module))


def test_that_these_tests_know_all_methods():
    assert sorted(METHODS) == sorted(MASKS + FACTORS)


@pytest.mark.parametrize("method", MASKS)
@pytest.mark.parametrize("sparsity", [0.0, 0.35])
def test_that_masks_hit_the_target_within_a_thousandth(made, method, sparsity):
    assert made(method, sparsity).block_sparsity == pytest.approx(sparsity, abs=1e-3)


@pytest.mark.parametrize("method", FACTORS)
def test_that_factors_remove_at_least_the_target(made, method):
    assert 0.5 <= made(method, 0.5).block_sparsity < 0.51
    assert made(method, 0.0).block_sparsity == pytest.approx(0, abs=0.01)


@pytest.mark.parametrize("method", METHODS)
def test_that_the_dense_model_is_untouched_and_the_result_the_same_again(made, small_model, method):
    before = {k: v.clone() for k, v in small_model.module.state_dict().items()}
    first, second = made(method, 0.5), made.anew(method, 0.5)
    assert first.recipe == second.recipe
    for name, value in small_model.module.state_dict().items():
        assert torch.equal(value, before[name])
        assert torch.equal(first.module.state_dict()[name], second.module.state_dict()[name])


@pytest.mark.parametrize("method", METHODS)
def test_that_the_recipe_comes_back_from_disk_as_it_went(made, method, tmp_path):
    recipe = made(method, 0.5).recipe
    recipe.save(tmp_path / "recipe.json")
    assert Recipe.open(tmp_path / "recipe.json") == recipe
    assert recipe.needs_images == METHODS[method].looks_at_images


@pytest.mark.parametrize("method", METHODS)
def test_that_half_precision_stays_half_precision(small_model, half_analysis, made, method):
    """Masks hit their target in bfloat16 too: nothing that stays is rounded to zero."""
    model, analysis = half_analysis
    pruned = made.anew(method, 0.5, model=model, analysis=analysis)
    assert {p.dtype for p in pruned.module.parameters()} == {torch.bfloat16}
    assert {p.device for p in pruned.module.parameters()} == {torch.device("cpu")}
    if method in MASKS:
        assert pruned.block_sparsity == pytest.approx(0.5, abs=1e-3)


@pytest.fixture(scope="module")
def half_analysis(small_model):
    model = own(small_model)
    model.module.to(torch.bfloat16)
    return model, analyze(model)


@pytest.mark.parametrize("method", ["second-order", "sparsegpt", "svd-llm", "sensitivity", "paper"])
def test_that_float16_stays_float16(small_model, small_analysis, made, method):
    model = own(small_model)
    model.module.to(torch.float16)
    pruned = made.anew(method, 0.5, model=model)
    assert {p.dtype for p in pruned.module.parameters()} == {torch.float16}
    assert all(torch.isfinite(p).all() for p in pruned.module.parameters())


@pytest.mark.parametrize("method", ["sparsegpt", "second-order", "sensitivity", "low-rank-sparse"])
def test_that_frozen_parameters_are_pruned_and_stay_frozen(small_model, made, method):
    model = own(small_model)
    layer = model.layer("blocks.0.mlp.fc1")
    model.module.blocks[0].mlp.fc1.weight.requires_grad_(False)
    pruned = made.anew(method, 0.5, model=model)
    assert not pruned.module.blocks[0].mlp.fc1.weight.requires_grad
    assert pruned.module.blocks[0].mlp.fc2.weight.requires_grad
    assert not torch.equal(pruned.weight(layer), model.weight(layer))
    assert pruned.block_sparsity == pytest.approx(0.5, abs=1e-3)


def test_that_a_shared_weight_is_pruned_once_by_what_its_first_module_is_fed(
    small_model, few_digits
):
    from rmt_studio.models.layers import matrices_of

    model = own(small_model)
    model.module.blocks[1].mlp.fc1.weight = model.module.blocks[0].mlp.fc1.weight
    model = dataclasses.replace(model, layers=matrices_of(model.module))
    step = EntryMask(score="wanda", share=0.5, compare="row")
    recipe = Recipe(rules={"blocks.0.mlp.fc1": LayerRule(steps=(step,))})
    pruned = prune(model, recipe, calibration=few_digits)
    shared = pruned.module.blocks[1].mlp.fc1.weight
    assert shared is pruned.module.blocks[0].mlp.fc1.weight
    layer = model.layer("blocks.0.mlp.fc1")
    sizes = input_moments(model, few_digits)[layer.parameter].diagonal().sqrt()
    scores = model.weight(layer)[0].abs() * sizes
    gone = shared[0] == 0
    assert scores[gone].max() <= scores[~gone].min() * (1 + 1e-5)
    assert pruned.parameters_kept == model.parameter_count - layer.size // 2


@pytest.mark.parametrize("method", [key for key, one in METHODS.items() if one.needs_images])
def test_that_missing_calibration_images_are_named(small_model, small_analysis, made, method):
    with pytest.raises(InputError, match="calibration"):
        fill_recipe(small_model, small_analysis, method, 0.5)
    recipe = made(method, 0.5).recipe
    with pytest.raises(InputError, match="needs calibration images"):
        prune(small_model, recipe, analysis=small_analysis)


@pytest.mark.parametrize("method", PATTERNED)
@pytest.mark.parametrize(
    ("pattern", "kept", "group"), [("2:4", 2, 4), ("4:8", 4, 8), ("8:16", 8, 16)]
)
def test_that_patterns_are_exact_in_every_block_matrix(
    made, small_model, method, pattern, kept, group
):
    pruned = made(method, pattern=pattern)
    assert pruned.block_sparsity == pytest.approx(0.5)
    for layer in small_model.layers:
        if layer.in_block:
            found = (pruned.weight(layer) != 0).reshape(layer.shape[0], -1, group).sum(2)
            assert (found == kept).all()


@pytest.mark.parametrize(
    ("method", "options", "said"),
    [
        ("alpha", {"pattern": "2:4"}, "does not go with"),
        ("wanda", {"pattern": "4:2"}, "not n:m"),
        ("wanda", {"pattern": "2:4", "sparsity": 0.3}, "no other share"),
        ("wanda", {"pattern": "2:4", "of": "model"}, "no other share"),
        ("wanda", {"pattern": "2:5"}, r"blocks\.0\.attn\.q: has 192 inputs"),
        ("wanda", {}, "missing"),
        ("guess", {"sparsity": 0.5}, "not known"),
    ],
)
def test_that_what_cannot_be_met_says_why(made, method, options, said):
    with pytest.raises(InputError, match=said):
        made(method, **options)


def test_that_random_masks_differ_from_layer_to_layer_and_seed_to_seed(made):
    one, other = made("random", 0.5), made("random", 0.5, seed=1)
    q, k = (one.weight(one.layer(f"blocks.0.attn.{part}")) == 0 for part in "qk")
    assert not torch.equal(q, k)
    assert not torch.equal(q, other.weight(other.layer("blocks.0.attn.q")) == 0)


def test_that_alpha_gives_the_published_spread(small_model, small_analysis, made):
    """``S_l`` runs from 1 - tau to 1 + tau times one factor, straight in alpha."""
    recipe = made("alpha", 0.5).recipe
    layers = [layer for layer in small_analysis if layer.layer.in_block]
    alphas = np.array([layer.tail.alpha for layer in layers])
    shares = np.array([recipe.rule(layer.name).step(EntryThreshold).share for layer in layers])
    assert shares.max() / shares.min() == pytest.approx(1.3 / 0.7)
    assert np.corrcoef(alphas, shares)[0, 1] == pytest.approx(1)


@pytest.mark.usefixtures("full_precision")
def test_that_second_order_ranks_all_layers_together(small_model, small_analysis, few_digits):
    """By hand: ``g_i w_ij^2 / d_j^2`` of the dense model, one threshold over all."""
    recipe = fill_recipe(
        small_model, small_analysis, "second-order", 0.5, calibration=few_digits, seed=2
    )
    moments = input_moments(small_model, few_digits)
    gradients = output_gradients(small_model, few_digits, seed=2)
    scores = {}
    for layer in (layer for layer in small_model.layers if layer.in_block):
        gram = moments[layer.parameter]
        damped = gram + 0.01 * gram.diagonal().mean() * torch.eye(len(gram))
        upper = torch.linalg.cholesky(torch.linalg.inv(damped), upper=True)
        weight = small_model.weight(layer).double()
        scores[layer.name] = (
            gradients[layer.name][:, None] * weight.square() / upper.diagonal() ** 2
        )
    together = torch.cat([score.flatten() for score in scores.values()])
    cut = together.kthvalue(together.numel() // 2).values
    for name, score in scores.items():
        step = recipe.rule(name).step(EntryMask)
        assert step.share == pytest.approx((score <= cut).double().mean().item(), abs=2e-4)
        assert (step.outputs, step.update, step.seed) == ("gradient", "exact", 2)


@pytest.mark.parametrize("method", ["svd", "asvd", "svd-llm"])
def test_that_factors_have_the_largest_rank_that_meets_the_target(made, small_model, method):
    recipe = made(method, 0.5).recipe
    kind = SingularValueCut if method == "svd" else LowRank
    for layer in (layer for layer in small_model.layers if layer.in_block):
        rank = recipe.rule(layer.name).step(kind).rank
        assert rank * sum(layer.shape) <= layer.size / 2 < (rank + 1) * sum(layer.shape)


@pytest.mark.parametrize("method", ["alpha", "spectral-edge", "edge-cut"])
def test_that_too_few_singular_values_are_not_read(small_model, small_analysis, method):
    """Whatever the spectrum of a small layer, the rules are the same; a cut leaves it alone."""
    first, *others = [layer for layer in small_analysis if layer.layer.in_block]
    thin = dataclasses.replace(first.layer, shape=(LEAST_VALUES - 1, first.shape[1]))
    found = []
    for factor in (1, np.linspace(1, 100, LEAST_VALUES - 1)[:, None]):
        rows = small_model.weight(thin)[: LEAST_VALUES - 1].numpy() * factor
        spectrum = Spectrum.of(rows)
        one = LayerAnalysis(thin, spectrum, fit_bulk(spectrum))
        found.append(fill_recipe(small_model, Analysis([one, *others]), method, 0.4).rules)
    assert found[0] == found[1]
    assert (thin.name in found[0]) == (method != "edge-cut")


def test_that_a_calibration_folder_needs_no_labels(tmp_path, small_model):
    picture = digits().samples[0].picture(1)
    (tmp_path / "deep" / "er").mkdir(parents=True)
    picture.save(tmp_path / "b.png")
    picture.save(tmp_path / "deep" / "er" / "a.png")
    (tmp_path / ".hidden.png").write_bytes(b"")
    (tmp_path / "notes.txt").write_text("no image")
    images = calibration_images(tmp_path)
    assert [sample.name for sample in images.samples] == ["b.png", "deep/er/a.png"]
    assert input_moments(small_model, images)["head.weight"].shape == (192, 192)


def test_that_a_bad_calibration_folder_is_named(tmp_path, small_model, small_analysis):
    with pytest.raises(InputError, match="does not exist"):
        calibration_images(tmp_path / "nowhere")
    with pytest.raises(InputError, match="holds no images"):
        calibration_images(tmp_path)
    (tmp_path / "broken.png").write_bytes(b"not a picture")
    with pytest.raises(InputError, match=r"is no folder"):
        calibration_images(tmp_path / "broken.png")
    images = calibration_images(tmp_path)
    recipe = fill_recipe(small_model, small_analysis, "wanda", 0.5, calibration=images)
    with pytest.raises(InputError, match=r"broken\.png"):
        prune(small_model, recipe, analysis=small_analysis, calibration=images)
