from __future__ import annotations

import json
import math

import numpy as np
import pytest
import torch
from PIL import Image

from rmt_studio.data import digits, open_images
from rmt_studio.errors import InputError
from rmt_studio.evaluation import evaluate
from rmt_studio.evaluation.accuracy import spread
from rmt_studio.evaluation.private_copy import private_copy
from rmt_studio.progress import Cancelled

IMAGES = digits("test")
TARGETS = np.array([sample.target for sample in IMAGES.samples])
SHARES = np.bincount(TARGETS) / len(TARGETS)


def plain_loop(model):
    dataset = IMAGES.with_transform(model.data_config)
    with torch.no_grad():
        return np.array([int(model.module(image[None]).argmax()) for image, _ in dataset])


def test_that_it_agrees_with_a_plain_loop_to_the_last_image(small):
    evaluation = evaluate(small, IMAGES)
    assert np.array_equal(evaluation.predictions, plain_loop(small))
    assert np.array_equal(evaluation.targets, TARGETS)
    assert evaluation.top1 == np.mean(evaluation.predictions == TARGETS)
    assert evaluation.n == 360


@pytest.mark.parametrize("batch_size", [1, 7, 360, 1000])
def test_that_the_result_does_not_depend_on_the_batch(small, batch_size):
    automatic, fixed = evaluate(small, IMAGES), evaluate(small, IMAGES, batch_size=batch_size)
    assert np.array_equal(automatic.predictions, fixed.predictions)
    assert (automatic.top1, automatic.top5) == (fixed.top1, fixed.top5)
    assert automatic.loss == pytest.approx(fixed.loss, rel=1e-6)


def test_that_a_constant_model_scores_the_share_of_its_class(constant):
    evaluation = evaluate(constant(np.eye(10)[3]), IMAGES)
    assert evaluation.top1 == SHARES[3]
    right = -math.log(math.e / (math.e + 9))
    assert evaluation.loss == pytest.approx(SHARES[3] * right + (1 - SHARES[3]) * (right + 1))


def test_that_top5_counts_the_five_largest_outputs(constant):
    evaluation = evaluate(constant(np.arange(10)), IMAGES)
    assert evaluation.top5 == pytest.approx(SHARES[5:].sum())
    assert evaluation.top1 == SHARES[9]


def test_that_equal_outputs_cost_the_logarithm_of_the_classes(constant):
    assert evaluate(constant(np.zeros(10)), IMAGES).loss == pytest.approx(math.log(10))


def test_that_top5_of_fewer_classes_is_everything(constant, tmp_path):
    for name in "abc":
        (tmp_path / name).mkdir()
        Image.new("L", (8, 8)).save(tmp_path / name / "1.png")
    evaluation = evaluate(constant([0, 1, 2]), open_images(tmp_path))
    assert (evaluation.top1, evaluation.top5) == (1 / 3, 1.0)


def test_that_a_reference_is_compared_image_by_image(constant):
    seven = evaluate(constant(np.eye(10)[7]), IMAGES)
    two = evaluate(constant(np.eye(10)[2]), IMAGES, reference=seven)
    assert two.agreement == 0.0
    assert two.top1_difference == pytest.approx(two.top1 - seven.top1)
    lower, upper = two.top1_difference_interval
    assert lower < two.top1_difference < upper
    same = evaluate(constant(np.eye(10)[7]), IMAGES, reference=seven)
    assert (same.agreement, same.top1_difference) == (1.0, 0.0)


def test_that_a_reference_on_other_images_is_refused(constant):
    reference = evaluate(constant(np.zeros(10)), IMAGES, limit=50)
    with pytest.raises(InputError, match="was measured on 50 images"):
        evaluate(constant(np.zeros(10)), IMAGES, reference=reference)


def test_that_without_a_reference_there_is_no_comparison(small):
    evaluation = evaluate(small, IMAGES, limit=10)
    assert evaluation.agreement is None
    assert evaluation.top1_difference is None
    assert evaluation.top1_difference_interval is None


def test_that_a_limit_spreads_the_images_evenly(small):
    assert spread(10, 4) == [0, 2, 5, 7]
    assert spread(3, None) == spread(3, 9) == [0, 1, 2]
    assert evaluate(small, IMAGES, limit=36).names[1] == "test/0010"
    with pytest.raises(InputError, match="0 is below 1"):
        evaluate(small, IMAGES, limit=0)


def test_that_the_record_is_plain_json_at_full_precision(small):
    evaluation = evaluate(small, IMAGES, limit=30)
    record = json.loads(json.dumps(evaluation.record(), allow_nan=False))
    for key in ("top1", "top5", "loss", "n", "label", "images", "device", "parameters"):
        assert record[key] == getattr(evaluation, key)
    assert record["top1_interval"] == list(evaluation.top1_interval)
    assert "predictions" not in record


