"""What the export dialog asks for: sizes before anything is written, speed, reports, a push."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rmt_studio.errors import InputError
from rmt_studio.evaluation.speed_up import SpeedUp, speed_up
from rmt_studio.models.exports import (
    FORMATS,
    Options,
    Subject,
    as_written,
    formats_for,
    require_extra,
)
from rmt_studio.models.exports.hub_push import push_folder
from rmt_studio.models.exports.reading import load_pruned
from rmt_studio.reports import write_report

if TYPE_CHECKING:
    from rmt_studio.analysis import Analysis
    from rmt_studio.models.loaded_model import LoadedModel
    from rmt_studio.progress import Progress


@dataclass(frozen=True)
class ExportChoice:
    """How to write: key of the format, dtype (None for its usual one), zstd."""

    format: str = "dense"
    dtype: str | None = None
    zstd: bool = True


@dataclass(frozen=True)
class ExpectedSize:
    """What a format would take.

    Attributes:
        bytes: about so many, headers aside; None where it cannot be written.
        at_most: whether packing will make it smaller yet.
        reason: why it cannot be written.
    """

    bytes: int | None
    at_most: bool = False
    reason: str = ""


def expected_sizes(
    model: LoadedModel, wanted: tuple[ExportChoice, ...], progress: Progress
) -> dict[ExportChoice, ExpectedSize]:
    """Return what each choice would take; nothing is written."""
    model.read(progress)
    found = {}
    for done, choice in enumerate(wanted):
        progress(done, len(wanted), FORMATS[choice.format].label)
        found[choice] = _expected(model, choice)
    return found


def _expected(model: LoadedModel, choice: ExportChoice) -> ExpectedSize:
    chosen = FORMATS[choice.format]
    try:
        require_extra(chosen)
        if chosen not in formats_for(model):
            raise InputError(model.title, "is a state dict of unknown architecture")
        dtype = choice.dtype or chosen.dtypes[0]
        size = chosen.content_bytes(Subject(as_written(model, chosen), Options(dtype, zstd=False)))
    except InputError as error:
        return ExpectedSize(None, reason=f"{error.reason}; {error.next_step}".strip("; "))
    return ExpectedSize(size, at_most=chosen.packs and choice.zstd)


def measure_speed_up(model: LoadedModel, path: str, device: str, progress: Progress) -> SpeedUp:
    """Time a model beside its factored export."""
    return speed_up(model, load_pruned(path, progress=progress), device=device, progress=progress)


def push(path: str, repository: str, progress: Progress) -> str:
    """Push an exported folder to the hub; gives its address."""
    return push_folder(path, repository, progress=progress)


def report_analysis(model: LoadedModel, analysis: Analysis, path: str, progress: Progress) -> str:
    """Write the analysis as a report; gives the path."""
    write_report(model, analysis, path, progress=progress)
    return path
