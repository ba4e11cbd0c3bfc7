from __future__ import annotations

import copy

import pytest
import torch

from rmt_studio.errors import InputError
from rmt_studio.models.devices import DeviceError
from rmt_studio.progress import Cancelled
from rmt_studio.training import FineTuning, Weights
from rmt_studio.training.step import Lesson

CPU = torch.device("cpu")


def quiet():
    """Hear of progress and say nothing."""


@pytest.fixture
def batch():
    generator = torch.Generator().manual_seed(0)
    return torch.randn(6, 1, 8, 8, generator=generator), torch.arange(6)


def _lesson(network, settings, teacher=None):
    return Lesson(network, Weights(network, {}, CPU), settings, teacher, CPU)


def _after(lesson, batch, steps=2):
    losses = [lesson.step(*batch, 1e-3, quiet) for _ in range(steps)]
    return losses, lesson.weights.finished()


@pytest.mark.parametrize(
    "changes", [{"distillation": 0.0}, {"features": 1.0}, {"l1": 1e-3, "l2": 1e-3, "clip": 0.1}]
)
def test_that_pieces_of_a_batch_add_up_to_the_batch(network, batch, changes):
    settings = FineTuning(batch=6, precision="float32", **changes)
    teacher = copy.deepcopy(network)
    torch.nn.init.normal_(teacher.head.weight)
    whole, cut = (_lesson(network, settings, teacher) for _ in range(2))
    cut.piece = 4
    losses = [lesson.step(*batch, 1e-3, quiet) for lesson in (whole, cut)]
    assert losses[1] == pytest.approx(losses[0], rel=1e-5)
    for name, leaf in whole.weights.leaves.items():
        torch.testing.assert_close(cut.weights.leaves[name].grad, leaf.grad, rtol=1e-3, atol=1e-6)


def test_that_memory_that_runs_out_halves_the_pieces_and_not_the_batch(network, batch, monkeypatch):
    settings = FineTuning(batch=6, distillation=0.0)
    narrow, expected = _lesson(network, settings), _lesson(network, settings)
    expected.piece = 3
    forward = network.forward_features

    def fits_three(images):
        if len(images) > 3:
            raise torch.OutOfMemoryError("out of memory")
        return forward(images)

    monkeypatch.setattr(network, "forward_features", fits_three)
    losses, after = _after(narrow, batch)
    assert narrow.piece == 3
    known, values = _after(expected, batch)
    assert losses == known
    assert all(torch.equal(after[name], value) for name, value in values.items())


def test_that_a_memory_that_holds_no_image_is_named(network, batch, monkeypatch):
    def full(_images):
        raise torch.OutOfMemoryError("out of memory")

    monkeypatch.setattr(network, "forward_features", full)
    with pytest.raises(DeviceError, match="single image"):
        _lesson(network, FineTuning(distillation=0.0)).step(*batch, 1e-3, quiet)


@pytest.mark.parametrize("at", range(1, 12))
def test_that_it_can_be_left_between_blocks_and_nothing_has_moved(network, batch, at):
    calls = 0

    def leave():
        nonlocal calls
        calls += 1
        if calls == at:
            raise Cancelled

    lesson = _lesson(network, FineTuning(batch=6), copy.deepcopy(network))
    lesson.piece = 6
    before = lesson.weights.finished()
    if at <= 7:  # one for the piece, two blocks of each network, and the two on the way back
        with pytest.raises(Cancelled):
            lesson.step(*batch, 1e-3, leave)
        assert not lesson.optimizer.state
        found = lesson.weights.finished()
        assert all(torch.equal(found[name], values) for name, values in before.items())
    else:
        lesson.step(*batch, 1e-3, leave)
        assert calls == 7


def test_that_a_loss_that_is_not_finite_is_an_error_and_moves_nothing(network, batch):
    lesson = _lesson(network, FineTuning(batch=6, distillation=0.0))
    before = lesson.weights.finished()
    images = batch[0].clone()
    images[2] = float("inf")
    with pytest.raises(InputError, match="loss of nan"):
        lesson.step(images, batch[1], 1e-3, quiet)
    found = lesson.weights.finished()
    assert all(torch.equal(found[name], values) for name, values in before.items())


def test_that_a_gradient_is_clipped_to_its_norm(network, batch):
    lesson = _lesson(network, FineTuning(batch=6, distillation=0.0, clip=1e-3))
    lesson.step(*batch, 1e-3, quiet)
    squares = sum(leaf.grad.square().sum() for leaf in lesson.weights.leaves.values())
    assert squares.sqrt().item() == pytest.approx(1e-3, rel=1e-3)


def test_that_a_teacher_is_asked_for(network):
    with pytest.raises(InputError, match="dense model"):
        _lesson(network, FineTuning())


@pytest.mark.parametrize("precision", ["bfloat16", "float16"])
def test_that_products_in_half_precision_come_near_float32(network, batch, precision):
    settings = FineTuning(batch=6, distillation=0.0, precision="float32")
    exact = _lesson(network, settings)
    half = _lesson(network, settings.model_copy(update={"precision": precision}))
    assert half.precision.scaler.is_enabled() is (precision == "float16")
    (losses, values), (found_losses, found) = _after(exact, batch), _after(half, batch)
    assert found_losses == pytest.approx(losses, rel=0.02)
    assert all(tensor.dtype == torch.float32 for tensor in found.values())
    assert not torch.equal(found["head.weight"], values["head.weight"])


def test_that_the_loss_falls(network, batch):
    lesson = _lesson(network, FineTuning(batch=6, distillation=0.0))
    losses = [lesson.step(*batch, 1e-2, quiet) for _ in range(20)]
    assert losses[-1] < losses[0] - 0.5
