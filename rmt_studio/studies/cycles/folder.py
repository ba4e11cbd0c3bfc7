"""A course of cycles on disk: weights after each, its rows, and the state inside a cycle."""

from __future__ import annotations

import copy
import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from rmt_studio.errors import InputError
from rmt_studio.models.atomic_write import atomic_write
from rmt_studio.models.checkpoint import open_checkpoint, read_checkpoint
from rmt_studio.models.export import subject_of
from rmt_studio.models.exports import format_named
from rmt_studio.models.unfinished import remove_left_over
from rmt_studio.models.wording import shown
from rmt_studio.progress import no_progress
from rmt_studio.studies.cycles.masked import as_pruned
from rmt_studio.studies.cycles.reallocation import Reallocated
from rmt_studio.studies.cycles.recipe import CycleRecipe
from rmt_studio.studies.cycles.row import CycleRow, read_row, weights_name
from rmt_studio.studies.finetune import NOTE
from rmt_studio.studies.trial import evaluation_record, read_evaluation

if TYPE_CHECKING:
    from rmt_studio.data.images import ImageSet
    from rmt_studio.evaluation.result import Evaluation
    from rmt_studio.models.loading import LoadedModel
    from rmt_studio.progress import Progress
    from rmt_studio.pruning import PrunedModel
    from rmt_studio.studies.identity import Identity

ROWS = "cycles.json"
_WEIGHTS = "cycle-*.safetensors"
_UNFINISHED, _START = "unfinished", "start.safetensors"
_COUNTS = ("removed", "restored", "revived")
_FORMAT = "rmt-studio cycles 1"
_LARGEST_FILE = 2**30
_ANOTHER = "choose another folder"


@dataclass
class CycleFolder:
    """What a course has come to so far; the file of rows is whole at any moment.

    Attributes:
        path: the folder.
        recipe: of the course.
        identity: what the rows depend on beside the recipe.
        dense: the accuracy of the dense model, once it is known.
        rows: of the finished cycles, in order.
    """

    path: Path
    recipe: CycleRecipe
    identity: Identity
    dense: Evaluation | None = None
    rows: list[CycleRow] = field(default_factory=list)

    @classmethod
    def open(
        cls,
        path: Path | str,
        recipe: CycleRecipe,
        identity: Identity,
        images: ImageSet,
        names: tuple[str, ...],
        *,
        resume: bool,
    ) -> CycleFolder:
        """Return the folder with the rows of an earlier run, or a new one.

        A course that was finished may go on to a higher sparsity: its cycles hold as long as the
        targets of the recipe begin as theirs did.

        Args:
            path: of the folder; made where it is not there and the one around it is.
            recipe: of the course.
            identity: what its rows depend on beside that.
            images: the set evaluated on.
            names: of those images of it that are evaluated.
            resume: go on where an earlier run stopped.

        Raises:
            InputError: cycles are there and ``resume`` is not asked for, they were made from
                something else, or the place cannot be used.
        """
        folder = cls(Path(path), recipe, identity)
        _make(folder.path)
        if not (folder.path / ROWS).exists():
            _refuse_others(folder.path)
            return folder
        if not resume:
            raise InputError(folder.path, "holds cycles already", f"resume them or {_ANOTHER}")
        content = read_cycles(folder.path)
        folder._require_the_same(content)
        remove_left_over(folder.path)
        try:
            folder._take(content, images, names)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            reason = f"is damaged ({type(error).__name__}: {error})"
            raise InputError(folder.path / ROWS, reason, _ANOTHER) from error
        return folder

    def _require_the_same(self, content: dict[str, Any]) -> None:
        differences = [
            part.replace("calibration (", "images to learn from (")
            for part in self.identity.differences(content["identity"])
        ]
        earlier, now = content["recipe"], json.loads(self.recipe.to_json())
        differences += [
            f"{key.replace('_', ' ')} ({earlier.get(key)}; now {value})"
            for key, value in now.items()
            if key != "sparsity" and earlier.get(key) != value
        ]
        if differences:
            reason = f"was made with another {'; another '.join(differences)}"
            raise InputError(self.path, reason, _ANOTHER)

    def _take(self, content: dict[str, Any], images: ImageSet, names: tuple[str, ...]) -> None:
        if content["dense"] is None:
            return
        self.dense = read_evaluation(content["dense"], images, names)
        self.rows = [read_row(record, images, self.dense) for record in content["rows"]]
        done = tuple(row.sparsity for row in self.rows)
        if done != self.recipe.targets[: len(done)]:
            reason = f"reached {done[-1]:.4g}, which is no step on the way to the target"
            next_step = f"give a target that goes on from there, or {_ANOTHER}"
            raise InputError(self.path, reason, next_step)

    def begin(self, model: LoadedModel, dense: Evaluation) -> None:
        """Take up the dense model's accuracy and write its weights as the first of the series."""
        self._write_rows()  # from here on the folder is that of a course
        write_cycle(self.path / weights_name(0), model)
        self.dense = dense
        self._write_rows()

    def keep(self, row: CycleRow, model: PrunedModel) -> None:
        """Write the weights of a finished cycle, then its row; its inner state goes.

        Raises:
            InputError: the disk is full or the folder gone.
        """
        write_cycle(self.path / row.file, model)
        self.rows.append(row)
        self._write_rows()
        shutil.rmtree(self.path / _UNFINISHED, ignore_errors=True)

    def unfinished(self, cycle: int) -> Path:
        """Return a folder for the state inside a cycle; that of any other cycle goes."""
        place = self.path / _UNFINISHED / f"cycle-{cycle:02d}"
        for other in place.parent.glob("*"):
            if other != place:
                shutil.rmtree(other, ignore_errors=True)
        _make(place, parents=True)
        return place

    def start(self, cycle: int, made: Reallocated) -> None:
        """Write what a cycle's fine-tuning begins with."""
        counts = {name: str(getattr(made, name)) for name in _COUNTS}
        write_cycle(self.unfinished(cycle) / _START, made.model, **counts)

    def started(self, dense: LoadedModel, cycle: int) -> Reallocated | None:
        """Return what `start` wrote in an earlier run, or None."""
        file = self.unfinished(cycle) / _START
        if not file.is_file():
            return None
        model = read_cycle(file, dense, self.recipe, self.recipe.targets[cycle - 1])
        metadata = open_checkpoint(file).metadata
        return Reallocated(model, *(int(metadata[name]) for name in _COUNTS))

    def model(
        self, dense: LoadedModel, row: CycleRow, progress: Progress = no_progress
    ) -> PrunedModel:
        """Return the pruned model of a row, its weights read from the folder.

        Raises:
            InputError: the file is gone or holds something else.
        """
        return read_cycle(self.path / row.file, dense, self.recipe, row.sparsity, progress)

    def _write_rows(self) -> None:
        head = {
            "format": _FORMAT,
            "recipe": json.loads(self.recipe.to_json()),
            "identity": self.identity.record(),
            "dense": evaluation_record(self.dense) if self.dense is not None else None,
        }
        parts = [f"{json.dumps(key)}: {_json(value)}" for key, value in head.items()]
        rows = ",\n".join(f"  {_json(row.record())}" for row in self.rows)
        parts.append(f'"rows": [\n{rows}\n ]' if rows else '"rows": []')
        with atomic_write(self.path / ROWS) as beside:
            beside.write_text("{\n " + ",\n ".join(parts) + "\n}\n", encoding="utf-8")


