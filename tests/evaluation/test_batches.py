from __future__ import annotations

import pytest
import torch

from rmt_studio.data.decoded_ahead import DecodedAhead
from rmt_studio.errors import InputError
from rmt_studio.evaluation.batches import BatchSize, images_that_fit
from rmt_studio.models.devices import is_out_of_memory


class Numbers(torch.utils.data.Dataset):
    def __init__(self):
        self.asked = []

    def __getitem__(self, index):
        self.asked.append(index)
        return torch.full((1, 1, 1), float(index)), index


def test_that_a_batch_at_most_doubles():
    size = BatchSize.of(None)
    first = size.current
    size.took(first, 1e-6)
    assert size.current == 2 * first


def test_that_a_batch_fits_its_time():
    size = BatchSize(current=64)
    size.took(64, 3.0)  # 47 ms an image
    assert size.current == 6
    size.took(6, 60.0)
    assert size.current == 1


def test_that_a_batch_stays_below_the_size_that_memory_did_not_hold():
    size = BatchSize(current=64)
    size.halve()
    assert size.current == 32
    size.took(32, 1e-6)
    assert size.current == 32


def test_that_a_given_size_ignores_the_clock():
    size = BatchSize.of(50)
    size.took(50, 100.0)
    assert size.current == 50


def test_that_a_size_below_one_is_refused():
    with pytest.raises(InputError, match="0 is below 1"):
        BatchSize.of(0)


def test_that_memory_that_holds_no_image_says_what_to_do():
    with pytest.raises(InputError, match="choose another device"):
        BatchSize(current=1).halve()


def test_that_items_come_in_the_order_asked_for_one_batch_ahead():
    dataset, ticks = Numbers(), []
    with DecodedAhead(dataset, [5, 3, 1, 4, 2]) as decoded:
        images, targets = decoded.take(2, lambda: ticks.append(1))
        assert targets.tolist() == [5, 3]
        assert images.shape == (2, 1, 1, 1)
        assert decoded.take(2, ticks.clear)[1].tolist() == [1, 4]
        assert decoded.take(2, ticks.clear)[1].tolist() == [2]
        assert decoded.take(2, ticks.clear) is None
    assert sorted(dataset.asked) == [1, 2, 3, 4, 5]


def test_that_no_more_than_two_batches_are_held():
    dataset = Numbers()
    with DecodedAhead(dataset, range(1000)) as decoded:
        decoded.take(4, int)
    assert len(dataset.asked) <= 8


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        torch.OutOfMemoryError("CUDA out of memory."),
        RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 8 bytes"),
        RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate 8 bytes"),
    ],
)
def test_that_an_exhausted_memory_is_known(error):
    assert is_out_of_memory(error)


def test_that_other_errors_are_not_taken_for_an_exhausted_memory():
    assert not is_out_of_memory(RuntimeError("mat1 and mat2 shapes cannot be multiplied"))


def test_that_the_size_at_which_images_came_fastest_is_kept():
    size = BatchSize(current=4)
    for rate in (100, 150, 200, 190):  # images a second, at 4, 8, 16 and 32 images
        size.took(size.current, size.current / rate)
    assert size.current == 16
    size.took(16, 16 / 195)
    assert size.current == 16


def test_that_the_rest_at_the_end_of_a_set_teaches_nothing():
    size = BatchSize(current=32)
    size.took(3, 60.0)
    assert size.current == 32


class FakeMemory:
    """A GPU's memory as torch tells of it: 1 MB an image beside what the model takes."""

    def __init__(self, free):
        self.free, self.peak = free, 0

    def patch(self, monkeypatch):
        cuda = torch.cuda
        monkeypatch.setattr(cuda, "mem_get_info", lambda device: (self.free, 2 * self.free))
        monkeypatch.setattr(cuda, "memory_allocated", lambda device: 10**9)
        monkeypatch.setattr(cuda, "max_memory_allocated", lambda device: 10**9 + self.peak)
        monkeypatch.setattr(cuda, "reset_peak_memory_stats", self.reset)

    def reset(self, device):
        self.peak = 0


def test_that_a_batch_fits_the_free_memory_of_a_gpu(monkeypatch):
    memory = FakeMemory(free=40 * 10**6)
    memory.patch(monkeypatch)
    device = torch.device("cuda:0")
    assert images_that_fit(device, 1) is None  # nothing has been measured yet
    memory.peak = 4 * 10**6
    assert images_that_fit(device, 4) == 20
    size = BatchSize(current=16)
    size.took(16, 1e-6, 20)
    assert size.current == 20


def test_that_the_memory_of_a_processor_is_not_asked_for():
    assert images_that_fit(torch.device("cpu"), 4) is None
