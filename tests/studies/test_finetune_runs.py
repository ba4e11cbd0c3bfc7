"""Runs of fine-tuning: killed and gone on with, refused, ended early, taken up from a file."""

from __future__ import annotations

import copy
import re

import pytest
import torch

from rmt_studio import FineTuning, digits, export, load_pruned
from rmt_studio.errors import InputError
from rmt_studio.progress import Cancelled
from rmt_studio.studies import finetune as finetune_module
from rmt_studio.studies.finetune import finetune
from rmt_studio.studies.pruned_file import as_pruned, counted_as_dense
from rmt_studio.training import EpochReport, Report, StepReport, holds_run

SHORT = FineTuning(epochs=2, steps=2, batch=8, learning_rate=1e-3, hflip=0)


def _state(model):
    return copy.deepcopy(model.module.state_dict())


def _same(first, second):
    return all(torch.equal(values, second[name]) for name, values in first.items())


def test_that_a_killed_run_goes_on_to_the_same_bytes(demo_model, mixed, tmp_path, twenty):
    whole = finetune(demo_model, mixed, digits("train"), SHORT, validation=twenty)
    folder, best = tmp_path / "run", []

    def kill(report: Report):
        if isinstance(report, StepReport) and report.step == 3:
            raise Cancelled

    arguments = (demo_model, mixed, digits("train"), SHORT)
    keep = {"validation": twenty, "folder": folder, "keep_every": 1}
    with pytest.raises(Cancelled):
        finetune(
            *arguments, **keep, on_report=kill, on_best=lambda model, report: best.append(model)
        )
    assert holds_run(folder)
    left = folder / ".training.state.0123456789ab.part"  # as kill -9 leaves it
    left.write_bytes(b"half")
    assert len(best) == 1
    kept = load_pruned(folder / finetune_module.BEST)
    assert _same(_state(best[0]), kept.module.state_dict())
    resumed = finetune(*arguments, **keep, resume=True)
    assert _same(_state(whole.model), resumed.model.module.state_dict())
    assert resumed.reports == whole.reports
    assert not left.exists()
    assert sorted(file.name for file in folder.glob("*.safetensors")) == [
        "best.safetensors",
        "epoch-0001.safetensors",
        "epoch-0002.safetensors",
    ]
    opened = as_pruned(demo_model, load_pruned(folder / "epoch-0002.safetensors"))
    assert opened.effects.keys() >= mixed.effects.keys()


@pytest.mark.parametrize("other", ["settings", "images", "pruned", "validation"])
def test_that_a_run_goes_on_only_with_what_it_began_with(
    demo_model, mixed, masked, tmp_path, other, twenty
):
    short = SHORT.model_copy(update={"epochs": 1, "steps": 1})
    few = twenty
    finetune(demo_model, masked, few, short, folder=tmp_path)
    changed = {
        "settings": (masked, few, short.model_copy(update={"temperature": 3.0}), None),
        "images": (masked, digits("train"), short, None),
        "pruned": (mixed, few, short, None),
        "validation": (masked, few, short, few),
    }
    pruned, images, settings, validation = changed[other]
    said = {"settings": "temperature (2.0; now 3.0)", "pruned": "pruned model ("}
    with pytest.raises(InputError, match=re.escape(said.get(other, other))):
        finetune(
            demo_model,
            pruned,
            images,
            settings,
            validation=validation,
            folder=tmp_path,
            resume=True,
        )


def test_that_a_loss_out_of_bounds_is_named_and_the_best_is_kept(demo_model, masked):
    wild = SHORT.model_copy(update={"steps": 1, "learning_rate": 1e30, "warm_up": 0.0})
    kept: list[EpochReport] = []
    with pytest.raises(InputError, match="in step 2 of 2"):
        finetune(
            demo_model,
            masked,
            digits("train"),
            wild,
            on_best=lambda model, report: kept.append(report),
        )
    assert [report.epoch for report in kept] == [1]


def test_that_a_pruned_file_is_taken_up_with_its_zeros_and_ranks(demo_model, mixed, tmp_path):
    for format in ("dense", "factored"):
        path = export(mixed, tmp_path / f"{format}.safetensors", format=format, verify=False).path
        taken = as_pruned(demo_model, load_pruned(path))
        for name, effect in mixed.effects.items():
            found = taken.effects[name]
            if effect.stored_as == "low rank plus sparse":
                assert (found.stored_as, found.sparsity) == ("dense", 0.0)
                continue
            expected = (effect.stored_as, effect.parameters_kept)
            assert (found.stored_as, found.parameters_kept) == expected, (format, name)
        assert list(taken.splits) == ["blocks.1.attn.proj"]
        assert counted_as_dense(taken) == ["blocks.0.mlp.fc2"]
        assert taken.recipe == mixed.recipe


def test_that_a_file_of_another_network_is_refused(demo_model, deit_tiny):
    with pytest.raises(InputError, match="no pruned demo"):
        as_pruned(demo_model, deit_tiny)


def test_that_a_rate_that_only_hurts_leaves_the_model_as_it_was(demo_model, masked, twenty):
    wild = SHORT.model_copy(update={"learning_rate": 1.0, "warm_up": 0.0, "clip": None})
    kept = []
    found = finetune(
        demo_model,
        masked,
        digits("train"),
        wild,
        validation=twenty,
        on_best=lambda model, report: kept.append(report),
    )
    assert found.best_epoch == 0
    assert found.model is masked
    assert [report.best for report in found.reports] == [False, False]
    assert kept == []
