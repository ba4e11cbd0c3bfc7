"""What the window of a fine-tuning says in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from rmt_studio.evaluation.intervals import wilson
from rmt_studio.gui.inspector.figures import count_text, percent_text
from rmt_studio.gui.results.marked_model import Heading, MarkedRow
from rmt_studio.gui.results.row import points_text
from rmt_studio.gui.results.series import Look
from rmt_studio.gui.training.asked import Ending, Outcome, Validation
from rmt_studio.gui.training.fields import short_power
from rmt_studio.gui.training.plots import TUNED
from rmt_studio.training import holds_run

if TYPE_CHECKING:
    from rmt_studio.data.images import ImageSet
    from rmt_studio.gui.training.fine_tuner import FineTuner
    from rmt_studio.studio.training_tasks import Levels, Tuning
    from rmt_studio.training import EpochReport

NOTHING = "–"
_OTHERS = Look("bulk", TUNED.symbol, TUNED.line)
EPOCHS = (
    Heading("Epoch", "A pass over the training images; the mark is that of the epochs kept"),
    Heading("Loss", "Mean over the steps of the epoch, penalties included"),
    Heading("Top-1 %", "Validation images named rightly after it"),
    Heading("95 % interval", "Of that share, in per cent"),
    Heading("Gain", "Top-1 against the pruned model before fine-tuning, in points"),
    Heading("Best", "◆ better than every epoch before it: the last of these is kept"),
)


def epoch_row(report: EpochReport, levels: Levels | None) -> MarkedRow:
    """Return the row of an epoch."""
    name, best = str(report.epoch), "◆" if report.best else ""
    top1 = interval = gain = NOTHING
    if report.validation is not None and levels is not None:
        low, high = wilson(round(report.validation * levels.n), levels.n)
        top1 = f"{100 * report.validation:.1f}"
        interval = f"{100 * low:.1f} to {100 * high:.1f}"
        gain = points_text(report.validation - levels.pruned)
    texts = (name, f"{report.loss:.4f}", top1, interval, gain, best)
    tips = tuple(heading.tip for heading in EPOCHS)
    return MarkedRow(TUNED if report.best else _OTHERS, texts, tips, faded=not report.best)


def about(tuning: Tuning | None) -> str:
    """Return which model learns from which images."""
    if tuning is None:
        return ""
    text = _tr("{0} · {1} images of {2}, reported on {3} of {4}")
    taught, reported = tuning.images, tuning.reported
    return text.format(
        tuning.model.title,
        count_text(len(taught)),
        taught.name,
        count_text(len(reported)),
        reported.name,
    )


def happening(tuner: FineTuner) -> str:
    """Return what happens now, or how it ended."""
    if tuner.ending is not None:
        return _ended(tuner)
    if tuner.stopping:
        return _tr("Stopping; the best epoch so far is kept")
    step, asked = tuner.course.step, tuner.asked
    if asked is None:
        return ""
    if step is not None:
        text = _tr("Epoch {0} of {1}, step {2} of {3}: loss {4:.3f}, learning rate {5}")
        rate = short_power(step.learning_rate)
        places = step.epoch, asked.settings.epochs, step.step, step.steps
        return text.format(*places, step.loss, rate)
    if tuner.where is not None:
        reached = tuner.where.epoch
        if reached:
            return _tr("Going on after epoch {0}, where it stopped before").format(reached)
        return _tr("Preparing the images")
    return _tr("Measuring what pruning cost, before anything is learned")


def _ended(tuner: FineTuner) -> str:
    ends = {
        Ending.DONE: _tr("Done."),
        Ending.EARLY: _tr("Stopped early: no better epoch for as long as patience allows."),
        Ending.STOPPED: _tr("Stopped."),
        Ending.FAILED: _tr("It did not work."),
    }
    outcomes = {
        Outcome.TAKEN: _tr("The best epoch is the pruned model from now on"),
        Outcome.NO_EPOCH: _tr("No epoch had ended, so the pruned model is as it was"),
        Outcome.WORSE: _tr("No epoch beats the pruned model, which stays as it was"),
        Outcome.OTHER_RULES: _tr("The rules are others by now, so the pruned model stays"),
    }
    said = [ends[tuner.ending]] if tuner.ending is not None else []
    return " ".join([*said, *([outcomes[tuner.outcome]] if tuner.outcome is not None else [])])


def conclusion(tuner: FineTuner) -> str:
    """Return what the best epoch won back, and that the sparsity is what it was."""
    best, levels = tuner.course.best, tuner.levels
    if best is None:
        return ""
    report, kept = best.report, percent_text(best.model.block_sparsity)
    sparsity = _tr("{0} removed, as before").format(kept)
    if report.validation is None or levels is None:
        text = _tr("Epoch {0} is best: loss {1:.4f}").format(report.epoch, report.loss)
        return f"{text} · {sparsity}"
    text = _tr("Epoch {0} is best: {1:.1f} % ({2} over pruned, {3} to dense)")
    found = text.format(
        report.epoch,
        100 * report.validation,
        points_text(report.validation - levels.pruned),
        points_text(report.validation - levels.dense),
    )
    return f"{found} · {sparsity}"


def kept(tuner: FineTuner) -> str:
    """Return where the work is kept that can go on; empty where nothing is kept."""
    if tuner.where is None or tuner.ending is None or not holds_run(tuner.where.folder):
        return ""
    if tuner.ending is not Ending.STOPPED:
        return _tr("Kept in {0}").format(tuner.where.folder)
    return _tr("Kept in {0}; Start goes on with it, also another day").format(tuner.where.folder)


def honesty(validation: Validation, images: ImageSet | None) -> str:
    """Return what choosing the best epoch in this way does to the number that is reported."""
    if validation is Validation.REPORTED:
        return _tr(
            "The best of several epochs, chosen on the very images that are reported: their "
            "accuracy comes out a little too kind."
        )
    if validation is Validation.HELD_OUT:
        held = min(len(images) // 10, 5000) if images is not None else 0
        text = _tr(
            "{0} images are set aside and not learned from. The open images have no say, so "
            "their accuracy is fair."
        )
        return text.format(count_text(held))
    return _tr("The epoch with the least loss on the training images is kept; nothing is biased.")


def _tr(text: str) -> str:
    return QCoreApplication.translate("training", text)
