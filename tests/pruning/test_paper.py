"""The paper's cycles: its formula, by hand, on a few layers."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from rmt_studio.pruning import (
    EntryThreshold,
    SingularValueCut,
    SingularVectorSparsification,
    fill_recipe,
)
from rmt_studio.pruning.paper import reduction


def filled(model, analysis, sparsity):
    return fill_recipe(model, analysis, "paper", sparsity)


def cycles_by_hand(noisiness, sizes, number):
    kept = np.ones(len(sizes))
    for i in range(1, number + 1):
        kept *= 1 - 0.06 * 1.02**i * noisiness ** (1.5 / i)
    return kept


def test_that_whole_cycles_remove_the_published_shares(small_model, small_analysis):
    """At the sparsity that four whole cycles reach, each layer has lost what the formula says."""
    layers = [layer for layer in small_analysis if layer.layer.in_block]
    noisiness = np.array([(1 - x.fit.ks_central) * x.fit.bulk_fraction for x in layers])
    sizes = np.array([layer.layer.size for layer in layers])
    kept = cycles_by_hand(noisiness, sizes, 4)
    recipe = filled(small_model, small_analysis, 1 - kept @ sizes / sizes.sum())
    for layer, share in zip(layers, kept, strict=True):
        step = recipe.rule(layer.name).step(EntryThreshold)
        assert step.share == pytest.approx(1 - share, abs=2 / layer.layer.size)
        vectors = recipe.rule(layer.name).step(SingularVectorSparsification)
        assert vectors.theta == pytest.approx(750 * 1.5e-8 * reduction(4) * layer.layer.size)


def test_that_a_layer_like_noise_loses_more(small_model, small_analysis):
    layers = [layer for layer in small_analysis if layer.layer.in_block]
    noisiness = [(1 - x.fit.ks_central) * x.fit.bulk_fraction for x in layers]
    recipe = filled(small_model, small_analysis, 0.5)
    shares = [recipe.rule(x.name).step(EntryThreshold).share for x in layers]
    assert (np.diff(np.array(shares)[np.argsort(noisiness)]) >= -1e-4).all()
    assert max(shares) > min(shares)


def test_that_each_rule_has_the_three_steps_in_order(small_model, small_analysis):
    recipe = filled(small_model, small_analysis, 0.5)
    for rule in recipe.rules.values():
        kinds = [type(step) for step in rule.steps]
        assert kinds == [SingularValueCut, SingularVectorSparsification, EntryThreshold]
    first = filled(small_model, small_analysis, 0.02)  # within the first cycle: no vectors yet
    assert all(len(rule.steps) == 1 for rule in first.rules.values())


def test_that_a_spectrum_too_short_is_average(small_model, small_analysis):
    first, *others = [layer for layer in small_analysis if layer.layer.in_block]
    thin = dataclasses.replace(first.layer, shape=(20, first.shape[1]))
    from rmt_studio.analysis import Analysis, LayerAnalysis
    from rmt_studio.spectra import Spectrum, fit_bulk

    spectrum = Spectrum.of(small_model.weight(first.layer)[:20])
    analysis = Analysis([LayerAnalysis(thin, spectrum, fit_bulk(spectrum)), *others])
    recipe = filled(small_model, analysis, 0.4)
    shares = [recipe.rule(x.name).step(EntryThreshold).share for x in analysis]
    assert min(shares[1:]) < shares[0] < max(shares[1:])
    assert len(recipe.rule(thin.name).steps) == 1
