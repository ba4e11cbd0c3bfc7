from __future__ import annotations

import random
import threading

import numpy as np
import pytest
import torch
from PIL import Image

from rmt_studio.data.images import ImageSet, Sample
from rmt_studio.training import FineTuning, Views
from rmt_studio.training.own_randomness import own_randomness

CONFIG = {"input_size": (3, 32, 32), "mean": (0.5,) * 3, "std": (0.5,) * 3}
EVERYTHING = FineTuning(
    auto_augment="rand-m9-mstd0.5-inc1", re_prob=1.0, vflip=0.5, color_jitter=0.4
)


@pytest.fixture(scope="module")
def pictures():
    drawn = np.random.default_rng(0).integers(0, 255, (6, 40, 50), dtype=np.uint8)
    samples = tuple(Sample(str(place), 0, grey) for place, grey in enumerate(drawn))
    return ImageSet("noise", "folder", samples, ("noise",))


@pytest.fixture
def noisy_threads():
    """Other threads that draw from the generators of the process all the time."""
    ended = threading.Event()

    def draw():
        while not ended.is_set():
            random.random()
            np.random.rand()
            torch.rand(1)

    threads = [threading.Thread(target=draw) for _ in range(2)]
    for thread in threads:
        thread.start()
    yield
    ended.set()
    for thread in threads:
        thread.join()


@pytest.mark.parametrize(
    "settings",
    [FineTuning(), EVERYTHING, FineTuning(auto_augment="augmix-m5-w2"), FineTuning(color_jitter=1)],
    ids=["crops", "rand", "augmix", "jitter"],
)
def test_that_a_view_depends_on_seed_epoch_and_place_alone(pictures, settings, noisy_threads):
    first, again = (Views(pictures, CONFIG, settings) for _ in range(2))
    seen = [first[index][0] for index in range(12)]
    for index in reversed(range(12)):
        assert torch.equal(seen[index], again[index][0])
    assert seen[0].shape == CONFIG["input_size"]
    assert not torch.equal(seen[0], seen[6])  # the same picture an epoch later
    other = Views(pictures, CONFIG, settings.model_copy(update={"seed": 1}))
    assert not torch.equal(seen[0], other[0][0])


def test_that_the_generators_of_the_process_are_left_alone(pictures):
    views = Views(pictures, CONFIG, EVERYTHING)
    before = random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state()
    for index in range(6):
        views[index]
    assert random.getstate() == before[0]
    assert np.random.get_state()[1].tolist() == before[1]
    assert torch.equal(torch.get_rng_state(), before[2])


def test_that_timm_draws_from_the_process_outside(pictures):
    from timm.data import create_transform

    transform = create_transform(32, is_training=True, auto_augment="rand-m9")
    picture = Image.fromarray(pictures.samples[0].source).convert("RGB")
    drawn = []
    for _ in range(2):
        random.seed(5)
        np.random.seed(5)
        torch.manual_seed(5)
        drawn.append(transform(picture))
    assert torch.equal(*drawn)


def test_that_own_randomness_nests_and_ends():
    with own_randomness(1):
        outer = torch.rand(1)
        with own_randomness(2):
            inner = torch.rand(1)
    with own_randomness(2):
        assert torch.equal(torch.rand(1), inner)
    assert not torch.equal(outer, inner)


def test_that_every_picture_comes_once_before_any_comes_again(pictures):
    views = Views(pictures, CONFIG, FineTuning())
    first, second = (list(views.order(epoch, 12)) for epoch in (0, 1))
    for part in (first[:6], first[6:]):
        assert sorted(part) == list(range(6))
    assert sorted(second[:6]) == list(range(6, 12))
    assert [item - 6 for item in second] != first
    assert list(views.order(0, 12, 5)) == first[5:]
