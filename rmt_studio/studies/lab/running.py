"""Running an experiment: run by run, kept as it goes, written at the end."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING

import torch

from rmt_studio.errors import InputError
from rmt_studio.models.devices import usable_device
from rmt_studio.progress import no_progress
from rmt_studio.studies.course import portion
from rmt_studio.studies.lab.catalogue import EXPERIMENTS
from rmt_studio.studies.lab.experiment import Lab
from rmt_studio.studies.lab.kept_runs import KeptRuns
from rmt_studio.studies.lab.rows import LabResult
from rmt_studio.studies.lab.writing import ready_folder, write_result

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rmt_studio.progress import Progress
    from rmt_studio.studies.lab.dataset import Pictures
    from rmt_studio.studies.lab.experiment import Experiment, Run
    from rmt_studio.studies.lab.rows import LabRow
    from rmt_studio.studies.lab.settings import LabSettings


def experiment_named(key: str) -> Experiment:
    """Return the experiment of that name.

    Raises:
        InputError: there is none.
    """
    if key not in EXPERIMENTS:
        raise InputError(f"experiment {key!r}", "is not known", f"choose {', '.join(EXPERIMENTS)}")
    return EXPERIMENTS[key]


def run_experiment(
    key: str,
    data: Pictures,
    settings: LabSettings | None = None,
    *,
    folder: Path | None = None,
    on_row: Callable[[LabRow], None] | None = None,
    progress: Progress = no_progress,
) -> LabResult:
    """Run one experiment and write what it found.

    The same settings, pictures and seeds give the same rows on one device with as many threads.
    With a folder, finished runs are kept in it while the experiment goes on; the same experiment
    started again there with the same settings and pictures takes them from it.

    Args:
        key: of `EXPERIMENTS`.
        data: the pictures.
        settings: of the experiment's own class; its ``scaled()`` by default.
        folder: where JSON, CSV and figure go, made where missing; None writes nothing.
        on_row: called with each row as soon as it is measured.
        progress: called every batch; cancels by raising.

    Raises:
        InputError: an unknown experiment, settings of another, too few pictures, a device or a
            folder that cannot be used, or a training that diverges.
    """
    experiment = experiment_named(key)
    settings = experiment.settings.scaled() if settings is None else settings
    if not isinstance(settings, experiment.settings):
        reason = f"are {type(settings).__name__}, not {experiment.settings.__name__}"
        raise InputError("the settings", reason, f"take those of the experiment {key}")
    device = usable_device(settings.device, torch.float64)
    if folder is not None:
        ready_folder(folder)
    begun = time.monotonic()
    pictures = data.take(settings.train_images, settings.test_images).to(device)
    kept = KeptRuns.open(folder, key, settings, pictures)
    rows: list[LabRow] = []
    runs = experiment.runs(settings)
    whole, done = sum(run.cost for run in runs), 0.0
    for run in runs:
        here = portion(progress, done / whole, (done + run.cost) / whole, _words(run, settings))
        here(0, 1)
        lab = Lab(
            pictures,
            settings,
            device,
            lambda _row: None,
            here,
            _checkpoints(folder, key, run, settings),
        )
        rows += _rows(experiment, lab, run, kept, on_row)
        done += run.cost
    found = experiment.findings(settings, rows)
    seconds = kept.seconds + time.monotonic() - begun
    result = LabResult(key, settings, pictures.words, tuple(rows), *found, seconds)
    if folder is not None:
        result = write_result(experiment, result, folder)
        with suppress(OSError):
            kept.forget()
    progress(1, 1, "")
    return result


def _words(run: Run, settings: LabSettings) -> str:
    return run.name if settings.seeds == 1 else f"{run.name}, seed {run.seed}"


def _checkpoints(folder: Path | None, key: str, run: Run, settings: LabSettings) -> Path | None:
    if folder is None or not settings.keep_checkpoints:
        return None
    name = "".join(c if c.isalnum() else "-" for c in run.name).strip("-")
    return folder / f"{key}-checkpoints" / f"{name}-seed-{run.seed}"


def _rows(
    experiment: Experiment,
    lab: Lab,
    run: Run,
    kept: KeptRuns,
    on_row: Callable[[LabRow], None] | None,
) -> list[LabRow]:
    """Return the rows of one run, from an earlier one where that is kept."""
    known = kept.rows(run)
    if known is not None:
        for row in known:
            if on_row is not None:
                on_row(row)
        return known
    rows: list[LabRow] = []

    def emit(row: LabRow) -> None:
        rows.append(row)
        if on_row is not None:
            on_row(row)

    begun = time.monotonic()
    experiment.carry_out(
        Lab(lab.data, lab.settings, lab.device, emit, lab.progress, lab.checkpoints), run
    )
    kept.keep(run, rows, time.monotonic() - begun)
    return rows
