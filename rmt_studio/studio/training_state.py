"""What a fine-tuning leaves on disk, to go on from: its folder, the epochs and the best model."""

from __future__ import annotations

import hashlib
import json
import shutil
from typing import TYPE_CHECKING

from safetensors import SafetensorError, safe_open

from rmt_studio.errors import InputError
from rmt_studio.studies.finetune import NOTE
from rmt_studio.studies.identity import Identity
from rmt_studio.studies.learned import with_network, with_parameters
from rmt_studio.studio.state_folder import training_folder
from rmt_studio.studio.tasks import learned_by
from rmt_studio.studio.training_course import Best
from rmt_studio.training import EpochReport, RunFile, holds_run

if TYPE_CHECKING:
    from pathlib import Path

    from rmt_studio.models.loading import LoadedModel
    from rmt_studio.pruning import PrunedModel
    from rmt_studio.studio.training_tasks import Tuning
    from rmt_studio.training import FineTuning

KEPT = 8
"""Pieces of work whose folders are kept; the one that was touched longest ago goes first."""

_NAME_LENGTH = 16  # letters of the hash in a folder's name
_BEST = "best:"  # begins the names of the best epoch's parameters in the state


def name_of(tuning: Tuning) -> str:
    """Return a name that is equal for equal work: dense model, rules, images and settings.

    The pruned model is named by how it is made, so that the name is known before it is.
    """
    recipe, start = tuning.recipe, tuning.pruned
    work = Identity.of(tuning.model, tuning.images, calibration=tuning.validation)
    measured = tuning.calibration if recipe.needs_images else None
    parts = [
        work.record(),
        recipe.to_json(),
        Identity.of(tuning.model, measured).images if measured is not None else "",
        learned_by(start) if start is not None else "",
        tuning.settings.model_dump(mode="json"),
    ]
    text = json.dumps(parts, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:_NAME_LENGTH]


def folder_for(name: str, *, anew: bool) -> Path:
    """Return the folder of a piece of work, empty where it is to begin anew.

    Raises:
        InputError: it cannot be made.
    """
    root = training_folder()
    folder = root / name
    try:
        if anew:
            shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True, exist_ok=True)
        folder.touch()
        found = sorted((path for path in root.iterdir() if path.is_dir()), key=_touched)
    except OSError as error:
        raise InputError(folder, error.strerror or str(error)) from error
    for path in found[:-KEPT]:
        shutil.rmtree(path, ignore_errors=True)
    return folder


def reports_in(folder: Path) -> tuple[EpochReport, ...]:
    """Return the epochs that the run in a folder has ended; none where it cannot be read."""
    if not holds_run(folder):
        return ()
    try:
        with safe_open(RunFile(folder).path, framework="pt") as file:
            record = json.loads((file.metadata() or {})["run"])
        return tuple(EpochReport(**report) for report in record["reports"])
    except (OSError, SafetensorError, ValueError, KeyError, TypeError):
        return ()  # `finetune` will say what is wrong with it


def best_in(
    folder: Path, dense: LoadedModel, pruned: PrunedModel, settings: FineTuning
) -> Best | None:
    """Return the best model of the run in a folder; None where it cannot be read."""
    report = next((one for one in reversed(reports_in(folder)) if one.best), None)
    if report is None:
        return None
    try:
        with safe_open(RunFile(folder).path, framework="pt") as file:
            names = [name for name in file.keys() if name.startswith(_BEST)]  # noqa: SIM118
            values = {name.removeprefix(_BEST): file.get_tensor(name) for name in names}
        network = with_parameters(pruned.module, values)
    except (OSError, SafetensorError, AttributeError, RuntimeError):
        return None
    told = {"settings": settings.model_dump(mode="json"), "epoch": report.epoch}
    note = {NOTE: json.dumps(told, sort_keys=True)}
    return Best(with_network(dense, pruned, network, note), report)


def _touched(path: Path) -> float:
    return path.stat().st_mtime
