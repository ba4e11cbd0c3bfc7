"""``rmt-studio cycles``: prune-restore cycles with a table that grows row by row."""

from __future__ import annotations

import json as json_text
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from rich.table import Table

from rmt_studio.cli.report import screen, write_json
from rmt_studio.cli.study import dense_line, note_shared, percent, study_bar
from rmt_studio.cli.work import images_to_learn_from, load, model_record, require_targets
from rmt_studio.cli.written import Shape, write
from rmt_studio.data.images import ImageSet, digits, open_images
from rmt_studio.errors import InputError
from rmt_studio.models.devices import usable_device
from rmt_studio.models.export import require_choice
from rmt_studio.studies.cycles import CycleRecipe, CycleReport, CycleRow, Cycles, run_cycles
from rmt_studio.training import EpochReport

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from rmt_studio.models.loading import LoadedModel
    from rmt_studio.pruning import PrunedModel

_COLUMNS = (
    # title, width
    ("cycle", 5),
    ("method", 9),
    ("pruned", 8),
    ("put back", 10),
    ("top-1", 7),
    ("change", 12),
    ("loss", 7),
    ("seconds", 7),
)


@dataclass(frozen=True)
class Course:
    """What the command line says beside the recipe."""

    model: str
    checkpoint: Path | None
    data: Path | None
    labels: bool
    evaluate: Path | None
    limit: int | None
    folder: Path
    resume: bool
    device: str
    recipe: Path | None


@dataclass
class _Teller:
    """Prints a line for each cycle as it ends, with the last training loss in mind."""

    say: Callable[[str], None]
    begun: bool = field(default=False)

    def row(self, row: CycleRow, model: PrunedModel | None) -> None:
        if not self.begun:
            self.say(line([title for title, _ in _COLUMNS]))
            self.begun = True
        self.say(line(cells(row)))

    def report(self, report: CycleReport) -> None:
        if isinstance(report.report, EpochReport) and report.phase == "selection":
            told = f"removed entries moved, loss {report.report.loss:.4f}"
            self.say(f"cycle {report.cycle} of {report.cycles}: {told}")


def recipe_of(
    file: Path | None, chosen: Mapping[str, Any], tuning: Mapping[str, Any]
) -> CycleRecipe:
    """Return the recipe of a file, or the default one, with what was chosen in its place.

    Raises:
        InputError: the file will not do, or a value makes no sense; names the option.
    """
    given = CycleRecipe.open(file) if file is not None else CycleRecipe()
    values = given.model_dump()
    values.update({key: value for key, value in chosen.items() if value is not None})
    values["fine_tuning"].update({k: value for k, value in tuning.items() if value is not None})
    try:
        return CycleRecipe.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        option = str(first["loc"][-1]).replace("_", "-") if first["loc"] else "sparsity"
        raise InputError(f"--{option}", first["msg"]) from error


def cycles_command(
    course: Course,
    recipe: CycleRecipe,
    output: Path | None,
    shape: Shape,
    save_recipe: Path | None,
    json: Path | None,
) -> None:
    """Do the cycles, print their rows, and write what was asked for."""
    require_targets((course.checkpoint, course.recipe), output, save_recipe, json)
    if output is not None:
        require_choice(shape.format, shape.dtype, output)
    usable_device(course.device)
    model = load(course.model, course.checkpoint)
    images = images_to_learn_from(model, course.data, labels=course.labels)
    evaluation = _evaluation(course, model)
    note_shared(evaluation, images, "learned from")
    if save_recipe is not None:
        recipe.save(save_recipe)
    found = _run(course, recipe, model, images, evaluation)
    _show(model, found)
    if json is not None:
        write_json(json, record(model, recipe, found))
    if output is not None:
        write(found.model, output, shape, found.rows[-1].evaluation.record())


def _evaluation(course: Course, model: LoadedModel) -> ImageSet:
    if course.evaluate is not None:
        return open_images(course.evaluate, num_classes=model.num_classes)
    if model.source.kind == "demo":
        return digits()
    raise InputError("--evaluate", "is missing", "name a folder of images to measure cycles on")


def _run(
    course: Course, recipe: CycleRecipe, model: LoadedModel, images: ImageSet, held: ImageSet
) -> Cycles:
    with study_bar("Cycles") as (progress, say):
        teller = _Teller(say)
        return run_cycles(
            model,
            recipe,
            images,
            evaluation=held,
            folder=course.folder,
            limit=course.limit,
            device=course.device,
            resume=course.resume,
            on_cycle=teller.row,
            on_report=teller.report,
            progress=progress,
        )


def _show(model: LoadedModel, found: Cycles) -> None:
    screen.print(dense_line(model, found.dense))
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title, _ in _COLUMNS:
        table.add_column(title, justify="right", no_wrap=True)
    for row in found.rows:
        table.add_row(*cells(row))
    screen.print(table)
    screen.print("pruned: share of the attention and MLP matrices; change: points of top-1 against")
    screen.print("dense on the same images, ± standard error; put back: entries of the cycle")


def cells(row: CycleRow) -> list[str]:
    """Return what the table says of a cycle."""
    change = f"{100 * row.pair.difference:+.1f} ± {100 * row.pair.standard_error:.1f}"
    return [
        str(row.cycle),
        row.method,
        percent(row.sparsity),
        f"{row.restored:,}",
        f"{row.evaluation.top1:.2%}",
        change,
        f"{row.evaluation.loss:.4f}",
        "kept" if row.kept else f"{row.seconds:.0f}",
    ]


def line(words: list[str]) -> str:
    """Return one line of the table while it grows."""
    return " ".join(f"{word:>{width}}" for word, (_, width) in zip(words, _COLUMNS, strict=True))


def record(model: LoadedModel, recipe: CycleRecipe, found: Cycles) -> dict[str, Any]:
    """Return everything as plain JSON values at full precision."""
    return {
        **model_record(model),
        "cycles": json_text.loads(recipe.to_json()),
        "dense": found.dense.record(),
        "rows": [row.record() for row in found.rows],
    }
