"""The demo with rules and few images, and a fine-tuning that follows a script."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rmt_studio.pruning import EntryThreshold, LayerRule, Recipe
from rmt_studio.studies.finetune import FineTuned
from rmt_studio.studio import training_tasks
from rmt_studio.training import EpochReport, FineTuning, StepReport
from rmt_studio.training.run_file import NAME

PATIENCE = 120_000
QUICK = FineTuning(epochs=2, steps=2, batch=8, learning_rate=1e-3)


def some(part, step):
    from rmt_studio import digits

    everything = digits(part)
    return replace(everything, samples=everything.samples[::step])


def rules(model, share=0.8):
    every = {
        layer.name: LayerRule(steps=(EntryThreshold(share=share),))
        for layer in model.layers
        if layer.in_block
    }
    return Recipe(name="Magnitude 80% of blocks", architecture=model.architecture, rules=every)


@pytest.fixture(autouse=True)
def a_folder_of_its_own(tmp_path, monkeypatch):
    """Let no test go on with the training of another."""
    monkeypatch.setenv("RMT_STUDIO_STATE", str(tmp_path / "state"))


@pytest.fixture
def bench(workbench, demo_model, demo_analysis):
    """The workbench with the demo pruned to 20 %, 45 images to evaluate on and 48 to learn from."""
    workbench.document.open_model(demo_model)
    workbench.document.add_analysis(demo_analysis)
    workbench.document.open_images(some("test", 8))
    workbench.document.open_calibration(some("train", 30))
    workbench.replace_recipe(rules(demo_model), "rules")
    return workbench


@pytest.fixture
def tuner(bench):
    return bench.fine_tuner


class Script:
    """Stands in for `finetune`: epochs of two steps with these accuracies.

    Attributes:
        accuracies: of the epochs; None for what there is without validation.
        error: raised after the last of them.
        hold: called before each step, to make it wait.
    """

    def __init__(self):
        self.accuracies, self.error, self.asked = [0.5, 0.9, 0.8], None, None
        self.hold = None

    def __call__(self, dense, pruned, images, settings, *, on_report, on_best, progress, **rest):
        self.asked = {"images": images, "settings": settings, **rest}
        reports, best, steps = [], None, 2 * len(self.accuracies)
        for epoch, top1 in enumerate(self.accuracies, 1):
            for step in (2 * epoch - 1, 2 * epoch):
                progress(step - 1, steps)
                if self.hold:
                    self.hold(step, progress)
                on_report(StepReport(step, steps, epoch, 1 / step, 1e-3))
            better = best is None or (top1 or 0) > (best[1].validation or 0)
            (rest["folder"] / NAME).touch()
            reports.append(EpochReport(epoch, len(self.accuracies), 1 / epoch, top1, better))
            if better:
                note = {"finetuning": settings.model_dump_json()}
                model = replace(pruned, provenance={**pruned.provenance, **note})
                best = model, reports[-1]
                on_best(*best)
            on_report(reports[-1])
        if self.error:
            raise self.error
        return FineTuned(best[0], tuple(reports), "done", best[1].epoch)


@pytest.fixture
def script(monkeypatch):
    """A fine-tuning that follows a script."""
    made = Script()
    monkeypatch.setattr(training_tasks, "finetune", made)
    return made


def ended(tuner, bench):
    """Tell when all jobs have ended, and what they found has arrived."""
    return lambda: tuner.ending is not None and not bench.jobs._started
