"""The words on the plots."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from rmt_studio.gui.inspector.figures import count_text
from rmt_studio.gui.spectrum.axes import power_of_ten
from rmt_studio.gui.spectrum.scales import Quantity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rmt_studio.analysis import LayerAnalysis
    from rmt_studio.gui.spectrum.cut import Cut
    from rmt_studio.gui.spectrum.scales import Scale
    from rmt_studio.gui.spectrum.shown import OutOfView


def _tr(text: str) -> str:
    return QCoreApplication.translate("SpectrumView", text)


def axis_caption(scale: Scale) -> str:
    """Return what an axis of eigenvalues is called on a scale."""
    if scale.quantity is Quantity.EIGENVALUE:
        return _tr("eigenvalue λ = s²/n")
    return _tr("singular value s")


def edge_caption(scale: Scale, sign: str) -> str:
    """Return λ₊, λ₋, s₊ or s₋."""
    return f"{scale.symbol}{sign}"


def cut_caption(cut: Cut, layers: int) -> str:
    """Return the label of the threshold line; ``layers`` is how many a drag changes."""
    many = _tr(" · {n} layers").format(n=layers) if layers > 1 else ""
    if cut.rank is None:
        return _tr("drag to cut") + many
    return (
        _tr("cut {multiple} λ₊ · rank {rank}").format(
            multiple=short_multiple(cut.multiple), rank=cut.rank
        )
        + many
    )


def short_multiple(multiple: float) -> str:
    """Return a multiple of the edge as a person reads it, such as 1.18."""
    return f"{multiple:.2f}" if 0.1 <= multiple < 100 else f"{multiple:.3g}"


def number_text(number: float) -> str:
    """Return three significant digits, such as ``0.0215`` or ``3.66·10⁻⁴``."""
    if number == 0 or 0.01 <= abs(number) < 999.5:
        return f"{number:#.3g}".rstrip(".")
    leader, _, exponent = f"{number:.2e}".partition("e")
    return f"{leader}·{power_of_ten(int(exponent))}"


def foot_captions(layer: LayerAnalysis, out: OutOfView | None, scale: Scale) -> tuple[str, str]:
    """Return the line under a plot, long and short: what the view and the law leave out."""
    parts = [*(_outside(out, scale) if out is not None else ())]
    if layer.fit.zeros:
        zeros = _tr("{n} are zero and left out").format(n=layer.fit.zeros)
        parts.append((zeros, zeros))
    return "; ".join(long for long, _ in parts), "; ".join(short for _, short in parts)


def _outside(out: OutOfView, scale: Scale) -> Iterator[tuple[str, str]]:
    """Yield what a view does not hold, each part long and short."""
    if out.right:
        largest = number_text(out.largest)
        long = _tr("{n} {lie} to the right of this view (largest {largest})")
        short = _tr("{n} further right, up to {largest}")
        yield (
            long.format(n=out.right, lie=_lie(out.right, scale), largest=largest),
            short.format(n=out.right, largest=largest),
        )
    if out.left:
        long = _tr("{n} to its left") if out.right else _tr("{n} {lie} to the left of this view")
        yield (
            long.format(n=out.left, lie=_lie(out.left, scale)),
            _tr("{n} further left").format(n=out.left),
        )
    if out.cut:
        side = _tr("right") if out.cut > 0 else _tr("left")
        text = _tr("the cut lies further {side}").format(side=side)
        yield text, text
    if out.clipped:
        text = _tr("one bar rises to {density}").format(density=_plain(out.clipped))
        yield text, text


def _lie(count: int, scale: Scale) -> str:
    if scale.quantity is Quantity.EIGENVALUE:
        return _tr("eigenvalue lies") if count == 1 else _tr("eigenvalues lie")
    return _tr("singular value lies") if count == 1 else _tr("singular values lie")


def _plain(number: float) -> str:
    return count_text(round(number)) if 100 <= number < 1e7 else number_text(number)
