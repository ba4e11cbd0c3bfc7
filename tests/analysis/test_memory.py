"""How much memory an analysis takes, seen from outside: in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
import torch
from torch import nn

from rmt_studio.analysis import analyze
from rmt_studio.models.layers import matrices_of
from rmt_studio.models.loading import LoadedModel, Source
from tests.benchmarks.memory import can_measure, growth, one_layers_worth

_ROOT = Path(__file__).parents[2]
_WORKERS = 2
_ALLOWANCE = 2**21  # bytes: interpreter, results, pages of code that run for the first time


@pytest.mark.skipif(not can_measure(), reason="needs the account that Linux keeps of a process")
def test_that_two_workers_grow_the_process_by_no_more_than_one_layers_worth():
    told = subprocess.run(
        [sys.executable, "-m", "tests.analysis.test_memory"],
        cwd=_ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    grown, worth = map(int, told.split())
    assert worth == 8 * (768 * 3072 + 2 * 768**2)
    assert 8 * 768**2 < grown < worth + _ALLOWANCE


def _model() -> LoadedModel:
    """Return layers as large as in ViT-B/16, of which the square ones take the refined route."""
    torch.manual_seed(0)
    shapes = [(768, 768), (768, 768), (768, 3072), (3072, 768)] * 3
    module = nn.Sequential(*(nn.Linear(*shape, bias=False) for shape in shapes))
    return LoadedModel(module, "layers", Source("pretrained", "layers"), matrices_of(module), {})


if __name__ == "__main__":
    model = _model()
    first = [layer.name for layer in model.layers[:_WORKERS]]
    analyze(model, layers=first, workers=_WORKERS)  # what is computed once in a process
    print(growth(partial(analyze, model, workers=_WORKERS)), one_layers_worth(model.layers))
