"""Random matrices in place of the layers and views of a model."""

from __future__ import annotations

import copy
import dataclasses

import numpy as np
import pytest
import timm
import torch

from rmt_studio.analysis.nulls import NULL_KINDS, null_spectra
from rmt_studio.analysis.views import WHOLE, View, analyze_view, views_of
from rmt_studio.errors import InputError
from rmt_studio.models.layers import matrices_of
from rmt_studio.models.loaded_model import LoadedModel, Source
from rmt_studio.progress import Cancelled


@pytest.fixture(scope="module")
def random_model(demo_model):
    """The demo with a block of fresh weights, such as timm starts from."""
    module = copy.deepcopy(demo_model.module)
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for name in ("attn.qkv", "attn.proj", "mlp.fc1"):
            module.get_submodule(f"blocks.0.{name}").weight.normal_(0, 0.02, generator=generator)
    return dataclasses.replace(demo_model, module=module)


@pytest.mark.parametrize("kind", list(NULL_KINDS))
def test_that_a_random_layer_looks_like_its_nulls_in_every_view(random_model, kind):
    outside = []
    for name in ("blocks.0.attn.q", "blocks.0.attn.proj"):
        layer = random_model.layer(name)
        inputs = torch.randn(400, 192, generator=torch.Generator().manual_seed(2)).double()
        moments = {layer.parameter: inputs.mT @ inputs / 400}
        for view in views_of(random_model, layer, whitened=True):
            seen = analyze_view(random_model, layer, view, moments=moments)
            null = null_spectra(random_model, layer, kind, view=view, moments=moments)
            lower, upper = null.band(0.999)
            live = seen.fit.dimension
            values = seen.spectrum.eigenvalues
            outside.append(np.mean(((values < lower) | (values > upper))[:live]))
            assert (null.eigenvalues[:, live:] == 0).all()
            assert null.eigenvalues.shape == (
                8,
                192 if view.head is None or view.is_product else 64,
            )
    # one rank in a thousand, twice that for chance: ranks move together and views share weights
    assert np.mean(outside) < 0.02
    assert max(outside) < 0.3


def test_that_a_trained_layer_exceeds_its_nulls(demo_model):
    layer = demo_model.layer("blocks.0.mlp.fc1")
    seen = analyze_view(demo_model, layer, WHOLE)
    for kind in NULL_KINDS:
        assert null_spectra(demo_model, layer, kind).exceeding(seen.spectrum) > 10


def test_that_shuffled_layers_keep_their_energy(demo_model):
    layer = demo_model.layer("blocks.0.attn.k")
    null = null_spectra(demo_model, layer, "shuffled", replicas=3)
    energy = demo_model.weight(layer).double().square().sum() / 192
    np.testing.assert_allclose(null.eigenvalues.sum(axis=1), energy, rtol=1e-6)


def test_that_a_seed_gives_the_same_spectra(demo_model):
    layer = demo_model.layer("blocks.0.attn.q")
    view = View("query_key", 0)
    first, again, other = (
        null_spectra(demo_model, layer, "shuffled", view=view, replicas=2, seed=seed).eigenvalues
        for seed in (4, 4, 5)
    )
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_that_initialised_layers_have_the_variance_of_timm(demo_model):
    null = null_spectra(demo_model, demo_model.layer("blocks.0.mlp.fc1"), "initialisation")
    mean = null.eigenvalues.mean() * 768 / 768  # the mean eigenvalue s^2 / n is the variance
    # the mean square of N normal entries scatters by sqrt(2 / N)
    spread = np.sqrt(2 / (8 * 768 * 192))
    assert mean == pytest.approx(0.02**2, rel=5 * spread)


def test_that_what_cannot_be_drawn_is_refused_with_the_reason(demo_model):
    layer = demo_model.layer("head")
    with pytest.raises(InputError, match=r"guess.*shuffled, profile, initialisation"):
        null_spectra(demo_model, layer, "guess")
    with pytest.raises(InputError, match="replicas"):
        null_spectra(demo_model, layer, "shuffled", replicas=0)
    with pytest.raises(InputError, match="moments"):
        null_spectra(demo_model, layer, "shuffled", view=View("whitened"))


def test_that_a_network_of_another_family_has_no_initialisation_null():
    module = timm.create_model("swin_tiny_patch4_window7_224", pretrained=False)
    layers = matrices_of(module)
    swin = LoadedModel(module, "swin_tiny_patch4_window7_224", Source("pretrained", ""), layers, {})
    with pytest.raises(InputError, match="SwinTransformer are not known"):
        null_spectra(swin, layers[1], "initialisation")
    assert null_spectra(swin, layers[1], "shuffled", replicas=2).eigenvalues.shape == (2, 96)


def test_that_drawing_tells_of_each_replica_and_can_be_cancelled(demo_model):
    told = []

    def stop(done, total, note=""):
        told.append((done, total))
        if done == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        null_spectra(demo_model, demo_model.layer("head"), "profile", progress=stop)
    assert told == [(0, 8), (1, 8), (2, 8), (3, 8)]


def test_that_deit_tiny_has_spikes_that_no_row_scale_explains(deit_tiny):
    """Half of the spikes of a trained MLP are more than unequal rows and columns."""
    layer = deit_tiny.layer("blocks.6.mlp.fc1")
    seen = analyze_view(deit_tiny, layer, WHOLE)
    exceeding = {
        kind: null_spectra(deit_tiny, layer, kind).exceeding(seen.spectrum) for kind in NULL_KINDS
    }
    assert 0 < exceeding["profile"] <= exceeding["shuffled"]
    assert exceeding["initialisation"] > exceeding["shuffled"]
