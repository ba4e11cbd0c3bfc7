"""Methods side by side: the rows, their order, and how a comparison is taken up again."""

from __future__ import annotations

import copy
import json
from dataclasses import replace

import pytest

from rmt_studio import analyze, evaluate, fill_recipe, prune
from rmt_studio.data.images import digits
from rmt_studio.errors import InputError
from rmt_studio.progress import Cancelled
from rmt_studio.studies import Failed, Measured, compare_methods
from rmt_studio.studies import bench as bench_module
from rmt_studio.studies.identity import Identity

METHODS, SPARSITIES = ("magnitude", "random"), (0.5, 0.9)


@pytest.fixture
def study(small_model, small_analysis, images):
    def run(methods=METHODS, sparsities=SPARSITIES, **options):
        options = {"images": images, "analysis": small_analysis, **options}
        return compare_methods(small_model, methods, sparsities, **options)

    return run


@pytest.fixture
def no_work(monkeypatch):
    """Fail a test that evaluates or prunes."""

    def refuse(*arguments, **options):
        raise AssertionError("nothing should be computed")

    for name in ("analyze", "evaluate", "fill_recipe", "carry_out"):
        monkeypatch.setattr(bench_module, name, refuse)


def stop_after(rows):
    """Return a callback that cancels once so many rows are known."""
    seen = []

    def heard(row):
        seen.append(row)
        if len(seen) == rows:
            raise Cancelled

    return heard


def test_that_each_row_is_what_pruning_and_evaluating_by_hand_give(
    small_model, small_analysis, images
):
    methods = ("magnitude", "alpha")
    comparison = compare_methods(
        small_model, methods, [0.9], images=images, analysis=small_analysis
    )
    dense = evaluate(small_model, images, batch_size=bench_module.BATCH_SIZE)
    for method in methods:
        recipe = fill_recipe(small_model, small_analysis, method, 0.9)
        pruned = prune(small_model, recipe, analysis=small_analysis)
        expected = evaluate(pruned, images, reference=dense, batch_size=bench_module.BATCH_SIZE)
        row = comparison.row(method, 0.9)
        assert row.evaluation.predictions.tolist() == expected.predictions.tolist()
        assert row.evaluation.loss == expected.loss
        assert row.pair.difference == expected.top1_difference
        assert row.pair.interval == expected.top1_difference_interval
        assert row.evaluation.agreement == expected.agreement
        assert (row.block_sparsity, row.model_sparsity) == (pruned.block_sparsity, pruned.sparsity)
        assert row.recipe == recipe
    assert comparison.dense.top1 == dense.top1


def test_that_rows_come_sparsity_by_sparsity(study):
    heard = []
    comparison = study(on_result=heard.append)
    assert [(row.sparsity, row.method) for row in comparison.rows] == [
        (0.5, "magnitude"),
        (0.5, "random"),
        (0.9, "magnitude"),
        (0.9, "random"),
    ]
    assert heard == list(comparison.rows)


def test_that_the_same_comparison_gives_the_same_numbers(study, timeless):
    assert timeless(study()) == timeless(study())


def test_that_spectra_and_dense_accuracy_are_computed_once(small_model, images, monkeypatch):
    calls = []
    for name in ("analyze", "evaluate"):
        real = getattr(bench_module, name)

        def counted(*arguments, _name=name, _real=real, **options):
            calls.append(_name)
            return _real(*arguments, **options)

        monkeypatch.setattr(bench_module, name, counted)
    compare_methods(small_model, METHODS, SPARSITIES, images=images)
    assert calls.count("analyze") == 1
    assert calls.count("evaluate") == 1 + len(METHODS) * len(SPARSITIES)


def test_that_a_finished_comparison_is_read_and_nothing_is_computed(study, tmp_path, request):
    first = study(file=tmp_path / "study.json")
    request.getfixturevalue("no_work")
    second = study(file=tmp_path / "study.json")
    assert second.records() == first.records()
    assert all(row.kept for row in second.rows)


def test_that_a_cancelled_comparison_goes_on_where_it_stopped(study, timeless, tmp_path):
    whole = study(file=tmp_path / "whole.json")
    file = tmp_path / "halves.json"
    with pytest.raises(Cancelled):
        study(file=file, on_result=stop_after(3))
    assert len(json.loads(file.read_text())["rows"]) == 3
    resumed = study(file=file)
    assert timeless(resumed) == timeless(whole)
    assert [row.kept for row in resumed.rows] == [True, True, True, False]
    rows = [json.loads(path.read_text())["rows"] for path in (tmp_path / "whole.json", file)]
    assert [(r["method"], r["sparsity"]) for r in rows[0]] == [
        (r["method"], r["sparsity"]) for r in rows[1]
    ]


def test_that_cancelling_amid_a_row_keeps_those_before(study, tmp_path):
    file, heard = tmp_path / "study.json", []

    def cancel_in_the_second_row(done, total, note=""):
        if heard and "top-1" in note:
            raise Cancelled

    with pytest.raises(Cancelled):
        study(file=file, on_result=heard.append, progress=cancel_in_the_second_row)
    assert [row["method"] for row in json.loads(file.read_text())["rows"]] == ["magnitude"]
    assert [path.name for path in tmp_path.iterdir()] == ["study.json"]


def test_that_more_methods_and_sparsities_are_added_to_a_file(study, timeless, tmp_path):
    file = tmp_path / "study.json"
    study(["magnitude"], [0.5], file=file)
    widened = study(file=file)
    assert [row.kept for row in widened.rows] == [True, False, False, False]
    assert timeless(widened) == timeless(study())
    study(["magnitude"], [0.9], file=file)
    assert len(json.loads(file.read_text())["rows"]) == 4


