"""How the command line shows progress and numbers, and writes them to files."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.text import Text

from rmt_studio.reports.text_files import write_csv, write_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rmt_studio.evaluation.accuracy import Evaluation
    from rmt_studio.models.export import ExportReport
    from rmt_studio.progress import Progress as Callback
    from rmt_studio.pruning import PrunedModel

__all__ = [
    "accuracy_line",
    "export_record",
    "progress_bar",
    "pruned_line",
    "pruned_record",
    "screen",
    "tell",
    "write_csv",
    "write_json",
]

screen = Console(highlight=False, soft_wrap=True, markup=False)
_errors = Console(stderr=True)


@contextmanager
def progress_bar(title: str) -> Iterator[Callback]:
    """Show a bar with the time left on standard error; yields a progress callback."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}", markup=False),
    )
    with Progress(
        *columns, console=_errors, transient=True, disable=not _errors.is_terminal
    ) as bar:
        task = bar.add_task(title, total=None, note="")

        def report(done: int, total: int, note: str = "") -> None:
            bar.update(task, completed=done, total=total or None, note=note)

        yield report


def tell(step: int, title: str, text: str) -> None:
    """Print one numbered step of an account, its title in bold."""
    screen.print(Text.assemble((f"{step}  {title:<10}", "bold"), text))


def accuracy_line(evaluation: Evaluation) -> str:
    """Return one line with the accuracy, its interval, its n and its image set."""
    low, high = evaluation.top1_interval
    line = (
        f"top-1 {evaluation.top1:.2%} (95 % interval {low:.1%} to {high:.1%}), "
        f"top-5 {evaluation.top5:.2%}, loss {evaluation.loss:.4f}, "
        f"n = {evaluation.n} ({evaluation.images}), {evaluation.seconds:.1f} s"
    )
    if evaluation.top1_difference is not None and evaluation.top1_difference_interval is not None:
        least, most = evaluation.top1_difference_interval
        line += (
            f"\n  against dense: {100 * evaluation.top1_difference:+.2f} points "
            f"(95 % interval {100 * least:+.1f} to {100 * most:+.1f}), "
            f"agreement {evaluation.agreement:.1%}"
        )
    return line


def pruned_line(pruned: PrunedModel) -> str:
    """Return one line that says how much was removed, and of what."""
    return (
        f"{pruned.parameters_kept:,} of {pruned.parameter_count:,} parameters kept: "
        f"{pruned.sparsity:.2%} fewer of all, {pruned.block_sparsity:.2%} fewer of the "
        f"attention and MLP matrices"
    )


def export_record(report: ExportReport) -> dict[str, object]:
    """Return what was written and how it was verified, as plain values."""
    files = [str(file) for file in report.files]
    return {**vars(report), "path": str(report.path), "files": files}


def pruned_record(pruned: PrunedModel) -> dict[str, object]:
    """Return what pruning did, as plain values."""
    effects = {
        name: {**vars(effect), "sparsity": effect.sparsity}
        for name, effect in pruned.effects.items()
    }
    return {
        "parameters": pruned.parameter_count,
        "parameters_kept": pruned.parameters_kept,
        "sparsity": pruned.sparsity,
        "block_sparsity": pruned.block_sparsity,
        "recipe": pruned.recipe.model_dump(mode="json", exclude_none=True),
        "layers": effects,
    }
