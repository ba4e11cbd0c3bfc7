"""A `Project` as entries of a file, and back."""

from __future__ import annotations

import json
import zlib
from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import ValidationError

import rmt_studio
from rmt_studio.analysis import LayerAnalysis
from rmt_studio.errors import InputError
from rmt_studio.evaluation.accuracy import Evaluation
from rmt_studio.models.wording import shown
from rmt_studio.pruning import Recipe
from rmt_studio.spectra import Spectrum
from rmt_studio.studio.document import Run
from rmt_studio.studio.project import MOST_STEPS, History, ImagesReference, ModelReference, Project
from rmt_studio.studio.project_file import MOST_BYTES, Key, Row
from rmt_studio.studio.project_history import change_between, steps_of
from rmt_studio.studio.project_records import (
    EvaluationRecord,
    ImagesRecord,
    LayerRecord,
    ModelRecord,
    RunRecord,
    StateRecord,
    StepRecord,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pydantic import BaseModel

_PLACE = "{:09d}"
_REPAIR = "open another copy of it"


@dataclass(frozen=True)
class Entry:
    """One entry that a project asks for.

    Attributes:
        token: equal tokens give equal rows.
        row: makes the row.
    """

    token: object
    row: Callable[[], Row]


def entries_of(project: Project) -> dict[Key, Entry]:
    """Return what a file of this project holds."""
    history = project.history
    state = (history.index, project.skipped)
    found: dict[Key, Entry] = {
        ("model", ""): Entry(project.model, partial(_plain, ModelRecord, project.model)),
        ("recipe", ""): Entry(history.base, partial(_recipe_row, history.base)),
        ("state", ""): Entry(state, partial(_state_row, *state)),
    }
    for kind in ("images", "calibration"):
        images = getattr(project, kind)
        if images is not None:
            found[kind, ""] = Entry(images, partial(_plain, ImagesRecord, images))
    before = history.base
    for place, step in enumerate(history.steps, history.first):
        row = partial(_step_row, before, step.recipe, step.text)
        found["step", _PLACE.format(place)] = Entry((before, step), row)
        before = step.recipe
    for layer in project.layers:
        found["layer", layer.name] = Entry(layer, partial(_layer_row, layer))
    for place, run in enumerate(project.runs):
        row = partial(_run_row, project.runs, place)
        found["run", _PLACE.format(place)] = Entry(run, row)
    return found


def project_of(rows: Mapping[Key, Row], file: str) -> Project:
    """Return the project in a file.

    Spectra that another version of the program fitted, or that make no sense, are left out: they
    are computed again.

    Args:
        rows: what `ProjectFile.read` returned.
        file: its name, for errors.

    Raises:
        InputError: it is no project, or one that makes no sense.
    """
    try:
        return _project(rows)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "project"
        reason = f"holds what makes no sense: {shown(place, 200)}: {shown(first['msg'], 300)}"
        raise InputError(file, reason, _REPAIR) from error
    except InputError as error:
        raise InputError(file, f"{error.thing}: {error.reason}", _REPAIR) from error
    except (KeyError, ValueError, TypeError, OverflowError, RecursionError, zlib.error) as error:
        raise InputError(file, "holds what makes no sense", _REPAIR) from error


# --- writing -----------------------------------------------------------------------------------


def _plain(record: type[BaseModel], value: Any) -> Row:  # noqa: ANN401
    return Row(record.model_validate(asdict(value)).model_dump_json())


def _recipe_row(recipe: Recipe) -> Row:
    return Row(recipe.model_dump_json(exclude_none=True))


def _state_row(index: int, skipped: frozenset[str]) -> Row:
    return Row(StateRecord(index=index, skipped=tuple(sorted(skipped))).model_dump_json())


def _step_row(before: Recipe, after: Recipe, text: str) -> Row:
    change = change_between(before, after)
    record = StepRecord(text=text[:1000], change=change)
    return Row(record.model_dump_json(include={"text": True, "change": change.model_fields_set}))


def _layer_row(layer: LayerAnalysis) -> Row:
    record = LayerRecord(
        program=rmt_studio.__version__,
        layer=layer.layer,
        shape=layer.spectrum.shape,
        route=layer.spectrum.route,
        fit=layer.fit,
        entries=layer.entries,
    )
    return Row(record.model_dump_json(), layer.spectrum.singular_values.astype("<f8").tobytes())


def _run_row(runs: tuple[Run, ...], place: int) -> Row:
    run, evaluation = runs[place], runs[place].evaluation
    same = (i for i in range(place) if _same_images(runs[i].evaluation, evaluation))
    first = next(same, place)
    known = evaluation.record()
    record = RunRecord(
        label=run.label,
        recipe=run.recipe,
        evaluation=EvaluationRecord(**{x: known[x] for x in EvaluationRecord.model_fields}),
        parameters=run.parameters,
        parameters_kept=run.parameters_kept,
        sparsity=run.sparsity,
        block_sparsity=run.block_sparsity,
        layer_sparsity=dict(run.layer_sparsity),
        learned=run.learned,
        images_of=first,
    )
    body = evaluation.predictions.astype("<i4").tobytes()
    if first == place:
        names = zlib.compress(json.dumps(evaluation.names).encode())
        body += evaluation.targets.astype("<i4").tobytes() + names
    return Row(record.model_dump_json(), body)


def _same_images(one: Evaluation, other: Evaluation) -> bool:
    return one.names == other.names and np.array_equal(one.targets, other.targets)


# --- reading -----------------------------------------------------------------------------------


def _project(rows: Mapping[Key, Row]) -> Project:
    kinds: dict[str, dict[str, Row]] = {}
    for (kind, name), row in rows.items():
        kinds.setdefault(kind, {})[name] = row
    state = StateRecord.model_validate_json(rows["state", ""].about)
    first = min(map(int, kinds.get("step", {})), default=0)
    found = _in_order(kinds, "step", first)
    steps = [StepRecord.model_validate_json(row.about) for row in found]
    if state.index > len(steps) or len(steps) > MOST_STEPS:
        raise InputError("its history", "has another length than it says")
    base = Recipe.model_validate_json(rows["recipe", ""].about)
    layers = (_layer_of(row) for row in kinds.get("layer", {}).values())
    model = ModelRecord.model_validate_json(rows["model", ""].about)
    return Project(
        model=ModelReference(**model.model_dump()),
        history=History(base, steps_of(base, steps), state.index, first),
        images=_images_of(kinds, "images"),
        calibration=_images_of(kinds, "calibration"),
        layers=tuple(layer for layer in layers if layer is not None),
        skipped=frozenset(state.skipped),
        runs=_runs_of(_in_order(kinds, "run")),
    )


def _in_order(kinds: dict[str, dict[str, Row]], kind: str, first: int = 0) -> list[Row]:
    found = kinds.get(kind, {})
    places = [_PLACE.format(place) for place in range(first, first + len(found))]
    return [found[place] for place in places]


def _images_of(kinds: dict[str, dict[str, Row]], kind: str) -> ImagesReference | None:
    if kind not in kinds:
        return None
    record = ImagesRecord.model_validate_json(kinds[kind][""].about)
    return ImagesReference(record.kind, record.location)


def _layer_of(row: Row) -> LayerAnalysis | None:
    """Return the spectrum and the fit in a row; None for those that are to be made again."""
    try:
        record = LayerRecord.model_validate_json(row.about)
        if record.program != rmt_studio.__version__:
            return None
        values = np.frombuffer(row.body, dtype="<f8")
        spectrum = Spectrum(values, record.shape, record.route)
    except ValueError:
        return None
    if record.layer.shape != record.shape:
        return None
    return LayerAnalysis(record.layer, spectrum, record.fit, record.entries)


def _runs_of(rows: list[Row]) -> tuple[Run, ...]:
    runs: list[Run] = []
    for place, row in enumerate(rows):
        record = RunRecord.model_validate_json(row.about)
        size = 4 * record.evaluation.n
        predictions = _classes(row.body[:size], record.evaluation.n)
        if record.images_of == place:
            targets = _classes(row.body[size : 2 * size], record.evaluation.n)
            names = _names(row.body[2 * size :])
        elif 0 <= record.images_of < place:
            earlier = runs[record.images_of].evaluation
            targets, names = earlier.targets, earlier.names
        else:
            raise InputError("a run", "names images that are not there")
        if not len(names) == len(targets) == len(predictions):
            raise InputError("a run", "names another number of images than it has results")
        evaluation = Evaluation(
            **record.evaluation.model_dump(), names=names, predictions=predictions, targets=targets
        )
        sizes = record.model_dump(exclude={"evaluation", "images_of", "recipe"})
        runs.append(Run(recipe=record.recipe, evaluation=evaluation, **sizes))
    return tuple(runs)


def _classes(data: bytes, n: int) -> np.ndarray:
    """Return class indices, int64 (n,); ValueError where their number is another."""
    values = np.frombuffer(data, dtype="<i4").astype(np.int64)
    if len(values) != n:
        raise ValueError("another number of classes")
    return values


def _names(data: bytes) -> tuple[str, ...]:
    """Return the names of the images; what would not fit a project is not unpacked."""
    unpacking = zlib.decompressobj()
    text = unpacking.decompress(data, MOST_BYTES // 4)
    names = json.loads(text)
    if unpacking.unconsumed_tail or not isinstance(names, list):
        raise ValueError("no list of names")
    if not all(isinstance(name, str) for name in names):
        raise ValueError("a name that is no text")
    return tuple(names)
