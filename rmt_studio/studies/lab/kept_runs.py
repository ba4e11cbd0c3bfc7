"""Finished runs of an experiment that is not at its end, kept beside where its result will be."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import rmt_studio
from rmt_studio.models.atomic_write import atomic_write
from rmt_studio.studies.lab.rows import LabRow

if TYPE_CHECKING:
    from pathlib import Path

    from rmt_studio.studies.lab.dataset import Pictures
    from rmt_studio.studies.lab.experiment import Run
    from rmt_studio.studies.lab.settings import LabSettings

_LARGEST_FILE = 2**28


@dataclass
class KeptRuns:
    """The rows of finished runs, and the file that holds them.

    Attributes:
        path: of the file, None to keep nothing.
        identity: what they were measured with; runs of anything else are not taken.
        runs: rows by name and seed.
        seconds: that the runs found in the file took.
    """

    path: Path | None
    identity: dict[str, Any]
    runs: dict[str, list[LabRow]] = field(default_factory=dict)
    taken: dict[str, float] = field(default_factory=dict)
    seconds: float = 0.0

    @classmethod
    def open(
        cls, folder: Path | None, key: str, settings: LabSettings, pictures: Pictures
    ) -> KeptRuns:
        """Return what an earlier start left in the folder; nothing where it does not fit."""
        identity = {
            "experiment": key,
            "program": rmt_studio.__version__,
            "settings": settings.model_dump(mode="json"),
            "pictures": _fingerprint(pictures),
        }
        if folder is None:
            return cls(None, identity)
        kept = cls(folder / f"{key}.unfinished.json", identity)
        kept._read()
        return kept

    def _read(self) -> None:
        if self.path is None:
            return
        try:
            if self.path.stat().st_size > _LARGEST_FILE:
                return
            content = json.loads(self.path.read_text(encoding="utf-8"))
            if content["identity"] != self.identity:
                return
            self.runs = {
                name: [LabRow(**row) for row in rows] for name, rows in content["runs"].items()
            }
            self.taken = {name: float(seconds) for name, seconds in content["seconds"].items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            self.runs, self.taken = {}, {}  # an unusable leftover costs time, nothing else
        self.seconds = sum(self.taken.values())

    def rows(self, run: Run) -> list[LabRow] | None:
        """Return the rows of a run that is known."""
        return self.runs.get(_name(run))

    def keep(self, run: Run, rows: list[LabRow], seconds: float) -> None:
        """Take up a finished run and write the file.

        Raises:
            InputError: it cannot be written.
        """
        if self.path is None:
            return
        self.runs[_name(run)], self.taken[_name(run)] = rows, seconds
        content = {
            "identity": self.identity,
            "seconds": self.taken,
            "runs": {name: [asdict(row) for row in rows] for name, rows in self.runs.items()},
        }
        with atomic_write(self.path) as beside:
            beside.write_text(json.dumps(content), encoding="utf-8")

    def forget(self) -> None:
        """Remove the file: the result is written."""
        if self.path is not None:
            self.path.unlink(missing_ok=True)


def _name(run: Run) -> str:
    return f"{run.name}, seed {run.seed}"


def _fingerprint(pictures: Pictures) -> str:
    """Return the SHA-256 of the pictures and labels, in hexadecimal."""
    digest = hashlib.sha256()
    for part in (pictures.train, pictures.train_labels, pictures.test, pictures.test_labels):
        digest.update(repr(tuple(part.shape)).encode())
        digest.update(part.cpu().numpy().tobytes())
    return digest.hexdigest()
