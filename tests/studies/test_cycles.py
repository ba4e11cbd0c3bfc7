"""Prune-restore cycles: targets met to the entry, only removed entries move, same bytes resumed."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
import torch

from rmt_studio.data.images import digits
from rmt_studio.errors import InputError
from rmt_studio.pruning.budgets import Modulation, edge_weights
from rmt_studio.studies.cycles import CycleFolder, CycleRecipe, run_cycles
from rmt_studio.studies.cycles.masked import as_pruned, pruned_layers, with_removed, zeros_in
from rmt_studio.studies.cycles.ranking import greatest, least
from rmt_studio.studies.cycles.reallocation import by_magnitude, by_reallocation
from rmt_studio.studies.cycles.selection import values_after_selection
from rmt_studio.training import FineTuning

QUICK = FineTuning(epochs=1, steps=2, batch=8, learning_rate=1e-3, hflip=0.0)
HYBRID = CycleRecipe(
    method="hybrid", sparsity=0.6, step=0.2, switch=0.2, overshoot=0.1, fine_tuning=QUICK
)


class Interrupted(BaseException):
    """What a person's stop raises out of the progress callback."""


@pytest.fixture(scope="module")
def learnt_from():
    everything = digits("train")
    return replace(everything, samples=everything.samples[::48])


@pytest.fixture
def course(small_model, small_analysis, images, learnt_from, tmp_path):
    def run(recipe=HYBRID, folder=None, **options):
        return run_cycles(
            small_model,
            recipe,
            learnt_from,
            evaluation=images,
            folder=folder or tmp_path / "cycles",
            analysis=small_analysis,
            **options,
        )

    return run


def still(pruned, removed):
    """A selection phase in which nothing moves."""
    return {layer.name: pruned.weight(layer) for layer in pruned_layers(pruned)}


@pytest.mark.parametrize("count", [0, 1, 3, 4, 6])
def test_that_exactly_so_many_entries_are_least_and_ties_go_in_order(count):
    scores = {"a": torch.tensor([[2.0, 1.0], [1.0, 3.0]]), "b": torch.tensor([[1.0, 0.5]])}
    chosen = torch.cat([mask.flatten() for mask in least(scores, count).values()])
    order = [5, 1, 2, 4, 0, 3]  # 0.5, then the three ones as they stand, 2, 3
    assert set(chosen.nonzero().flatten().tolist()) == set(order[:count])


def test_that_the_greatest_are_the_least_of_the_negative():
    assert greatest({"a": torch.tensor([1.0, 3.0, 2.0])}, 2)["a"].tolist() == [False, True, True]


@pytest.mark.parametrize("target", [0.123, 0.5, 0.87])
def test_that_magnitude_removes_the_smallest_and_as_many_as_asked(small_model, target):
    made = by_magnitude(small_model, small_model, HYBRID, target)
    count = round(target * small_model.block_parameter_count)
    assert zeros_in(made.model) == made.removed == count
    assert made.model.block_sparsity == pytest.approx(target, abs=1e-3)
    sizes = torch.cat([small_model.weight(x).abs().flatten() for x in pruned_layers(small_model)])
    kept = torch.cat([made.model.weight(x).flatten() for x in pruned_layers(small_model)]) != 0
    assert sizes[~kept].max() <= sizes[kept].min()


def test_that_those_come_back_that_moved_most_for_their_layer(small_model):
    first, second = (layer.name for layer in pruned_layers(small_model)[:2])
    weights = {first: 2.0, second: 0.5}
    seen = {}

    def selection(pruned, removed):
        seen.update(removed)
        moved = still(pruned, removed)
        for name, mask in removed.items():
            moved[name] = moved[name].where(~mask, 0.1)
        moved[second] = moved[second].where(~removed[second], 0.05)  # 0.05/0.5 beats 0.1/2
        return moved

    made = by_reallocation(small_model, small_model, HYBRID, 0.4, weights, selection)
    whole = small_model.block_parameter_count
    assert sum(int(mask.sum()) for mask in seen.values()) == round(0.5 * whole) == made.removed
    assert zeros_in(made.model) == round(0.4 * whole)
    assert made.restored == round(0.5 * whole) - round(0.4 * whole)
    back = {
        layer.name: seen[layer.name] & (made.model.weight(layer) != 0)
        for layer in pruned_layers(small_model)
    }
    assert not back[first].any()
    # the score of the second layer's entries, 0.05 / 0.5, ties with that of the unweighted layers
    assert sum(int(mask.sum()) for mask in back.values()) == made.restored
    assert int(back[second].sum()) == min(int(seen[second].sum()), made.restored)
    assert (made.model.weight(small_model.layer(second))[back[second]] == 0.05).all()


