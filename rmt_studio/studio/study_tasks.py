"""The work behind the studies of the window: comparisons and searches kept in files of their own.

A study is written to disk after each row, under a name that follows from what its rows depend on.
So one that was stopped goes on where it stopped, today or next week, and rows are shared by all
studies that would measure the same.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import platformdirs

from rmt_studio.errors import InputError
from rmt_studio.models.atomic_write import atomic_write
from rmt_studio.studies import Criterion, compare_methods, smallest_within
from rmt_studio.studies.identity import Identity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rmt_studio.analysis import Analysis
    from rmt_studio.data.images import ImageSet
    from rmt_studio.models.loading import LoadedModel
    from rmt_studio.progress import Progress
    from rmt_studio.studies import MethodComparison, SearchResult, SearchStep, Trial

_NAME_LENGTH = 16  # letters of the hash in a file's name
_LARGEST_FILE = 2**30
_LEFT_OUT = {"recipe", "predictions", "layer_sparsity", "epochs"}  # of a table


@dataclass(frozen=True)
class ComparisonAsked:
    """Which methods at which targets; ``limit`` is a number of images, None for all."""

    methods: tuple[str, ...]
    sparsities: tuple[float, ...]
    limit: int | None = None

    @property
    def rows(self) -> int:
        """How many rows there will be."""
        return len(self.methods) * len(self.sparsities)


@dataclass(frozen=True)
class SearchAsked:
    """By which method, and how many points may be lost; see `smallest_within`."""

    method: str
    points: float
    criterion: Criterion = Criterion.INTERVAL
    resolution: float = 0.01
    limit: int | None = None


@dataclass(frozen=True, eq=False)
class Scene:
    """What a study works on.

    Attributes:
        model: the dense model.
        analysis: its spectra.
        images: to evaluate on.
        calibration: for the methods that want some.
        device: where models are evaluated.
        file: of the study; None for the one of its name in ``folder``.
        folder: where studies are kept.
        anew: forget what the file holds.
    """

    model: LoadedModel
    analysis: Analysis
    images: ImageSet
    calibration: ImageSet | None
    device: str
    folder: Path
    file: Path | None = None
    anew: bool = False


def studies_folder() -> Path:
    """Return where the studies of this user are kept."""
    return Path(platformdirs.user_data_dir("rmt-studio")) / "studies"


def run_comparison(
    scene: Scene,
    asked: ComparisonAsked,
    tell: Callable[[Trial | Path], None],
    progress: Progress,
) -> MethodComparison:
    """Compare methods; ``tell`` is called with the file, then with each row.

    Raises:
        InputError: as `compare_methods` does, or the file cannot be written.
    """
    file = _file(scene, "comparison", asked.limit)
    tell(file)
    return compare_methods(
        scene.model,
        asked.methods,
        asked.sparsities,
        images=scene.images,
        calibration=scene.calibration,
        limit=asked.limit,
        device=scene.device,
        analysis=scene.analysis,
        file=file,
        overwrite=scene.anew,
        progress=progress,
        on_result=tell,
    )


def run_search(
    scene: Scene,
    asked: SearchAsked,
    tell: Callable[[SearchStep | Path], None],
    progress: Progress,
) -> SearchResult:
    """Search the smallest model; ``tell`` is called with the file, then with each step.

    Raises:
        InputError: as `smallest_within` does, or the file cannot be written.
    """
    file = _file(scene, "search", asked.limit)
    tell(file)
    return smallest_within(
        scene.model,
        asked.method,
        asked.points,
        images=scene.images,
        calibration=scene.calibration,
        limit=asked.limit,
        device=scene.device,
        resolution=asked.resolution,
        criterion=asked.criterion,
        analysis=scene.analysis,
        file=file,
        overwrite=scene.anew,
        progress=progress,
        on_step=tell,
    )


def _file(scene: Scene, kind: str, limit: int | None) -> Path:
    """Return the file of a study, in a folder that is there.

    Raises:
        InputError: the folder cannot be made.
    """
    if scene.file is not None:
        return scene.file
    identity = Identity.of(
        scene.model,
        scene.images,
        calibration=scene.calibration,
        limit=limit,
        analysis=scene.analysis,
    )
    text = json.dumps(identity.record(), sort_keys=True)
    name = hashlib.sha256(text.encode()).hexdigest()[:_NAME_LENGTH]
    try:
        scene.folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(scene.folder, error.strerror or str(error)) from error
    return scene.folder / f"{kind}-{name}.json"


def measured_in(path: Path) -> ComparisonAsked:
    """Return the methods and targets of which a comparison's file has rows, to go on with them.

    Raises:
        InputError: it cannot be read, or holds something else.
    """
    stranger = InputError(path, "is no comparison of methods", "choose another file")
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise stranger
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["kind"] != "comparison":
            raise stranger
        rows = [(str(row["method"]), float(row["sparsity"])) for row in content["rows"]]
    except OSError as error:
        raise InputError(path, error.strerror or str(error)) from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise stranger from error
    methods, shares = (
        (tuple(dict.fromkeys(part)) for part in zip(*rows, strict=True)) if rows else ((), ())
    )
    return ComparisonAsked(methods, shares)


def table_text(rows: Iterable[Trial]) -> str:
    """Return rows of a study as CSV at full precision, intervals as two columns."""
    flat = [_flat(row.record()) for row in rows]
    keys = dict.fromkeys(key for row in flat for key in row)
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(keys), lineterminator="\n")
    writer.writeheader()
    writer.writerows(flat)
    return text.getvalue()


def _flat(record: dict[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for key, value in record.items():
        if key.endswith("_interval"):
            row[f"{key}_low"], row[f"{key}_high"] = value or (None, None)
        elif key not in _LEFT_OUT:
            row[key] = value
    return row


def write_text(path: Path, text: str) -> None:
    """Write a file whole or not at all.

    Raises:
        InputError: the place cannot be written.
    """
    with atomic_write(path) as beside:
        beside.write_text(text, encoding="utf-8")
