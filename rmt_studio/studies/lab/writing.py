"""What an experiment found as JSON, CSV and a figure, each whole or not at all."""

from __future__ import annotations

import csv
import json
import os
from dataclasses import replace
from typing import TYPE_CHECKING

from rmt_studio.errors import InputError
from rmt_studio.models.atomic_write import atomic_write
from rmt_studio.studies.lab.drawing import style

if TYPE_CHECKING:
    from pathlib import Path

    from rmt_studio.studies.lab.experiment import Experiment
    from rmt_studio.studies.lab.rows import LabResult


def ready_folder(folder: Path) -> None:
    """Make a folder where it is missing, before any work is done.

    Raises:
        InputError: it cannot be made or written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = f"cannot be made ({error.strerror or error})"
        raise InputError(folder, reason, "choose another folder") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise InputError(folder, "may not be written to", "choose another folder")


def write_result(experiment: Experiment, result: LabResult, folder: Path) -> LabResult:
    """Write ``KEY.json``, ``KEY.csv`` and ``KEY.png``; return the result with their paths.

    Raises:
        InputError: one of them cannot be written.
    """
    data, table, figure = (folder / f"{result.key}.{kind}" for kind in ("json", "csv", "png"))
    record = {
        "question": experiment.question,
        "source": experiment.source,
        **result.record(),
    }
    with atomic_write(data) as beside:
        beside.write_text(json.dumps(record, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    _write_table(experiment, result, table)
    with style(), atomic_write(figure) as beside:
        experiment.draw(result).savefig(beside, format="png", dpi=150)
    checkpoints = folder / f"{result.key}-checkpoints"
    series = tuple(sorted(checkpoints.iterdir())) if checkpoints.is_dir() else ()
    return replace(result, files=(data, table, figure, *series))


def _write_table(experiment: Experiment, result: LabResult, path: Path) -> None:
    """Write one line for each row; a column that a row does not have stays empty."""
    columns = ["panel", "series", "seed", "x"]
    for panel in experiment.panels:
        columns += [one.key for one in panel.columns if one.key not in columns]
    with (
        atomic_write(path) as beside,
        beside.open("w", encoding="utf-8", newline="") as stream,
    ):
        writer = csv.DictWriter(stream, columns, restval="")
        writer.writeheader()
        writer.writerows(row.record() for row in result.rows)