def test_that_a_method_that_fails_is_a_row_with_its_reason_and_is_tried_again(
    study, tmp_path, monkeypatch
):
    file, real = tmp_path / "study.json", bench_module.fill_recipe

    def lame(model, analysis, method, *arguments, **options):
        if method == "random":
            raise InputError("random", "is out of luck today")
        return real(model, analysis, method, *arguments, **options)

    with monkeypatch.context() as broken:
        broken.setattr(bench_module, "fill_recipe", lame)
        comparison = study(file=file)
    assert [type(row) for row in comparison.rows] == [Measured, Failed, Measured, Failed]
    assert comparison.row("random", 0.5).reason == "random: is out of luck today"
    assert comparison.lead(0.5) is None
    mended = study(file=file)
    assert all(isinstance(row, Measured) for row in mended.rows)
    assert len(json.loads(file.read_text())["rows"]) == 4


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"seed": 1}, "seed (0; now 1)"),
        ({"limit": 7}, "images ("),
        ({"calibration": digits("train")}, "calibration (none; now digits (train)"),
        ({"analysis": None}, "bulk fit ("),
    ],
)
def test_that_rows_made_otherwise_are_refused_by_what_differs(
    study, small_model, tmp_path, changed, named
):
    file = tmp_path / "study.json"
    other = analyze(small_model, method="median", layers=["blocks.0.attn.q"])
    study(["magnitude"], [0.5], file=file, analysis=other)
    before = file.read_text()
    with pytest.raises(InputError) as refused:
        study(file=file, **{"analysis": other, **changed})
    assert named in str(refused.value)
    assert "--overwrite" in str(refused.value)
    assert file.read_text() == before


def test_that_other_weights_are_another_model(small_model, images):
    changed = copy.deepcopy(small_model)
    assert Identity.of(changed, images) == Identity.of(small_model, images)
    changed.weight(changed.layers[1])[0, 0] += 1e-3
    difference = Identity.of(changed, images).differences(Identity.of(small_model, images).record())
    assert len(difference) == 1
    assert difference[0].startswith("model (small, ")


def test_that_images_of_other_classes_or_content_are_another_set(small_model, images):
    first = images.samples[0]
    for changed in (replace(first, target=first.target + 1), replace(first, source=first.source.T)):
        other = replace(images, samples=(changed, *images.samples[1:]))
        assert Identity.of(small_model, other) != Identity.of(small_model, images)


def test_that_overwriting_starts_anew(study, tmp_path):
    file = tmp_path / "study.json"
    study(["magnitude"], [0.5], file=file)
    comparison = study(["random"], [0.5], file=file, seed=1, overwrite=True)
    assert not comparison.rows[0].kept
    assert [row["method"] for row in json.loads(file.read_text())["rows"]] == ["random"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "is not readable JSON"),
        ("[1, 2]", "holds something else than a study"),
        ('{"layers": []}', "holds something else than a study"),
        ('{"format": "rmt-studio study 1", "kind": "search"}', "holds a search, not a comparison"),
        ('{"format": "rmt-studio study 1", "kind": "comparison"}', "is damaged"),
    ],
)
def test_that_a_file_of_something_else_is_left_as_it_is(study, tmp_path, content, reason):
    file = tmp_path / "study.json"
    file.write_text(content)
    with pytest.raises(InputError, match=reason):
        study(file=file)
    assert file.read_text() == content


@pytest.mark.parametrize("key", ["predictions", "recipe", "top1_interval"])
def test_that_a_damaged_row_is_refused(study, tmp_path, key):
    file = tmp_path / "study.json"
    study(["magnitude"], [0.5], file=file)
    content = json.loads(file.read_text())
    content["rows"][0][key] = "7"
    file.write_text(json.dumps(content))
    with pytest.raises(InputError, match="is damaged"):
        study(["magnitude"], [0.5], file=file)


@pytest.mark.parametrize(
    ("methods", "sparsities", "said"),
    [
        (["guess"], [0.5], "choose one of auto, auto-fast, magnitude"),
        (["magnitude"], [1.2], "is not in [0, 1)"),
        (["magnitude"], [float("nan")], "is not in [0, 1)"),
        ([], [0.5], "nothing to compare"),
        (["magnitude"], [], "nothing to compare"),
        (["wanda"], [0.5], "needs calibration images"),
    ],
)
def test_that_wrong_arguments_are_refused_before_any_work(
    small_model, images, methods, sparsities, said, no_work
):
    with pytest.raises(InputError) as refused:
        compare_methods(small_model, methods, sparsities, images=images)
    assert said in str(refused.value)


def test_that_the_lead_is_the_paired_difference_of_the_two_best(study):
    comparison = study()
    best, second = comparison.ranking(0.9)
    assert best.evaluation.top1 >= second.evaluation.top1
    right, other = best.evaluation.correct, second.evaluation.correct
    lead = comparison.lead(0.9)
    assert (lead.gained, lead.lost) == ((right & ~other).sum(), (other & ~right).sum())


def test_that_progress_names_each_row_and_ends_whole(study):
    told = []
    study(progress=lambda done, total, note="": told.append((done, total, note)))
    shares = [done / total for done, total, _ in told]
    assert shares[-1] == 1
    assert any("dense model" in note for *_, note in told)
    assert any("random 0.9 (4 of 4)" in note for *_, note in told)


def test_that_the_dense_model_is_left_as_it_was(small_model, study):
    before = {name: value.clone() for name, value in small_model.module.state_dict().items()}
    study()
    assert all(value.equal(before[name]) for name, value in small_model.module.state_dict().items())
