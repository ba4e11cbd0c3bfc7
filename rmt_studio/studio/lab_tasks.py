"""The work behind the lab's page: run an experiment, keep what it found, open it again.

Each run has a folder of its own under this user's state folder, named after the experiment and the
time, with JSON, CSV and the figure. A run that is stopped is judged and written by the rows it has.
"""

from __future__ import annotations

import itertools
import json
import shutil
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from rmt_studio.errors import InputError
from rmt_studio.progress import Cancelled
from rmt_studio.studies.lab import (
    EXPERIMENTS,
    Beside,
    LabResult,
    LabRow,
    Verdict,
    open_fashion_mnist,
    run_experiment,
)
from rmt_studio.studies.lab.experiment import Findings
from rmt_studio.studies.lab.writing import write_result

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rmt_studio.progress import Progress
    from rmt_studio.studies.lab import LabSettings

_STAMP, _STAMP_LENGTH = "%Y%m%d-%H%M%S", 15
_STOPPED = "stopped"  # the end of the name of a folder whose run did not reach its end
_ENDINGS = (".json", ".csv", ".png")
_PLACE = {"panel", "series", "seed", "x"}  # of a row; the rest of its record is measured
_LARGEST_FILE = 2**28
_TOO_FEW = (ValueError, KeyError, IndexError, ZeroDivisionError, StopIteration)


@dataclass(frozen=True, eq=False)
class LabAsked:
    """What a person asked for.

    Attributes:
        key: of the experiment.
        settings: of the experiment's own class.
        data: the pictures' file; None for torchvision's download.
        folder: where the results of all runs are kept.
    """

    key: str
    settings: LabSettings
    data: Path | None
    folder: Path


@dataclass(frozen=True)
class KeptResult:
    """An earlier result on disk.

    Attributes:
        key: of the experiment.
        when: it was begun, in local time.
        path: of its JSON.
        stopped: whether the run was stopped before its end.
    """

    key: str
    when: datetime
    path: Path
    stopped: bool


def run_lab(
    asked: LabAsked, tell: Callable[[LabRow | LabResult], None], progress: Progress
) -> LabResult:
    """Run an experiment; ``tell`` is called with each row, and with the result of a stopped run.

    A run that was stopped goes on in its folder when it is asked for again: finished networks are
    not trained anew.

    Raises:
        InputError: as `open_fashion_mnist` and `run_experiment` do, or the folder cannot be made.
        Cancelled: out of ``progress``; what was measured by then is written and told before.
    """
    data = open_fashion_mnist(asked.data, progress)
    rows: list[LabRow] = []
    folder, begun = _folder_for(asked), time.monotonic()

    def take(row: LabRow) -> None:
        rows.append(row)
        tell(row)

    try:
        return run_experiment(
            asked.key, data, asked.settings, folder=folder, on_row=take, progress=progress
        )
    except Cancelled:
        if rows:
            tell(_stopped(asked, data.name, tuple(rows), time.monotonic() - begun, folder))
        raise
    finally:
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def _stopped(
    asked: LabAsked, data: str, rows: tuple[LabRow, ...], seconds: float, folder: Path
) -> LabResult:
    """Write what a stopped run measured, with as many findings as its rows bear."""
    experiment = EXPERIMENTS[asked.key]
    folder = folder.rename(folder.with_name(f"{folder.name}-{_STOPPED}"))
    found = Findings((), ())
    with suppress(*_TOO_FEW):
        found = experiment.findings(asked.settings, rows)
    result = LabResult(asked.key, asked.settings, data, rows, *found, seconds)
    try:
        return write_result(experiment, result, folder)
    except _TOO_FEW:  # a figure of less than it needs; JSON and table are written before it
        return replace(result, files=_files(folder, asked.key))


