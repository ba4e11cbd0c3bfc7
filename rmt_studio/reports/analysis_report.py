"""The analysis of a model as a file: every number as CSV or JSON, or a page to read and attach."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rmt_studio.analysis.records import scalars
from rmt_studio.errors import InputError
from rmt_studio.progress import Progress, no_progress
from rmt_studio.reports.page import analysis_page
from rmt_studio.reports.text_files import write_csv, write_json, write_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from rmt_studio.analysis import Analysis
    from rmt_studio.models.loaded_model import LoadedModel


def write_report(
    model: LoadedModel,
    analysis: Analysis,
    path: Path | str,
    *,
    progress: Progress = no_progress,
) -> None:
    """Write the analysis; the ending of the name says as what.

    The same analysis gives the same bytes.

    Args:
        model: what was analysed.
        analysis: its spectra and fits.
        path: ends in .html, .csv or .json.
        progress: called between the plots of a page; may raise `Cancelled`.

    Raises:
        InputError: nothing was analysed, another ending, or a place that cannot be written.
    """
    path = Path(path)
    write = REPORTS.get(path.suffix.lower())
    if write is None:
        *first, last = REPORTS
        next_step = f"end it in {', '.join(first)} or {last}"
        raise InputError(path, "does not say what kind of report it is to be", next_step)
    if not len(analysis):
        raise InputError("report", "has nothing to tell", "analyse the model first")
    write(model, analysis, path, progress)


def model_record(model: LoadedModel) -> dict[str, object]:
    """Return what a model is, as plain values."""
    return {
        "architecture": model.architecture,
        "source": {
            "kind": model.source.kind,
            "location": model.source.location,
            "sha256": model.source.sha256,
        },
        "parameters": model.parameter_count,
        "block_parameters": model.block_parameter_count,
    }


def _html(model: LoadedModel, analysis: Analysis, path: Path, progress: Progress) -> None:
    write_text(path, analysis_page(model, analysis, progress))


def _csv(model: LoadedModel, analysis: Analysis, path: Path, progress: Progress) -> None:
    write_csv(path, [scalars(record) for record in analysis.records()])


def _json(model: LoadedModel, analysis: Analysis, path: Path, progress: Progress) -> None:
    told = {"layers": analysis.records(), "skipped": analysis.skipped}
    write_json(path, {**model_record(model), **told})


REPORTS: dict[str, Callable[[LoadedModel, Analysis, Path, Progress], None]] = {
    ".html": _html,
    ".csv": _csv,
    ".json": _json,
}