def test_that_a_heavier_weight_lets_more_of_a_layer_go(small_model):
    layers = pruned_layers(small_model)
    heavy = layers[0]
    recipe = HYBRID.model_copy(update={"overshoot": 0.0})
    even = by_reallocation(small_model, small_model, recipe, 0.4, {}, still)
    tilted = by_reallocation(small_model, small_model, recipe, 0.4, {heavy.name: 4.0}, still)
    assert (tilted.model.weight(heavy) == 0).sum() > (even.model.weight(heavy) == 0).sum()
    assert zeros_in(tilted.model) == zeros_in(even.model)


def test_that_entries_that_did_not_move_come_back_as_they_were(small_model):
    made = by_reallocation(small_model, small_model, HYBRID, 0.4, {}, still)
    for layer in pruned_layers(small_model):
        now, before = made.model.weight(layer), small_model.weight(layer)
        assert torch.equal(now[now != 0], before[now != 0])
    assert made.revived == 0


def test_that_removed_entries_of_earlier_cycles_can_come_back(small_model):
    current = by_magnitude(small_model, small_model, HYBRID, 0.3).model

    def selection(pruned, removed):
        return {
            layer.name: pruned.weight(layer).where(current.weight(layer) != 0, 1.0)
            for layer in pruned_layers(pruned)
        }

    made = by_reallocation(small_model, current, HYBRID, 0.4, {}, selection)
    assert made.revived == made.restored > 0
    assert zeros_in(made.model) == round(0.4 * small_model.block_parameter_count)


def test_that_a_model_with_more_zeros_already_is_refused(small_model):
    current = by_magnitude(small_model, small_model, HYBRID, 0.5).model
    with pytest.raises(InputError, match=r"has 50\.00% zeros"):
        by_magnitude(small_model, current, HYBRID, 0.2)


def test_that_in_the_selection_phase_removed_entries_move_and_nothing_else(
    small_model, learnt_from
):
    removed = least({x.name: small_model.weight(x).abs() for x in pruned_layers(small_model)}, 900)
    pruned = as_pruned(small_model, with_removed(small_model, removed), HYBRID, 0.1)
    before = {name: tensor.clone() for name, tensor in pruned.module.state_dict().items()}
    settings = HYBRID.selection_of(1, 0.5, len(learnt_from))
    values = values_after_selection(small_model, pruned, removed, learnt_from, settings)
    moved = 0
    for layer in pruned_layers(pruned):
        mask = removed[layer.name]
        assert torch.equal(values[layer.name][~mask], pruned.weight(layer)[~mask])
        moved += int((values[layer.name][mask] != 0).sum())
    assert moved > 0.9 * 900
    assert all(torch.equal(before[k], v) for k, v in pruned.module.state_dict().items())


def test_that_every_cycle_meets_its_target_and_is_on_disk(course, small_model, images, tmp_path):
    live = []
    found = course(on_cycle=lambda row, model: live.append((row, model)))
    whole = small_model.block_parameter_count
    assert [row.method for row in found.rows] == ["magnitude", "ser", "ser"]
    for (row, model), target in zip(live, (0.2, 0.4, 0.6), strict=True):
        assert zeros_in(model) == round(target * whole)
        assert row.block_sparsity == model.block_sparsity == pytest.approx(target, abs=1e-3)
        assert row.parameters - row.parameters_kept == zeros_in(model)
        assert row.pair.n == len(images)
        assert row.evaluation.top1_difference == row.pair.difference
        past = round((target + 0.1) * whole) if row.method == "ser" else round(target * whole)
        assert row.restored == past - round(target * whole)
        assert row.reports[-1].epoch == 1
    names = sorted(path.name for path in (tmp_path / "cycles").iterdir())
    weights = [f"cycle-0{number}.safetensors" for number in range(4)]
    assert names == [*weights, "cycles.json"]
    again = course(resume=True)
    assert all(row.kept for row in again.rows)
    for old, new in zip(found.rows, again.rows, strict=True):
        assert old.record() == new.record()
    for layer in small_model.layers:
        assert torch.equal(again.model.weight(layer), found.model.weight(layer))
    assert again.model.effects == found.model.effects
    assert again.model.provenance == found.model.provenance


def test_that_rows_of_an_earlier_run_are_told_first(course):
    course(HYBRID.model_copy(update={"sparsity": 0.4}))
    told = []
    course(resume=True, on_cycle=lambda row, model: told.append((row.kept, model is not None)))
    assert told == [(True, False), (True, False), (False, True)]


