"""One layer seen as heads, products and whitened, against plain linear algebra."""

from __future__ import annotations

import copy
import dataclasses

import numpy as np
import pytest
import torch

from rmt_studio.analysis import analyze_layer
from rmt_studio.analysis.factors import spectrum_of
from rmt_studio.analysis.views import (
    WHOLE,
    View,
    analyze_view,
    analyze_views,
    view_matrix,
    views_of,
)
from rmt_studio.errors import InputError
from rmt_studio.progress import Cancelled
from rmt_studio.spectra import Spectrum
from rmt_studio.spectra.product_law import product_edges


def _labels(model, name, whitened=False):
    return [view.label for view in views_of(model, model.layer(name), whitened=whitened)]


def _of(matrix):
    return np.linalg.svd(matrix.double().numpy(), compute_uv=False)


def test_that_the_whole_comes_first_and_the_rest_is_what_there_is(demo_model):
    assert _labels(demo_model, "blocks.0.mlp.fc1") == ["whole matrix"]
    assert _labels(demo_model, "head", whitened=True) == ["whole matrix", "whitened by its inputs"]
    heads = ["head 0", "head 1", "head 2"]
    products = [f"{head}, W_qᵀ W_k" for head in heads]
    assert _labels(demo_model, "blocks.0.attn.k") == ["whole matrix", *heads, *products]
    products = [f"{head}, W_o W_v" for head in heads]
    assert _labels(demo_model, "blocks.0.attn.proj") == ["whole matrix", *heads, *products]


def test_that_the_whole_view_is_the_layer(demo_model):
    layer = demo_model.layer("blocks.0.attn.q")
    seen, known = analyze_view(demo_model, layer, WHOLE), analyze_layer(demo_model, layer)
    assert seen.name == seen.layer_name == "blocks.0.attn.q"
    assert seen.fit == known.fit
    np.testing.assert_array_equal(seen.spectrum.singular_values, known.spectrum.singular_values)


def test_that_heads_side_by_side_are_the_whole(demo_model):
    for name, axis in (("blocks.0.attn.v", 0), ("blocks.0.attn.proj", 1)):
        layer = demo_model.layer(name)
        heads = [view_matrix(demo_model, layer, View("head", head)) for head in range(3)]
        assert torch.equal(torch.cat(heads, axis), demo_model.weight(layer))


def test_that_the_outputs_of_all_heads_add_up_to_the_whole_product(demo_model):
    out, value = (demo_model.layer(f"blocks.1.attn.{part}") for part in ("proj", "v"))
    heads = [view_matrix(demo_model, value, View("output_value", head)) for head in range(3)]
    whole = demo_model.weight(out).double() @ demo_model.weight(value).double()
    torch.testing.assert_close(sum(heads), whole)


def test_that_a_product_has_the_same_matrix_from_either_layer(demo_model):
    view = View("query_key", 1)
    first, second = (
        view_matrix(demo_model, demo_model.layer(f"blocks.0.attn.{part}"), view) for part in "qk"
    )
    assert torch.equal(first, second)
    q, k = (demo_model.weight(demo_model.layer(f"blocks.0.attn.{part}"))[64:128] for part in "qk")
    torch.testing.assert_close(first, q.double().mT @ k.double())


def test_that_a_product_keeps_its_values_and_has_exact_zeros(demo_model):
    layer = demo_model.layer("blocks.0.attn.v")
    for view in views_of(demo_model, layer, whitened=False):
        if not view.is_product:
            continue
        seen = analyze_view(demo_model, layer, view)
        expected = _of(view_matrix(demo_model, layer, view))
        values = seen.spectrum.singular_values
        assert seen.shape == (192, 192)
        # a decomposition of the d x d product is right to its rounding, 1e-15 of the largest
        np.testing.assert_allclose(values, expected, rtol=0, atol=1e-13 * expected[0])
        assert (values[64:] == 0).all()
        assert (values[:64] > 0).all()
        assert seen.fit.zeros == 128
        assert seen.fit.dimension == 64


