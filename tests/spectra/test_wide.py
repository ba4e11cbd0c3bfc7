"""A matrix read in blocks."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from rmt_studio.spectra import Spectrum
from rmt_studio.spectra.wide import Wide, unit_of


@pytest.mark.parametrize("shape", [(40, 9000), (9000, 40), (5, 5), (3, 200, 3000)])
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32])
def test_that_the_blocks_are_the_columns_of_the_matrix_turned_wide(noise, shape, dtype):
    weight = torch.from_numpy(noise(math.prod(shape[:-1]), shape[-1]).reshape(shape)).to(dtype)
    turned = weight.mT if shape[-2] > shape[-1] else weight
    blocks = [block.clone() for block in Wide(weight).blocks()]
    assert torch.equal(torch.cat(blocks, dim=-1), turned.double())
    assert torch.equal(Wide(weight).whole(), weight.double())


@pytest.mark.parametrize("shape", [(768, 3072), (3072, 768), (768, 768)])
def test_that_a_block_is_a_small_part(shape):
    blocks = list(Wide(torch.ones(shape)).blocks())
    assert max(block.numel() for block in blocks) * 8 <= 2**20
    assert all(block.dtype == torch.float64 for block in blocks)


def test_that_what_is_double_already_is_not_copied():
    weight = torch.ones(60, 20, dtype=torch.float64)
    (block,) = Wide(weight).blocks()
    assert block.data_ptr() == weight.data_ptr()


@pytest.mark.parametrize("largest", [5e-324, 1e-200, 3e-101, 1e100, 1.7e308])
def test_that_a_unit_is_a_power_of_two_within_two_of_the_largest(largest):
    unit = unit_of(largest)
    assert math.frexp(unit)[0] == 0.5
    assert 1 <= largest / unit < 2


def test_that_usual_entries_need_no_unit():
    assert [unit_of(largest) for largest in (0.0, 1e-9, 1.0, 1e9)] == [1.0] * 4


@pytest.mark.parametrize(("lowest", "route"), [(0.5, "gram"), (1e-4, "refined")])
@pytest.mark.parametrize("tall", [False, True])
def test_that_only_a_decomposition_needs_all_of_it(
    with_singular_values, monkeypatch, lowest, route, tall
):
    values = np.append(np.linspace(1.0, 0.6, 199), lowest)
    weight = torch.from_numpy(with_singular_values(values, 3000)).float()
    monkeypatch.delattr(Wide, "whole")
    spectrum = Spectrum.of(weight.T if tall else weight)
    assert spectrum.route == route
    # to a single-precision weight; that the values are right, see test_singular_values
    np.testing.assert_allclose(spectrum.singular_values, values, atol=1e-6)
