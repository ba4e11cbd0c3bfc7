"""``rmt-studio lab``: the paper's experiments on fully connected networks."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rmt_studio.cli.commands import application
from rmt_studio.cli.options import Device  # noqa: TC001 - typer reads the annotations

if TYPE_CHECKING:
    from rmt_studio.studies.lab import LabResult, LabSettings

_MARK = {True: "holds", False: "does not hold"}


@application.command()
def lab(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="Experiment; none lists them")
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Fashion-MNIST as .npz; downloaded once where none is named"
        ),
    ] = None,
    published: Annotated[
        bool, typer.Option("--published", help="The published setting: hours, best on a GPU")
    ] = False,
    seed: Annotated[int | None, typer.Option(metavar="N", help="First seed")] = None,
    seeds: Annotated[
        int | None, typer.Option(metavar="K", help="How many seeds the means are over")
    ] = None,
    device: Device = "cpu",
    checkpoints: Annotated[
        bool, typer.Option("--checkpoints", help="Keep the weights of each epoch, as a series")
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FOLDER", help="Where JSON, CSV and figure go"),
    ] = None,
) -> None:
    """Repeat an experiment of the paper and set it beside the published values."""
    if name is None:
        _list()
        return
    from rmt_studio.errors import InputError
    from rmt_studio.studies.lab import experiment_named

    experiment = experiment_named(name)
    if output is None:
        raise InputError("-o", "is missing", "name the folder that the result is written to")
    chosen = experiment.settings.published() if published else experiment.settings.scaled()
    asked = {"seed": seed, "seeds": seeds, "device": device, "keep_checkpoints": checkpoints}
    _run(name, data, _changed(chosen, asked), output)


def _list() -> None:
    """Print every experiment with its question."""
    from rmt_studio.cli.report import screen
    from rmt_studio.studies.lab import EXPERIMENTS

    for one in EXPERIMENTS.values():
        screen.print(f"{one.key}\n  {one.question}\n  {one.source}")
    screen.print("\nrmt-studio lab NAME -o FOLDER runs one, within minutes; --published in full")


def _changed(settings: LabSettings, asked: dict[str, Any]) -> LabSettings:
    """Return settings with what the command line says.

    Raises:
        InputError: a value out of range.
    """
    from pydantic import ValidationError

    from rmt_studio.errors import InputError

    said = {key: value for key, value in asked.items() if value is not None}
    try:
        return type(settings).model_validate(settings.model_dump() | said)
    except ValidationError as error:
        first = error.errors()[0]
        option = f"--{first['loc'][0]} {first['input']}"
        raise InputError(option, f"will not do ({first['msg']})") from error


def _run(name: str, data: Path | None, settings: LabSettings, output: Path) -> None:
    from rmt_studio.cli.study import study_bar
    from rmt_studio.models.devices import usable_device
    from rmt_studio.studies.lab import open_fashion_mnist, run_experiment

    usable_device(settings.device)
    with study_bar("Lab") as (progress, _):
        pictures = open_fashion_mnist(data, progress)
        result = run_experiment(name, pictures, settings, folder=output, progress=progress)
    _show(result)


def _show(result: LabResult) -> None:
    """Print ours beside the published values, what was tested, and what was written."""
    from rich.table import Table

    from rmt_studio.cli.report import screen

    screen.print(f"{result.data}; {result.seconds:.0f} s")
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("quantity")
    for title in ("ours", "published"):
        table.add_column(title, justify="right", no_wrap=True)
    for one in result.beside:
        ours = f"{one.ours:.4g}"
        if one.standard_error is not None:
            ours += f" ± {one.standard_error:.2g}"
        known = "-" if one.published is None else f"{one.published:g}"
        quantity = f"{one.quantity} [{one.unit}]" if one.unit else one.quantity
        table.add_row(quantity, ours, known)
    screen.print(table)
    for verdict in result.verdicts:
        line = (
            f"{_MARK[verdict.passed]} at {verdict.holds} of {verdict.points}: {verdict.statement}"
        )
        if verdict.p_value is not None:
            line += f" (rank test p = {verdict.p_value:.2g})"
        screen.print(f"{line}{f'; {verdict.note}' if verdict.note else ''}")
    for path in result.files:
        screen.print(str(path))
