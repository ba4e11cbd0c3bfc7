"""Small pictures for the lab: Fashion-MNIST where it is there, scikit-learn's digits elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from sklearn.datasets import load_digits

from rmt_studio.studies.lab import EXPERIMENTS, Pictures, open_fashion_mnist, run_experiment

FASHION = Path(__file__).resolve().parents[4] / "shared" / "data" / "fashion_mnist.npz"
SMALL = {"hidden": (48, 48, 24), "epochs": 4, "batch": 20, "seeds": 1}
MORE = {
    "removal": {"shares": 6, "l2": 3e-3, "hidden": (200, 200, 50), "epochs": 12},
    "randomness": {"l2": 3e-3},
    "noise": {
        "levels": (0.0, 0.1, 1.0, 10.0),
        "draws": 2,
        "widths": (32, 64, 128, 256),
        "width_epochs": 2,
        "keep_span": 8,
        "prune_every": 2,
    },
    "pruning-while-training": {"keep_span": 8, "prune_every": 2},
}


@pytest.fixture(scope="session", autouse=True)
def one_thread():
    """Compute alike wherever the tests run."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def digits():
    sample = load_digits()
    return Pictures.of(
        "digits",
        sample.images[:1200],
        sample.target[:1200],
        sample.images[1200:],
        sample.target[1200:],
    )


@pytest.fixture(scope="session")
def pictures(digits):
    """Real pictures where they are, so that the theorem is tested on them."""
    return open_fashion_mnist(FASHION).take(2000, 300) if FASHION.exists() else digits


@pytest.fixture(scope="session")
def small():
    """Return small settings of an experiment, with changes."""

    def make(key, **changes):
        settings = EXPERIMENTS[key].settings
        kept = {"train_images": None, "test_images": None}
        values = settings.scaled().model_dump() | kept | SMALL | MORE[key] | changes
        return settings.model_validate(values)

    return make


@pytest.fixture(scope="session")
def results(pictures, small):
    """Return the result of an experiment, run once for all tests."""
    known = {}

    def make(key):
        if key not in known:
            known[key] = run_experiment(key, pictures, small(key))
        return known[key]

    return make
