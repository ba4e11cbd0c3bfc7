"""Many matrices at a time."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from rmt_studio.errors import InputError
from rmt_studio.spectra import Spectrum, batches_of, spectra_of

ENOUGH = 2**26


@pytest.fixture
def weights(noise, with_singular_values):
    return [
        torch.from_numpy(noise(64, 64)),
        noise(40, 90).astype("f4"),
        torch.from_numpy(noise(90, 40, seed=1)),
        torch.from_numpy(noise(64, 64, seed=2)).half(),
        torch.from_numpy(with_singular_values(np.geomspace(1, 1e-5, 64), 64)),
        torch.from_numpy(noise(64, 64, sd=1e-180)),
        torch.zeros(64, 64),
    ]


@pytest.mark.parametrize("batch_bytes", [None, 0, 300_000, ENOUGH])
def test_that_a_batch_gives_what_each_gives_alone(weights, batch_bytes):
    together = spectra_of(weights, batch_bytes=batch_bytes)
    for spectrum, weight in zip(together, weights, strict=True):
        alone = Spectrum.of(weight)
        np.testing.assert_allclose(spectrum.singular_values, alone.singular_values, rtol=1e-11)
        assert (spectrum.shape, spectrum.route) == (alone.shape, alone.route)


def test_that_batches_hold_one_shape_in_the_order_of_their_first():
    shapes = [(4, 4), (2, 9), (4, 4), (9, 2), (3, 3), (4, 4)]
    assert batches_of(shapes, "cpu", ENOUGH) == [[0, 2, 5], [1, 3], [4]]


def test_that_a_batch_stays_within_its_bytes():
    one = 8 * (100 * 300 + 2 * 100 * 100)
    shapes = [(100, 300)] * 7
    assert [len(batch) for batch in batches_of(shapes, "cuda", 3 * one)] == [3, 3, 1]
    assert [len(batch) for batch in batches_of(shapes, "cuda", 3 * one - 1)] == [2, 2, 2, 1]
    assert [len(batch) for batch in batches_of(shapes, "cuda", 1)] == [1] * 7


def test_that_the_processor_takes_one_and_another_device_takes_many():
    shapes = [(768, 768)] * 40
    assert batches_of(shapes, "cpu") == [[i] for i in range(40)]
    assert max(len(batch) for batch in batches_of(shapes, "cuda")) > 10


def test_that_nothing_gives_nothing():
    assert spectra_of([]) == []


@pytest.mark.parametrize("bad", [torch.full((64, 64), torch.nan), torch.ones(64, 64).int(), "text"])
def test_that_one_that_has_no_spectrum_is_refused(weights, bad):
    with pytest.raises(InputError):
        spectra_of([*weights, bad], batch_bytes=ENOUGH)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_that_batches_on_cuda_give_what_the_processor_gives(weights):
    for spectrum, weight in zip(spectra_of(weights, "cuda"), weights, strict=True):
        alone = Spectrum.of(weight)
        told = alone.singular_values > 1e-6 * alone.singular_values[0]
        found, expected = spectrum.singular_values[told], alone.singular_values[told]
        np.testing.assert_allclose(found, expected, rtol=1e-10)