def write_cycle(path: Path, model: LoadedModel, **metadata: str) -> None:
    """Write the weights as a dense export with its provenance, whole or not at all."""
    dense = format_named("dense")
    subject = subject_of(model, dense)
    subject.metadata.update(metadata)
    with atomic_write(path) as beside:
        dense.write(subject, beside, no_progress)


def read_cycle(
    path: Path,
    dense: LoadedModel,
    recipe: CycleRecipe,
    target: float,
    progress: Progress = no_progress,
) -> PrunedModel:
    """Return the model that `write_cycle` wrote.

    Raises:
        InputError: the file is gone or its tensors are not those of the model.
    """
    read = read_checkpoint(path, progress)
    module = copy.deepcopy(dense.module)
    try:
        module.load_state_dict(read.tensors)
    except RuntimeError as error:
        reason = f"does not hold the weights of {dense.title}"
        raise InputError(path, reason, _ANOTHER) from error
    model = as_pruned(dense, module, recipe, target)
    if NOTE in read.metadata:
        model.provenance[NOTE] = read.metadata[NOTE]
    return model


def read_cycles(path: Path) -> dict[str, Any]:
    """Return the content of a folder's file of rows.

    Raises:
        InputError: there is none, or it cannot be read.
    """
    file = path / ROWS
    try:
        if not file.is_file() or file.stat().st_size > _LARGEST_FILE:
            raise InputError(path, "holds no cycles", _ANOTHER)
        content = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(file, error.strerror or str(error)) from error
    except (ValueError, RecursionError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(file, "is not readable JSON", _ANOTHER) from error
    parts = {"recipe": dict, "identity": dict, "rows": list}
    known = isinstance(content, dict) and content.get("format") == _FORMAT
    if not known or any(not isinstance(content.get(k), kind) for k, kind in parts.items()):
        raise InputError(file, "holds something else than cycles", _ANOTHER)
    try:
        CycleRecipe.model_validate(content["recipe"])
    except ValidationError as error:
        raise InputError(file, "is damaged (its recipe makes no sense)", _ANOTHER) from error
    return content


def _refuse_others(path: Path) -> None:
    """Refuse a folder whose files a course would write over."""
    if (found := next(path.glob(_WEIGHTS), None)) is not None:
        reason = f"holds {shown(found.name)} and no {ROWS}, so it is not of a course"
        raise InputError(path, reason, _ANOTHER)


def _make(path: Path, *, parents: bool = False) -> None:
    try:
        path.mkdir(exist_ok=True, parents=parents)
    except OSError as error:
        reason = f"cannot be made a folder ({error.strerror or error})"
        raise InputError(path, reason, "choose a place that you may write to") from error


def _json(value: Any) -> str:  # noqa: ANN401 - plain values
    return json.dumps(value, allow_nan=False)