def read_kept(kept: KeptResult) -> LabResult:
    """Return an earlier result.

    Raises:
        InputError: it cannot be read, or is none.
    """
    stranger = InputError(kept.path, "is no result of the lab", "run the experiment again")
    try:
        if kept.path.stat().st_size > _LARGEST_FILE:
            raise stranger
        return _from_record(json.loads(kept.path.read_text(encoding="utf-8")), kept)
    except OSError as error:
        raise InputError(kept.path, error.strerror or str(error)) from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise stranger from error


def _from_record(record: dict[str, Any], kept: KeptResult) -> LabResult:
    key = record["experiment"]
    verdicts = ({name: one[name] for name in one if name != "passed"} for one in record["verdicts"])
    return LabResult(
        key,
        EXPERIMENTS[key].settings.model_validate(record["settings"]),
        str(record["data"]),
        tuple(map(_row, record["rows"])),
        tuple(Beside(**one) for one in record["beside"]),
        tuple(Verdict(**one) for one in verdicts),
        float(record["seconds"]),
        _files(kept.path.parent, key),
    )


def _row(record: dict[str, Any]) -> LabRow:
    values = {name: float(record[name]) for name in record if name not in _PLACE}
    place = str(record["panel"]), str(record["series"]), float(record["x"])
    return LabRow(*place, values, int(record["seed"]))


def _files(folder: Path, key: str) -> tuple[Path, ...]:
    return tuple(path for end in _ENDINGS if (path := folder / f"{key}{end}").is_file())


def kept_results(folder: Path) -> tuple[KeptResult, ...]:
    """Return the results in a folder, the newest first; what is no result is passed over."""
    try:
        found = sorted(folder.iterdir(), key=_name, reverse=True)
    except OSError:
        return ()
    kept = (_kept(path) for path in found)
    return tuple(sorted((one for one in kept if one), key=_when, reverse=True))


def forget_result(kept: KeptResult) -> None:
    """Delete an earlier result with its folder.

    Raises:
        InputError: it cannot be deleted.
    """
    try:
        shutil.rmtree(kept.path.parent)
    except OSError as error:
        raise InputError(kept.path.parent, error.strerror or str(error)) from error


def _kept(folder: Path) -> KeptResult | None:
    key, _, rest = folder.name.partition("_")
    stamp, path = rest[:_STAMP_LENGTH], folder / f"{key}.json"
    stopped = rest.endswith(_STOPPED) or _unfinished(path).is_file()
    try:
        when = datetime.strptime(stamp, _STAMP).astimezone()
    except ValueError:
        return None
    return KeptResult(key, when, path, stopped) if path.is_file() else None


def _folder_for(asked: LabAsked) -> Path:
    """Return the folder of a stopped run of the same settings, else a new one.

    Raises:
        InputError: it cannot be made.
    """
    try:
        begun = _begun(asked)
        if begun is not None:
            return begun.rename(begun.with_name(begun.name.removesuffix(f"-{_STOPPED}")))
        return _new_folder(asked)
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(asked.folder, reason, "name another in RMT_STUDIO_STATE") from error


def _begun(asked: LabAsked) -> Path | None:
    """Return where finished networks of the same settings are kept, the newest such place."""
    settings = asked.settings.model_dump(mode="json")
    for kept in kept_results(asked.folder):
        if kept.stopped and kept.key == asked.key:
            with suppress(OSError, ValueError, KeyError, TypeError):
                content = json.loads(_unfinished(kept.path).read_text(encoding="utf-8"))
                if content["identity"]["settings"] == settings:
                    return kept.path.parent
    return None


def _unfinished(path: Path) -> Path:
    """Return where finished networks lie while an experiment is not at its end."""
    return path.with_suffix(".unfinished.json")


def _new_folder(asked: LabAsked) -> Path:
    base = f"{asked.key}_{datetime.now().astimezone():{_STAMP}}"
    for number in itertools.count(1):
        folder = asked.folder / (base if number == 1 else f"{base}-{number}")
        with suppress(FileExistsError):
            folder.mkdir(parents=True)
            return folder
    raise AssertionError


def _name(path: Path) -> str:
    return path.name


def _when(kept: KeptResult) -> datetime:
    return kept.when
