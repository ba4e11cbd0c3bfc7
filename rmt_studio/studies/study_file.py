"""The rows of a study on disk: written after each, used again where they were made alike."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from rmt_studio.errors import InputError
from rmt_studio.models.atomic_write import atomic_write
from rmt_studio.studies.trial import (
    Measured,
    Trial,
    evaluation_record,
    read_evaluation,
    read_trial,
)

if TYPE_CHECKING:
    from rmt_studio.data.images import ImageSet
    from rmt_studio.evaluation.result import Evaluation
    from rmt_studio.studies.identity import Identity

Kind = Literal["comparison", "search"]
Key = tuple[str, float]

_FORMAT = "rmt-studio study 1"
_LARGEST_FILE = 2**30


@dataclass
class StudyFile:
    """What a study has found so far; without a path it is kept in memory alone.

    Attributes:
        path: a JSON file, whole at any moment.
        kind: of the study.
        identity: what its rows depend on.
        dense: the accuracy of the dense model, once it is known.
        rows: by method and sparsity asked for. A failed one that was read from the file is left
            out, so that it is tried again.
        result: what the study came to.
    """

    path: Path | None
    kind: Kind
    identity: Identity
    dense: Evaluation | None = None
    rows: dict[Key, Trial] = field(default_factory=dict)
    result: dict[str, Any] | None = None

    @classmethod
    def open(
        cls,
        path: Path | str | None,
        kind: Kind,
        identity: Identity,
        images: ImageSet,
        names: tuple[str, ...],
        *,
        overwrite: bool = False,
    ) -> StudyFile:
        """Return the study with the rows of an earlier run, where there is one.

        Args:
            path: of the file; None for a study in memory.
            kind: of the study.
            identity: what its rows depend on.
            images: the set evaluated on.
            names: of those images of it that are evaluated.
            overwrite: start anew whatever the file holds.

        Raises:
            InputError: the file holds something else, or rows that were made otherwise: names
                what differs.
        """
        study = cls(Path(path) if path is not None else None, kind, identity)
        if study.path is None or overwrite or not study.path.exists():
            return study
        content = _read(study.path, kind)
        if differences := identity.differences(content.get("identity") or {}):
            reason = f"was made with another {'; another '.join(differences)}"
            raise InputError(study.path, reason, _ANOTHER)
        try:
            study._take(content, images, names)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            reason = f"is damaged ({type(error).__name__}: {error})"
            raise InputError(study.path, reason, _ANOTHER) from error
        return study

    def _take(self, content: dict[str, Any], images: ImageSet, names: tuple[str, ...]) -> None:
        if content["dense"] is None:
            return
        self.dense = read_evaluation(content["dense"], images, names)
        for record in content["rows"]:
            if record["reason"] is None:
                row = read_trial(record, images, self.dense)
                self.rows[row.method, row.sparsity] = row

    def measured(self, method: str, sparsity: float) -> Measured | None:
        """Return the row of an earlier run."""
        row = self.rows.get((method, sparsity))
        return row if isinstance(row, Measured) else None

    def keep(self, *, dense: Evaluation | None = None, row: Trial | None = None) -> None:
        """Take up what was found and write the file.

        Raises:
            InputError: the file cannot be written.
        """
        self.dense = dense or self.dense
        if row is not None:
            self.rows[row.method, row.sparsity] = row
        self.write()

    def write(self) -> None:
        """Write all there is, whole or not at all; one line for each row.

        Raises:
            InputError: the file cannot be written.
        """
        if self.path is None:
            return
        head = {"format": _FORMAT, "kind": self.kind, "identity": self.identity.record()}
        tail = {
            "dense": evaluation_record(self.dense) if self.dense is not None else None,
            "result": self.result,
        }
        parts = [f"{json.dumps(key)}: {_json(value)}" for key, value in (head | tail).items()]
        rows = ",\n".join(f"  {_json(row.record())}" for row in self.rows.values())
        parts.append(f'"rows": [\n{rows}\n ]' if rows else '"rows": []')
        with atomic_write(self.path) as beside:
            beside.write_text("{\n " + ",\n ".join(parts) + "\n}\n", encoding="utf-8")


_ANOTHER = "name another file, or start it anew with --overwrite"


def _json(value: Any) -> str:  # noqa: ANN401 - plain values
    return json.dumps(value, allow_nan=False)


def _read(path: Path, kind: Kind) -> dict[str, Any]:
    """Return the content of a study file.

    Raises:
        InputError: it cannot be read, or is no study of this kind.
    """
    try:
        if not path.is_file() or path.stat().st_size > _LARGEST_FILE:
            raise InputError(path, "is not a file that a study could be in", "name another")
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(path, error.strerror or str(error)) from error
    except (ValueError, RecursionError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(path, "is not readable JSON", _ANOTHER) from error
    if not isinstance(content, dict) or content.get("format") != _FORMAT:
        raise InputError(path, "holds something else than a study", _ANOTHER)
    if content.get("kind") != kind:
        reason = f"holds a {content.get('kind')}, not a {kind}"
        raise InputError(path, reason, _ANOTHER)
    if not isinstance(content.get("identity"), dict):
        raise InputError(path, "is damaged (it does not say what it was made with)", _ANOTHER)
    return content
