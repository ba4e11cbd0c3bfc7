"""``rmt-studio search``: the smallest model that is good enough."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rmt_studio.analysis import SpectrumCache, analyze
from rmt_studio.cli.report import accuracy_line, progress_bar, screen
from rmt_studio.cli.study import (
    Asked,
    Opened,
    dense_line,
    open_study,
    percent,
    row_line,
    study_bar,
)
from rmt_studio.cli.written import write
from rmt_studio.errors import InputError
from rmt_studio.models.export import require_choice
from rmt_studio.studies import (
    Measured,
    SearchResult,
    SearchStep,
    carry_out,
    smallest_within,
)
from rmt_studio.studies.search import Criterion, require_bounds

if TYPE_CHECKING:
    from pathlib import Path

    from rmt_studio.cli.written import Shape

_ASSUMED = (
    "Assumed, not shown: shares between those tried behave as their neighbours do (a smaller\n"
    "share than one that passes would pass, a greater one than one that fails would fail)."
)


def search_command(
    asked: Asked,
    method: str,
    points: float,
    resolution: float,
    criterion: str,
    output: Path | None,
    save_recipe: Path | None,
    shape: Shape,
) -> None:
    """Search, print the course and the end of it, and write what was asked for."""
    require_bounds(points, resolution, criterion)
    if output is not None:
        require_choice(shape.format, shape.dtype, output)
    opened = open_study(asked, [method], output, save_recipe)
    result = _search(asked, opened, method, points, resolution, criterion)
    _show(opened, result)
    if result.best is None:
        if output is not None or save_recipe is not None:
            raise InputError("search", "found no model that is good enough, so none was written")
        return
    if save_recipe is not None:
        result.best.recipe.save(save_recipe)
    if output is not None:
        _export(opened, result.best, output, shape)


def _search(
    asked: Asked, opened: Opened, method: str, points: float, resolution: float, criterion: str
) -> SearchResult:
    with study_bar("Search") as (progress, say):
        return smallest_within(
            opened.model,
            method,
            points,
            images=opened.images,
            calibration=opened.calibration,
            limit=asked.limit,
            seed=asked.seed,
            device=asked.device,
            resolution=resolution,
            criterion=criterion,
            file=asked.json,
            overwrite=asked.overwrite,
            progress=progress,
            on_step=lambda step: say(_step_line(step)),
        )


def _step_line(step: SearchStep) -> str:
    kept = isinstance(step.trial, Measured) and step.trial.kept
    ending = ", from the file" if kept else ""
    return f"{row_line(step.trial)}: {'passes' if step.passes else 'does not pass'}{ending}"


def _show(opened: Opened, result: SearchResult) -> None:
    screen.print(dense_line(opened.model, result.dense))
    held = {
        Criterion.INTERVAL: "the lower end of the paired 95 % interval",
        Criterion.POINT: "the paired difference on these images",
    }[result.criterion]
    within = f"within {result.points:g} points of dense\n(judged by {held})"
    if result.best is None:
        least = min(step.trial.sparsity for step in result.steps)
        screen.print(f"No share that was tried is {within}; the least was {percent(least)}.")
    else:
        best = result.best
        screen.print(
            f"The smallest model by {result.method} {within}:\n"
            f"  {best.block_sparsity:.2%} fewer parameters in the attention and MLP matrices, "
            f"{best.model_sparsity:.2%} fewer in all\n  {accuracy_line(best.evaluation)}"
        )
    screen.print(_ASSUMED)
    for less, more in result.inversions:
        screen.print(
            f"The steps contradict it: {percent(more.sparsity)} did better than "
            f"{percent(less.sparsity)} ({more.evaluation.top1:.2%}, {less.evaluation.top1:.2%})."
        )


def _export(opened: Opened, best: Measured, output: Path, shape: Shape) -> None:
    model, recipe = opened.model, best.recipe
    with progress_bar("Analyse") as progress:
        analysis = analyze(model, progress=progress, cache=SpectrumCache())
    with progress_bar("Prune") as progress:
        pruned = carry_out(
            model, recipe, analysis=analysis, calibration=opened.calibration, progress=progress
        )
    write(pruned, output, shape, best.evaluation.record())
