from __future__ import annotations

import pytest
import torch
from torch import nn

from rmt_studio.errors import InputError
from rmt_studio.evaluation import cost
from rmt_studio.progress import Cancelled


def test_that_shared_parameters_count_once():
    first, second = nn.Linear(4, 4, bias=False), nn.Linear(4, 4, bias=False)
    second.weight = first.weight
    module = nn.Sequential(first, second)
    assert cost.parameters(module).total == 16
    assert cost.stored_bytes(module).dense == 64


def test_that_zeros_are_not_counted_as_kept():
    module = nn.Linear(8, 4, bias=False)
    with torch.no_grad():
        module.weight.fill_(1.0)[:, :6] = 0
    assert cost.parameters(module) == cost.ParameterCount(total=32, nonzero=8)


def test_that_a_bitmask_stores_one_bit_an_entry_and_the_nonzero_entries():
    module = nn.Linear(8, 4, bias=False)
    with torch.no_grad():
        module.weight.fill_(1.0)[:, :6] = 0
    assert cost.stored_bytes(module) == cost.StoredBytes(dense=32 * 4, bitmask=32 // 8 + 8 * 4)


def test_that_a_dense_tensor_is_not_stored_as_a_bitmask():
    module = nn.Linear(8, 4, bias=False)
    nn.init.ones_(module.weight)
    assert cost.stored_bytes(module) == cost.StoredBytes(dense=128, bitmask=128)


def test_that_the_multiplications_of_a_vit_follow_its_closed_form(small):
    width, tokens, patches, patch, depth, classes = 32, 5, 4, 64, 2, 10
    block = 12 * tokens * width**2 + 2 * tokens**2 * width
    expected = patches * patch * width + depth * block + classes * width
    assert cost.macs(small.module, (1, 16, 16)) == expected


def test_that_throughput_is_the_median_of_its_repeats(small):
    measured = cost.throughput(small.module, (1, 16, 16), batch_size=8, repeats=3)
    assert 0 < measured.slowest <= measured.images_per_second <= measured.fastest
    assert (measured.repeats, measured.batch_size, measured.device) == (3, 8, "cpu")


def test_that_timing_can_be_cancelled_between_blocks(small):
    def cancel(done, total, note=""):
        raise Cancelled

    with pytest.raises(Cancelled):
        cost.throughput(small.module, (1, 16, 16), progress=cancel)
    assert not any(part._forward_pre_hooks for part in small.module.modules())


def test_that_timing_on_an_unusable_device_is_refused(small):
    with pytest.raises(InputError, match="cuda:99"):
        cost.throughput(small.module, (1, 16, 16), device="cuda:99")