def test_that_a_head_acts_through_its_product_alone(demo_model):
    """Turn q and k of one head by A and its inverse transpose: only their own spectra change."""
    module = copy.deepcopy(demo_model.module)
    turned = dataclasses.replace(demo_model, module=module)
    layers = [demo_model.layer(f"blocks.0.attn.{part}") for part in "qk"]
    change = torch.randn(64, 64, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        for layer, factor in zip(layers, (change, torch.linalg.inv(change).mT), strict=True):
            rows = turned.weight(layer)[:64]
            rows.copy_(factor @ rows.double())
    for view, same in ((View("head", 0), False), (View("query_key", 0), True)):
        before, after = (
            analyze_view(model, layers[0], view).spectrum.singular_values
            for model in (demo_model, turned)
        )
        # the turned weights are rounded to float32, with the condition of A on top
        assert np.allclose(before, after, rtol=0, atol=1e-4 * before[0]) is same


def test_that_noise_factors_end_at_the_product_edge():
    generator = torch.Generator().manual_seed(0)
    left, right = (torch.randn(s, generator=generator) for s in ((384, 64), (64, 384)))
    eigenvalues = spectrum_of((0.3 * left, 0.2 * right)).eigenvalues
    edge = 384 * 0.3**2 * 0.2**2 * product_edges(64 / 384, 64 / 384)[1]
    assert edge * (1 - 64 ** (-2 / 3)) < eigenvalues[0] < edge * (1 + 64 ** (-2 / 3))


def test_that_a_product_of_noise_has_no_eigenvalue_beyond_its_edge(demo_model):
    module = copy.deepcopy(demo_model.module)
    random = dataclasses.replace(demo_model, module=module)
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        module.get_submodule("blocks.0.attn.qkv").weight.normal_(0, 0.05, generator=generator)
    layer = random.layer("blocks.0.attn.q")
    for head in range(3):
        seen = analyze_view(random, layer, View("query_key", head))
        # the Marchenko-Pastur law would call several of them spikes
        assert seen.spectrum.eigenvalues[0] < 1.1 * seen.product_edge
        assert seen.spectrum.eigenvalues[0] > 0.85 * seen.product_edge
        assert seen.edge is None


def test_that_views_say_where_the_law_is_only_a_ruler():
    assert WHOLE.marchenko_pastur
    assert View("head", 0).marchenko_pastur
    assert WHOLE.why_not == ""
    for view in (View("query_key", 0), View("output_value", 2), View("whitened")):
        assert not view.marchenko_pastur
        assert view.why_not.endswith(".")


@pytest.mark.parametrize("rank", [16, 5])
def test_that_whitening_is_by_a_root_of_the_second_moment(demo_model, rank):
    layer = demo_model.layer("patch_embed.proj")
    width = layer.shape[1]
    inputs = torch.randn(rank, width, generator=torch.Generator().manual_seed(0)).double()
    moments = {layer.parameter: inputs.mT @ inputs / rank}  # singular for the smaller rank
    seen = view_matrix(demo_model, layer, View("whitened"), moments)
    weight = demo_model.weight(layer).double()
    # ||W x|| over the inputs is ||W L||: what the outputs' second moment says of any root
    torch.testing.assert_close(seen @ seen.mT, weight @ moments[layer.parameter] @ weight.mT)
    values = analyze_view(demo_model, layer, View("whitened"), moments=moments)
    assert values.fit.dimension == min(rank, width)


def test_that_white_inputs_change_nothing(demo_model):
    layer = demo_model.layer("head")
    moments = {layer.parameter: torch.eye(192)}
    seen = analyze_view(demo_model, layer, View("whitened"), moments=moments)
    np.testing.assert_allclose(
        seen.spectrum.singular_values, Spectrum.of(demo_model.weight(layer)).singular_values
    )


def test_that_names_tell_the_view_and_find_the_layer(demo_model):
    layer = demo_model.layer("blocks.1.attn.q")
    seen = analyze_view(demo_model, layer, View("head", 2))
    assert seen.name == "blocks.1.attn.q · head 2"
    assert demo_model.layer(seen.layer_name) == layer
    assert seen.shape == (64, 192)
    assert seen.entries is not None


def test_that_views_that_a_layer_has_not_are_refused(demo_model):
    mlp, query = demo_model.layer("blocks.0.mlp.fc1"), demo_model.layer("blocks.0.attn.q")
    for layer, view in (
        (mlp, View("head", 0)),
        (query, View("head", 3)),
        (query, View("output_value", 0)),
    ):
        with pytest.raises(InputError, match=f"{layer.name}.*cannot be seen"):
            view_matrix(demo_model, layer, view)


def test_that_whitening_needs_moments_of_the_right_shape(demo_model):
    layer = demo_model.layer("head")
    for moments in (
        None,
        {},
        {"head.weight": torch.eye(3)},
        {"head.weight": torch.full((192,) * 2, torch.nan)},
    ):
        with pytest.raises(InputError, match=r"head.*moments"):
            view_matrix(demo_model, layer, View("whitened"), moments)


def test_that_all_views_are_analysed_once_each(demo_model):
    blocks = sum(layer.name.endswith("attn.q") for layer in demo_model.layers)
    views = analyze_views(demo_model)
    assert len(views) == blocks * (4 * 3 + 2 * 3)
    assert len({view.name for view in views}) == len(views)
    moments = {layer.parameter: torch.eye(layer.shape[1]) for layer in demo_model.layers[:3]}
    whitened = analyze_views(demo_model, heads=False, moments=moments)
    assert [x.layer_name for x in whitened] == [x.name for x in demo_model.layers[:4]]


def test_that_a_pruned_head_is_skipped_by_name(demo_model):
    module = copy.deepcopy(demo_model.module)
    pruned = dataclasses.replace(demo_model, module=module)
    layer = pruned.layer("blocks.0.attn.q")
    with torch.no_grad():
        pruned.weight(layer)[64:128].zero_()
    views = analyze_views(pruned, layers=["blocks.0.attn.q"])
    assert views.skipped == ("blocks.0.attn.q · head 1", "blocks.0.attn.q · head 1, W_qᵀ W_k")
    assert len(views) == 4
    with pytest.raises(InputError, match="head 1"):
        analyze_view(pruned, layer, View("head", 1))


def test_that_bad_values_are_named_by_view(demo_model):
    module = copy.deepcopy(demo_model.module)
    broken = dataclasses.replace(demo_model, module=module)
    layer = broken.layer("blocks.0.attn.q")
    with torch.no_grad():
        broken.weight(layer)[3, 5] = torch.nan
    for view in (View("head", 0), View("query_key", 0)):
        with pytest.raises(InputError, match=rf"attn\.q · {view.label}.*64.*holds 1 value"):
            analyze_view(broken, layer, view)
    assert analyze_view(broken, layer, View("query_key", 1)).fit.dimension == 64


def test_that_views_can_be_cancelled(demo_model):
    def stop(done, total, note=""):
        raise Cancelled

    with pytest.raises(Cancelled):
        analyze_views(demo_model, progress=stop)


def test_that_deit_tiny_compares_tokens_by_few_directions(deit_tiny):
    """Spikes of W_q^T W_k lie far beyond the product of the noises, in every block."""
    views = analyze_views(deit_tiny, layers=[f"blocks.{b}.attn.q" for b in range(12)])
    products = [view for view in views if view.view.is_product]
    assert len(products) == 36
    for seen in products:
        assert seen.spectrum.eigenvalues[0] > seen.product_edge
        assert seen.fit.dimension <= 64
