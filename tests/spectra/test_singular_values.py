"""Each route to the singular values against `torch.linalg.svdvals`."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from rmt_studio.spectra import Spectrum, spectra_of
from rmt_studio.spectra import singular_values as routes
from rmt_studio.spectra.wide import Wide

SPECTRA = {
    "flat": lambda p, low: np.append(np.ones(p - 1), low),
    "graded": lambda p, low: np.geomspace(1.0, low, p),
    "two levels": lambda p, low: np.repeat([1.0, low], [p // 2, p - p // 2]),
    "a few small": lambda p, low: np.append(
        np.linspace(1, 0.1, p - 4), np.geomspace(0.002, low, 4)
    ),
    "a pair": lambda p, low: np.append(np.linspace(1, 0.1, p - 2), [low * (1 + 1e-7), low]),
    "a spike": lambda p, low: np.append(1.0, np.linspace(0.05, low, p - 1)),
}


def _assert_as_svdvals(weight, spectrum):
    expected = torch.linalg.svdvals(torch.as_tensor(weight).double()).numpy()
    told = expected > 1e-6 * expected[0]
    np.testing.assert_allclose(spectrum.singular_values[told], expected[told], rtol=1e-10)


@pytest.mark.parametrize("lowest", [0.5, 2e-2, 3e-3, 1e-3, 1e-4, 1e-5, 2e-6, 1e-9])
@pytest.mark.parametrize("kind", SPECTRA)
def test_that_values_down_to_a_millionth_agree_to_ten_digits(with_singular_values, kind, lowest):
    for columns in (96, 250):
        weight = with_singular_values(SPECTRA[kind](96, lowest), columns)
        _assert_as_svdvals(weight, Spectrum.of(weight))
        _assert_as_svdvals(weight.T, Spectrum.of(weight.T))


@pytest.mark.parametrize(
    ("kind", "lowest", "route"),
    [
        ("flat", 0.5, "gram"),
        ("graded", 2e-2, "gram"),
        ("flat", 1e-4, "refined"),
        ("a few small", 1e-5, "refined"),
        ("a pair", 1e-4, "refined"),
        ("a few small", 2e-6, "decomposition"),  # too small to be shown to ten digits
        ("flat", 0.0, "decomposition"),
        ("graded", 1e-4, "decomposition"),  # too many to be worth it
        ("two levels", 1e-3, "decomposition"),
    ],
)
def test_that_the_route_is_told(with_singular_values, kind, lowest, route):
    assert Spectrum.of(with_singular_values(SPECTRA[kind](96, lowest), 96)).route == route


@pytest.mark.parametrize("shape", [(96, 96), (96, 250), (250, 96), (96, 1100), (1100, 96)])
@pytest.mark.parametrize("kind", ["graded", "a few small", "two levels", "a spike"])
@pytest.mark.parametrize("lowest", [1.01e-6, 1.3e-6, 1.7e-6, 2.5e-6])
def test_that_values_next_to_a_millionth_are_those_of_the_matrix_as_given(
    with_singular_values, shape, kind, lowest
):
    """Not of its transpose: the two decompositions differ there by up to 2.5e-10."""
    weight = with_singular_values(SPECTRA[kind](96, lowest), max(shape))
    weight = weight if shape[0] <= shape[1] else np.ascontiguousarray(weight.T)
    spectrum = Spectrum.of(weight)
    assert spectrum.route == "decomposition"
    _assert_as_svdvals(weight, spectrum)
    _assert_as_svdvals(weight, spectra_of([weight, weight.T], batch_bytes=2**28)[0])
    _assert_as_svdvals(weight.T, spectra_of([weight, weight.T], batch_bytes=2**28)[1])


def test_that_values_handed_in_are_taken_for_a_decomposition():
    assert Spectrum(np.array([2.0, 1.0]), (2, 3)).route == "decomposition"


@pytest.mark.parametrize("shape", [(768, 768), (1000, 768)])
def test_that_a_matrix_as_large_as_in_vit_base_agrees(shape):
    weight = torch.randn(shape, generator=torch.Generator().manual_seed(1)) * 0.02
    spectrum = Spectrum.of(weight)
    assert spectrum.route == ("refined" if shape[0] == shape[1] else "gram")
    _assert_as_svdvals(weight, spectrum)


@pytest.mark.parametrize("rank", [0, 1, 40, 63])
def test_that_what_the_rank_leaves_agrees(noise, rank):
    weight = noise(64, rank or 1) @ noise(rank or 1, 80, seed=1) * (rank > 0)
    spectrum = Spectrum.of(weight)
    _assert_as_svdvals(weight, spectrum)
    assert (spectrum.singular_values[rank:] <= 1e-7 * spectrum.singular_values[0]).all()


def test_that_zeroed_rows_leave_the_rest_as_it_was(noise):
    weight = noise(64, 100)
    weight[::4] = 0.0
    kept = np.delete(weight, np.s_[::4], axis=0)
    values = Spectrum.of(weight).singular_values
    np.testing.assert_allclose(values[:48], Spectrum.of(kept).singular_values, rtol=1e-10)


@pytest.mark.parametrize("scale", [1e-200, 1e-30, 1e30, 1e200])
def test_that_refined_values_scale_with_the_weight(with_singular_values, scale):
    weight = with_singular_values(SPECTRA["a few small"](96, 1e-4), 96)
    one, other = Spectrum.of(weight), Spectrum.of(weight * scale)
    assert other.route == "refined"
    np.testing.assert_allclose(other.singular_values, one.singular_values * scale, rtol=1e-10)


def test_that_the_same_matrix_always_gives_the_same_values(noise):
    weight = noise(200, 200)
    one, other = Spectrum.of(weight), Spectrum.of(weight)
    assert (one.singular_values == other.singular_values).all()


def test_that_an_iteration_which_has_not_arrived_is_not_believed(with_singular_values, monkeypatch):
    weight = with_singular_values(np.linspace(1.0, 1e-4, 200), 200)
    assert Spectrum.of(weight).route == "refined"
    monkeypatch.setattr(routes, "_ROUNDS", 1)
    spectrum = Spectrum.of(weight)
    assert spectrum.route == "decomposition"
    _assert_as_svdvals(weight, spectrum)


def test_that_larger_errors_of_the_gram_matrix_are_noticed(with_singular_values, monkeypatch):
    weight = with_singular_values(np.linspace(1.0, 1e-4, 200), 200)
    exact = torch.linalg.eigvalsh
    monkeypatch.setattr(torch.linalg, "eigvalsh", lambda gram: exact(gram) + 1e-13 * gram[0, 0])
    spectrum = Spectrum.of(weight)
    assert spectrum.route == "decomposition"
    _assert_as_svdvals(weight, spectrum)


def test_that_the_bound_of_the_error_holds_for_vectors_that_are_wrong(noise):
    wide = torch.from_numpy(noise(60, 60))
    squares, vectors = torch.linalg.eigh(wide @ wide.T)
    generator = torch.Generator().manual_seed(0)
    for size in (1e-2, 1e-4, 1e-6):
        wrong = vectors[:, :12] + size * torch.randn(60, 12, generator=generator).double()
        values, found, images = routes._ritz(Wide(wide), torch.linalg.qr(wrong).Q, 5)
        left = (wide @ images - found * values.square()).square().sum(dim=0)
        bound = routes._error_bound(left, values.square(), squares)
        assert ((values.square() - squares[:5]).abs() <= bound + 1e-13 * squares[-1]).all()


def test_that_half_of_the_gram_matrix_is_enough(noise):
    wide = torch.from_numpy(noise(300, 310))
    whole = wide @ wide.T
    torch.testing.assert_close(routes.gram_matrix(Wide(wide)).tril(), whole.tril())
    batch = torch.stack([wide, 2 * wide])
    torch.testing.assert_close(routes.gram_matrix(Wide(batch))[1].tril(), 4 * whole.tril())