@pytest.mark.parametrize("phase", ["selection", "fine-tuning", "evaluating"])
def test_that_a_course_that_was_stopped_ends_with_the_same_bytes(course, tmp_path, phase):
    whole = course(folder=tmp_path / "whole")

    calls = []

    def stop(done, total, note=""):
        if note.startswith("cycle 2") and phase in note:
            calls.append(note)
        if len(calls) > 2:  # within the phase
            raise Interrupted

    with pytest.raises(Interrupted):
        course(progress=stop)
    assert len(json.loads((tmp_path / "cycles" / "cycles.json").read_text())["rows"]) == 1
    course(resume=True)
    for number in range(4):
        name = f"cycle-0{number}.safetensors"
        assert (tmp_path / "cycles" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
    for row, record in zip(whole.rows, rows_of(tmp_path / "cycles"), strict=True):
        assert timeless(row.record()) == timeless(record)
    assert not (tmp_path / "cycles" / "unfinished").exists()


def rows_of(folder):
    return json.loads((folder / "cycles.json").read_text())["rows"]


def timeless(record):
    return json.loads(json.dumps({k: v for k, v in record.items() if "seconds" not in k}))


def test_that_progress_never_goes_back_and_ends(course):
    steps = []
    course(progress=lambda done, total, note="": steps.append(done / total))
    assert steps == sorted(steps)
    assert steps[-1] == 1


def test_that_reports_say_cycle_and_phase(course):
    seen = []
    course(on_report=lambda report: seen.append((report.cycle, report.phase)))
    assert list(dict.fromkeys(seen)) == [
        (1, "fine-tuning"),
        (2, "selection"),
        (2, "fine-tuning"),
        (3, "selection"),
        (3, "fine-tuning"),
    ]


def test_that_cycles_are_not_written_over_and_not_mixed(course, tmp_path):
    short = HYBRID.model_copy(update={"sparsity": 0.2})
    course(short)
    before = (tmp_path / "cycles" / "cycles.json").read_bytes()
    with pytest.raises(InputError, match="holds cycles already"):
        course(short)
    other = short.model_copy(update={"method": "magnitude"})
    with pytest.raises(InputError, match=r"another method \(hybrid; now magnitude\)"):
        course(other, resume=True)
    with pytest.raises(InputError, match="no step on the way"):
        course(short.model_copy(update={"sparsity": 0.1}), resume=True)
    assert (tmp_path / "cycles" / "cycles.json").read_bytes() == before


@pytest.mark.parametrize("text", ["", "[]", '{"format": "rmt-studio cycles 1"}'])
def test_that_a_damaged_file_of_rows_is_refused(course, tmp_path, text):
    folder = tmp_path / "cycles"
    folder.mkdir()
    (folder / "cycles.json").write_text(text)
    with pytest.raises(InputError, match=r"cycles\.json"):
        course(resume=True)
    assert [path.name for path in folder.iterdir()] == ["cycles.json"]


def test_that_checkpoints_of_others_are_not_written_over(course, tmp_path):
    folder = tmp_path / "cycles"
    folder.mkdir()
    (folder / "cycle-01.safetensors").write_bytes(b"precious")
    for resume in (False, True):
        with pytest.raises(InputError, match=r"holds cycle-01\.safetensors and no cycles\.json"):
            course(resume=resume)
    assert (folder / "cycle-01.safetensors").read_bytes() == b"precious"


def test_that_images_without_labels_serve_only_the_dense_model(course, learnt_from, monkeypatch):
    monkeypatch.setattr(type(learnt_from), "has_labels", property(lambda _images: False))
    with pytest.raises(InputError, match="has no labels"):
        course()
    short = {"sparsity": 0.2, "fine_tuning": QUICK.model_copy(update={"distillation": 1.0})}
    found = course(HYBRID.model_copy(update=short))
    assert len(found.rows) == 1


def test_that_the_model_of_a_row_is_read_from_the_folder(course, small_model, images, tmp_path):
    live = {}
    found = course(on_cycle=lambda row, model: live.update({row.cycle: model}))
    content = json.loads((tmp_path / "cycles" / "cycles.json").read_text())
    recipe = CycleRecipe.model_validate(content["recipe"])
    folder = CycleFolder(tmp_path / "cycles", recipe, None)
    read = folder.model(small_model, found.rows[1])
    for layer in small_model.layers:
        assert torch.equal(read.weight(layer), live[2].weight(layer))
    (tmp_path / "cycles" / "cycle-02.safetensors").unlink()
    with pytest.raises(InputError, match="cycle-02"):
        folder.model(small_model, found.rows[1])


def test_that_weights_of_edges_follow_the_published_formula(demo_analysis):
    layers = [layer for layer in demo_analysis if layer.layer.in_block]
    found = edge_weights(layers, 0.6, Modulation(1.0, 2.0, 0.85))
    edges = torch.tensor([layer.fit.singular_value_edge for layer in layers]).double()
    scores = (edges - edges.mean()) / edges.std(correction=0)
    for layer, score in zip(layers, scores.tolist(), strict=True):
        beta = 2.0 if "mlp" in layer.name else 1.0
        assert found[layer.name] == pytest.approx(max(0.1, 1 + beta * (1 - 0.6 / 0.85) * score))
    assert set(edge_weights(layers, 0.85, Modulation(1.0, 2.0, 0.85)).values()) == {1.0}
