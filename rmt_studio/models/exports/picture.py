"""The spectra of some matrices under their fitted law, as a picture (matplotlib, no Qt)."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from rmt_studio.errors import InputError
from rmt_studio.progress import Progress, no_progress
from rmt_studio.spectra import Spectrum, fit_bulk

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from rmt_studio.models.layers import Layer
    from rmt_studio.models.loaded_model import LoadedModel
    from rmt_studio.spectra import BulkFit

PANELS, COLUMNS = 6, 3
# Okabe & Ito (2008): bulk and spikes as in the window
BULK, SPIKE, LAW = "#56B4E9", "#D55E00", "#1B1F24"
TEXT, MUTED, LINE, PAPER = "#1B1F24", "#5B6370", "#D5D9DF", "#FFFFFF"
_BARS = 60
_ROW = 2.6  # inches
_SUPERSCRIPTS = str.maketrans(
    "-0123456789", "\u207b\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079"
)
_BEYOND = 1.5  # how far past the edge a panel shows the axis
STYLE: dict[Any, Any] = {
    "font.family": "DejaVu Sans",  # comes with matplotlib, so every machine draws the same
    "font.size": 8,
    "svg.hashsalt": "rmt-studio",
    "svg.fonttype": "none",  # text stays text: it can be searched and copied
    "axes.edgecolor": MUTED,
    "axes.labelcolor": MUTED,
    "text.color": TEXT,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
}


@dataclass(frozen=True)
class Panel:
    """One matrix to draw.

    Attributes:
        name: what stands above it.
        spectrum: its singular values.
        fit: its noise law.
    """

    name: str
    spectrum: Spectrum
    fit: BulkFit


def panels_of(model: LoadedModel, progress: Progress = no_progress) -> list[Panel]:
    """Return the matrices of the block in the middle of the model that have a spectrum."""
    inside = [layer for layer in model.layers if layer.in_block]
    blocks = sorted({layer.block for layer in inside if layer.block is not None})
    middle = blocks[(len(blocks) - 1) // 2] if blocks else None
    chosen = [x for x in inside if x.block == middle] or list(model.layers)
    found = []
    for done, layer in enumerate(chosen[:PANELS]):
        progress(done, PANELS, f"spectrum of {layer.name}")
        found += _panel(model, layer)
    return found


def _panel(model: LoadedModel, layer: Layer) -> list[Panel]:
    """Return the panel of a layer; none where no noise law can be fitted, as to zeros."""
    try:
        spectrum = Spectrum.of(model.weight(layer))
        return [Panel(layer.name, spectrum, fit_bulk(spectrum))]
    except InputError:
        return []


def draw_spectra(panels: Sequence[Panel], kind: str) -> bytes:
    """Draw panels side by side, three in a row; the same panels give the same bytes.

    Args:
        panels: at least one.
        kind: "png" or "svg".
    """
    import matplotlib as mpl  # takes a moment, and most of what imports this draws nothing
    from matplotlib.figure import Figure

    rows = -(-len(panels) // COLUMNS)
    height = _ROW * rows
    held = io.BytesIO()
    with mpl.rc_context():
        mpl.rcdefaults()  # a person's own settings would change the picture
        mpl.rcParams.update(STYLE)
        figure = Figure(figsize=(9.0, height), facecolor=PAPER)
        figure.subplots_adjust(
            left=0.055, right=0.985, bottom=0.5 / height, top=1 - 0.35 / height,
            wspace=0.24, hspace=0.5,
        )  # fmt: skip
        for place, panel in enumerate(panels):
            _draw(figure.add_subplot(rows, COLUMNS, place + 1), panel)
        undated = {"Date": None} if kind == "svg" else {"Software": None}
        figure.savefig(held, format=kind, dpi=120, metadata=undated)
    return held.getvalue()


def _draw(axes: Axes, panel: Panel) -> None:
    """Draw eigenvalues and densities in powers of ten, which the captions of the axes name."""
    fit, values = panel.fit, panel.spectrum.eigenvalues
    right = min(_BEYOND * max(fit.threshold, fit.upper_edge), float(values[0]) * 1.05)
    right = max(right, fit.upper_edge * 1.05)
    edges = np.linspace(0.0, right, _BARS + 1)
    low, high = fit.law.support
    places = np.linspace(low, high, 400)
    law = fit.law.pdf(places) * fit.bulk_share
    top = _top(values, edges, law)
    (unit, unit_text), (tall, tall_text) = power_of(right), power_of(top)
    spikes = values > fit.threshold
    for part, color in ((values[~spikes], BULK), (values[spikes], SPIKE)):
        heights = np.histogram(part, edges)[0] / (values.size * edges[1])
        shown = np.minimum(heights, top) / tall  # some viewers of SVG know no clipping
        axes.stairs(shown, edges / unit, fill=True, color=color, linewidth=0)
    axes.plot(places / unit, np.minimum(law, top) / tall, color=LAW, linewidth=1.1)
    axes.axvline(fit.upper_edge / unit, color=MUTED, linewidth=0.8, linestyle=":")
    axes.set_xlim(0.0, right / unit)
    axes.set_ylim(0.0, top / tall)
    axes.set_title(panel.name, loc="left", fontsize=8.5, fontweight="bold")
    beyond = int(np.count_nonzero(values > right))
    told = f"{fit.spikes} spikes" + (f",\n{beyond} beyond the axis" if beyond else "")
    axes.text(
        0.98, 0.96, told, transform=axes.transAxes, ha="right", va="top", fontsize=7.5, color=MUTED
    )
    axes.set_xlabel(f"eigenvalue{unit_text}", fontsize=7.5, labelpad=1)
    axes.set_ylabel(f"density{tall_text}", fontsize=7.5, labelpad=2)
    axes.locator_params(nbins=5)
    axes.grid(axis="y", color=LINE, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=7, length=2)


def power_of(largest: float) -> tuple[float, str]:
    """Return the power of ten to divide by, and how a caption says so."""
    exponent = int(np.floor(np.log10(largest))) if 0 < largest < np.inf else 0
    if -1 <= exponent <= 2:
        return 1.0, ""
    return 10.0**exponent, f" (×10{str(exponent).translate(_SUPERSCRIPTS)})"


def _top(values: np.ndarray, edges: np.ndarray, law: np.ndarray) -> float:
    """Return the height of a panel: its bars, unless one of them towers over the rest."""
    heights = np.sort(np.histogram(values, edges)[0] / (values.size * edges[1]))
    second, highest = (float(height) for height in heights[-2:])
    bars = highest if highest <= 3 * second else 1.5 * second
    finite = law[np.isfinite(law)]
    over = float(finite.max(initial=0.0))
    return 1.12 * max(bars, over if over <= 1.5 * bars else 0.0) or 1.0
