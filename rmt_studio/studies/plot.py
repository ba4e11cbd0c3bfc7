"""Accuracy against sparsity, drawn into a file by matplotlib."""

from __future__ import annotations

from importlib.util import find_spec
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rmt_studio.errors import InputError
from rmt_studio.models.atomic_write import atomic_write
from rmt_studio.studies.trial import Measured

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from rmt_studio.studies.compare import MethodComparison

PICTURES = (".svg", ".png", ".pdf")
# Okabe & Ito (2008), for all kinds of colour vision; a marker tells each as well
_COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#7A5195")
_MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">")
_TEXT, _MUTED, _LINE, _PAPER = "#1B1F24", "#5B6370", "#D5D9DF", "#FFFFFF"
_DODGE = 0.35  # points of sparsity between neighbouring methods, so that no bar hides another
_TITLE: dict[str, Any] = {"loc": "left", "fontsize": 11, "fontweight": "bold", "pad": 20}
_STYLE: dict[Any, Any] = {
    "font.family": "DejaVu Sans",  # comes with matplotlib, so every machine draws the same
    "font.size": 10,
    "svg.hashsalt": "rmt-studio",
    "axes.edgecolor": _MUTED,
    "axes.labelcolor": _TEXT,
    "text.color": _TEXT,
    "xtick.color": _MUTED,
    "ytick.color": _MUTED,
}


def require_picture(path: Path) -> None:
    """Refuse, before any work, a picture that could not be drawn.

    Raises:
        InputError: a file name that says no known format, or matplotlib is not installed.
    """
    if Path(path).suffix.lower() not in PICTURES:
        raise InputError(path, "is no picture that can be drawn", f"end it in {_listed(PICTURES)}")
    if find_spec("matplotlib") is None:
        reason = "cannot be drawn, matplotlib is not installed"
        raise InputError(path, reason, "install it by: pip install 'rmt-studio[plot]'")


def draw_comparison(comparison: MethodComparison, path: Path | str) -> None:
    """Draw top-1 against the share removed, a line for each method, and write it to a file.

    The bars are the paired 95 % intervals of the difference to the dense model, drawn around its
    accuracy: they tell how far a method is from dense, not how it would do on other images. The
    same comparison gives the same bytes.

    Args:
        comparison: what `compare_methods` returned.
        path: .svg, .png or .pdf.

    Raises:
        InputError: another format, no matplotlib, or a place that cannot be written.
    """
    path = Path(path)
    require_picture(path)
    import matplotlib as mpl
    from matplotlib.figure import Figure

    kind = path.suffix.lower().removeprefix(".")
    with mpl.rc_context(), atomic_write(path) as beside:
        mpl.rcdefaults()  # a person's own settings would change the picture
        mpl.rcParams.update(_STYLE)
        figure = Figure(figsize=(8.6, 4.6), layout="constrained", facecolor=_PAPER)
        _draw(figure.add_subplot(), comparison)
        undated = {} if kind == "png" else {"Date" if kind == "svg" else "CreationDate": None}
        figure.savefig(beside, format=kind, dpi=150, metadata=undated)


def _draw(axes: Axes, comparison: MethodComparison) -> None:
    dense = comparison.dense
    axes.axhline(100 * dense.top1, color=_MUTED, linestyle=(0, (5, 3)), linewidth=1.2, zorder=1)
    axes.annotate(
        f"dense {dense.top1:.1%}",
        (1, 100 * dense.top1),
        xycoords=("axes fraction", "data"),
        xytext=(-4, 4),
        textcoords="offset points",
        horizontalalignment="right",
        color=_MUTED,
    )
    looks = zip(cycle(_COLORS), cycle(_MARKERS), strict=False)
    middle = (len(comparison.methods) - 1) / 2
    for place, (method, (color, marker)) in enumerate(zip(comparison.methods, looks, strict=False)):
        _line(axes, comparison, method, color, marker, (place - middle) * _DODGE)
    axes.set_xlabel("share removed of the attention and MLP matrices (%)")
    axes.set_ylabel("top-1 (%)")
    axes.set_ylim(*_bounds(comparison))
    axes.grid(axis="y", color=_LINE, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.figure.legend(frameon=False, loc="outside right upper")  # beside: it would hide points
    axes.set_title(f"{dense.label}, {dense.n} images of {dense.images}", **_TITLE)
    axes.annotate(
        "bars: 95 % interval of the paired difference to dense; equal shares drawn side by side",
        (0, 1),
        xycoords="axes fraction",
        xytext=(0, 6),
        textcoords="offset points",
        color=_MUTED,
        fontsize=8.5,
    )


def _bounds(comparison: MethodComparison) -> tuple[float, float]:
    """Return the ends of the axis: all bars, with some room around them."""
    rows = [row for row in comparison.rows if isinstance(row, Measured)]
    ends = [comparison.dense.top1 + end for row in rows for end in row.pair.interval]
    low = 100 * max(0.0, min(ends, default=0.0))
    high = 100 * min(1.0, max([comparison.dense.top1, *ends]))
    room = max(1.0, 0.06 * (high - low))
    return low - room, high + room


def _line(
    axes: Axes,
    comparison: MethodComparison,
    method: str,
    color: str,
    marker: str,
    dodge: float,
) -> None:
    rows = [row for row in comparison.rows if row.method == method and isinstance(row, Measured)]
    rows.sort(key=lambda row: row.block_sparsity)
    top1 = [100 * row.evaluation.top1 for row in rows]
    ends = [[comparison.dense.top1 + end for end in row.pair.interval] for row in rows]
    bounds = [[100 * min(1.0, max(0.0, end)) for end in both] for both in ends]
    below = [max(0.0, value - low) for value, (low, _) in zip(top1, bounds, strict=True)]
    above = [max(0.0, high - value) for value, (_, high) in zip(top1, bounds, strict=True)]
    axes.errorbar(
        [100 * row.block_sparsity + dodge for row in rows],
        top1,
        yerr=[below, above],
        label=method if rows else f"{method} (failed)",
        color=color,
        marker=marker,
        markersize=6,
        markeredgecolor=_PAPER,
        markeredgewidth=0.8,
        linewidth=1.6,
        elinewidth=1.1,
        capsize=2.5,
    )


def _listed(endings: tuple[str, ...]) -> str:
    return f"{', '.join(endings[:-1])} or {endings[-1]}"
