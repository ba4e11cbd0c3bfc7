"""Reading pickles as data gives what PyTorch's own unpickler gives, for all that holds weights."""

from __future__ import annotations

import argparse
import collections
import datetime
from pathlib import Path

import numpy as np
import pytest
import torch

from rmt_studio.models.checkpoint import read_checkpoint


def state():
    generator = torch.Generator().manual_seed(0)
    base = torch.randn(40, 6, generator=generator)
    return {
        "plain": base,
        "turned": base.T,
        "every_other": base[::2, 1:],
        "view": base[3:7],
        "same": base,
        "parameter": torch.nn.Parameter(torch.randn(3, 4, generator=generator)),
        "scalar": torch.tensor(3.5),
        "none": torch.zeros(0, 4),
        "half": base[:2].half(),
        "bfloat": base[:2].bfloat16(),
        "double": base[:2].double(),
        "eight": base[:2].to(torch.float8_e4m3fn),
        "eight_too": base[:2].to(torch.float8_e5m2),
        "long": torch.arange(5),
        "unsigned": torch.arange(5).to(torch.uint16),
        "bool": torch.tensor([True, False]),
    }


def beside():
    """What training scripts leave beside the weights."""
    layer = torch.nn.Linear(3, 4)
    optimizer = torch.optim.AdamW(layer.parameters())
    layer(torch.ones(1, 3)).sum().backward()
    optimizer.step()
    return {
        "optimizer": optimizer.state_dict(),
        "args": argparse.Namespace(lr=0.1, where=Path("x"), sizes=[1, 2], nothing=None),
        "best": np.float64(0.8),
        "history": np.arange(3.0),
        "counts": collections.Counter("aab"),
        "by_default": collections.defaultdict(int),
        "seen": {1, 2},
        "frozen": frozenset([1]),
        "shape": torch.Size([1]),
        "device": torch.device("cpu"),
        "dtype": torch.float32,
        "when": datetime.datetime(2020, 1, 1),
        7: "a number for a key",
    }


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize("zipped", [True, False])
def test_that_every_tensor_is_what_torch_load_gives(tmp_path, protocol, zipped):
    path = tmp_path / "a.pth"
    content = {"model": collections.OrderedDict(state()), **beside()}
    options = {"pickle_protocol": protocol, "_use_new_zipfile_serialization": zipped}
    torch.save(content, path, **options)
    expected = torch.load(path, weights_only=False)["model"] if zipped else state()
    read = read_checkpoint(path)
    assert read.part == "model"
    assert list(read.tensors) == list(expected)
    for name, tensor in expected.items():
        wanted = tensor.detach()
        wanted = wanted.float() if wanted.is_floating_point() else wanted
        assert torch.equal(read.tensors[name], wanted), name
        assert read.tensors[name].is_contiguous()


def test_that_a_state_dict_keeps_its_order_and_its_own_attributes_do_no_harm(tmp_path):
    module = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4))
    torch.save(module.state_dict(), tmp_path / "a.pth")  # has _metadata, set by a BUILD
    read = read_checkpoint(tmp_path / "a.pth").tensors
    assert list(read) == list(module.state_dict())


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (lambda s: {"state_dict": s, "model": {"other": s["plain"]}}, "state_dict"),
        (lambda s: {"model_ema": {"state_dict": s}}, "model_ema.state_dict"),
        (lambda s: {"student": {"w": s["plain"]}, "teacher": s}, "teacher"),
        (lambda s: {"model": s, "best": torch.tensor(0.8)}, "model"),
        (lambda s: s, ""),
    ],
)
def test_that_the_part_that_gets_evaluated_is_taken(tmp_path, content, part):
    torch.save(content(state()), tmp_path / "a.pth")
    read = read_checkpoint(tmp_path / "a.pth")
    assert read.part == part
    assert read.tensors.keys() == state().keys()
