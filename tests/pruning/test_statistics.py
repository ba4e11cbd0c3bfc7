"""What calibration images tell of a model is measured once, and means the same thereafter."""

from __future__ import annotations

import copy
import dataclasses

import pytest
import torch

from rmt_studio.progress import Cancelled
from rmt_studio.pruning import (
    CalibrationStatistics,
    fill_recipe,
    input_moments,
    output_gradients,
    prune,
)
from rmt_studio.pruning.images import CalibrationBatches
from rmt_studio.pruning.second_order import sweep_variances


def test_that_statistics_handed_on_change_nothing(small_model, small_analysis, few_digits):
    known = CalibrationStatistics(small_model, few_digits)
    options = {"sparsity": 0.5, "calibration": few_digits}
    with_them = fill_recipe(
        small_model, small_analysis, "second-order", statistics=known, **options
    )
    without = fill_recipe(small_model, small_analysis, "second-order", **options)
    assert with_them == without
    first = prune(small_model, without, calibration=few_digits, statistics=known)
    second = prune(small_model, without, calibration=few_digits)
    for name, value in first.module.state_dict().items():
        assert torch.equal(value, second.module.state_dict()[name])


def test_that_nothing_is_measured_twice(small_model, small_analysis, few_digits):
    known, notes = CalibrationStatistics(small_model, few_digits), []

    def note(done, total, text=""):
        notes.append(text)

    for sparsity in (0.4, 0.6):
        recipe = fill_recipe(
            small_model, small_analysis, "second-order", sparsity, calibration=few_digits,
            statistics=known, progress=note,
        )  # fmt: skip
    prune(small_model, recipe, calibration=few_digits, statistics=known, progress=note)
    assert sum(text.startswith("gradients") for text in notes) == 1  # one batch of six images


def test_that_statistics_of_another_model_or_other_images_are_not_taken(small_model, few_digits):
    known = CalibrationStatistics(small_model, few_digits)
    assert CalibrationStatistics.of(small_model, few_digits, known) is known
    other = dataclasses.replace(small_model, module=copy.deepcopy(small_model.module))
    assert CalibrationStatistics.of(other, few_digits, known) is not known
    fewer = dataclasses.replace(few_digits, samples=few_digits.samples[:2])
    assert CalibrationStatistics.of(small_model, fewer, known) is not known


@pytest.mark.usefixtures("full_precision")
def test_that_variances_are_those_of_the_moments(small_model, few_digits):
    found = CalibrationStatistics(small_model, few_digits).variances(0.01)
    moments = input_moments(small_model, few_digits)
    assert found.keys() == {x.parameter for x in small_model.layers if x.in_block}
    for name, values in found.items():
        torch.testing.assert_close(values, sweep_variances(moments[name], 0.01), rtol=1e-3, atol=0)


def test_that_native_precision_tells_the_same_but_for_its_rounding(
    small_model, few_digits, request
):
    """bfloat16 rounds to a part in 256; sums of thousands of squares are nearer than that."""
    native = output_gradients(small_model, few_digits, seed=1)
    request.getfixturevalue("full_precision")
    full = output_gradients(small_model, few_digits, seed=1)
    for name, expected in full.items():
        assert native[name].sum().item() == pytest.approx(expected.sum().item(), rel=0.1), name


def test_that_images_are_decoded_once_where_there_is_room(small_model, few_digits, monkeypatch):
    decoded = []
    picture = type(few_digits.samples[0]).picture

    def counted(sample, channels=3):
        decoded.append(sample.name)
        return picture(sample, channels)

    monkeypatch.setattr(type(few_digits.samples[0]), "picture", counted)
    one = CalibrationBatches(small_model, few_digits, 4)
    again = [torch.cat([batch for _, _, batch in one.each()]) for _ in range(2)]
    assert torch.equal(*again)
    assert len(decoded) == len(few_digits)
    room = again[0][0].nbytes * 2
    tight = CalibrationBatches(small_model, few_digits, 4, keep=room)
    assert torch.equal(torch.cat([batch for _, _, batch in tight.each()]), again[0])
    list(tight.each())
    assert len(decoded) == 3 * len(few_digits) - 2


@pytest.mark.parametrize("method", ["second-order", "sparsegpt", "svd-llm", "edge-cut"])
def test_that_every_step_of_the_work_can_be_cancelled(
    small_model, small_analysis, few_digits, method
):
    """Progress is heard inside a layer, at least before each of its steps."""
    recipe = fill_recipe(small_model, small_analysis, method, 0.5, calibration=few_digits)
    notes = []
    prune(
        small_model, recipe, analysis=small_analysis, calibration=few_digits,
        progress=lambda done, total, note="": notes.append(note),
    )  # fmt: skip
    layers = [name for name, rule in recipe.rules.items() if not rule.keeps]
    assert all(notes.count(name) >= 2 for name in layers)
    last = len(notes) - notes[::-1].index(layers[-1]) - 1
    heard = iter(range(len(notes)))

    def stop(done, total, note=""):
        if next(heard) == last:
            raise Cancelled

    with pytest.raises(Cancelled):
        prune(
            small_model, recipe, analysis=small_analysis, calibration=few_digits, progress=stop
        )  # fmt: skip
