"""Write a model in a format and tell of it: what every command that exports does last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rmt_studio.cli.report import progress_bar, screen
from rmt_studio.evaluation.speed_up import speed_up
from rmt_studio.models.export import ExportReport, export
from rmt_studio.models.exports.reading import load_pruned
from rmt_studio.models.wording import in_words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from rmt_studio.models.loaded_model import LoadedModel


@dataclass(frozen=True)
class Shape:
    """How to write: format, dtype, and whether to pack with zstd."""

    format: str = "dense"
    dtype: str | None = None
    zstd: bool = True


def write(
    model: LoadedModel, output: Path, shape: Shape, accuracy: Mapping[str, Any] | None = None
) -> ExportReport:
    """Export, and print what was written, how it was verified and what it saves."""
    with progress_bar("Export") as progress:
        report = export(
            model,
            output,
            format=shape.format,
            dtype=shape.dtype,
            zstd=shape.zstd,
            accuracy=accuracy,
            progress=progress,
        )
    for line in report_lines(report):
        screen.print(line)
    if report.format == "factored":
        with progress_bar("Time") as progress:
            screen.print(speed_up(model, load_pruned(report.path), progress=progress).text)
    return report


def report_lines(report: ExportReport) -> list[str]:
    """Return what was written and how it was verified."""
    first = f"{report.path}: {report.bytes:,} bytes, sha256 {report.sha256}"
    beside = ", ".join(file.name for file in report.files[1:])
    return [first, _proof(report), f"with it: {beside} ({in_words(_size(report))} in all)"]


def _proof(report: ExportReport) -> str:
    """Return what a fresh process compared, and what it found."""
    if report.max_logit_difference is None:
        return (
            f"verified in a fresh process: all {report.tensors_compared} tensors equal those in "
            f"memory as {report.dtype}, bit by bit; without an architecture there are no logits"
        )
    found = (
        f"verified in a fresh process: largest logit difference {report.max_logit_difference:.3g}"
    )
    if report.rounding:
        found += f", of which rounding to {report.dtype} makes {report.rounding:.3g}"
    return found


def _size(report: ExportReport) -> int:
    return sum(file.stat().st_size for file in report.files if file.is_file())
