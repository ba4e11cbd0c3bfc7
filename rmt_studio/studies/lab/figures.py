"""The figure of each experiment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rmt_studio.studies.lab import randomness
from rmt_studio.studies.lab.drawing import (
    COLORS,
    MUTED,
    TEXT,
    label,
    mean_line,
    of_series,
    sheet,
)
from rmt_studio.studies.lab.noise_findings import LEVELS, NOISE, WIDTH, WIDTHS
from rmt_studio.studies.lab.pruning_while_training import EPOCHS, VARIANTS
from rmt_studio.studies.lab.removal import ALL, SHARES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from rmt_studio.studies.lab.rows import LabResult


def _note(result: LabResult) -> str:
    settings = result.settings
    hidden = ", ".join(map(str, settings.hidden))
    seeds = (
        f"mean of {settings.seeds} seeds, band: one standard error"
        if settings.seeds > 1
        else (f"seed {settings.seed}")
    )
    return f"{result.data}; hidden layers {hidden}; {settings.epochs} epochs; {seeds}"


def draw_pruning(result: LabResult) -> Figure:
    """Draw accuracy over the epochs, and the last ones beside the published values."""
    figure, (left, right) = sheet("Pruning while training", _note(result), 1, 2)
    for color, name in zip(COLORS, VARIANTS, strict=False):
        rows = of_series(result.rows, EPOCHS.key, name)
        mean_line(left, rows, "test_accuracy", color=color, label=name)
    label(left, EPOCHS, "test_accuracy")
    left.legend(loc="lower right", ncols=2)
    ours = [one for one in result.beside if one.quantity.endswith("test accuracy")]
    for place, one in enumerate(ours):
        color = COLORS[place]
        right.errorbar(one.ours, place, xerr=one.standard_error, fmt="o", color=color, capsize=3)
        _say(right, one.ours, place, color, above=False)
        if one.published is not None:
            right.plot(one.published, place, "D", mfc="none", mec=TEXT, ms=7)
            _say(right, one.published, place, MUTED, above=True)
    right.plot([], [], "o", color=MUTED, label="ours, this setting")
    right.plot([], [], "D", mfc="none", mec=TEXT, label="published setting and value")
    right.set_yticks(range(len(ours)), [one.quantity.partition(":")[0] for one in ours])
    right.set_ylim(len(ours) - 0.4, -0.8)
    right.set_xlabel("Test accuracy after the last epoch [%]")
    right.set_title("Beside the published values")
    right.legend(loc="lower left", bbox_to_anchor=(0, 0))
    return figure


def _say(axes: Axes, value: float, place: float, color: str, *, above: bool) -> None:
    """Write a value above or below its mark."""
    axes.annotate(
        f"{value:.1f}",
        (value, place),
        xytext=(0, 7 if above else -7),
        textcoords="offset points",
        ha="center",
        va="bottom" if above else "top",
        fontsize=8,
        color=color,
    )


def draw_randomness(result: LabResult) -> Figure:
    """Draw norm, variance, spikes and bound over the epochs."""
    figure, axes = sheet("Randomness over training", _note(result), 2, 2)
    panel = randomness.TOTALS
    looks = {randomness.NO_PENALTY: COLORS[1], randomness.PENALTY: COLORS[0]}
    names = {name: name for name in looks} | {
        randomness.PENALTY: f"L2 penalty {result.settings.l2:g}"
    }
    for name, color in looks.items():
        rows = of_series(result.rows, panel.key, name)
        for place, key in enumerate(("frobenius", "variance", "spikes")):
            mean_line(axes[place], rows, key, color=color, label=names[name])
        mean_line(axes[3], rows, "frobenius", color=color, label=f"{names[name]}: measured")
    penalised = of_series(result.rows, panel.key, randomness.PENALTY)
    mean_line(axes[0], penalised, "decay", color=MUTED, linestyle="--", linewidth=1.2,
              label="by the penalty alone")  # fmt: skip
    mean_line(axes[3], penalised, "frobenius_bound", color=TEXT, linestyle=":",
              label="bound sqrt((B + eps)/(2 lambda))")  # fmt: skip
    for place, key in enumerate(("frobenius", "variance", "spikes")):
        label(axes[place], panel, key)
        axes[place].set_ylim(bottom=0)
        axes[place].legend()
    label(axes[3], panel, "frobenius", "Norm beside the theorem's bound")
    axes[3].set_yscale("log")
    axes[3].legend(loc="center right")
    return figure


def draw_removal(result: LabResult) -> Figure:
    """Draw losses, perturbation and accuracy against the share removed."""
    figure, axes = sheet("Removing the part under the edge", _note(result), 2, 2)
    rows = of_series(result.rows, SHARES.key, ALL)
    for key, color, name in (
        ("train_loss", COLORS[0], "regularised, training"),
        ("test_loss", COLORS[1], "regularised, test"),
        ("train_entropy", COLORS[5], "cross-entropy, training"),
        ("test_entropy", COLORS[4], "cross-entropy, test"),
    ):
        mean_line(axes[0], rows, key, color=color, label=name)
    label(axes[0], SHARES, "train_loss", "Loss, all layers")
    axes[0].set_ylabel("Loss [nats]")
    for key, color, name, dash in (
        ("train_loss", COLORS[0], "measured L(S)", "-"),
        ("logit_loss", COLORS[2], "bound, measured logits", "--"),
        ("certified_loss", TEXT, "bound, operator norms", ":"),
        ("published_loss", MUTED, "bound, published form", "-."),
    ):
        mean_line(axes[1], rows, key, color=color, label=name, linestyle=dash)
    label(axes[1], SHARES, "train_loss", "Theorem: L(W) - lambda ||R||^2 + bound")
    axes[1].set_yscale("log")
    _per_layer(axes[2], result)
    for key, color, name in (
        ("train_accuracy", COLORS[0], "training"),
        ("test_accuracy", COLORS[1], "test"),
    ):
        mean_line(axes[3], rows, key, color=color, label=name)
    label(axes[3], SHARES, "test_accuracy", "Accuracy, all layers")
    axes[3].set_ylabel("Accuracy [%]")
    for one in axes:
        one.set_xlabel("Share of the values under the edge removed [%]")
    axes[0].set_ylim(bottom=0)
    axes[0].legend(loc="lower left", ncols=2)
    low, high = axes[1].get_ylim()
    axes[1].set_ylim(low, high * (high / low) ** 0.25)  # room for the legend
    axes[1].legend(loc="upper left", ncols=2)
    axes[2].legend(loc="upper left")
    axes[3].legend(loc="center right")
    return figure


def _per_layer(axes: Axes, result: LabResult) -> None:
    """Draw what the removal from each layer alone changes."""
    names = sorted({row.series for row in result.rows} - {ALL})
    for color, name in zip(COLORS, names, strict=False):
        rows = of_series(result.rows, SHARES.key, name)
        mean_line(axes, rows, "perturbation", color=color, label=f"{name}: perturbation")
        mean_line(axes, rows, "removed", color=color, linestyle="--", linewidth=1)
    axes.plot([], [], "--", color=MUTED, linewidth=1, label="lambda ||R||^2 gained")
    axes.set_title("One layer alone, training")
    axes.set_ylabel("Change of the loss [nats]")


def draw_noise(result: LabResult) -> Figure:
    """Draw accuracy and loss against the noise, and the width scaling."""
    settings: Any = result.settings
    figure, axes = sheet("Adding noise", _note(result), 2, 2)
    rows = of_series(result.rows, LEVELS.key, NOISE)
    for key, color, name in (
        ("train_accuracy", COLORS[0], "training"),
        ("test_accuracy", COLORS[1], "test"),
    ):
        mean_line(axes[0], rows, key, color=color, label=name, marker="o", ms=3)
    for one in result.beside:
        if one.published is not None and one.unit == "%":
            axes[0].axhline(one.published, color=MUTED, linestyle=":",
                            label=f"published, without noise {one.published:g}")  # fmt: skip
    label(axes[0], LEVELS, "test_accuracy", "Accuracy")
    axes[0].set_ylabel("Accuracy [%]")
    for key, color, name in (
        ("regularised_loss", COLORS[2], "regularised, training"),
        ("test_loss", COLORS[1], "cross-entropy, test"),
        ("train_loss", COLORS[0], "cross-entropy, training"),
        ("penalty", MUTED, "penalty"),
    ):
        mean_line(axes[1], rows, key, color=color, label=name, marker="o", ms=3)
    label(axes[1], LEVELS, "train_loss", "Loss")
    axes[1].set_yscale("log")
    axes[1].set_ylabel("Loss [nats]")
    least = min((level for level in settings.levels if level), default=1.0)
    for one in axes[:2]:
        one.set_xscale("symlog", linthresh=least)
        one.set_xlim(left=-least / 4)
        one.set_xlabel("Noise level: variance times the widest layer N")
        one.axvline(1.0, color=MUTED, linewidth=0.8)
        one.legend()
    _widths(axes[2], axes[3], result)
    return figure


def _widths(left: Axes, right: Axes, result: LabResult) -> None:
    rows = of_series(result.rows, WIDTHS.key, WIDTH)
    for axes, keys in (
        (left, ("shift", "row_scale", "theory_scale", "diagnostic_scale", "shift_bound")),
        (right, ("row_sum", "input_norm")),
    ):
        for color, key in zip(COLORS, keys, strict=False):
            mean_line(axes, rows, key, color=color, marker="o", ms=3,
                      label=WIDTHS.column(key).title)  # fmt: skip
        axes.set_xscale("log", base=2)
        axes.set_yscale("log")
        axes.set_xlabel("Width N of [inputs, N, N, classes]")
    power = next(one for one in result.beside if one.quantity.startswith("change of the logits"))
    left.set_title(f"Noise in the middle layer: power {power.ours:.2f}, theory {power.published:g}")
    left.set_ylabel("Change of the logits, largest of the classes")
    right.set_title("Norms of the outer layers")
    right.set_ylabel("Norm")
    for axes in (left, right):
        axes.legend()