def test_that_the_notes_tell_the_accuracy_so_far_with_an_interval_that_ends_as_the_final_one(small):
    notes = []
    evaluation = evaluate(
        small, IMAGES, batch_size=60, progress=lambda done, total, note="": notes.append(note)
    )
    ends = [note.partition("(")[2].rstrip(")").split("-") for note in notes if "(" in note]
    widths = [float(high) - float(low) for low, high in ends]
    low, high = evaluation.top1_interval
    assert notes[0] == "first images"
    assert notes[-1] == f"top-1 {evaluation.top1:.1%} ({100 * low:.1f}-{100 * high:.1f})"
    assert widths[-1] < 0.6 * widths[0]


def test_that_the_accuracy_so_far_is_announced_after_each_batch(small):
    running = []
    evaluation = evaluate(small, IMAGES, batch_size=100, on_batch=running.append)
    assert [(r.done, r.total) for r in running] == [(100, 360), (200, 360), (300, 360), (360, 360)]
    assert running[-1].top1 == evaluation.top1
    assert running[-1].interval == evaluation.top1_interval


def test_that_progress_is_told_between_blocks_and_ends_complete(small):
    calls = []
    evaluate(small, IMAGES, batch_size=360, progress=lambda *call: calls.append(call))
    assert calls[-1][:2] == (360, 360)
    # one call for each decoded image, one before each of two blocks, one after the batch
    assert len(calls) == 360 + 2 + 1


@pytest.mark.parametrize("call", [1, 200, 361])
def test_that_it_can_be_cancelled_while_decoding_and_between_blocks(small, call):
    calls = []

    def cancel(done, total, note=""):
        calls.append(done)
        if len(calls) == call:
            raise Cancelled

    with pytest.raises(Cancelled):
        evaluate(small, IMAGES, batch_size=360, progress=cancel)
    assert len(calls) == call
    assert not any(part._forward_pre_hooks for part in small.module.modules())


def test_that_the_batch_halves_when_memory_runs_out(small, scarce):
    plenty, little = evaluate(small, IMAGES), evaluate(scarce(3), IMAGES, batch_size=64)
    assert np.array_equal(plenty.predictions, little.predictions)
    with pytest.raises(InputError, match="does not hold a single image"):
        evaluate(scarce(0), IMAGES)


def test_that_other_errors_of_the_model_are_not_hidden(broken):
    with pytest.raises(RuntimeError, match="shapes"):
        evaluate(broken, IMAGES)


def test_that_the_model_is_left_as_it_was(small):
    small.module.train()
    before = {key: value.clone() for key, value in small.module.state_dict().items()}
    evaluate(small, IMAGES, limit=20)
    assert small.module.training
    assert all(torch.equal(before[k], v) for k, v in small.module.state_dict().items())


def test_that_a_private_copy_shares_the_weights_and_not_the_hooks(small):
    own = private_copy(small.module, torch.device("cpu"))
    own.blocks[0].register_forward_pre_hook(lambda *_: None)
    assert own.head.weight is small.module.head.weight
    assert not small.module.blocks[0]._forward_pre_hooks


def test_that_outputs_that_are_not_finite_are_refused(constant):
    with pytest.raises(InputError, match="not finite"):
        evaluate(constant([0.0] * 9 + [math.nan]), IMAGES)


def test_that_images_of_other_classes_are_refused(constant):
    with pytest.raises(InputError, match=r"shape \(12,\) for 10 classes"):
        evaluate(constant(np.zeros(12)), IMAGES)


@pytest.mark.parametrize("device", ["nonsense", "cuda:99"])
def test_that_an_unusable_device_is_refused(small, device):
    with pytest.raises(InputError, match=f"device {device}: cannot be used"):
        evaluate(small, IMAGES, device=device)


def test_that_a_broken_image_ends_the_evaluation_by_its_name(constant, tmp_path):
    (tmp_path / "a").mkdir()
    for place in range(20):
        Image.new("L", (8, 8)).save(tmp_path / "a" / f"{place:02}.png")
    (tmp_path / "a" / "13.png").write_bytes(b"no picture")
    with pytest.raises(InputError, match=r"13\.png: is no image"):
        evaluate(constant([0.0]), open_images(tmp_path))


def test_that_a_folder_can_be_named_instead_of_an_image_set(demo_model, tmp_path):
    from rmt_studio import digits, open_images

    for sample in digits().samples[:40]:
        folder = tmp_path / str(sample.target)
        folder.mkdir(exist_ok=True)
        sample.picture(1).save(folder / f"{sample.name.replace('/', '-')}.png")
    by_path = evaluate(demo_model, tmp_path)
    assert by_path.n == 40
    assert by_path.top1 == evaluate(demo_model, open_images(tmp_path)).top1
    assert by_path.top1 > 0.9
